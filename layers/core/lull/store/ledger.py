"""The uptime ledger in the table: an item for each check and day on which it changed.

A change is an element of the item's set `changes`. To add it is one write that needs no read and may be repeated; the
item is rewritten as a whole only when it is full. The set grows until it is folded, which moves `foldedUntil`: an item
with as many changes, folded as far, is the one that was read.
"""

from datetime import UTC, date, datetime, time, timedelta

from lull.domain.errors import StaleWrite
from lull.domain.ledger import MAX_CHANGES, Change, DayLog, recorded
from lull.domain.uptime import Bucket
from lull.store import keys, table
from lull.store.codec import Item, from_milliseconds, integer, milliseconds

_LETTERS = {
    Bucket.OPERATIONAL: "o",
    Bucket.DEGRADED: "d",
    Bucket.PARTIAL: "p",
    Bucket.MAJOR: "m",
    Bucket.MAINTENANCE: "u",
    Bucket.NOT_MONITORED: "n",
    Bucket.NO_DATA: "x",
}
_BUCKETS = {letter: bucket for bucket, letter in _LETTERS.items()}
_MILLISECOND = timedelta(milliseconds=1)

_ADD = "ADD changes :change"
_HAS_ROOM = "(attribute_not_exists(changes) OR size(changes) < :most)"
_IS_NOT_FOLDED = "(attribute_not_exists(foldedUntil) OR foldedUntil <= :at)"


def record_change(workspace_id: int, check_id: int, change: Change) -> None:
    """Record a change; nothing happens if it is recorded already. Raises StaleWrite if somebody folds the day too."""
    key = keys.day_log(workspace_id, check_id, change.at.date())
    request = table.update(
        key,
        _ADD,
        condition=f"{_HAS_ROOM} AND {_IS_NOT_FOLDED}",
        values={
            ":change": {"SS": [_text(change)]},
            ":most": integer(MAX_CHANGES),
            ":at": milliseconds(change.at),
        },
    )
    try:
        table.write(request)
    except table.ConditionFailed as refused:
        _record_in_full(key, refused.item or {}, change)


def _record_in_full(key: keys.Key, item: Item, change: Change) -> None:
    log = _decode(item)
    grown = recorded(log, change)
    if grown == log:
        return
    condition, values = "size(changes) = :size", {":size": integer(len(log.changes))}
    if log.folded_until:
        condition, values = f"{condition} AND foldedUntil = :read", {**values, ":read": milliseconds(log.folded_until)}
    else:
        condition = f"{condition} AND attribute_not_exists(foldedUntil)"
    request = table.put(key, _attributes(grown), condition=condition, values=values)
    try:
        table.write(request)
    except table.ConditionFailed as refused:
        raise StaleWrite("uptime ledger") from refused


def list_day_logs(workspace_id: int, check_id: int, first: date, last: date) -> list[DayLog]:
    """All that the days from `first` to `last` follow from, latest first: their logs, and the latest one before them.

    One read, as long as there is less than a megabyte.
    """
    most = (last - first).days + 2
    logs: list[DayLog] = []
    start: Item | None = None
    while True:
        page = table.query(
            keys.of_check(workspace_id, check_id),
            between=(keys.UPTIME, keys.UPTIME + last.isoformat()),
            limit=most - len(logs),
            start=start,
            descending=True,
        )
        for item in page.items:
            logs.append(_decode(item))
            if logs[-1].day < first:
                return logs
        start = page.last_key
        if start is None or len(logs) == most:
            return logs


def _decode(item: Item) -> DayLog:
    day = keys.logged_day(item["SK"]["S"])
    midnight = datetime.combine(day, time(), UTC)
    return DayLog(
        day=day,
        changes=frozenset(_change(text, midnight) for text in item["changes"]["SS"]),
        folded_until=from_milliseconds(item.get("foldedUntil")),
    )


def _attributes(log: DayLog) -> Item:
    attributes: Item = {"changes": {"SS": sorted(_text(change) for change in log.changes)}}
    if log.folded_until:
        attributes["foldedUntil"] = milliseconds(log.folded_until)
    return attributes


def _text(change: Change) -> str:
    """A change in a few bytes: the millisecond of its day, a letter, the sequence."""
    of_day = (change.at - datetime.combine(change.at.date(), time(), UTC)) // _MILLISECOND
    return f"{of_day:08d}{_LETTERS[change.bucket]}{change.sequence}"


def _change(text: str, midnight: datetime) -> Change:
    return Change(
        at=midnight + int(text[:8]) * _MILLISECOND,
        bucket=_BUCKETS[text[8]],
        sequence=int(text[9:]),
    )
