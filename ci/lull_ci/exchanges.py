"""Requests that are tried again until they are answered, or time is up."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from lull_ci.deadlines import within
from lull_ci.errors import Misused, Unreachable
from lull_ci.texts import one_line

if TYPE_CHECKING:
    import httpx

_TRY_AGAIN = {429, 502, 503, 504}
FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 8.0
_ONE_REQUEST = 10.0
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Service:
    name: str
    variable: str
    """That says where it is."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Exchanges:
    """Every request of one command; together they take `seconds` at most, and the pauses between them count."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._opened: httpx.Client | None = None

    def close(self) -> None:
        if self._opened:
            self._opened.close()

    def allow(self, seconds: float) -> None:
        """From now on `seconds` more, and no longer."""
        self._deadline = time.monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        return self._deadline - time.monotonic()

    def send(self, service: Service, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        """The answer, whatever its status.

        Raises Unreachable if there is none in time, Misused if the environment leads to an address that nothing has.
        """
        pause = FIRST_PAUSE
        while True:
            answer, trouble = self._tried(service, method, url, headers, body)
            if answer and answer.status not in _TRY_AGAIN:
                return answer
            asked = _retry_after(answer.headers) if answer else None
            wait = pause * random.uniform(0.75, 1.25) if asked is None else asked
            if wait >= self.seconds_left:
                wish = f" and asks to wait {asked:.0f} s" if asked else ""
                raise Unreachable(f"{service.name} is not reachable: {trouble}{wish}")
            time.sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _tried(
        self, service: Service, method: str, url: str, headers: Mapping[str, str], body: Any
    ) -> tuple[Answer | None, str]:
        """The answer and its status in words; None and what went wrong."""
        import httpx

        from lull_ci import clients

        client = self._opened = self._opened or clients.client()
        at_most = max(0.1, min(_ONE_REQUEST, self.seconds_left))
        try:
            answer = within(
                at_most, lambda: _answered(client, method, url, headers=headers, json=body, timeout=at_most)
            )
        except (TimeoutError, httpx.TimeoutException):
            # It may still be busy.
            self._opened = None
            return None, f"no answer within {at_most:.0f} s"
        except httpx.HTTPError as error:
            return None, one_line(error) or type(error).__name__
        except (UnicodeError, httpx.InvalidURL) as error:
            raise Misused(clients.wrong_address(service.variable)) from error
        return answer, f"it answers {answer.status}" if answer else "its answer does not end"


def _answered(client: httpx.Client, method: str, url: str, **how: Any) -> Answer | None:
    """None for one that is too long."""
    with client.stream(method, url, **how) as response:
        read = b""
        for chunk in response.iter_bytes():
            read += chunk
            if len(read) > _LARGEST:
                return None
        return Answer(response.status_code, response.headers, read)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds (RFC 9110, 10.2.3); None if it does not say, or cannot be meant."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
