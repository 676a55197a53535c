"""Requests that count against a limit, and what their answers say of it."""

from datetime import datetime

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import allowance_headers
from lull.domain.rate_limits import Limit
from lull.use_cases import rate_limits
from visitors import address_of


def count(request: Request, limit: Limit, slug: str, *, at: datetime) -> None:
    """Count it for its address and the page; whatever the answer will be, it says what is left of the limit.

    Raises TooManyRequests.
    """
    request.state.allowance = rate_limits.count(limit, slug, address_of(request), at=at)


class WhatIsLeft:
    """Pure ASGI middleware: each answer to a request that was counted has the RateLimit headers, failures as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.setdefault("state", {})

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start" and "allowance" in state:
                MutableHeaders(scope=message).update(allowance_headers(state["allowance"]))
            await send(message)

        await self._app(scope, receive, add)
