"""The real API on a port of this machine, and what a network can do to it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.server import Server, listen


@dataclass(frozen=True)
class Trouble:
    """What happens to one request instead of, or after, what it asks for."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after_doing_it: bool = False
    slow: float = 0
    method: str | None = None
    """Of which requests; None is all."""


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any


@dataclass
class LullServer:
    url: str
    requests: list[Request] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    """One after the other, each for the next request it is of."""
    changes: int = 0
    """How many requests were answered that may have changed something."""

    def made(self, method: str, part: str = "") -> list[Request]:
        return [each for each in self.requests if each.method == method and part in each.path]


@contextmanager
def serving(app: ASGIApp) -> Iterator[LullServer]:
    with listen(0) as listener:
        lull = LullServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = Server(_troubled(app, lull), listener)
        server.start()
        try:
            yield lull
        finally:
            server.stop()


def _troubled(app: ASGIApp, lull: LullServer) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive()).get("body", b"")
        lull.requests.append(_described(scope, body))
        trouble = next((each for each in lull.troubles if each.method in (None, scope["method"])), None)

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        if trouble is None:
            await app(scope, again, send)
            lull.changes += scope["method"] != "GET"
            return
        lull.troubles.remove(trouble)
        await asyncio.sleep(trouble.slow)
        if trouble.after_doing_it:
            await app(scope, again, _nowhere)
            lull.changes += 1
        if trouble.status is None:
            # The connection is closed in the middle of an answer.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
            return
        headers = [(name.encode(), value.encode()) for name, value in trouble.headers.items()]
        length = (b"content-length", str(len(trouble.body)).encode())
        await send({"type": "http.response.start", "status": trouble.status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": trouble.body})

    return answer


async def _nowhere(_message: Message) -> None:
    pass


def _described(scope: Scope, body: bytes) -> Request:
    headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    try:
        said = json.loads(body) if body else None
    except ValueError:
        said = body
    return Request(scope["method"], scope["path"], scope["query_string"].decode(), headers, said)
