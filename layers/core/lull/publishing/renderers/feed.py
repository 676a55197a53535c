"""What both feeds of a page say, and those of its components."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lull.publishing.renderers.feed_items import Item, Told, item, newest_first
from lull.publishing.renderers.identity import data_url, page_url, tag
from lull.publishing.snapshot import StatusSnapshot

LANGUAGE = "en"
MOST_ITEMS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Titles and descriptions are as owners wrote them, not escaped."""

    component_id: int | None
    """The component that it is of; None for that of the page."""
    id: str
    title: str
    otherwise: str
    """Instead of a title of which nothing can be read."""
    description: str
    author: str
    link: str
    """The page that people read."""
    below: str
    """The URL below which the feed itself is."""
    updated_at: datetime
    """When the newest item was written or another changed; when the page was created, if there is none."""
    items: tuple[Item, ...]
    """Newest first."""


def feed(snapshot: StatusSnapshot, updated_at: datetime, *, base_url: str, component_id: int | None = None) -> Feed:
    """Of the page, or of one component: what names it, and what is written of none in particular.

    `base_url` is where the public files are, without a slash at its end.
    """
    return _feed(snapshot, updated_at, newest_first(snapshot, updated_at), {}, base_url, component_id)


def feeds(snapshot: StatusSnapshot, updated_at: datetime, *, base_url: str) -> Iterator[Feed]:
    """That of the page and those of its components: what several of them say is written once."""
    told = newest_first(snapshot, updated_at)
    items: dict[tuple[str, int, int], Item] = {}
    for component_id in (None, *(component.id for component in snapshot.components)):
        yield _feed(snapshot, updated_at, told, items, base_url, component_id)


def _feed(
    snapshot: StatusSnapshot,
    updated_at: datetime,
    told: Sequence[Told],
    items: dict[tuple[str, int, int], Item],
    base_url: str,
    component_id: int | None,
) -> Feed:
    """`items` are those that are written already; it adds its own."""
    chosen = [
        each
        for each in told
        if component_id is None or each.component_ids is None or component_id in each.component_ids
    ][:MOST_ITEMS]
    for each in chosen:
        if each.order not in items:
            items[each.order] = item(snapshot, each, base_url=base_url)
    component = None if component_id is None else snapshot.component(component_id)
    title = f"{snapshot.name} · {component.name}" if component else snapshot.name
    return Feed(
        component_id=component_id,
        id=tag(snapshot, *(("component", component.id) if component else ())),
        title=title,
        otherwise=snapshot.slug,
        description=f"Announcements and outages of {title}",
        author=snapshot.name,
        link=page_url(snapshot, base_url),
        below=data_url(snapshot, base_url, component_id),
        updated_at=max((each.updated_at for each in chosen), default=min(snapshot.created_at, updated_at)),
        items=tuple(items[each.order] for each in chosen),
    )
