"""The files of a page. Those of a PUBLIC one have the public paths as keys, so the CDN rewrites nothing."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lull.domain.health import ComponentStatus
from lull.domain.publications import PageEvent, Publication
from lull.publishing.places import (
    COMPONENT,
    DATA,
    EVENTS,
    FILES,
    FRESH,
    JSON,
    LIVE,
    SCRIPT,
    SITE,
    SVG,
    source_of,
)
from lull.publishing.renderers import (
    atom,
    badge,
    feed,
    history_json,
    history_page,
    ical,
    page,
    rss,
    shields,
    sse,
    status_json,
    statuspage_v2,
    subscribe,
    uptime_json,
    widget,
)
from lull.publishing.snapshot import ComponentSnapshot, StatusSnapshot

# Proxies of images keep what may be stale; they do honour short and explicit lifetimes.
_FRESH_IMAGE = "public, max-age=0, s-maxage=5, must-revalidate"
# The same for every page and most visits.
_CODE = "public, max-age=300, s-maxage=3600, stale-if-error=86400"

_KEPT = {SVG: _FRESH_IMAGE, SCRIPT: _CODE, EVENTS: LIVE}


@dataclass(frozen=True, slots=True)
class Rendered:
    body: bytes
    content_type: str
    cache_control: str
    is_source: bool = False
    """Nobody reads it as it is: the gate answers questions with a part of it."""


def render_all(
    snapshot: StatusSnapshot, publication: Publication, *, base_url: str, takes_mail: bool = False
) -> dict[str, Rendered]:
    """Every file of a page by its path. The same snapshot and publication give the same bytes.

    `base_url` is where the public files are, without a slash at its end. `takes_mail` offers updates by e-mail.
    """
    renderer = _Renderer(snapshot, publication, base_url, takes_mail)
    files = {
        pattern.format(slug=snapshot.slug, **values): Rendered(body, FILES[pattern], _KEPT.get(FILES[pattern], FRESH))
        for pattern, values, body in renderer.files()
    }
    sources = {source_of(path): Rendered(body, JSON, FRESH, is_source=True) for path, body in renderer.sources()}
    return files | sources


File = tuple[str, dict[str, object], bytes]


class _Renderer:
    def __init__(self, snapshot: StatusSnapshot, publication: Publication, base_url: str, takes_mail: bool) -> None:
        self._snapshot = snapshot
        self._publication = publication
        self._at = publication.updated_at
        self._base_url = base_url
        self._takes_mail = takes_mail

    def files(self) -> Iterator[File]:
        yield from self._pages()
        yield from self._documents()
        for component in self._snapshot.components:
            yield from self._of_component(component)

    def sources(self) -> Iterator[tuple[str, bytes]]:
        data = DATA.format(slug=self._snapshot.slug)
        yield f"{data}/events", self._events(self._publication.events)
        if self._snapshot.show_incident_history:
            yield f"{data}/history", history_json.render(self._snapshot, self._at)
        for component in self._snapshot.components:
            if component.timeline is not None:
                body = uptime_json.render(self._snapshot, self._at, component_id=component.id)
                yield f"{data}/components/{component.id}/uptime", body

    def _pages(self) -> Iterator[File]:
        since = sse.event_id(self._snapshot.id, self._publication.number)
        body = page.render(self._snapshot, self._at, base_url=self._base_url, takes_mail=self._takes_mail, since=since)
        yield SITE, {}, body
        yield f"{SITE}/subscribe", {}, subscribe.render(self._snapshot, self._at, takes_mail=self._takes_mail)
        if not self._snapshot.show_incident_history:
            return
        for number, month in enumerate(history_page.months(self._snapshot)):
            body = history_page.render(self._snapshot, self._at, month)
            yield f"{SITE}/history/{{month}}", {"month": month}, body
            if number == 0:
                yield f"{SITE}/history", {}, body

    def _documents(self) -> Iterator[File]:
        snapshot, at, base_url = self._snapshot, self._at, self._base_url
        for each in feed.feeds(snapshot, at, base_url=base_url):
            below, values = (DATA, {}) if each.component_id is None else (COMPONENT, _values(each.component_id))
            yield f"{below}/feed.rss", values, rss.write(each)
            yield f"{below}/feed.atom", values, atom.write(each)
        yield DATA, {}, status_json.render(snapshot, at)
        if snapshot.show_incident_history:
            yield f"{DATA}/history", {}, _json(history_json.document(json.loads(history_json.render(snapshot, at))))
        yield f"{DATA}/badge.svg", {}, badge.render(snapshot, at)
        yield f"{DATA}/badge.json", {}, shields.render(snapshot, at)
        yield f"{DATA}/widget.js", {}, widget.SCRIPT
        yield f"{DATA}/events", {}, self._events(())
        yield f"{DATA}/maintenance.ics", {}, ical.render(snapshot, at, base_url=base_url)
        for name, body in statuspage_v2.render(snapshot, at, base_url=base_url).items():
            yield f"{DATA}/api/v2/{{document}}.json", {"document": name}, body

    def _events(self, tail: Iterable[PageEvent]) -> bytes:
        """The public file only says where the stream stands: read again and again, it would tell the same each time."""
        calm = self._snapshot.status is ComponentStatus.OPERATIONAL
        return sse.render(self._snapshot.id, self._publication.number, tail, calm=calm)

    def _of_component(self, component: ComponentSnapshot) -> Iterator[File]:
        snapshot, at, values = self._snapshot, self._at, _values(component.id)
        published = json.loads(uptime_json.render(snapshot, at, component_id=component.id))
        if uptime := uptime_json.document(published, at=at):
            yield f"{COMPONENT}/uptime", values, _json(uptime)
        yield f"{COMPONENT}/badge.svg", values, badge.render(snapshot, at, component_id=component.id)
        yield f"{COMPONENT}/badge.json", values, shields.render(snapshot, at, component_id=component.id)


def _values(component_id: int) -> dict[str, object]:
    return {"componentId": component_id}


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
