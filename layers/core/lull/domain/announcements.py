"""Announcements of status pages: what their owners tell visitors, update by update.

    not scheduled                   open ──► resolved ──► open ─ ─ ►
    scheduled         scheduled ──► open ──► resolved ──► open ─ ─ ►

The status is that of the latest update. What a schedule has brought about by some moment follows from the record and
the clock alone (`advanced`): a wake-up only writes down what everybody sees already, so a late one harms nobody. Rules:
seed 003, section 6 of the semantics.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from typing import Protocol

from lull.domain.errors import FieldError, Invalid, invalid


class Status(StrEnum):
    INVESTIGATING = "INVESTIGATING"
    IDENTIFIED = "IDENTIFIED"
    MONITORING = "MONITORING"
    RESOLVED = "RESOLVED"


class Impact(StrEnum):
    NONE = "NONE"
    MINOR = "MINOR"
    MAJOR = "MAJOR"
    CRITICAL = "CRITICAL"


class Stage(StrEnum):
    """How far a schedule has got."""

    AHEAD = "AHEAD"
    BEGUN = "BEGUN"
    SETTLED = "SETTLED"
    """Its end has come, or somebody resolved it before. It does nothing by itself any more."""


class Phase(StrEnum):
    """Under what an announcement is listed."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    RESOLVED = "resolved"


MAX_UPDATES = 200
"""Of one announcement, not counting those that resolve it."""
MAX_TEXT = 150_000
"""Bytes of all updates of one announcement in UTF-8: what JSON makes of them fits into one item."""
MAX_OPEN = 50
"""Announcements of one page that people have written and that are not resolved: a page is for reading."""

SENTENCES = {
    Status.INVESTIGATING: "We are investigating.",
    Status.IDENTIFIED: "The cause has been identified.",
    Status.MONITORING: "We are monitoring the result.",
    Status.RESOLVED: "This has been resolved.",
}
"""The text of an update that came with nothing but a status."""
OVER = "The scheduled time is over."
FULL = f"there is no room: an announcement has at most {MAX_UPDATES} updates with {MAX_TEXT:,} bytes in all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    id: int
    """1, 2, 3… within its announcement."""
    status: Status
    body: str
    """Markdown."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What visitors are told about one matter. `updates` are in their order, and never empty."""

    id: int
    page_id: int
    workspace_id: int
    title: str
    impact: Impact = Impact.MINOR
    component_ids: tuple[int, ...] = ()
    """Components of the page that it concerns; some may be gone."""
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    stage: Stage = Stage.SETTLED
    updates: tuple[Update, ...] = ()
    window_id: int | None = None
    """The maintenance window that it tells of, if it was not written by hand."""
    created_at: datetime
    edited_at: datetime | None = None
    """When its title, impact, components or first text were changed last; None if they never were."""
    revision: int = 0

    @property
    def status(self) -> Status:
        return self.updates[-1].status

    @property
    def body(self) -> str:
        """What it said first."""
        return self.updates[0].body

    @property
    def updated_at(self) -> datetime:
        return max(self.updates[-1].created_at, self.edited_at or self.created_at)

    @property
    def resolved_at(self) -> datetime | None:
        """When it was over, by its schedule if nothing else ended it; None while it is not."""
        if self.status is not Status.RESOLVED:
            return None
        return ended_at(self.updates, created_at=self.created_at, until=self.scheduled_until)

    @property
    def phase(self) -> Phase:
        """As the record has it; ask `advanced` first to have it by the clock."""
        if self.status is Status.RESOLVED:
            return Phase.RESOLVED
        return Phase.SCHEDULED if self.stage is Stage.AHEAD else Phase.OPEN

    @property
    def due_at(self) -> datetime | None:
        """When somebody must look at it next."""
        return {Stage.AHEAD: self.scheduled_for, Stage.BEGUN: self.scheduled_until}.get(self.stage)


def announced(described: Announcement, *, status: Status, body: str, at: datetime) -> Announcement:
    """A new announcement as it stands at `at`, its text being its first update.

    What is over by then is a record of it: its text tells of what has been. Raises Invalid naming `scheduledFor` or
    `scheduledUntil` unless both or neither are there, in this order, and `status` if it would be over before it begins.
    """
    begins, ends = described.scheduled_for, described.scheduled_until
    errors = wrong_times(begins, ends)
    if begins is not None and begins > at and status is Status.RESOLVED:
        errors.append(FieldError("status", "must not be RESOLVED before scheduledFor"))
    if errors:
        raise Invalid(*errors)
    stage = Stage.SETTLED if begins is None else Stage.AHEAD
    first = replace(described, stage=stage, updates=(), created_at=at)
    if ends is not None and ends <= at:
        status = Status.RESOLVED
    return advanced(with_update(first, status, body, at), at=at)


def wrong_times(begins: datetime | None, ends: datetime | None) -> list[FieldError]:
    """What is wrong with them unless both or neither are there, in this order."""
    if begins is None and ends is not None:
        return [FieldError("scheduledFor", "is required together with scheduledUntil")]
    if ends is None and begins is not None:
        return [FieldError("scheduledUntil", "is required together with scheduledFor")]
    if begins is not None and ends is not None and ends <= begins:
        return [FieldError("scheduledUntil", "must be after scheduledFor")]
    return []


def check_components(component_ids: Collection[int], of_page: Collection[int]) -> None:
    """Raises Invalid naming each of the components that is not one of the page."""
    errors = [
        FieldError(f"componentIds.{position}", f"there is no component {component_id} on this page")
        for position, component_id in enumerate(component_ids)
        if component_id not in of_page
    ]
    if errors:
        raise Invalid(*errors)


def advanced(announcement: Announcement, *, at: datetime) -> Announcement:
    """The announcement after all that its schedule brings about until `at`."""
    begins, ends = announcement.scheduled_for, announcement.scheduled_until
    if announcement.stage is Stage.AHEAD and begins and begins <= at:
        announcement = replace(announcement, stage=Stage.BEGUN)
    if announcement.stage is Stage.BEGUN and ends and ends <= at:
        return with_update(announcement, Status.RESOLVED, OVER, ends)
    return announcement


class Told(Protocol):
    """An update, as whoever shows it has it."""

    @property
    def id(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


def resolution(updates: Sequence[Told]) -> Told:
    """Of what is resolved, the update that resolved it; those that follow only add to it."""
    over = list(takewhile(lambda each: each.status == Status.RESOLVED, reversed(updates)))
    return over[-1] if over else updates[-1]


def ended_at(updates: Sequence[Told], *, created_at: datetime, until: datetime | None) -> datetime:
    """When what is resolved was over: when somebody said so, or when its time was over, whoever noted that and when."""
    last = resolution(updates)
    by_itself = last.body == OVER or (last.id == 1 and is_record(created_at, until))
    return min(last.created_at, until) if until and by_itself else last.created_at


def is_record(created_at: datetime, until: datetime | None) -> bool:
    """Whether it was written after the time that it tells of."""
    return until is not None and created_at >= until


def edited(announcement: Announcement, before: Announcement, *, at: datetime) -> Announcement:
    """With the time of the change if, updates aside, it does not say what it said before."""
    if _said(announcement) == _said(before):
        return announcement
    return replace(announcement, edited_at=max(at, announcement.updated_at))


def _said(announcement: Announcement) -> tuple[object, ...]:
    return announcement.title, announcement.impact, announcement.component_ids, announcement.body


def calls_off(*, status: str, body: str, told_at: datetime, begins: datetime | None) -> bool:
    """Whether an update says that planned work does not take place: it resolves what had not begun by then."""
    # What had come to its end and was put off afterwards did take place, as far as anybody was told.
    return status == Status.RESOLVED and begins is not None and told_at < begins and body != OVER


def updated(
    announcement: Announcement, *, status: Status | None, body: str, at: datetime, field: str = "body"
) -> Announcement:
    """With another update, which has the status of the one before unless it says another.

    Raises Invalid naming `field` if the announcement is full; it can be resolved nevertheless.
    """
    status = status or announcement.status
    if not has_room(announcement, body, status):
        raise invalid(field, FULL)
    return with_update(announcement, status, body, at)


def has_room(announcement: Announcement, body: str, status: Status | None = None) -> bool:
    """Whether another update fits in; one that resolves it always does, but for its text."""
    text = sum(len(each.body.encode()) for each in announcement.updates) + len(body.encode())
    resolves = status is Status.RESOLVED and announcement.status is not Status.RESOLVED
    return text <= MAX_TEXT and (len(announcement.updates) < MAX_UPDATES or resolves)


def with_status(announcement: Announcement, status: Status | None, *, at: datetime) -> Announcement:
    """A change of status is an update; the status that it has already changes nothing."""
    if status is None or status is announcement.status:
        return announcement
    return updated(announcement, status=status, body=SENTENCES[status], at=at, field="status")


def with_update(announcement: Announcement, status: Status, body: str, at: datetime) -> Announcement:
    """As `updated`, whether there is room or not."""
    before = announcement.updates
    # Clocks differ and schedules end late; updates stay in their order all the same.
    at = max([at, *(each.created_at for each in before[-1:])])
    update = Update(id=len(before) + 1, status=status, body=body, created_at=at)
    stage = Stage.SETTLED if status is Status.RESOLVED else announcement.stage
    return replace(announcement, updates=(*before, update), stage=stage)
