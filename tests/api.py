"""The management API for tests: real requests through the real Lambda handler, as API Gateway would send them."""

import asyncio
import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lull import clock
from lull.domain.credentials import Caller, Role
from lull.domain.projects import Workspace
from lull.store import workspaces
from lull.use_cases import api_keys

# Whoever ran `asyncio.run` before took the loop away that Mangum looks for.
_loop = asyncio.new_event_loop()


@dataclass(frozen=True)
class Answer:
    status: int
    json: Any
    headers: dict[str, str]


@dataclass
class Api:
    """A client with one credential."""

    key: str | None
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(
        self, method: str, path: str, body: Any = None, *, raw: bytes | str | None = None, **headers: str
    ) -> Answer:
        import management

        sent = {
            "host": "api.test",
            **self.headers,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if self.key and "authorization" not in sent:
            sent["authorization"] = f"Bearer {self.key}"
        content = raw if raw is not None else (json.dumps(body) if body is not None else None)
        if content is not None:
            sent.setdefault("content-type", "application/json")
        asyncio.set_event_loop(_loop)
        answer = management.lambda_handler(http_event(method, path, content, sent), None)
        text = answer["body"]
        if answer.get("isBase64Encoded"):
            text = base64.b64decode(text).decode()
        parsed = json.loads(text) if text else None
        return Answer(answer["statusCode"], parsed, {name.lower(): value for name, value in answer["headers"].items()})

    def get(self, path: str) -> Any:
        return self.ok("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.ok("POST", path, body)

    def put(self, path: str, body: Any = None) -> Any:
        return self.ok("PUT", path, body)

    def patch(self, path: str, body: Any = None) -> Any:
        return self.ok("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.ok("DELETE", path)

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        answer = self(method, path, body)
        assert answer.status < 300, (method, path, answer)
        return answer.json


def http_event(method: str, path: str, body: bytes | str | None, headers: dict[str, str]) -> dict[str, Any]:
    """An event of API Gateway's HTTP API, payload format 2.0."""
    parts = urlsplit(path)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "ANY /api/{proxy+}",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": headers,
        "requestContext": {
            "http": {
                "method": method,
                "path": parts.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "t",
            },
            "requestId": "test",
            "routeKey": "ANY /api/{proxy+}",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if isinstance(body, bytes):
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    elif body is not None:
        event["body"] = body
    return event


def a_workspace(workspace_id: int = 1, role: Role = Role.ADMIN) -> Api:
    """A client of a workspace that exists from now on."""
    at = clock.now()
    workspaces.create_workspace(Workspace(id=workspace_id, name="Test", created_at=at))
    caller = Caller(workspace_id=workspace_id, role=Role.ADMIN, actor="test")
    return Api(api_keys.create_api_key(caller, name=f"{role} key", role=role, at=at)[1])
