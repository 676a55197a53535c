"""Other times for what an announcement plans. Each is told by an update, of which everybody hears who follows the page.

Calendars too: their SEQUENCE rises with the updates.
"""

from dataclasses import replace
from datetime import UTC, datetime

from lull.domain.announcements import FULL, Announcement, Stage, advanced, has_room, with_update, wrong_times
from lull.domain.errors import Conflict, FieldError, Invalid, invalid


def rescheduled(
    announcement: Announcement, begins: datetime | None, ends: datetime | None, *, at: datetime
) -> Announcement:
    """With these times, and an update that says so. Times that it has already change nothing.

    Raises Conflict where they are not the caller's to change (any more): both are while they lie ahead, the end is
    while the work is under way. Raises Invalid naming `scheduledFor` or `scheduledUntil`: both are there, in this
    order, and the end is to come; what does not take place is resolved.
    """
    was = (announcement.scheduled_for, announcement.scheduled_until)
    if (begins, ends) == was:
        return announcement
    if (begins is None) is not (ends is None):
        raise Invalid(*wrong_times(begins, ends))
    _require_changeable(announcement, begins)
    if begins is None or ends is None:
        message = "must not be null: what does not take place is resolved"
        raise Invalid(FieldError("scheduledFor", message), FieldError("scheduledUntil", message))
    _require_times(announcement, begins, ends, at=at)
    return advanced(moved(announcement, begins, ends, at=at), at=at)


def _require_changeable(announcement: Announcement, begins: datetime | None) -> None:
    if announcement.window_id is not None:
        raise Conflict("the times of this announcement are those of its maintenance window; change them there")
    if announcement.stage is Stage.SETTLED:
        is_planned = announcement.scheduled_for is not None
        raise Conflict("the schedule of this is over" if is_planned else "this announcement has no schedule")
    if announcement.stage is Stage.BEGUN and begins != announcement.scheduled_for:
        raise Conflict("scheduledFor is past: only scheduledUntil may change now")


def _require_times(announcement: Announcement, begins: datetime, ends: datetime, *, at: datetime) -> None:
    """What is wrong is the one that is to change."""
    if ends <= begins and ends == announcement.scheduled_until:
        raise invalid("scheduledFor", "must be before scheduledUntil")
    if errors := wrong_times(begins, ends):
        raise Invalid(*errors)
    if ends <= at:
        raise invalid("scheduledUntil", "must be in the future")
    if not has_room(announcement, _moved(announcement, begins, ends)):
        raise invalid("scheduledUntil" if begins == announcement.scheduled_for else "scheduledFor", FULL)


def moved(announcement: Announcement, begins: datetime, ends: datetime, *, at: datetime) -> Announcement:
    """With these times, whatever they are, and an update that says so unless it is full."""
    body = _moved(announcement, begins, ends)
    if has_room(announcement, body):
        announcement = with_update(announcement, announcement.status, body, at)
    return replace(announcement, scheduled_for=begins, scheduled_until=ends)


def _moved(announcement: Announcement, begins: datetime, ends: datetime) -> str:
    """What is said of it: Markdown, and in UTC, as the texts of feeds and mails are."""
    was = ""
    if announcement.scheduled_for and announcement.scheduled_until:
        was = f" instead of {_span(announcement.scheduled_for, announcement.scheduled_until)}"
    return f"The time has changed: {_span(begins, ends)}{was}."


def _span(begins: datetime, ends: datetime) -> str:
    begins, ends = begins.astimezone(UTC), ends.astimezone(UTC)
    until = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{ends:%Y-%m-%d %H:%M}"
    return f"{begins:%Y-%m-%d %H:%M} to {until} UTC"
