"""Texts of others: environments, options and answers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DURATION = re.compile(r"([1-9][0-9]{0,8})(s|m|h|d)", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_LABEL, _LONGEST_HOST = 63, 253
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def one_line(text: object, longest: int = 1000) -> str:
    """On one line and without control characters, so that it cannot be a command to whoever reads a log.

    >>> one_line("no\\n::set-env name=PATH::/tmp")
    'no ::set-env name=PATH::/tmp'
    """
    # What came from bytes that are not UTF-8 cannot be sent or printed.
    sound = str(text).encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub(" ", sound).strip()[:longest]


def has_host(url: str) -> bool:
    """Whether a URL names a host that there can be (RFC 1035, 2.3.4), and a port, if any. IDNs are not judged.

    >>> [has_host(each) for each in ("https://lull.example:8000", "http://[::1]", "https://lull..example", "https://")]
    [True, True, False, False]
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    labels = host[:-1].split(".") if host.endswith(".") else host.split(".")
    return all(1 <= len(label) <= _LONGEST_LABEL for label in labels) and len(host) <= _LONGEST_HOST


def seconds_of(duration: str) -> int:
    """The seconds of 90s, 30m, 2h or 1d. Raises ValueError for anything else.

    >>> seconds_of("30m")
    1800
    """
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f"{duration} is not a duration such as 90s, 30m, 2h or 1d")
    return int(match[1]) * _SECONDS[match[2]]
