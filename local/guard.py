"""What stands before the emulator: no web page gets through, and every write is noticed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import ministack.app

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

_READS = ("Get", "BatchGet", "TransactGet", "Query", "Scan", "Describe", "List", "Receive")


class Guard:
    """ASGI in front of MiniStack: refuses browsers of other origins and notices writes."""

    def __init__(self, port: int) -> None:
        self.changed = False
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await ministack.app.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["type"] != "http" or self._is_foreign(headers):
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"forbidden"})
            return
        try:
            await ministack.app.app(scope, receive, send)
        except asyncio.CancelledError:
            # Whoever still waits for a message when everything stops.
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b"stopping"})
        finally:
            self.changed = self.changed or _is_write(scope["method"], headers)

    def _is_foreign(self, headers: dict[str, str]) -> bool:
        """Another Host is DNS rebinding; an Origin is a web page, and no AWS client sends one."""
        site = headers.get("sec-fetch-site", "none")
        return headers.get("host") not in self._hosts or "origin" in headers or site not in ("none", "same-origin")


def _is_write(method: str, headers: dict[str, str]) -> bool:
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    return method not in ("GET", "HEAD", "OPTIONS") and not operation.startswith(_READS)
