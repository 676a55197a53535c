"""What was published of a page last, and what visitors have been told of since: kept with the page, not in its files.

From it and the records a lost bucket is made again, byte for byte, and events are numbered once whatever dies.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

MOST_EVENTS = 50
"""How far back a visitor may have been away and still get every event."""

SLOT = timedelta(minutes=5)
"""While there is an outage, a page is published again in each, so that its figures fall with it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slot(at: datetime) -> datetime:
    """When the slot began that an instant is in.

    >>> slot(datetime(2026, 3, 1, 12, 4, 59, tzinfo=UTC)).isoformat()
    '2026-03-01T12:00:00+00:00'
    """
    return at - (at - _EPOCH) % SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEvent:
    number: int
    """Rises by one with each event of a page."""
    data: str
    """JSON, as it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    page_id: int
    workspace_id: int
    digest: str
    """Of the snapshot that was published."""
    content: str
    """Of what it shows apart from the uptime bars, which move on by themselves."""
    updated_at: datetime
    """When that snapshot was first seen: what every file says was the last change."""
    counted_in: datetime | None = None
    """The slot of the snapshot, if there was an outage."""
    number: int = 0
    """Of the newest event."""
    events: tuple[PageEvent, ...] = ()
    """The newest ones, oldest first."""
    statuses: dict[int, str] = field(default_factory=dict)
    """Of each component, as published."""
    updates: dict[int, int] = field(default_factory=dict)
    """Of each announcement that is shown, those that are over too, how many."""
    revision: int = 0
