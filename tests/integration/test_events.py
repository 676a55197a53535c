"""Every sample event under events/ is one that its function takes, and taking it twice changes nothing more."""

import json
from pathlib import Path

import boto3
import pytest

from local import outbox
from lull import settings
from tests.api import Api, a_workspace

EVENTS = Path(__file__).parents[2] / "events"
FUNCTIONS = {
    "http-create-deployment": "ManagementFunction",
    "http-end-deployment": "ManagementFunction",
    "http-ping": "ManagementFunction",
    "http-private-page": "PublicFunction",
    "http-webhook-of-github": "HooksFunction",
    "schedule-each-minute": "MonitorFunction",
    "sqs-delivery": "NotifierFunction",
    "sqs-mail-bounce": "NotifierFunction",
    "sqs-probe": "ProberFunction",
    "sqs-publish": "PublisherFunction",
    "sqs-wake-up": "TransitionerFunction",
    "stream-check-paused": "DispatcherFunction",
    "stream-deployment-activated": "DispatcherFunction",
}


@pytest.fixture
def api(stack, monkeypatch) -> Api:
    """What the samples speak of: check 1 on a page, deployment 1 under way, check 2 to probe, delivery 1, a hook."""
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "Checkout API", "intervalSeconds": 300})
    client.post("/api/status-pages", {"name": "Acme Status", "slug": "acme-status"})
    client.post("/api/status-pages", {"name": "Acme", "slug": "acme-private", "visibility": "PRIVATE"})
    client.post("/api/status-pages/1/components", {"name": "Checkout", "checkId": 1})
    client.post("/api/deployments", {"projectId": 1, "version": "2.4.1", "autoPause": True})
    probe = {"checkMode": "OUTBOUND", "url": "https://example.com/health"}
    client.post("/api/checks", {"projectId": 1, "name": "Web shop", "intervalSeconds": 300, **probe})
    monkeypatch.setenv("MAIL_FROM", outbox.SENDER)
    outbox.allow_sender(stack.endpoint)
    client.post("/api/alert-channels", {"type": "EMAIL", "name": "Ops", "to": ["ops@acme.example"]})
    client.post("/api/checks", {"projectId": 1, "name": "Web", "intervalSeconds": 300})
    client.post("/api/v1/hooks", {"name": "Shop", "provider": "github", "secret": "It's a Secret to Everybody"})
    Api(None).post(f"/api/signals/ping/{client.get('/api/checks/3')['token']}/fail")
    return client


def test_every_sample_is_known_and_every_known_sample_is_there():
    assert {path.stem for path in EVENTS.glob("*.json")} == set(FUNCTIONS)


def sample(name: str, api: Api):
    token = api.get("/api/checks/1")["token"]
    hook = api.get("/api/v1/hooks")["data"][0]["id"]
    text = (EVENTS / f"{name}.json").read_text()
    return json.loads(text.replace("API_KEY", str(api.key)).replace("PING_TOKEN", token).replace("HOOK_ID", hook))


def contents() -> list[str]:
    """Everything in the table but when a key was last used."""
    items = boto3.client("dynamodb").scan(TableName=settings.table_name())["Items"]
    return sorted(json.dumps(item, sort_keys=True) for item in items if not item["PK"]["S"].startswith("APIKEYHASH"))


@pytest.mark.parametrize(("name", "function"), FUNCTIONS.items())
def test_a_function_takes_its_sample_and_takes_it_twice(stack, api, name, function):
    stack.drain()
    event = sample(name, api)
    first = stack.invoke(function, event)
    assert not (first or {}).get("batchItemFailures")
    if name.startswith("http"):
        assert first["statusCode"] < 300, first
    stack.drain()
    before = contents()
    second = stack.invoke(function, event)
    assert not (second or {}).get("batchItemFailures")
    stack.drain()
    if not name.startswith("http"):
        assert contents() == before
