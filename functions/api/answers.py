"""What every answer carries."""

import re
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import errors
from lull.domain.errors import FieldError

PAGE_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
}
DATA_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "strict-transport-security": "max-age=31536000",
    "access-control-allow-origin": "*",
}


# As visitors ask for it, and as the CDN does for a custom domain.
_DATA = re.compile(r"/api/public/status/|/domains/[^/]+/data(?:/|$)")


class SameHeadersAsTheCdn:
    """Pure ASGI middleware: whoever asks the API itself gets the headers that the CDN adds to public paths."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_data = _DATA.match(path) is not None and not path.endswith(("/auth", "/subscribe"))

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(DATA_HEADERS if is_data else PAGE_HEADERS)
            await send(message)

        await self._app(scope, receive, add)


class NoStore:
    """Pure ASGI middleware: no cache keeps an answer of the API, nor shares it between callers, unless it says so.

    CloudFront may answer requests for one path that come in the same instant with one answer of the origin, unless the
    answer forbids it ("Simultaneous requests for the same object", request collapsing).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def forbid(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("cache-control", "private, no-store")
            await send(message)

        await self._app(scope, receive, forbid)


LARGEST_ANSWER = 6_000_000
"""In bytes. Lambda's own limit is 6,291,556 with everything around the body."""


class AnswerLimit:
    """Pure ASGI middleware: an answer that Lambda would not carry is refused in words, and not lost in a 502."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None

        async def weigh(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body = message.get("body", b"")
            if start is not None and _carried(body) > LARGEST_ANSWER:
                size = f"the answer would be larger than {LARGEST_ANSWER // 1_000_000} MB: ask for fewer at once"
                refused = FieldError("limit" if b"limit=" in scope["query_string"] else "take", size)
                await errors.answer(HTTPStatus.BAD_REQUEST, "the request is not valid", [refused])(scope, receive, send)
            else:
                for each in [*([] if start is None else [start]), message]:
                    await send(each)
            start = None

        await self._app(scope, receive, weigh)


def _carried(body: bytes) -> int:
    """What a body weighs as a string of JSON, which is how Lambda answers."""
    return len(body) + body.count(b'"') + body.count(b"\\")
