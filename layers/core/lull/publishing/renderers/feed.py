"""What both feeds of a page say: an item for each update of an announcement, and for each begin and end of an outage.

Their ids never change and are never used twice; readers tell people what has an id that they have not seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

from lull.publishing.renderers.identity import announcement_url, data_url, page_url, tag
from lull.publishing.renderers.markdown import html
from lull.publishing.renderers.stages import stage
from lull.publishing.snapshot import AnnouncementSnapshot, IncidentSnapshot, StatusSnapshot, UpdateSnapshot

LANGUAGE = "en"
MOST_ITEMS = 50
# A page that shows no past still has to say in its feed that something is over.
_FAREWELL = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    id: str
    title: str
    html: str
    link: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Titles and descriptions are as owners wrote them, not escaped."""

    id: str
    title: str
    description: str
    link: str
    """The page that people read."""
    below: str
    """The URL below which the feed itself is."""
    updated_at: datetime
    """When the newest item was written; when the page was created, if there is none."""
    items: tuple[Item, ...]
    """Newest first."""


def feed(snapshot: StatusSnapshot, updated_at: datetime, *, base_url: str, component_id: int | None = None) -> Feed:
    """Of the page, or of one component: what names it, and what is written of none in particular."""
    items = sorted(_items(snapshot, updated_at, base_url, component_id), key=lambda each: (each[0].at, each[1]))
    newest = tuple(item for item, _ in reversed(items[-MOST_ITEMS:]))
    component = None if component_id is None else snapshot.component(component_id)
    title = f"{snapshot.name} · {component.name}" if component else snapshot.name
    return Feed(
        id=tag(snapshot, *(("component", component.id) if component else ())),
        title=title,
        description=f"Announcements and outages of {title}",
        link=page_url(snapshot, base_url),
        below=data_url(snapshot, base_url, component_id),
        updated_at=newest[0].at if newest else min(snapshot.created_at, updated_at),
        items=newest,
    )


Order = tuple[str, int, int]
"""Of items of the same moment: by what they are, so that nothing moves when something else is renamed or moved."""


def _items(
    snapshot: StatusSnapshot, now: datetime, base_url: str, component_id: int | None
) -> Iterator[tuple[Item, Order]]:
    for announcement in (*snapshot.announcements, *snapshot.scheduled, *_over(snapshot)):
        if component_id is None or announcement.general or component_id in announcement.component_ids:
            for update in announcement.updates:
                item = _of_update(snapshot, announcement, update, now, base_url)
                yield item, ("announcement", announcement.id, update.id)
    for incident in snapshot.incidents:
        if component_id in (None, incident.component_id):
            for began, at in ((True, incident.started_at), (False, incident.resolved_at)):
                if at is not None:
                    yield _of_incident(snapshot, incident, began, min(at, now), base_url), _order(incident, began)


def _over(snapshot: StatusSnapshot) -> Iterator[AnnouncementSnapshot]:
    for announcement in snapshot.resolved:
        age = snapshot.today - announcement.updates[-1].created_at.astimezone(UTC).date()
        if snapshot.show_incident_history or age <= _FAREWELL:
            yield announcement


def _of_update(
    snapshot: StatusSnapshot, announcement: AnnouncementSnapshot, update: UpdateSnapshot, now: datetime, base_url: str
) -> Item:
    word = stage(announcement, update).replace("_", " ").capitalize()
    return Item(
        id=tag(snapshot, "announcement", announcement.id, "update", update.id),
        title=f"{word}: {announcement.title}",
        html=html(update.body) + _planned(announcement) + _concerned(snapshot, announcement),
        link=announcement_url(snapshot, base_url, announcement.id),
        at=min(update.created_at, now),
    )


def _planned(announcement: AnnouncementSnapshot) -> str:
    begins, ends = announcement.scheduled_for, announcement.scheduled_until
    return f"<p>{_minute(begins)} to {_minute(ends)} UTC</p>\n" if begins and ends else ""


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def _concerned(snapshot: StatusSnapshot, announcement: AnnouncementSnapshot) -> str:
    names = ", ".join(escape(snapshot.component(each).name) for each in announcement.component_ids)
    return f"<p>Concerns {names}</p>\n" if names else ""


def _of_incident(
    snapshot: StatusSnapshot, incident: IncidentSnapshot, began: bool, at: datetime, base_url: str
) -> Item:
    title = f"{incident.component_name} is down" if began else f"{incident.component_name} is no longer down"
    return Item(
        id=tag(snapshot, "incident", incident.id, "began" if began else "over"),
        title=title,
        html=f"<p>{escape(title)}</p>\n",
        link=page_url(snapshot, base_url, f"incident-{incident.id}"),
        at=at,
    )


def _order(incident: IncidentSnapshot, began: bool) -> Order:
    return ("incident", incident.id, 0 if began else 1)
