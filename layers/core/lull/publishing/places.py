"""What files a page has, and where they are. Whoever only reads them loads no renderer."""

# The CDN asks again after seconds, browsers each time: both get 304 while nothing changed. With the bucket out of
# reach the CDN goes on with what it has.
FRESH = "public, max-age=0, s-maxage=5, stale-if-error=86400"
LIVE = "public, max-age=0, s-maxage=1"

HTML, JSON, SVG = "text/html; charset=utf-8", "application/json", "image/svg+xml"
RSS, ATOM = "application/rss+xml; charset=utf-8", "application/atom+xml; charset=utf-8"
CALENDAR, SCRIPT, EVENTS = "text/calendar; charset=utf-8", "text/javascript; charset=utf-8", "text/event-stream"

SITE, DATA = "status/{slug}", "api/public/status/{slug}"
COMPONENT = f"{DATA}/components/{{componentId}}"

FILES = {
    SITE: HTML,
    f"{SITE}/subscribe": HTML,
    f"{SITE}/history": HTML,
    f"{SITE}/history/{{month}}": HTML,
    DATA: JSON,
    f"{DATA}/history": JSON,
    f"{DATA}/feed.rss": RSS,
    f"{DATA}/feed.atom": ATOM,
    f"{DATA}/badge.svg": SVG,
    f"{DATA}/badge.json": JSON,
    f"{DATA}/widget.js": SCRIPT,
    f"{DATA}/events": EVENTS,
    f"{DATA}/maintenance.ics": CALENDAR,
    f"{COMPONENT}/uptime": JSON,
    f"{COMPONENT}/feed.rss": RSS,
    f"{COMPONENT}/feed.atom": ATOM,
    f"{COMPONENT}/badge.svg": SVG,
    f"{COMPONENT}/badge.json": JSON,
    f"{DATA}/api/v2/{{document}}.json": JSON,
}
"""Every public path of a page and what is there."""


def bucket_key(path: str, page_id: int, *, public: bool) -> str:
    """Where the file of a public path is. What is protected is found by the page's id: a slug may get another owner.

    >>> bucket_key("status/acme", 7, public=False)
    '_protected/7/status/acme'
    """
    return path if public else f"_protected/{page_id}/{path}"


def source_of(path: str) -> str:
    """The path of what the answers at a public path are parts of."""
    return f"source/{path}"
