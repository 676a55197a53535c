"""What came of one HTTP request."""

from dataclasses import dataclass
from enum import StrEnum


class Failure(StrEnum):
    """Why there is no answer."""

    INVALID_REQUEST = "INVALID_REQUEST"
    """A URL, method or header that is not sent to anybody."""
    DNS = "DNS"
    REFUSED_ADDRESS = "REFUSED_ADDRESS"
    """The name leads where the system may not connect to."""
    CONNECT = "CONNECT"
    TLS = "TLS"
    TIMEOUT = "TIMEOUT"
    DISCONNECTED = "DISCONNECTED"
    PROTOCOL = "PROTOCOL"
    """What came is not HTTP, or not all of it came."""
    TOO_MANY_REDIRECTS = "TOO_MANY_REDIRECTS"
    REFUSED_REDIRECT = "REFUSED_REDIRECT"
    """From https to http, or to something that is no URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Either a status code and the start of a body, or a failure and its reason."""

    status_code: int | None = None
    body: bytes = b""
    truncated: bool = False
    """Whether there is more of the body than this."""
    failure: Failure | None = None
    reason: str | None = None
    """A sentence safe to show: it names no address and repeats nothing that was received."""
    elapsed_ms: int = 0
    """From the look-up of the name to the last byte that was read."""
