"""The uptime ledger: what is kept of a check so that its past can be counted.

Of each UTC day the set of its changes is kept, and nothing else: no status at its beginning, no sums. So changes may
arrive in any order, late and twice, and a day without changes needs no record at all (ADR 7).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from lull.domain import health
from lull.domain.checks import Check
from lull.domain.uptime import Bucket, Timeline, bucket_of, second, spent

MAX_CHANGES = 200
"""How many changes of one day are kept one by one."""
KEPT_APART = 100
"""How many of them, the latest, stay apart when the others are folded: so far may a change come out of order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a check shows from an instant on."""

    at: datetime
    sequence: int = 0
    """Which of several changes within one second was written last: the highest."""
    bucket: Bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLog:
    """The changes of one check on one UTC day.

    Up to `folded_until` they are not those that were, but as many seconds in each bucket, one bucket after the other.
    """

    day: date
    changes: frozenset[Change] = frozenset()
    folded_until: datetime | None = None


def changed(before: Check | None, after: Check | None, *, sequence: int, written_at: datetime) -> Change | None:
    """What a write made of what a check shows; None if it shows the same. Maintenance windows are left aside."""
    bucket = _shown(after)
    if bucket is _shown(before):
        return None
    return Change(at=shown_since(before, after, written_at=written_at), sequence=sequence, bucket=bucket)


def shown_since(before: Check | None, after: Check | None, *, written_at: datetime) -> datetime:
    """From when on a check shows what a write made it show: the latest instant that it knows of, before or after.

    Whatever changes what is shown brings its instant along: the creation, a signal, a deadline (be the write however
    late), a hold, a release; only a deletion is dated by its write. The instant that came last is the latest, unless
    something was overtaken: a hold that was written after a signal that came after it, or a deadline that was moved
    before the one already missed by a shorter interval. Then what was shown meanwhile stands: nothing goes back.
    """
    known = [written_at] if after is None else []
    for check in (before, after):
        if check:
            known += [check.created_at, *(hold.since for hold in check.holds)]
            known += [at for at in (check.judged_at, check.released_at) if at]
    return max(known)


def _shown(check: Check | None) -> Bucket:
    return bucket_of(health.of_check(check)) if check else Bucket.NO_DATA


def recorded(log: DayLog, change: Change) -> DayLog:
    """The log with one change more; the same log if it is known already, or was before what is folded."""
    if log.folded_until and change.at < log.folded_until:
        return log
    grown = replace(log, changes=log.changes | {change})
    return grown if len(grown.changes) <= MAX_CHANGES else _folded(grown)


def timeline(logs: Iterable[DayLog]) -> Timeline:
    """What the check showed; of changes within one second the one that was written last counts."""
    return _timeline(_in_order(change for log in logs for change in log.changes))


def _folded(log: DayLog) -> DayLog:
    """The log with all but its latest changes as one stretch of each bucket: the sums stay, the order is lost."""
    changes = _in_order(log.changes)
    apart = changes[-KEPT_APART:]
    past = _timeline(changes[:-KEPT_APART])
    since = past[0][0]
    folded = []
    for bucket, seconds in spent(past, since, second(apart[0].at)).items():
        if seconds:
            folded.append(Change(at=datetime.fromtimestamp(since, UTC), bucket=bucket))
            since += seconds
    return replace(log, changes=frozenset([*folded, *apart]), folded_until=apart[0].at)


def _in_order(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: (second(change.at), change.sequence, change.at, change.bucket))


def _timeline(changes: Iterable[Change]) -> Timeline:
    return tuple({second(change.at): change.bucket for change in changes}.items())
