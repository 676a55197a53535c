"""Time zones by their IANA names, and what happens to local times where clocks change.

Two local times of one zone subtract and compare as if no clock ever changed, so only instants (UTC) are compared here.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from lull.domain.errors import invalid

_DAY = timedelta(days=1)
_SHOWN = 40
_KEPT = 128


def parsed_zone(name: str) -> ZoneInfo:
    """The zone of that name, as written in the IANA database; raises Invalid naming `timezone`."""
    if name not in _names():
        raise invalid("timezone", f"{name[:_SHOWN]!r} is not the name of an IANA time zone, such as Europe/Berlin")
    return _zone(name)


@cache
def _names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@lru_cache(maxsize=_KEPT)
def _zone(name: str) -> ZoneInfo:
    # ZoneInfo(name) would prefer whatever database the machine has, of whatever age.
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def offset(zone: ZoneInfo, at: datetime) -> timedelta:
    """What the clocks of `zone` are ahead of UTC."""
    ahead = at.astimezone(zone).utcoffset()
    assert ahead is not None  # noqa: S101 every ZoneInfo knows its offset
    return ahead


def instants(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When clocks show the naive `local`: once, twice where they were put back, never where they were put forward."""
    first, second = _with_either_offset(local, zone)
    if first == second:
        return (first,)
    return (first, second) if first < second else ()


def end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after the gap in which `local`, which clocks never show, lies."""
    after, before = _with_either_offset(local, zone)
    return _change(zone, before, after)


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every instant from `start` to `end` at which clocks are changed, unless they are changed back within a day."""
    while start < end:
        following = start + _DAY
        if offset(zone, following) != offset(zone, start):
            yield _change(zone, start, following)
        start = following


def _with_either_offset(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """`local` read with the offset before and with the one after a change nearby (PEP 495)."""
    aware = local.replace(tzinfo=zone)
    return aware.replace(fold=0).astimezone(UTC), aware.replace(fold=1).astimezone(UTC)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first instant after `before` with the offset of `after`; there is one change between them."""
    new = offset(zone, after)
    seconds = range(1, int((after - before).total_seconds()) + 1)
    first = bisect_left(seconds, True, key=lambda passed: offset(zone, before + timedelta(seconds=passed)) == new)
    return before + timedelta(seconds=seconds[first])
