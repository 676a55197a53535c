"""Random pasts of checks, and what they add up to, second by second: shares nothing with the product but its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from lull.domain.ledger import Change, DayLog, recorded
from lull.domain.uptime import Bucket

FIRST = date(2026, 2, 26)
"""The first of six days; all changes are on the four in the middle."""
DAYS = 6
SECONDS = 86_400

_START = datetime(2026, 2, 26, tzinfo=UTC)
_DAY = 86_400_000
_BUCKETS = list(Bucket)
_BY_CODE = [bytes([code]) for code in range(256)]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a check shows from a millisecond of the six days on."""

    millisecond: int
    bucket: Bucket


History = Sequence[Moment]
"""In the order in which it happened; several moments may share a millisecond."""


def instant(millisecond: int) -> datetime:
    return _START + timedelta(milliseconds=millisecond)


def changes(history: History) -> list[Change]:
    return [
        Change(at=instant(moment.millisecond), sequence=number, bucket=moment.bucket)
        for number, moment in enumerate(history)
    ]


def kept(arriving: Sequence[Change]) -> list[DayLog]:
    """The ledger after changes arrived one at a time."""
    logs: dict[date, DayLog] = {}
    for change in arriving:
        day = change.at.date()
        logs[day] = recorded(logs.get(day, DayLog(day=day)), change)
    return list(logs.values())


def disordered(history: History, random: Random) -> list[Change]:
    """All of it in any order, a good part of it twice."""
    arriving = changes(history)
    arriving += random.choices(arriving, k=len(arriving)) if arriving else []
    random.shuffle(arriving)
    return arriving


# ---- what it adds up to


def shown(history: History) -> bytes:
    """What is shown in each second of the six days, as the number of its bucket."""
    seconds = bytearray(_BY_CODE[_BUCKETS.index(Bucket.NO_DATA)] * (DAYS * SECONDS))
    for moment in history:
        second = moment.millisecond // 1000
        seconds[second:] = _BY_CODE[_BUCKETS.index(moment.bucket)] * (len(seconds) - second)
    return bytes(seconds)


def shown_together(histories: Sequence[History]) -> bytes:
    """What several checks show in each second: their buckets as bits, and a rule for every set of bits."""
    as_bits = bytes(1 << code if code < 7 else 0 for code in range(256))
    together = 0
    for history in histories:
        together |= int.from_bytes(shown(history).translate(as_bits))
    rule = bytes(
        _BUCKETS.index(_judged({b for code, b in enumerate(_BUCKETS) if bits >> code & 1})) for bits in range(256)
    )
    return together.to_bytes(DAYS * SECONDS).translate(rule)


def counted(seconds: bytes, *, now: int) -> list[dict[Bucket, int]]:
    """The seconds of each of the six days in each bucket, those before second `now`."""
    passed = seconds[:now]
    return [
        {bucket: passed.count(_BY_CODE[code], day * SECONDS, (day + 1) * SECONDS) for code, bucket in enumerate(Bucket)}
        for day in range(DAYS)
    ]


def _judged(buckets: set[Bucket]) -> Bucket:
    monitored = buckets - {Bucket.NO_DATA, Bucket.NOT_MONITORED}
    if not monitored:
        return Bucket.NOT_MONITORED if Bucket.NOT_MONITORED in buckets else Bucket.NO_DATA
    if monitored == {Bucket.MAJOR}:
        return Bucket.MAJOR
    if monitored & {Bucket.MAJOR, Bucket.PARTIAL}:
        return Bucket.PARTIAL
    if Bucket.DEGRADED in monitored:
        return Bucket.DEGRADED
    return Bucket.MAINTENANCE if Bucket.MAINTENANCE in monitored else Bucket.OPERATIONAL


# ---- random ones

_anywhere = st.integers(_DAY, 5 * _DAY - 1)
_about_midnight = st.builds(lambda day, off: day * _DAY + off, st.integers(2, 4), st.integers(-1_500, 1_500))
_in_one_second = st.integers(3 * _DAY + 43_200_000, 3 * _DAY + 43_200_002)
_millisecond = st.one_of(_anywhere, _about_midnight, _in_one_second)
_points = st.lists(st.tuples(_millisecond, st.sampled_from(_BUCKETS)), max_size=12)

histories = _points.map(lambda points: [Moment(*point) for point in sorted(points, key=lambda each: each[0])])
moments_of_reading = st.one_of(st.integers(0, DAYS * _DAY - 1), _about_midnight)
chances = st.integers(0, 2**32).map(Random)


def flapping(random: Random) -> History:
    """A check that changes hundreds of times on one day, more than are kept, and a little on the next."""
    times = sorted(random.randrange(2 * _DAY, 3 * _DAY) for _ in range(random.randrange(150, 700)))
    times += sorted(random.randrange(3 * _DAY, 4 * _DAY) for _ in range(3))
    return [Moment(time, random.choice(_BUCKETS)) for time in times]
