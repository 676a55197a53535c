"""What is over, or will be: announcements and outages on one line of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from lull.publishing.renderers.bars import duration
from lull.publishing.renderers.stages import stage
from lull.publishing.renderers.times import time_element
from lull.publishing.snapshot import AnnouncementSnapshot, IncidentSnapshot, UpdateSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    at: datetime
    """When it began."""
    over_at: datetime | None
    anchor: str
    """The id of its element, which feeds link to."""
    title: str
    detail: str
    """HTML."""

    @property
    def is_over(self) -> bool:
        return self.over_at is not None


def newest_first(announcements: Iterable[AnnouncementSnapshot], incidents: Iterable[IncidentSnapshot]) -> list[Told]:
    everything = [*map(_of_announcement, announcements), *map(_of_incident, incidents)]
    return sorted(everything, key=lambda each: each.at, reverse=True)


def told(each: Told) -> str:
    return f'<article class="past" id="{each.anchor}"><h3><bdi>{escape(each.title)}</bdi></h3>{each.detail}</article>'


def heading(announcement: AnnouncementSnapshot, update: UpdateSnapshot) -> str:
    """What an update is headed. Planned work is not investigated; what ends before it begins is called off."""
    word = stage(announcement, update)
    begins = announcement.scheduled_for
    if word == "completed" and begins and update.created_at < begins:
        return "Cancelled"
    return "Planned" if word == "scheduled" else word.replace("_", " ").capitalize()


def _of_announcement(announcement: AnnouncementSnapshot) -> Told:
    began = announcement.scheduled_for or announcement.created_at
    over = announcement.updates[-1].created_at if announcement.status == "RESOLVED" else None
    anchor = f"announcement-{announcement.id}"
    return Told(at=began, over_at=over, anchor=anchor, title=announcement.title, detail=_times(began, over))


def _of_incident(incident: IncidentSnapshot) -> Told:
    times = _times(incident.started_at, incident.resolved_at)
    return Told(
        at=incident.started_at,
        over_at=incident.resolved_at,
        anchor=f"incident-{incident.id}",
        title=incident.title,
        detail=times,
    )


def _times(began: datetime, over: datetime | None) -> str:
    if over is None:
        return f"<p>Since {time_element(began)}</p>"
    seconds = max(0, int((over - began).total_seconds()))
    return f"<p>{time_element(began)}, {duration(seconds)}</p>"
