"""How far an announcement has got, in the words of the Statuspage convention and one that it lacks: cancelled."""

from datetime import datetime

from lull.domain.announcements import Status, calls_off, is_record, resolution
from lull.publishing.snapshot import AnnouncementSnapshot, UpdateSnapshot


def stage(announcement: AnnouncementSnapshot, update: UpdateSnapshot) -> str:
    """What an update says. Planned work is not investigated: it is scheduled, in progress, verifying, completed.

    Or cancelled, before it began.
    """
    begins = announcement.scheduled_for
    if begins is None:
        return update.status.lower()
    if update.status == Status.RESOLVED:
        return "cancelled" if _calls_off(announcement, update) else "completed"
    if _is_recorded_by(announcement, update):
        return "completed"
    return "scheduled" if update.created_at < begins else running(update)


def told_of(announcement: AnnouncementSnapshot, update: UpdateSnapshot) -> datetime:
    """The time that an update tells of: what ended as planned did so then, whenever it was written down."""
    ends, over = announcement.scheduled_until, announcement.resolved_at
    if ends and _is_recorded_by(announcement, update):
        return ends
    return over if over and update == resolution(announcement.updates) else update.created_at


def _is_recorded_by(announcement: AnnouncementSnapshot, update: UpdateSnapshot) -> bool:
    return update.id == 1 and is_record(announcement.created_at, announcement.scheduled_until)


def running(update: UpdateSnapshot) -> str:
    """Of planned work under way whose latest update this is, whenever it was written."""
    return "verifying" if update.status == Status.MONITORING else "in_progress"


def is_cancelled(announcement: AnnouncementSnapshot) -> bool:
    """Planned work that did not take place."""
    return _calls_off(announcement, announcement.updates[-1])


def began_at(announcement: AnnouncementSnapshot) -> datetime:
    """Planned work belongs where it took place; what was called off before, where it was announced."""
    planned = announcement.scheduled_for
    return announcement.created_at if planned is None or is_cancelled(announcement) else planned


def _calls_off(announcement: AnnouncementSnapshot, update: UpdateSnapshot) -> bool:
    return calls_off(
        status=update.status, body=update.body, told_at=update.created_at, begins=announcement.scheduled_for
    )
