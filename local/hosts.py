"""What the template's `HostFunction` makes of a request, to a custom domain or not, in the language of this machine.

A test runs both on the same requests.
"""

import re

_PATHS = (
    (r"/(?:index\.html)?", "/page"),
    (r"/status/[^/]+(/.*)?", r"/page\1"),
    (r"/api/public/status/[^/]+(/.*)?", r"/data\1"),
    (r"(/(?:history(?:/[0-9-]+)?|subscribe))", r"/page\1"),
    (r"/(?:feed|history)\.(rss|atom)", r"/data/feed.\1"),
    (r"(/(?:badge\.(?:svg|json)|widget\.js|maintenance\.ics|api/v2/.*))", r"/data\1"),
    (r"(/components/[0-9]+/(?:badge\.(?:svg|json)|feed\.(?:rss|atom)))", r"/data\1"),
)
# A page is itself with a slash at its end, too.
_WITH_SLASH = re.compile(r"(/status(?:/[^/]+)+|/history(?:/[^/]+)*|/subscribe)/")


def rewritten(host: str, path: str) -> str:
    """The path that the CDN looks for, for a request to a host that is not the installation's own."""
    path = _without_slash(path)
    found = next(((pattern, to) for pattern, to in _PATHS if re.fullmatch(pattern, path)), None)
    return f"/domains/{host.lower()}" + (re.sub(f"^{found[0]}$", found[1], path) if found else "/none")


def at_own_host(path: str) -> str:
    """The same for a request to the installation's own host."""
    path = _without_slash(path)
    return path if re.match(r"/(?:(?:api|v1|hooks)/|(?:status|domains)/.)", path) else "/domains/none"


def _without_slash(path: str) -> str:
    found = _WITH_SLASH.fullmatch(path)
    return found[1] if found else path


def host_of(header: str) -> str:
    """The name in a Host header, without the port.

    >>> host_of("Status.Example.com:8000")
    'status.example.com'
    """
    return header.lower().partition(":")[0]
