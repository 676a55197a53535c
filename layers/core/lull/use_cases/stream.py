"""From records of the table's stream to what follows from them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from lull.store.changes import Change, decode_change
from lull.use_cases.effects import dispatch_changes


def dispatch_records(records: Sequence[Mapping[str, Any]], *, at: datetime) -> str | None:
    """Dispatch the records up to the first that cannot be read; its sequence number, or None if all could.

    Everything before it is done, so that one bad record stops nobody else's: Lambda retries from there, bisects, and
    parks it on the dead-letter queue.
    """
    changes: list[Change] = []
    unread: str | None = None
    for record in records:
        try:
            change = decode_change(record)
        except (KeyError, ValueError, msgspec.DecodeError):
            unread = record["dynamodb"]["SequenceNumber"]
            break
        if change:
            changes.append(change)
    dispatch_changes(changes, at=at)
    return unread
