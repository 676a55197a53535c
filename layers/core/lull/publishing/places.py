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


DOMAINS = "domains"
"""Below it, by host, is what the CDN reads for requests to a custom domain."""


def domain_key(path: str, host: str) -> str:
    """Where a file of a PUBLIC page is for visitors of its host. Without the slug: a host has one page.

    >>> domain_key("status/acme/history", "status.example.com")
    'domains/status.example.com/page/history'
    >>> domain_key("api/public/status/acme/feed.rss", "status.example.com")
    'domains/status.example.com/data/feed.rss'
    """
    kind = "data" if path.startswith("api/") else "page"
    rest = path.removeprefix("api/public/").split("/")[2:]
    return "/".join([DOMAINS, host, kind, *rest])


def is_public_key(key: str) -> bool:
    """Whether a file is where visitors read it, at its public path."""
    return key.startswith(("status/", "api/public/status/"))


def path_behind(key: str, slug: str) -> str:
    """The public path of the page with this slug that a request below `domains/{host}/` is for.

    >>> path_behind("data/feed.rss", "acme")
    'api/public/status/acme/feed.rss'
    """
    kind, *rest = key.split("/")
    return "/".join([{"page": "status", "data": "api/public/status"}[kind], slug, *rest])


def cache_tag(page_id: int) -> str:
    """What the CDN knows every copy of a file of a page by."""
    return f"page-{page_id}"


def source_of(path: str) -> str:
    """The path of what the answers at a public path are parts of."""
    return f"source/{path}"
