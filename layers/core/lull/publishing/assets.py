"""The files of a page. Those of a PUBLIC one have the public paths as keys, so the CDN rewrites nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from lull.domain.health import ComponentStatus
from lull.domain.publications import Publication
from lull.publishing.renderers import badge, history_page, page, sse, status_json
from lull.publishing.snapshot import StatusSnapshot

# The CDN asks again after seconds, browsers each time: both get 304 while nothing changed. With the bucket out of
# reach the CDN goes on with what it has.
_FRESH = "public, max-age=0, s-maxage=5, stale-if-error=86400"
# Proxies of images keep what may be stale; they do honour short and explicit lifetimes.
_FRESH_IMAGE = "public, max-age=0, s-maxage=5, must-revalidate"

_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Rendered:
    body: bytes
    content_type: str
    cache_control: str = _FRESH


def render_all(snapshot: StatusSnapshot, publication: Publication) -> dict[str, Rendered]:
    """Every file of a page by its key. The same snapshot and publication give the same bytes."""
    return dict(_files(snapshot, publication))


def _files(snapshot: StatusSnapshot, publication: Publication) -> Iterator[tuple[str, Rendered]]:
    at = publication.updated_at
    site, data = f"status/{snapshot.slug}", f"api/public/status/{snapshot.slug}"
    yield site, Rendered(page.render(snapshot, at), _HTML)
    if snapshot.show_incident_history:
        for number, month in enumerate(history_page.months(snapshot)):
            body = Rendered(history_page.render(snapshot, at, month), _HTML)
            yield f"{site}/history/{month}", body
            if number == 0:
                yield f"{site}/history", body
    yield data, Rendered(status_json.render(snapshot, at), "application/json")
    yield f"{data}/badge.svg", Rendered(badge.render(snapshot, at), "image/svg+xml", _FRESH_IMAGE)
    calm = snapshot.status is ComponentStatus.OPERATIONAL
    events = sse.render(publication.page_id, publication.number, publication.events, calm=calm)
    yield f"{data}/events", Rendered(events, "text/event-stream", "public, max-age=0, s-maxage=1")
