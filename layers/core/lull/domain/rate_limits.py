"""How often one address may ask for one page: the numbers of seed 003, in a window that slides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from lull.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class Limit:
    kind: str
    most: int
    window: timedelta


AUTH = Limit("auth", 5, timedelta(minutes=5))
DATA = Limit("data", 30, timedelta(seconds=60))
FEED = Limit("feed", 10, timedelta(seconds=60))
SUBSCRIBE = Limit("subscribe", 5, timedelta(seconds=60))
VERIFY = Limit("verify", 10, timedelta(seconds=60))
"""Not of the seed: each is a few questions to name servers."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit, and how long until more is."""

    limit: Limit
    remaining: int
    resets_in: timedelta


class TooManyRequests(DomainError):
    def __init__(self, allowance: Allowance) -> None:
        limit = allowance.limit
        super().__init__(f"at most {limit.most} requests in {limit.window.total_seconds():.0f} seconds")
        self.allowance = allowance


def counted(limit: Limit, hits: Sequence[datetime], *, at: datetime) -> tuple[tuple[datetime, ...], Allowance]:
    """The requests that count from now on, with this one, and what is left. Raises TooManyRequests.

    `hits` rise. A clock that lags behind that of who came before does not open the window again.
    """
    now = max([at, *hits[-1:]])
    recent = tuple(hit for hit in hits if now - hit < limit.window)[-limit.most :]
    if len(recent) >= limit.most:
        raise TooManyRequests(Allowance(limit, 0, recent[0] + limit.window - now))
    kept = (*recent, now)
    return kept, Allowance(limit, limit.most - len(kept), kept[0] + limit.window - now)


def network_of(address: str) -> str:
    """Whom an address is counted for: an IPv6 customer has a whole /64.

    >>> network_of("2001:db8:1:2:3::4")
    '2001:db8:1:2::'
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
