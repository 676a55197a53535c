"""When something recurs: a cron expression in a time zone, as instants.

The definition alone decides, never when the last run was: nothing drifts. Where clocks change,

- a local time that does not exist runs at the first instant that does, once, together with any other that runs then;
- a local time that happens twice runs the first time;
- an interval schedule, one that runs in every hour of its days, just runs whenever clocks show its time: twice in an
  hour that happens twice, and not at all in one that does not exist.

cronsim only lists local times, on a calendar without zones. Its own rules differ: it runs `*/30 1 * * *` twice, skips
`0 */2 * * *` in the gap, misses 02:30 at Lord Howe where half an hour is lost, and can go back in time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from heapq import heappop, heappush
from itertools import chain, islice, pairwise, takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim

from lull.domain.cron import Cron
from lull.domain.errors import invalid
from lull.domain.time_zones import changes, end_of_gap, instants, offset

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""Nothing recurs outside of these: local times, too, must be on a calendar that goes from year 1 to 9999."""

PREVIEWED = 10
CHECKED = 400
"""Occurrences which are compared with the one after them."""
_DAY = timedelta(days=1)
_CHECKED_YEARS = 40 * 366 * _DAY
_CHECKED_CHANGES = 5 * 366 * _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    at: datetime
    local: datetime
    """The same instant by the clocks of the zone, with their offset at that time."""
    remark: str | None
    """What the clocks do to it, for people."""


class _Run(NamedTuple):
    at: datetime
    planned: datetime
    """The local time, without a zone, that matches the expression."""


def occurrences(cron: Cron, zone: ZoneInfo, *, after: datetime) -> Iterator[datetime]:
    """All instants (UTC) strictly after `after`, ascending, until LATEST."""
    return (run.at for run in _runs(cron, zone, after))


def next_occurrence(cron: Cron, zone: ZoneInfo, *, after: datetime) -> datetime:
    """The first instant (UTC) strictly after `after`: at most eight years on, as 29 February is around 2100.

    Raises Invalid naming `recurringCron` if that is after LATEST.
    """
    for at in occurrences(cron, zone, after=after):
        return at
    raise invalid("recurringCron", f"does not run again before the year {LATEST.year}")


def check_fits(cron: Cron, zone: ZoneInfo, *, first_start: datetime, duration: timedelta) -> None:
    """Raises Invalid naming `endAt` if an occurrence of `duration` would still run when the next one starts.

    Compares the first, which need not match the expression, and the next CHECKED of 40 years: weekdays and leap years
    repeat after 28. Beyond those, it compares the ones around every change of the clocks in the five years after
    `first_start`. One may end as the next starts.
    """
    begin = min(max(first_start, EARLIEST), LATEST - _CHECKED_YEARS)
    following = takewhile(lambda at: at < begin + _CHECKED_YEARS, occurrences(cron, zone, after=first_start))
    starts = [first_start, *islice(following, CHECKED)]
    _refuse_overlap(starts, duration)
    for change in changes(zone, max(starts[-1], begin), begin + _CHECKED_CHANGES):
        # One that runs across the change at most, the first after it, which may have been moved, and the next.
        _refuse_overlap(islice(occurrences(cron, zone, after=change - duration), 3), duration)


def preview(cron: Cron, zone: ZoneInfo, *, after: datetime, count: int = PREVIEWED) -> tuple[Occurrence, ...]:
    """The next occurrences, each with what the clocks do to it. `after` counts as the one before the first."""
    runs = list(islice(_runs(cron, zone, after), count))
    previous = chain([max(after, EARLIEST)], (run.at for run in runs))
    return tuple(_described(run, cron, zone, before) for run, before in zip(runs, previous, strict=False))


def _runs(cron: Cron, zone: ZoneInfo, after: datetime) -> Iterator[_Run]:
    last = max(after, EARLIEST).astimezone(UTC)
    for run in _merged(cron, zone, last):
        if run.at > last:
            yield run
            last = run.at


def _merged(cron: Cron, zone: ZoneInfo, after: datetime) -> Iterator[_Run]:
    """In the order of instants, which is not that of local times while those of an interval happen twice."""
    pending: list[_Run] = []
    for planned in CronSim(cron.canonical, _earliest_local(zone, after)) if after < LATEST else ():
        if planned.year >= LATEST.year:
            return
        at = _instants(cron, zone, planned)
        for instant in at:
            heappush(pending, _Run(instant, planned))
        while at and pending and pending[0].at <= at[0]:
            yield heappop(pending)


def _earliest_local(zone: ZoneInfo, after: datetime) -> datetime:
    """No clock shows less than this after `after`: clocks may be put back soon."""
    return after.replace(tzinfo=None) + min(offset(zone, after), offset(zone, after + _DAY))


def _instants(cron: Cron, zone: ZoneInfo, planned: datetime) -> tuple[datetime, ...]:
    shown = instants(planned, zone)
    if cron.is_interval:
        return shown
    return shown[:1] or (end_of_gap(planned, zone),)


def _refuse_overlap(starts: Iterable[datetime], duration: timedelta) -> None:
    for start, following in pairwise(starts):
        if following - start < duration:
            collision = f"the occurrence of {start:%Y-%m-%d %H:%M} would still run when the next one starts"
            raise invalid("endAt", f"{collision}, at {following:%Y-%m-%d %H:%M} (UTC)")


def _described(run: _Run, cron: Cron, zone: ZoneInfo, before: datetime) -> Occurrence:
    ahead = offset(zone, run.at)
    local = run.at.astimezone(timezone(ahead))
    return Occurrence(at=run.at, local=local, remark=_remark(run, cron, zone, local, ahead - offset(zone, before)))


def _remark(run: _Run, cron: Cron, zone: ZoneInfo, local: datetime, shift: timedelta) -> str | None:
    shown = instants(run.planned, zone)
    if not shown and run.planned.date() == local.date():
        return f"{run.planned:%H:%M} does not exist that day; runs at {local:%H:%M}"
    if not shown:
        return f"{run.planned:%Y-%m-%d %H:%M} does not exist; runs at {local:%Y-%m-%d %H:%M}"
    if len(shown) > 1:
        times = "both times" if cron.is_interval else "the first time"
        return f"{run.planned:%H:%M} happens twice that day; runs {times}"
    if not shift:
        return None
    way, effect = ("forward", "earlier") if shift > timedelta() else ("back", "later")
    amount = _amount(abs(shift))
    return f"clocks went {way} by {amount}" if cron.is_interval else f"clocks went {way}: {amount} {effect} in UTC"


def _amount(time: timedelta) -> str:
    hours, minutes = divmod(int(time.total_seconds()) // 60, 60)
    parts = [(hours, "hour"), (minutes, "minute")]
    return " and ".join(f"{'one' if count == 1 else count} {unit}{'s' * (count > 1)}" for count, unit in parts if count)
