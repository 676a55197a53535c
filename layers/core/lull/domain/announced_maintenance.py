"""What a maintenance window with `autoPublishToStatusPage` tells on the pages that show its projects.

One announcement for each occurrence and page, whose identity is just that: the window, the number of the occurrence and
the page. Rules: section 5 of the semantics.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lull.domain.announcements import OVER, Announcement, Impact, Stage, Status, advanced, announced, edited, updated
from lull.domain.maintenance_windows import MaintenanceWindow, State
from lull.domain.rescheduling import moved

DESCRIPTION = "Maintenance is planned for this time."
ENDED = "The maintenance has ended."
CANCELLED = "The maintenance was cancelled."
WITHDRAWN = "The maintenance does not concern this page any more."
AGAIN = "The maintenance is planned again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """That an occurrence of a window has its announcement on a page."""

    occurrence: int
    page_id: int
    announcement_id: int
    title: str | None = None
    """What the window called it last; None in records that are older than this field."""
    withdrawn: bool = False
    """The window stopped telling there: edited, it may do so again."""


def is_told(window: MaintenanceWindow | None) -> bool:
    return window is not None and window.auto_publish_to_status_page and not window.is_over


def is_settled(entry: Announced, window: MaintenanceWindow | None) -> bool:
    """Whether nothing can come of this occurrence any more."""
    # One that is later than the window's was told by somebody who knows more of the window.
    return window is None or window.is_over or entry.occurrence < window.occurrence


def noted(entry: Announced, announcement: Announcement, window: MaintenanceWindow, *, withdrawn: bool) -> Announced:
    """The entry, once this is the announcement. One that is over is not given another title."""
    title = entry.title if announcement.status is Status.RESOLVED else window.name
    return replace(entry, title=title, withdrawn=withdrawn)


def told(
    window: MaintenanceWindow, *, page_id: int, component_ids: Sequence[int], announcement_id: int, at: datetime
) -> Announcement:
    """The announcement of the current occurrence."""
    described = Announcement(
        id=announcement_id,
        page_id=page_id,
        workspace_id=window.workspace_id,
        title=window.name,
        impact=Impact.MINOR,
        component_ids=tuple(component_ids),
        scheduled_for=window.start_at,
        scheduled_until=window.end_at,
        window_id=window.id,
        created_at=at,
    )
    return announced(described, status=Status.INVESTIGATING, body=window.description or DESCRIPTION, at=at)


def retold(
    announcement: Announcement,
    window: MaintenanceWindow,
    *,
    component_ids: Sequence[int],
    withdrawn: bool,
    titled: str | None = None,
    at: datetime,
) -> Announcement:
    """The announcement as the window has it now, other times being told by an update. What a person wrote or resolved
    stays; a title that a person gave it does until the window, which called it `titled`, has another name."""
    before = announcement = advanced(announcement, at=at)
    # A window that was put off is told again, although its announcement has come to the end that it had.
    ended = announcement.status is Status.RESOLVED and announcement.updates[-1].body == OVER
    reopened = (withdrawn or ended) and announcement.status is Status.RESOLVED and at < window.end_at
    if reopened:
        announcement = replace(announcement, stage=Stage.AHEAD)
        announcement = updated(announcement, status=Status.INVESTIGATING, body=AGAIN, at=at)
    if announcement.status is Status.RESOLVED:
        return announcement
    times = (window.start_at, window.end_at)
    is_moved = announcement.scheduled_for != window.start_at
    stage = Stage.AHEAD if is_moved and announcement.stage is Stage.BEGUN else announcement.stage
    if not reopened and times != (announcement.scheduled_for, announcement.scheduled_until):
        announcement = moved(announcement, *times, at=at)
    first = replace(announcement.updates[0], body=window.description or DESCRIPTION)
    changed = replace(
        announcement,
        title=announcement.title if window.name == titled else window.name,
        component_ids=tuple(component_ids),
        scheduled_for=window.start_at,
        scheduled_until=window.end_at,
        stage=stage,
        updates=(first, *announcement.updates[1:]),
    )
    return advanced(edited(changed, before, at=at), at=at)


def closed(
    announcement: Announcement, window: MaintenanceWindow | None, entry: Announced, at: datetime
) -> Announcement:
    """Resolved, saying why; unless it is."""
    announcement = advanced(announcement, at=at)
    if announcement.status is Status.RESOLVED:
        return announcement
    return updated(announcement, status=Status.RESOLVED, body=_reason(window, entry), at=at)


def _reason(window: MaintenanceWindow | None, entry: Announced) -> str:
    if window is None or window.state is State.CANCELLED:
        return CANCELLED
    return ENDED if is_settled(entry, window) else WITHDRAWN
