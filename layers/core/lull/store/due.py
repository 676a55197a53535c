"""What is due, whatever its kind, from the sparse index of records that still have something to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lull.store import keys, table
from lull.store.codec import Item


@dataclass(frozen=True, slots=True)
class Due:
    kind: str
    workspace_id: int
    record_id: int


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
