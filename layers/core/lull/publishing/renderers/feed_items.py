"""What becomes of a page's announcements and outages in its feeds.

An item for each update of an announcement, and for each begin and end of an outage. Their ids never change, and none is
used twice: readers tell people what has an id that they have not seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from lull.publishing.renderers.identity import announcement_url, page_url, tag
from lull.publishing.renderers.markdown import html
from lull.publishing.renderers.stages import stage
from lull.publishing.snapshot import FAREWELL, AnnouncementSnapshot, IncidentSnapshot, StatusSnapshot, UpdateSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    id: str
    title: str
    html: str
    link: str
    at: datetime
    updated_at: datetime
    """When what it says was changed last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An item to be, before its text is made."""

    at: datetime
    updated_at: datetime
    order: tuple[str, int, int]
    """Among those of the same moment: by what it is, so that it stays where it is when others are renamed or moved."""
    about: tuple[AnnouncementSnapshot, UpdateSnapshot] | tuple[IncidentSnapshot, bool]
    """An update, or an outage and whether it is its begin."""
    component_ids: tuple[int, ...] | None
    """The components whose feeds have it; None for all."""


def newest_first(snapshot: StatusSnapshot, now: datetime) -> list[Told]:
    return sorted(_told(snapshot, now), key=lambda each: (each.at, each.order), reverse=True)


def _told(snapshot: StatusSnapshot, now: datetime) -> Iterator[Told]:
    for announcement in (*snapshot.announcements, *snapshot.scheduled, *_over(snapshot)):
        for update in announcement.updates:
            yield Told(
                at=min(update.created_at, now),
                updated_at=min(max(update.created_at, announcement.edited_at or update.created_at), now),
                order=("announcement", announcement.id, update.id),
                about=(announcement, update),
                component_ids=None if announcement.general else announcement.component_ids,
            )
    for incident in snapshot.incidents:
        for number, at in enumerate((incident.started_at, incident.resolved_at)):
            if at is not None:
                yield Told(
                    at=min(at, now),
                    updated_at=min(at, now),
                    order=("incident", incident.id, number),
                    about=(incident, number == 0),
                    component_ids=(incident.component_id,),
                )


def _over(snapshot: StatusSnapshot) -> Iterator[AnnouncementSnapshot]:
    for announcement in snapshot.resolved:
        age = snapshot.today - announcement.updates[-1].created_at.astimezone(UTC).date()
        if snapshot.show_incident_history or age <= FAREWELL:
            yield announcement


def item(snapshot: StatusSnapshot, told: Told, *, base_url: str) -> Item:
    if isinstance(told.about[0], IncidentSnapshot):
        return _of_incident(snapshot, told, *told.about, base_url)
    return _of_update(snapshot, told, *told.about, base_url)


def _of_update(
    snapshot: StatusSnapshot, told: Told, announcement: AnnouncementSnapshot, update: UpdateSnapshot, base_url: str
) -> Item:
    word = stage(announcement, update).replace("_", " ").capitalize()
    return Item(
        id=tag(snapshot, "announcement", announcement.id, "update", update.id),
        title=f"{word}: {announcement.title}",
        html=html(update.body) + _planned(announcement) + _concerned(snapshot, announcement),
        link=announcement_url(snapshot, base_url, announcement.id),
        at=told.at,
        updated_at=told.updated_at,
    )


def _planned(announcement: AnnouncementSnapshot) -> str:
    begins, ends = announcement.scheduled_for, announcement.scheduled_until
    return f"<p>{_minute(begins)} to {_minute(ends)} UTC</p>\n" if begins and ends else ""


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def _concerned(snapshot: StatusSnapshot, announcement: AnnouncementSnapshot) -> str:
    names = ", ".join(escape(snapshot.component(each).name) for each in announcement.component_ids)
    return f"<p>Affects: {names}</p>\n" if names else ""


def _of_incident(snapshot: StatusSnapshot, told: Told, incident: IncidentSnapshot, began: bool, base_url: str) -> Item:
    title = f"{incident.component_name} is down" if began else f"{incident.component_name} is no longer down"
    return Item(
        id=tag(snapshot, "incident", incident.id, "began" if began else "over"),
        title=title,
        html=f"<p>{escape(title)}</p>\n",
        link=page_url(snapshot, base_url, f"incident-{incident.id}"),
        at=told.at,
        updated_at=told.updated_at,
    )
