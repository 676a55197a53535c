"""Notices: what subscribers of a page are sent, each once. What is owed follows from a change of an announcement."""

from dataclasses import dataclass

from lull.domain.announcements import Announcement, Stage, Status, Update, calls_off
from lull.domain.deliveries import Sending

BEGUN = "begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Sending):
    """One thing told to one subscriber. `subject` names it: the same subject is never sent twice."""

    workspace_id: int
    page_id: int
    subscriber_id: int
    announcement_id: int | None = None
    """None for a request to confirm."""
    subject: str

    @property
    def message_id(self) -> str:
        """The same for each try, so that a receiver can tell a repetition."""
        return f"msg_{self.subscriber_id}_{self.announcement_id or 0}_{self.subject}"


def subjects(before: Announcement | None, after: Announcement | None) -> list[str]:
    """What is to be told once an announcement was changed so: each new update, or else that its time has begun."""
    if after is None:
        return []
    known = len(before.updates) if before else 0
    if told := [f"update-{each.id}" for each in after.updates[known:]]:
        return told
    begins = before is not None and before.stage is Stage.AHEAD and after.stage is Stage.BEGUN
    if not begins or after.scheduled_for is None:
        return []
    # One that was put off begins again.
    return [f"{BEGUN}-{int(after.scheduled_for.timestamp())}"]


def update_of(announcement: Announcement, subject: str) -> Update | None:
    """The update that a subject names; None for a beginning, and for one that is not there."""
    kind, _, number = subject.partition("-")
    if kind != "update":
        return None
    return next((each for each in announcement.updates if each.id == int(number)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a notice says, whatever carries it."""

    type: str
    """`announcement.created`, `announcement.updated`, `announcement.resolved`, `maintenance.scheduled`,
    `maintenance.started`, `maintenance.updated`, `maintenance.ended`, `maintenance.cancelled`."""
    heading: str
    body: str
    """Markdown."""
    update: Update


_HEADINGS = {
    Status.INVESTIGATING: "Investigating",
    Status.IDENTIFIED: "Identified",
    Status.MONITORING: "Monitoring",
    Status.RESOLVED: "Resolved",
}


def telling(announcement: Announcement, subject: str) -> Telling | None:
    """What a subject says; None if there is no such update any more."""
    planned = announcement.scheduled_for is not None
    kind = "maintenance" if planned else "announcement"
    if subject.startswith(BEGUN):
        update = announcement.updates[0]
        return Telling(type=f"{kind}.started", heading="Started", body=update.body, update=update)
    found = update_of(announcement, subject)
    if found is None:
        return None
    if planned and _calls_off(announcement, found):
        what, heading = "cancelled", "Cancelled"
    elif found.status is Status.RESOLVED:
        what, heading = ("ended", "Ended") if planned else ("resolved", "Resolved")
    elif found.id == 1:
        what, heading = ("scheduled", "Scheduled") if planned else ("created", _HEADINGS[found.status])
    else:
        what, heading = "updated", "Update" if planned else _HEADINGS[found.status]
    return Telling(type=f"{kind}.{what}", heading=heading, body=found.body, update=found)


def _calls_off(announcement: Announcement, update: Update) -> bool:
    begins = announcement.scheduled_for
    return calls_off(status=update.status, body=update.body, told_at=update.created_at, begins=begins)
