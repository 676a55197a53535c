"""Visitors of status pages for tests: real requests through the real handler of the gate."""

import asyncio
import base64
import itertools
import json
from dataclasses import dataclass
from typing import Any

from tests.api import http_event

_loop = asyncio.new_event_loop()
_addresses = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in itertools.count(1))


@dataclass(frozen=True)
class Seen:
    status: int
    text: str
    headers: dict[str, str]
    cookies: list[str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def visit(method: str, path: str, body: str | None = None, *, address: str | None = None, **headers: str) -> Seen:
    """One request; from an address that nobody has had before, unless it is named."""
    import public

    sent = {"host": "api.test", **{name.replace("_", "-"): value for name, value in headers.items()}}
    cookie = sent.pop("cookie", None)
    event = http_event(method, path, body, sent)
    event["requestContext"]["http"]["sourceIp"] = address or next(_addresses)
    if cookie:
        event["cookies"] = cookie.split("; ")
    asyncio.set_event_loop(_loop)
    answer = public.lambda_handler(event, None)
    text = answer["body"]
    if answer.get("isBase64Encoded"):
        text = base64.b64decode(text).decode()
    return Seen(
        answer["statusCode"],
        text,
        {name.lower(): value for name, value in answer["headers"].items()},
        answer.get("cookies") or _cookies(answer),
    )


def _cookies(answer: dict[str, Any]) -> list[str]:
    many = answer.get("multiValueHeaders", {}).get("set-cookie", [])
    one = answer["headers"].get("set-cookie")
    return [*many, *([one] if one else [])]


def enter(slug: str, password: str, **arguments: str) -> Seen:
    """A try to open a session."""
    body = json.dumps({"password": password})
    return visit("POST", f"/api/public/status/{slug}/auth", body, content_type="application/json", **arguments)
