"""Planned work as a calendar to subscribe to: RFC 5545, with what RFC 7986 adds.

Work that was called off stays as such: an event that only disappears would stay in the calendars of some.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lull.publishing.renderers.content_lines import line, stamp, text
from lull.publishing.renderers.identity import announcement_url, page_url, uid
from lull.publishing.renderers.stages import is_cancelled
from lull.publishing.snapshot import AnnouncementSnapshot, MaintenanceSnapshot, StatusSnapshot

_KEPT = timedelta(days=90)
_LONGEST_TEXT = 4_000
# A calendar has one component at least (RFC 5545, section 3.6): with nothing planned it is the time zone that its
# times would be in. It has no METHOD, which would make it a message that asks for an ORGANIZER (RFC 5546, 3.2.1).
_UTC = (
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "TZNAME:UTC",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    uid: str
    sequence: int
    """Rises with every change."""
    changed_at: datetime
    start_at: datetime
    end_at: datetime
    summary: str
    description: str
    component_ids: tuple[int, ...]
    cancelled: bool
    url: str


def render(snapshot: StatusSnapshot, _updated_at: datetime, *, base_url: str) -> bytes:
    """`base_url` is where the public files are, without a slash at its end."""
    events = sorted(_events(snapshot, base_url), key=lambda each: (each.start_at, each.uid))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Lull//Status page//EN",
        line("NAME", text(snapshot.name)),
        line("X-WR-CALNAME", text(snapshot.name)),
        line("URL", page_url(snapshot, base_url)),
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *(each for event in events for each in _lines(event, snapshot)),
        *(() if events else _UTC),
        "END:VCALENDAR",
    ]
    return "".join(f"{each}\r\n" for each in lines).encode()


def _lines(event: _Event, snapshot: StatusSnapshot) -> Iterator[str]:
    names = [text(snapshot.component(each).name) for each in event.component_ids]
    yield "BEGIN:VEVENT"
    yield line("UID", event.uid)
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTAMP:{stamp(event.changed_at)}"
    yield f"LAST-MODIFIED:{stamp(event.changed_at)}"
    yield f"DTSTART:{stamp(event.start_at)}"
    yield f"DTEND:{stamp(event.end_at)}"
    yield line("SUMMARY", text(event.summary))
    if event.description:
        yield line("DESCRIPTION", text(event.description[:_LONGEST_TEXT]))
    if names:
        yield line("CATEGORIES", ",".join(names))
    yield f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}"
    # The time of those who look at it is as free as before.
    yield "TRANSP:TRANSPARENT"
    yield line("URL", event.url)
    yield "END:VEVENT"


def _events(snapshot: StatusSnapshot, base_url: str) -> Iterator[_Event]:
    for announcement in (*snapshot.announcements, *snapshot.scheduled, *snapshot.resolved):
        begins, ends = announcement.scheduled_for, announcement.scheduled_until
        if begins and ends and snapshot.today - ends.astimezone(UTC).date() <= _KEPT:
            yield _of_announcement(snapshot, announcement, begins, ends, base_url)
    for maintenance in snapshot.maintenances:
        if not maintenance.announced:
            yield _of_maintenance(snapshot, maintenance, base_url)


def _of_announcement(
    snapshot: StatusSnapshot, announcement: AnnouncementSnapshot, begins: datetime, ends: datetime, base_url: str
) -> _Event:
    latest = announcement.updates[-1]
    return _Event(
        uid=uid(snapshot, "announcement", announcement.id),
        sequence=len(announcement.updates),
        changed_at=latest.created_at,
        start_at=begins,
        end_at=ends,
        summary=announcement.title,
        description="\n\n".join(each.body for each in reversed(announcement.updates)),
        component_ids=announcement.component_ids,
        cancelled=is_cancelled(announcement),
        url=announcement_url(snapshot, base_url, announcement.id),
    )


def _of_maintenance(snapshot: StatusSnapshot, maintenance: MaintenanceSnapshot, base_url: str) -> _Event:
    return _Event(
        uid=uid(snapshot, "maintenance", maintenance.id, maintenance.occurrence),
        sequence=maintenance.edits,
        changed_at=maintenance.planned_at or snapshot.created_at,
        start_at=maintenance.start_at,
        end_at=maintenance.end_at,
        summary=maintenance.name,
        description=maintenance.description or "",
        component_ids=maintenance.component_ids,
        cancelled=False,
        url=page_url(snapshot, base_url),
    )
