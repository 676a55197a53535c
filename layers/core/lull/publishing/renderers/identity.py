"""Names of what a page tells that last: they outlive names, slugs, hosts and orders."""

from datetime import UTC
from urllib.parse import quote

from lull.publishing.snapshot import StatusSnapshot

# A domain that nobody can ever own, so that nobody else hands out the same names.
_AUTHORITY = "lull.invalid"


def tag(snapshot: StatusSnapshot, *path: str | int) -> str:
    """A `tag:` URI (RFC 4151) of something that the page tells; that of the page itself without a path.

    The second in which the page was created tells apart pages of two installations.
    """
    created = snapshot.created_at.astimezone(UTC)
    specific = "/".join(map(str, ("page", snapshot.id, *path)))
    return f"tag:{_AUTHORITY},{created:%Y-%m-%d}:{created:%H%M%S}/{specific}"


def uid(snapshot: StatusSnapshot, *path: str | int) -> str:
    """The same for calendars, some of which take only what looks like an address."""
    created = snapshot.created_at.astimezone(UTC)
    return "-".join(map(str, ("page", snapshot.id, f"{created:%Y%m%d%H%M%S}", *path))) + f"@{_AUTHORITY}"


def page_url(snapshot: StatusSnapshot, base_url: str, fragment: str = "") -> str:
    """With a host of the owner's, `base_url` is that host, and the page is its root."""
    path = "" if snapshot.host else f"status/{quote(snapshot.slug)}"
    return f"{base_url}/{path}{fragment and '#'}{fragment}"


def page_link(snapshot: StatusSnapshot, below: str = "") -> str:
    """What pages for people refer to each other by; `below` begins with a slash."""
    if snapshot.host:
        return f"https://{snapshot.host}{below or '/'}"
    return f"/status/{quote(snapshot.slug)}{below}"


def announcement_url(snapshot: StatusSnapshot, base_url: str, announcement_id: int) -> str:
    return page_url(snapshot, base_url, f"announcement-{announcement_id}")


def data_url(snapshot: StatusSnapshot, base_url: str, component_id: int | None = None) -> str:
    """Below it are the public files of the page, or of one of its components."""
    below = "" if component_id is None else f"/components/{component_id}"
    return f"{base_url}{below}" if snapshot.host else f"{base_url}/api/public/status/{quote(snapshot.slug)}{below}"
