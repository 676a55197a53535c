"""When a cron runs, by brute force: every minute of UTC is walked and the clock on the wall is read.

Shares no code with the product, nor with cronsim. A minute is the whole number of minutes since 1970, of UTC or, as a
clock shows it, of local time; a clock's change between two minutes is not a thing of our days.
"""

from datetime import UTC, date, datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY = 24 * 60
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_WEEKDAYS = "SUN MON TUE WED THU FRI SAT"
_NAMES = {name: str(n) for n, name in [*enumerate(_MONTHS.split(), 1), *enumerate(_WEEKDAYS.split())]}


class Tick(NamedTuple):
    utc: int
    local: int
    again: bool
    """Clocks have shown this before."""
    skipped: range
    """What clocks left out just before."""


def minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def moment(utc: int) -> datetime:
    return datetime.fromtimestamp(utc * 60, UTC)


def ahead(zone: ZoneInfo, utc: int) -> int:
    there = datetime.fromtimestamp(utc * 60, zone).utcoffset()
    assert there is not None
    return int(there.total_seconds()) // 60


def transitions(zone: ZoneInfo, first_year: int, last_year: int) -> list[int]:
    """The first minute of each new offset."""
    start, end = (minute(datetime(year, 1, 1, tzinfo=UTC)) for year in (first_year, last_year + 1))
    found = []
    known = ahead(zone, start)
    for day in range(start + _DAY, end + 1, _DAY):
        new = ahead(zone, day)
        if new != known:
            old, at = day - _DAY, day
            while at - old > 1:
                middle = (old + at) // 2
                old, at = (middle, at) if ahead(zone, middle) == known else (old, middle)
            found.append(at)
        known = new
    return found


def walk(zone: ZoneInfo, start: int, end: int) -> list[Tick]:
    ticks = []
    latest = shown = start - 1 + ahead(zone, start - 1)
    for utc in range(start, end):
        before, shown = shown, utc + ahead(zone, utc)
        ticks.append(Tick(utc, shown, shown <= latest, range(before + 1, shown)))
        latest = max(latest, shown)
    return ticks


def runs(expression: str, ticks: list[Tick]) -> list[int]:
    """The minutes of UTC, among those walked, at which it runs."""
    minutes, hours, days, months, weekdays = map(_allowed, expression.upper().split(), _BOUNDS)
    times = {hour * 60 + minute for hour in hours for minute in minutes}
    any_day, any_weekday = len(days) == 31, {day % 7 for day in weekdays} == set(range(7))

    @cache
    def on(day: int) -> bool:
        then = date.fromordinal(day + _EPOCH_DAY)
        by_date, by_weekday = then.day in days, bool({then.isoweekday(), then.isoweekday() % 7} & weekdays)
        both = any_day or any_weekday
        return then.month in months and ((by_date and by_weekday) if both else (by_date or by_weekday))

    def matches(local: int) -> bool:
        return local % _DAY in times and on(local // _DAY)

    if len(hours) == 24:
        return [tick.utc for tick in ticks if matches(tick.local)]
    shown = [tick.utc for tick in ticks if not tick.again and matches(tick.local)]
    missed = [tick.utc for tick in ticks if tick.skipped and any(map(matches, tick.skipped))]
    return sorted({*shown, *missed})


def _allowed(field: str, bounds: tuple[int, int]) -> set[int]:
    allowed: set[int] = set()
    for item in field.split(","):
        extent, _, step = item.partition("/")
        low, _, high = extent.partition("-")
        if extent == "*":
            low, high = map(str, bounds)
        first, last = (int(_NAMES.get(value, value)) for value in (low, high or low))
        allowed.update(range(first, last + 1, int(step or 1)))
    return allowed
