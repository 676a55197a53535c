"""What is due, whatever its kind, from the sparse index of records that still have something to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lull.store import keys, table
from lull.store.codec import Item, epoch_milliseconds, instant


@dataclass(frozen=True, slots=True)
class Due:
    kind: str
    workspace_id: int
    record_id: int | str


def list_due(*, until: datetime) -> Iterator[Due]:
    """Records due at or before `until`, longest overdue first."""
    start: Item | None = None
    while True:
        page = table.query(
            keys.DUE,
            between=("0", f"{keys.instant(until)}#~"),
            index=keys.DUE_INDEX,
            names=("DuePK", "DueSK"),
            start=start,
        )
        for item in page.items:
            yield Due(*keys.due_record(item["DueSK"]["S"]))
        if page.last_key is None:
            return
        start = page.last_key


@dataclass(frozen=True, slots=True)
class Watched:
    """A check that is to be looked at, and when."""

    workspace_id: int
    check_id: int
    watch_at: datetime


def list_watched(mode: str, *, until: datetime) -> Iterator[Watched]:
    """Checks of a mode (`keys.HEARTBEATS` or `keys.PROBES`) to be looked at by `until`, longest overdue first."""
    start: Item | None = None
    while True:
        page = table.query(
            mode,
            between=(0, epoch_milliseconds(until)),
            index=keys.WATCH_INDEX,
            names=("WatchPK", "watchAt"),
            start=start,
        )
        for item in page.items:
            workspace_id, check_id = keys.check_of({"PK": item["PK"]["S"]})
            yield Watched(workspace_id, check_id, instant(item["watchAt"]))
        if page.last_key is None:
            return
        start = page.last_key
