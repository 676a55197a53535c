"""CI hooks for tests: what providers send, signed as they do, through the real Lambda handler."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lull import clock
from tests.api import Answer, Api, http_event

_loop = asyncio.new_event_loop()
_ids = itertools.count(1)


@dataclass(frozen=True)
class Hook:
    """A hook of the API, and whoever sends to it."""

    id: str
    provider: str
    secret: str

    def github(self, event: str, payload: Any, *, delivery: str | None = None, **headers: str) -> Answer:
        sent, body = self.signed(event, payload, delivery=delivery)
        return post(self.id, body, **{**sent, **headers})

    def signed(self, event: str, payload: Any, *, delivery: str | None = None) -> tuple[dict[str, str], bytes]:
        """Headers and body of what GitHub sends."""
        body = json.dumps(payload).encode()
        signature = "sha256=" + hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        sent = {"x-github-event": event, "x-github-delivery": delivery or f"d-{next(_ids)}"}
        return {**sent, "x-hub-signature-256": signature}, body

    def gitlab(self, payload: Any, *, delivery: str | None = None, **headers: str) -> Answer:
        sent = {"x-gitlab-token": self.secret, "idempotency-key": delivery or f"d-{next(_ids)}"}
        return post(self.id, json.dumps(payload).encode(), **{**sent, **headers})

    def standard(self, payload: Any, *, delivery: str | None = None, **headers: str) -> Answer:
        body, message_id, timestamp = json.dumps(payload).encode(), delivery or f"msg_{next(_ids)}", clock.now()
        return post(self.id, body, **{**standard_headers(self.secret, message_id, timestamp, body), **headers})

    def deployment(self, kind: str, **data: Any) -> Answer:
        """An event of Standard Webhooks about the component checkout in production."""
        data = {"externalId": "1", "component": "checkout", "environment": "production", "version": "v1", **data}
        at = data.pop("timestamp", clock.now().isoformat())
        return self.standard({"type": f"deployment.{kind}", "timestamp": at, "data": data})


def standard_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(signed).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def post(hook_id: str, body: bytes, *, method: str = "POST", **headers: str) -> Answer:
    """A request as API Gateway hands it over, its body in base 64."""
    import hooks

    asyncio.set_event_loop(_loop)
    sent = {"host": "api.test", "content-type": "application/json", **headers}
    answer = hooks.lambda_handler(http_event(method, f"/hooks/{hook_id}", body, sent), None)
    text = answer["body"]
    return Answer(answer["statusCode"], json.loads(text) if text else None, answer["headers"])


def a_hook(api: Api, provider: str = "github", rules: Any = (), **fields: Any) -> Hook:
    body = {"name": f"Hook {next(_ids)}", "provider": provider, "rules": list(rules), **fields}
    made = api.post("/api/v1/hooks", body)
    return Hook(made["id"], provider, made["secret"])


def deliveries(api: Api, hook: Hook) -> list[tuple[str, str | None]]:
    """Verdict and reason of each, newest first."""
    found = api.get(f"/api/v1/hooks/{hook.id}/deliveries?take=100")["data"]
    return [(each["verdict"], each["reason"]) for each in found]


def a_status(state: str, *, at: datetime, deployment: int = 1, **changes: Any) -> dict[str, Any]:
    """GitHub's `deployment_status`, as far as it is read."""
    return {
        "action": "created",
        "deployment_status": {
            "id": 7,
            "state": state,
            "created_at": github_time(at),
            "log_url": "https://github.com/acme/shop/runs/1",
        },
        "deployment": {
            "id": deployment,
            "sha": "9fceb02d0ae598e95dc970b74767f19372d61af8",
            "ref": "main",
            "task": "deploy",
            "payload": {},
            "environment": "production",
            "description": None,
            "created_at": github_time(at - timedelta(minutes=1)),
            "creator": {"login": "octocat"},
        },
        "repository": {"id": 42, "full_name": "acme/shop"},
        "sender": {"login": "octocat"},
        **changes,
    }


def github_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
