"""Every AWS call that a function makes is one that its role allows, and every action that a role allows is used.

Each function runs in its own environment only, so that a setting it is not given is missed as well.
"""

import asyncio
import hmac
import json
import os
from collections import defaultdict
from contextvars import ContextVar
from datetime import timedelta
from typing import Any
from unittest import mock

import httpx
from botocore.exceptions import EndpointConnectionError

from local import outbox, template
from local.deployment import deploy
from local.workbench import Workbench
from lull import aws, clock
from lull.domain.commits import Commit
from lull.domain.ledger import MAX_CHANGES, Change
from lull.domain.secret_notes import LOOK_AFTER
from lull.domain.uptime import Bucket
from lull.gateways import mail
from lull.gateways.heads import Head
from lull.store import checks, ledger
from tests.api import Api, a_workspace, http_event
from tests.hooking import a_status
from tests.name_server import TARGET, NameServer, name_server
from tests.subscribing import link, mails

Permission = tuple[str, str]

# What Lambda and IAM do in a function's name, without a call of ours.
IMPLIED = {
    "DispatcherFunction": {("sqs:SendMessage", "StreamDeadLetters"), ("iam:PassRole", "SchedulerRole")},
    "PublisherFunction": {("s3:ListBucket", "StatusBucket")},
    "PublicFunction": {("s3:ListBucket", "StatusBucket")},
    "EventsFunction": {("s3:ListBucket", "StatusBucket")},
    "ManagementFunction": {("ses:SendEmail", "configuration-set/*")},
    "NotifierFunction": {(f"ses:{action}", "configuration-set/*") for action in ("SendEmail", "SendRawEmail")},
}
_WRITES = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
_loop = asyncio.new_event_loop()
_running: ContextVar[str] = ContextVar("running", default="ManagementFunction")


_SERVICES = ("dynamodb", "sqs", "s3", "scheduler", "sesv2", "secretsmanager", "codebuild")


class Recorder:
    """Notes what each function asks of AWS, as IAM would see it."""

    def __init__(self) -> None:
        self.used: dict[str, set[Permission]] = defaultdict(set)

    def __enter__(self) -> "Recorder":
        for service in _SERVICES:
            aws.client(service).meta.events.register(f"provide-client-params.{service}.*", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        """The clients are those of the tests to come."""
        for service in _SERVICES:
            aws.client(service).meta.events.unregister(f"provide-client-params.{service}.*", self._note)

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.used[_running.get()] |= set(_needed(model.service_model.service_name, model.name, params))


def _needed(service: str, operation: str, params: dict[str, Any]) -> list[Permission]:
    if operation == "TransactWriteItems":
        return [(_WRITES[kind], "Table") for write in params["TransactItems"] for kind in write]
    if service == "dynamodb":
        index = params.get("IndexName")
        return [(f"dynamodb:{operation}", f"Table/index/{index}" if index else "Table")]
    if service == "sqs":
        return [("sqs:SendMessage", _queue(params["QueueUrl"]))]
    if service == "sesv2":
        raw = "Raw" in params["Content"]
        return [("ses:SendRawEmail" if raw else "ses:SendEmail", "identity/*")]
    if service == "s3":
        return [(f"s3:{operation}", f"StatusBucket/{_part(params['Key'])}*")]
    if service == "secretsmanager":
        name = params["Name" if operation == "CreateSecret" else "SecretId"]
        assert name.startswith("lull/applications/")
        return [(f"secretsmanager:{operation}", "applications/*")]
    if service == "codebuild":
        return [(f"codebuild:{operation}", "project/CodeBuildProjects")]
    return [(f"scheduler:{operation}", "ScheduleGroup")]


def _part(key: str) -> str:
    """The part of the bucket that a key is in, where the role of the function tells one from another."""
    parts = {"PublicFunction": ("status/", "api/public/status/", "_protected/"), "EventsFunction": ("_protected/",)}
    return next(part for part in parts.get(_running.get(), ("",)) if key.startswith(part))


def _queue(url: str) -> str:
    """The queue by its name in the template."""
    names = {
        os.environ[variable]: name
        for variable, name in (
            ("TRANSITIONS_QUEUE_URL", "TransitionsQueue"),
            ("PUBLISH_QUEUE_URL", "PublishQueue"),
            ("NOTIFY_QUEUE_URL", "NotifyQueue"),
            ("PROBES_QUEUE_URL", "ProbesQueue"),
        )
        if variable in os.environ
    }
    return names[url]


def allowed() -> dict[str, set[Permission]]:
    resources = template.load()["Resources"]
    return {
        name: {
            (action, _label(resource))
            for policy in resources[f"{name}Role"]["Properties"]["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]
            for action in _listed(statement["Action"])
            for resource in _listed(statement["Resource"])
        }
        for name, function in resources.items()
        if function["Type"] == "AWS::Lambda::Function"
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _label(resource: dict[str, Any]) -> str:
    """`Table`, `Table/index/ListIndex`, `StatusBucket/*`: the resource by its name in the template."""
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    text = str(resource["Fn::Sub"])
    if "schedule/${ScheduleGroup}" in text:
        return "ScheduleGroup"
    if ":secretsmanager:" in text:
        return text.rpartition("${AWS::StackName}/")[2]
    if ":codebuild:" in text:
        return text.rpartition(":")[2].replace("${", "").rstrip("}")
    if ":ses:" in text:
        return text.rpartition(":")[2]
    return text.replace(".Arn}", "").replace("${", "")


def named(stack: Workbench) -> Workbench:
    """A workbench whose functions say who they are while they run, and see no environment but their own."""

    def running(function: Any) -> Any:
        environment = function.environment | stack.endpoint.environment()

        def call(event: Any) -> Any:
            token = _running.set(function.name)
            try:
                with mock.patch.dict(os.environ, environment, clear=True):
                    return function(event)
            finally:
                _running.reset(token)

        return call

    return Workbench(stack.deployed, {function.name: running(function) for function in stack.deployed.functions})


def a_life(api: Api, bench: Workbench, monkeypatch: Any, server: NameServer) -> None:
    """Everything that any function does, at least once."""
    api.post("/api/projects", {"name": "Shop"})
    api.get("/api/projects")
    api.patch("/api/projects/1", {"name": "Store"})
    for name in ("API", "Web"):
        api.post("/api/checks", {"projectId": 1, "name": name, "intervalSeconds": 300})
    api.get("/api/checks")
    probe = {"checkMode": "OUTBOUND", "url": "https://example.com", "failAfterConsecutive": 1}
    api.post("/api/projects", {"name": "Probed"})
    api.post("/api/checks", {"projectId": 2, "name": "Site", "intervalSeconds": 30, **probe})
    a_full_day(1)
    page = api.post("/api/status-pages", {"name": "Acme", "slug": "acme"})["id"]
    for source in ({"checkId": 1}, {"projectId": 1}):
        api.post(f"/api/status-pages/{page}/components", {"name": "Shown", **source})
    bench.drain()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    start, end = now + timedelta(hours=1), now + timedelta(hours=2)
    times = {"scheduledStartAt": start.isoformat(), "scheduledEndAt": end.isoformat()}
    api.post("/api/deployments", {"projectId": 1, "autoPause": True, **times})
    api.get("/api/deployments?projectId=1")
    soon = (now + timedelta(seconds=30)).isoformat()
    api.post("/api/deployments", {"projectId": 1, "autoPause": True, "scheduledStartAt": soon})
    bench.drain()
    # A second delivery of the same change finds its schedule there and updates it.
    monkeypatch.setattr("local.checkpoints.Checkpoints.get", lambda *_: None)
    named(bench).drain()
    monkeypatch.setattr(clock, "now", lambda: start - timedelta(seconds=30))
    bench.fire(clock.now())
    bench.drain()
    monkeypatch.setattr(clock, "now", lambda: start)
    bench.invoke("MonitorFunction", {"republish": True})
    bench.invoke("MonitorFunction", {})
    bench.drain()
    monkeypatch.setattr(clock, "now", lambda: end)
    bench.invoke("MonitorFunction", {})
    bench.drain()
    an_outage(api, bench, monkeypatch, end)
    visitors_come(api, bench)
    somebody_listens(bench)
    a_reader(api, bench, page)
    an_application_is_deployed(api, bench, monkeypatch)
    ci_deploys(api, bench)
    api.post("/api/checks/2/pause")
    api.delete("/api/checks/2")
    api.delete("/api/checks/1")
    api.delete("/api/projects/1")
    a_host_comes_and_goes(api, bench, monkeypatch, server)
    api.delete(f"/api/status-pages/{page}")
    bench.drain()


def a_host_comes_and_goes(api: Api, bench: Workbench, monkeypatch: Any, server: NameServer) -> None:
    """It is proven, looked at a day later, and given up when its proof is gone."""
    page, host = "/api/status-pages/1", "status.example.test"
    api.patch(page, {"customDomain": host})
    server.prove(host, api.post(f"{page}/verify-domain")["expected"]["txt"])
    assert api.post(f"{page}/verify-domain")["verified"]
    bench.drain()
    now = clock.now()
    for days in range(1, 5):
        monkeypatch.setattr(clock, "now", lambda days=days: now + timedelta(days=days, minutes=days))
        assert bench.invoke("MonitorFunction", {})["domains"] == 1
        server.forget(host)
    bench.drain()
    assert api.get(page)["domainVerifiedAt"] is None


def visitors_come(api: Api, bench: Workbench) -> None:
    """To a page for everybody, to one with a password and, with an API key, to one that is private."""

    def visit(method: str, path: str, body: str | None = None, **headers: str) -> Any:
        asyncio.set_event_loop(_loop)
        event = http_event(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return bench.invoke("PublicFunction", event)

    for path in ("/status/acme", "/api/public/status/acme"):
        assert visit("GET", path)["statusCode"] == 200
    locked = {"name": "Locked", "slug": "locked", "visibility": "PASSWORD_PROTECTED", "password": "x"}
    page = api.post("/api/status-pages", locked)["id"]
    bench.drain()
    opened = visit("POST", "/api/public/status/locked/auth", '{"password": "x"}', content_type="application/json")
    token = json.loads(opened["body"])["token"]
    assert visit("GET", "/status/locked", authorization=f"Bearer {token}")["statusCode"] == 200
    api.post(f"/api/status-pages/{page}/feed-token")
    api.patch(f"/api/status-pages/{page}", {"visibility": "PRIVATE"})
    assert visit("GET", "/status/locked", authorization=f"Bearer {api.key}")["statusCode"] == 200
    api.delete(f"/api/status-pages/{page}")


def somebody_listens(bench: Workbench) -> None:
    """By the function that only a stack with a Lambda Web Adapter has; its settings are those of the gate."""
    import streaming

    async def listen() -> bytes:
        transport = httpx.ASGITransport(streaming.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://events") as client:
            answer = await client.get("/api/public/status/acme/events", headers={"x-lull-edge": edge})
        assert answer.status_code == 200
        return answer.content

    (gate,) = [each for each in bench.deployed.functions if each.name == "PublicFunction"]
    environment = gate.environment | bench.endpoint.environment()
    edge = environment["EDGE_SECRET"]
    token = _running.set("EventsFunction")
    try:
        with (
            mock.patch.dict(os.environ, environment, clear=True),
            mock.patch("streaming.HELD_SECONDS", 0.05),
            mock.patch("streaming.LOOK_EACH_SECONDS", 0.01),
        ):
            assert b"\nid: " in asyncio.run(listen())
    finally:
        _running.reset(token)


def an_application_is_deployed(api: Api, bench: Workbench, monkeypatch: Any) -> None:
    """By CodeBuild, which says nothing here and is asked and stopped all the same; and a secret that comes and goes."""
    commit = Commit(sha="d" * 40, message="m", committer_name="J", committer_email="j@x", committed_at=clock.now())
    monkeypatch.setattr("lull.gateways.repositories.newest", lambda *_, **__: Head("main", commit))
    body = {
        "name": "Shop",
        "repository": {"provider": "git", "url": "https://git.example/shop.git", "token": "t0ken"},
        "executor": {"kind": "codebuild", "project": "lull-shop"},
    }
    path = f"/v1/applications/{api.post('/v1/applications', body)['application']['id']}"
    made = api.post(f"{path}/deployments")["deployment"]
    with mock.patch.object(aws.client("codebuild"), "_make_request", side_effect=_lost):
        bench.drain()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=2))
    with mock.patch.object(aws.client("codebuild"), "_make_request", side_effect=_built):
        bench.invoke("MonitorFunction", {})
        bench.drain()
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=1))
        bench.invoke("MonitorFunction", {})
        bench.drain()
        api.post(f"{path}/deployments/{made['id']}/cancel")
        bench.drain()
    assert api.get(f"{path}/deployments")["deployments"][0]["status"] == "cancelled"
    api.delete(path)
    later = clock.now() + LOOK_AFTER
    with mock.patch.object(clock, "now", return_value=later):
        bench.invoke("MonitorFunction", {})
        bench.drain()


def _lost(*_: Any) -> Any:
    raise EndpointConnectionError(endpoint_url="https://codebuild.example")


def _built(model: Any, *_: Any) -> Any:
    build = {"id": "lull-shop:1", "buildStatus": "IN_PROGRESS"}
    answers: dict[str, Any] = {"BatchGetBuilds": {"builds": [build]}, "ListBuildsForProject": {"ids": [build["id"]]}}
    answer = answers.get(model.name, {"build": build})
    return mock.Mock(status_code=200), {**answer, "ResponseMetadata": {}}


def a_reader(api: Api, bench: Workbench, page: int) -> None:
    """Asks, confirms and is told; the page is deleted while they are a subscriber."""

    def post(path: str, body: dict[str, str] | None = None) -> int:
        asyncio.set_event_loop(_loop)
        text = json.dumps(body) if body else None
        return int(
            bench.invoke("PublicFunction", http_event("POST", path, text, {"content-type": "application/json"}))[
                "statusCode"
            ]
        )

    with mails() as box:
        assert post("/api/public/status/acme/subscribe", {"email": "me@acme.example", "channel": "EMAIL"}) == 202
        bench.drain()
        assert post(link(box.messages[0], "confirm")) == 200
    api.post(f"/api/status-pages/{page}/announcements", {"title": "Down", "body": "It is."})
    bench.drain()
    api.get(f"/api/status-pages/{page}/subscribers")


def ci_deploys(api: Api, bench: Workbench) -> None:
    """By webhook, to an environment that has a component."""
    component = api.post("/api/v1/components", {"name": "shop"})["id"]
    api.post("/api/v1/environments", {"name": "production"})
    rules = [{"repository": "acme/shop", "componentId": component}]
    made = api.post("/api/v1/hooks", {"name": "Shop", "provider": "github", "rules": rules})
    body = json.dumps(a_status("success", at=clock.now())).encode()
    signature = "sha256=" + hmac.new(made["secret"].encode(), body, "sha256").hexdigest()
    headers = {"x-github-event": "deployment_status", "x-hub-signature-256": signature}
    asyncio.set_event_loop(_loop)
    assert bench.invoke("HooksFunction", http_event("POST", made["path"], body, headers))["statusCode"] == 202
    bench.drain()
    assert api.get("/api/v1/deployments")["data"][0]["status"] == "succeeded"


def an_outage(api: Api, bench: Workbench, monkeypatch: Any, at: Any) -> None:
    """Silence, a maintenance window over it, an incident with all its alerts, and a recovery."""
    token = api.get("/api/checks/1")["token"]
    api.post("/api/alert-channels", {"type": "EMAIL", "name": "Ops", "to": ["ops@acme.example"]})
    api.post("/api/alert-channels/1/test")
    api.post("/api/checks/1/resume")
    api.post(f"/api/signals/ping/{token}")
    window = {"workspaceId": 1, "name": "Disks", "projectIds": [1], "suppressIncidents": False}
    over = at + timedelta(hours=1)
    api.post("/api/maintenance-windows", {**window, "startAt": at.isoformat(), "endAt": over.isoformat()})
    api.get("/api/maintenance-windows/1")
    monkeypatch.setattr(clock, "now", lambda: over - timedelta(seconds=1))
    bench.invoke("MonitorFunction", {})
    bench.drain()
    monkeypatch.setattr(clock, "now", lambda: over)
    with mock.patch("lull.gateways.mail.send_mail", side_effect=mail.MailRefused("no")):
        bench.invoke("MonitorFunction", {})
        bench.drain()
        for minutes in (10, 20, 30):
            monkeypatch.setattr(clock, "now", lambda minutes=minutes: over + timedelta(minutes=minutes))
            bench.invoke("MonitorFunction", {})
            bench.drain()
    api.post("/api/incidents/1/notes", {"body": "The disk is full."})
    api.post(f"/api/signals/ping/{token}")
    bench.drain()
    api.delete("/api/maintenance-windows/1")
    bench.drain()


def a_full_day(check_id: int) -> None:
    """So many changes that the dispatcher has to fold them with the next, which it does not yet know: the creation."""
    check = checks.get_check(1, check_id)
    assert check
    for number in range(MAX_CHANGES):
        ledger.record_change(1, check_id, Change(at=check.created_at, sequence=number, bucket=Bucket.OPERATIONAL))


def test_what_functions_do_and_what_their_roles_allow_are_the_same(stack, endpoint, monkeypatch):
    outbox.allow_sender(endpoint)
    # What a running outage asks for comes at once, and not when the next slot begins.
    monkeypatch.setattr("lull.use_cases.running_outages.SLOT", -timedelta(minutes=5))
    with name_server() as server, Recorder() as recorder:
        given = {"MailFrom": outbox.SENDER, "DomainTarget": TARGET, "DnsServers": server.address}
        deployed = deploy(endpoint, parameters=given)
        for name in ("MAIL_FROM", "DOMAIN_TARGET", "DNS_SERVERS"):
            monkeypatch.setenv(name, deployed.environment()[name])
        a_life(a_workspace(), named(Workbench(deployed)), monkeypatch, server)
    may = allowed()
    assert set(may) == set(recorder.used)
    lacking = {function: used - may[function] for function, used in recorder.used.items()}
    assert lacking == {function: set() for function in may}
    needless = {function: may[function] - recorder.used[function] - IMPLIED.get(function, set()) for function in may}
    assert needless == {function: set() for function in may}
