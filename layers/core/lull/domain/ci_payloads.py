"""Reading what others send: whatever is not there, or is something else, is None. Nothing here raises."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lull.domain.clocks import CLOCKS_DIFFER_BY
from lull.domain.invisible import INVISIBLE

Payload = Mapping[str, Any]

_SHA = re.compile("[0-9a-f]{7,64}", re.IGNORECASE | re.ASCII)
_VERSION = re.compile(r"v?\d+(\.\d+)+[\w.+-]*", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})? ?(Z|UTC|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)


def part(payload: Payload, name: str) -> Payload:
    """The object of that name; an empty one if there is none."""
    found = payload.get(name)
    return found if isinstance(found, Mapping) else {}


def text(value: Any, *, longest: int = 255) -> str | None:
    """One line, without what is invisible, cut to its length."""
    if not isinstance(value, str):
        return None
    # What JSON can say and UTF-8 cannot becomes a question mark.
    said = INVISIBLE.sub("", value.encode(errors="replace").decode()).strip()
    return said[:longest] or None


def number(value: Any) -> str | None:
    """A positive integer, as text: ids are compared and never counted with."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**30:
        return None
    return str(value)


def count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**6 else None


def sha(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and _SHA.fullmatch(value) else None


def link(*values: Any) -> str | None:
    """The first that is an http or https URL."""
    for value in values:
        if isinstance(value, str) and len(value) <= 2048 and value.isascii() and not INVISIBLE.search(value):
            try:
                parts = urlsplit(value)
            except ValueError:
                continue
            if parts.scheme in ("http", "https") and parts.hostname:
                return value
    return None


def moment(value: Any) -> datetime | None:
    """An instant between 2000 and 2100 in whole milliseconds: ISO 8601, as Ruby writes it, or seconds since 1970.

    >>> moment("2021-04-28 21:50:00 +0200").isoformat()
    '2021-04-28T19:50:00+00:00'
    """
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return _in_range(datetime.fromtimestamp(value, UTC))
        found = _TIME.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            return None
        zone = (found[4] or "Z").upper()
        offset = "+00:00" if zone in ("Z", "UTC") else zone
        milliseconds = (found[3] or ".")[1:4].ljust(3, "0")
        return _in_range(datetime.fromisoformat(f"{found[1]}T{found[2]}.{milliseconds}{offset}").astimezone(UTC))
    except (ValueError, OverflowError, OSError):
        return None


def past(when: datetime | None, *, at: datetime) -> datetime | None:
    """The instant, if it has come at `at`, as far as clocks agree: what is told of the future is no fact."""
    return when if when and when <= at + CLOCKS_DIFFER_BY else None


def _in_range(at: datetime) -> datetime | None:
    return at if 2000 <= at.year <= 2100 else None


def version_of(
    *, said: Any = None, ref: str | None = None, is_tag: bool = False, commit: str | None = None, digits: int = 7
) -> str:
    """What a deployment is called: what its payload says, else its tag, else so many digits of its commit.

    >>> version_of(ref="refs/tags/v2.4.1", commit="9fceb02d0ae598e95dc970b74767f19372d61af8")
    'v2.4.1'
    >>> version_of(ref="main", commit="9fceb02d0ae598e95dc970b74767f19372d61af8")
    '9fceb02'
    """
    if named := text(said, longest=100):
        return named
    tag = (ref or "").removeprefix("refs/tags/")
    if tag and (is_tag or tag != ref or _VERSION.fullmatch(tag)):
        return tag[:100]
    if commit:
        return commit[:digits]
    return (ref or "unknown").removeprefix("refs/heads/")[:100]


def parse(body: bytes, content_type: str) -> Payload | None:
    """The object that a body holds, as JSON or as the form that GitHub sends by default; None if it holds none."""
    try:
        if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            body = parse_qs(body.decode(), max_num_fields=10).get("payload", [""])[0].encode()
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
