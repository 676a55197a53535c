"""Uptime: how many whole seconds of each UTC day a check showed what, and the figure that follows.

Rules: section 6 of the semantics, "Uptime ledger". What is kept of it is in `domain.ledger`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import groupby, pairwise
from operator import itemgetter

from lull.domain import health
from lull.domain.health import ComponentStatus


class Bucket(StrEnum):
    """Where a second is counted. Each second of a day that has passed is in exactly one."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    PARTIAL = "partial"
    MAJOR = "major"
    MAINTENANCE = "maintenance"
    NOT_MONITORED = "notMonitored"
    NO_DATA = "noData"
    """Nothing can be said: before a check was created, and after it was deleted."""


Timeline = tuple[tuple[int, Bucket], ...]
"""From which second of the epoch on what was shown, in order, no second twice; before the first there is no data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUptime:
    """The seconds of one UTC day by bucket, all seven; they add up to those that have passed of it."""

    day: date
    seconds: dict[Bucket, int]

    @property
    def elapsed(self) -> int:
        return sum(self.seconds.values())


_OF_STATUS = {
    ComponentStatus.OPERATIONAL: Bucket.OPERATIONAL,
    ComponentStatus.DEGRADED_PERFORMANCE: Bucket.DEGRADED,
    ComponentStatus.PARTIAL_OUTAGE: Bucket.PARTIAL,
    ComponentStatus.MAJOR_OUTAGE: Bucket.MAJOR,
    ComponentStatus.UNDER_MAINTENANCE: Bucket.MAINTENANCE,
    ComponentStatus.NOT_MONITORED: Bucket.NOT_MONITORED,
}
_STATUS_OF = {bucket: status for status, bucket in _OF_STATUS.items()}

_OUTAGES = {Bucket.MAJOR, Bucket.PARTIAL}

_BELOW_ALL = 9_999
"""Hundredths of a percent."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_DAY = 86_400
_NO_SECONDS = dict.fromkeys(Bucket, 0)
_second_of = itemgetter(0)


def is_outage(bucket: Bucket | None) -> bool:
    return bucket in _OUTAGES


def bucket_at(timeline: Timeline, at: datetime) -> Bucket | None:
    """What is shown at an instant; None before the first."""
    return next((bucket for since, bucket in reversed(timeline) if since <= second(at)), None)


def bucket_of(status: ComponentStatus) -> Bucket:
    return _OF_STATUS[status]


def second(at: datetime) -> int:
    """The second of the epoch that an instant lies in: every instant is floored here, and nowhere else.

    >>> second(datetime(1970, 1, 2, 0, 0, 1, 999_000, tzinfo=UTC))
    86401
    """
    return (at - _EPOCH) // _SECOND


def days(timeline: Timeline, first: date, last: date, *, at: datetime) -> tuple[DayUptime, ...]:
    """Each day from `first` to `last`, as far as it has passed at `at`; what was shown last goes on until then.

    One walk along the timeline: a publish counts tens of thousands of days, nearly all of them without a change.
    """
    now = second(at)
    start = second(datetime(first.year, first.month, first.day, tzinfo=UTC))
    place, shown = 0, Bucket.NO_DATA
    counted = []
    for number in range((last - first).days + 1):
        stop = max(start, min(start + _DAY, now))
        seconds = _NO_SECONDS.copy()
        since = start
        while place < len(timeline) and (timeline[place][0] < stop or timeline[place][0] <= start):
            changed, bucket = timeline[place]
            seconds[shown] += max(changed, start) - since
            since, shown = max(changed, start), bucket
            place += 1
        seconds[shown] += stop - since
        counted.append(DayUptime(day=first + timedelta(days=number), seconds=seconds))
        start += _DAY
    return tuple(counted)


def spent(timeline: Timeline, start: int, stop: int) -> dict[Bucket, int]:
    """The seconds in each bucket from second `start` until second `stop`."""
    begun = bisect_right(timeline, start, key=_second_of)
    ended = bisect_left(timeline, stop, key=_second_of)
    at_start = timeline[begun - 1][1] if begun else Bucket.NO_DATA
    seconds = dict.fromkeys(Bucket, 0)
    for (since, bucket), (until, _) in pairwise([(start, at_start), *timeline[begun:ended], (stop, at_start)]):
        seconds[bucket] += until - since
    return seconds


def with_maintenance(line: Timeline, windows: Iterable[tuple[datetime, datetime]]) -> Timeline:
    """What a check showed if maintenance windows, from when to when, are laid over what it showed by itself.

    A window explains everything but an outage that began before it; of several at a time, the earliest began.
    """
    stretches = _stretches(windows)
    begun = _outages(line)
    cuts = {since for since, _ in line} | {cut for start, stop, _ in stretches for cut in (start, stop)}
    together = []
    for cut in sorted(cuts):
        place = bisect_right(line, cut, key=_second_of) - 1
        bucket = line[place][1] if place >= 0 else Bucket.NO_DATA
        window = bisect_right(stretches, cut, key=_second_of) - 1
        _, stop, since = stretches[window] if window >= 0 else (0, cut, 0)
        was_out = bucket in _OUTAGES and begun[place] < since
        maintained = cut < stop and bucket is not Bucket.NO_DATA and not was_out
        together.append((cut, Bucket.MAINTENANCE if maintained else bucket))
    return tuple(together)


def _stretches(windows: Iterable[tuple[datetime, datetime]]) -> list[tuple[int, int, int]]:
    """From which second until which there is maintenance, and since when: since the earliest that is in effect."""
    stretches = []
    covered = 0
    for since, stop in sorted((second(start_at), second(end_at)) for start_at, end_at in windows):
        if stop > max(since, covered):
            stretches.append((max(since, covered), stop, since))
            covered = stop
    return stretches


def _outages(line: Timeline) -> list[int]:
    """For each point of a timeline, when the outage began that it belongs to; without meaning where there is none."""
    begun: list[int] = []
    before = Bucket.NO_DATA
    for since, bucket in line:
        begun.append(begun[-1] if before in _OUTAGES and bucket in _OUTAGES else since)
        before = bucket
    return begun


def combined(timelines: Sequence[Timeline]) -> Timeline:
    """What a project or a dependency showed over its checks, at every second by the rules of `health.combined`.

    A check of which nothing can be said counts as little as one that is not monitored; no data only where there is
    none of any.
    """
    points = sorted((since, number, bucket) for number, each in enumerate(timelines) for since, bucket in each)
    showing = [Bucket.NO_DATA] * len(timelines)
    together: list[tuple[int, Bucket]] = []
    for since, changes in groupby(points, key=_second_of):
        for _, number, bucket in changes:
            showing[number] = bucket
        together.append((since, _together(frozenset(showing))))
    return tuple(together)


@cache
def _together(buckets: frozenset[Bucket]) -> Bucket:
    known = buckets - {Bucket.NO_DATA}
    return bucket_of(health.combined(_STATUS_OF[bucket] for bucket in known)) if known else Bucket.NO_DATA


def percentage(counted: Iterable[DayUptime], *, now: Bucket | None = None) -> Decimal | None:
    """The uptime over these days in percent, floored to two decimals: 100 only without a second of outage.

    None if there is no second to judge by. A second of partial outage weighs 0.3. `now` is what is shown at the end of
    the last day: an outage that has just begun, and has no second yet, is one already.
    """
    judged = major = partial = 0
    for day in counted:
        seconds = day.seconds
        major += seconds[Bucket.MAJOR]
        partial += seconds[Bucket.PARTIAL]
        judged += seconds[Bucket.OPERATIONAL] + seconds[Bucket.DEGRADED]
    judged += major + partial
    if not judged:
        return None
    tenths_lost = 10 * major + 3 * partial
    hundredths = 10_000 * (10 * judged - tenths_lost) // (10 * judged)
    return Decimal(min(hundredths, _BELOW_ALL) if is_outage(now) else hundredths).scaleb(-2)
