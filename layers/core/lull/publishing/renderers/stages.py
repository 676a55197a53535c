"""How far an announcement has got, in the words of the Statuspage convention."""

from lull.domain.announcements import Status
from lull.publishing.snapshot import AnnouncementSnapshot, UpdateSnapshot


def stage(announcement: AnnouncementSnapshot, update: UpdateSnapshot) -> str:
    """What an update says. Planned work is not investigated: it is scheduled, in progress, verifying, completed."""
    begins = announcement.scheduled_for
    if begins is None:
        return update.status.lower()
    if update.status == Status.RESOLVED:
        return "completed"
    return "scheduled" if update.created_at < begins else running(update)


def running(update: UpdateSnapshot) -> str:
    """Of planned work under way whose latest update this is, whenever it was written."""
    return "verifying" if update.status == Status.MONITORING else "in_progress"
