"""What every answer carries."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class NoStore:
    """Pure ASGI middleware: no cache keeps an answer of the API, nor shares it between callers.

    CloudFront may answer requests for one path that come in the same instant with one answer of the origin, unless the
    answer forbids it ("Simultaneous requests for the same object", request collapsing).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def forbid(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["cache-control"] = "private, no-store"
            await send(message)

        await self._app(scope, receive, forbid)
