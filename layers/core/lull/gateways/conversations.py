"""Several requests to a host that a stranger named, all of them within one time limit."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from lull.domain.addresses import NOTHING
from lull.domain.answers import Answer, Failure
from lull.gateways import outbound
from lull.gateways.targets import default_network


class Conversation:
    """Made within an event loop. Redirects are not followed: they are an answer, and credentials stay where they are.

    Plain http is for hosts on this machine or in this network, where the installation allows them.
    """

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._ends_at = asyncio.get_running_loop().time() + seconds

    async def send(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """The answer, or why there is none: trouble is never an exception."""
        if urlsplit(url).scheme != "https" and not await _is_private(url):
            return Answer(failure=Failure.REFUSED_ADDRESS, reason="the URL must be https")
        left = self._ends_at - asyncio.get_running_loop().time()
        request = outbound.Request(
            url=url, method=method, headers=headers or {}, body=body, timeout_ms=max(1, int(left * 1000))
        )
        answer = await outbound.send(request)
        if answer.failure is Failure.TIMEOUT:
            return replace(answer, reason=f"no complete answer within {self._seconds:g} seconds")
        return answer

    async def send_json(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str], value: Any = None
    ) -> "Document":
        """Send and read JSON."""
        body = json.dumps(value).encode() if value is not None else b""
        sent = {**headers, "content-type": "application/json"} if body else headers
        return document(await self.send(url, method=method, headers=sent, body=body))


async def _is_private(url: str) -> bool:
    return await outbound.refused(url, replace(default_network(), allowed=NOTHING)) is not None


@dataclass(frozen=True, slots=True)
class Document:
    """An answer whose body is a JSON object or array, if it is one; else `value` is None."""

    answer: Answer
    value: Any

    @property
    def is_ok(self) -> bool:
        return self.answer.status_code is not None and 200 <= self.answer.status_code < 300

    def at(self, *path: str) -> Any:
        """What is there at a path of names; None if it is not."""
        found = self.value
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found


def document(answer: Answer) -> Document:
    try:
        value = json.loads(answer.body) if answer.body and not answer.truncated else None
    except (ValueError, RecursionError):
        value = None
    return Document(answer, value if isinstance(value, dict | list) else None)
