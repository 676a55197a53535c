"""The files of a page. Those of a PUBLIC one have the public paths as keys, so the CDN rewrites nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lull.publishing.renderers import badge, page, status_json
from lull.publishing.snapshot import StatusSnapshot

# The CDN asks again after seconds, browsers each time: both get 304 while nothing changed. With the bucket out of
# reach the CDN goes on with what it has.
_FRESH = "public, max-age=0, s-maxage=5, stale-if-error=86400"
# Proxies of images keep what may be stale; they do honour short and explicit lifetimes.
_FRESH_IMAGE = "public, max-age=0, s-maxage=5, must-revalidate"


@dataclass(frozen=True, slots=True)
class Asset:
    path: str
    content_type: str
    cache_control: str
    render: Callable[[StatusSnapshot, datetime], bytes]


@dataclass(frozen=True, slots=True)
class Rendered:
    body: bytes
    content_type: str
    cache_control: str


ASSETS = (
    Asset("status/{slug}", "text/html; charset=utf-8", _FRESH, page.render),
    Asset("api/public/status/{slug}", "application/json", _FRESH, status_json.render),
    Asset("api/public/status/{slug}/badge.svg", "image/svg+xml", _FRESH_IMAGE, badge.render),
)


def render_all(snapshot: StatusSnapshot, *, updated_at: datetime) -> dict[str, Rendered]:
    """Every file of a page by its key. The same snapshot and time give the same bytes."""
    return {
        asset.path.format(slug=snapshot.slug): Rendered(
            asset.render(snapshot, updated_at), asset.content_type, asset.cache_control
        )
        for asset in ASSETS
    }
