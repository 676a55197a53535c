"""From records of the table's stream to what follows from them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lull.gateways import queues
from lull.observability import logger
from lull.store.changes import Change, decode_change
from lull.store.codec import UNREADABLE
from lull.use_cases.effects import dispatch_changes


def dispatch_records(records: Sequence[Mapping[str, Any]], *, at: datetime) -> None:
    """Dispatch what can be read, and set aside the rest.

    A record that cannot be read will not be by trying again: it holds up nobody, and is left where an alarm is raised
    (docs/decisions/0001). Whatever else fails comes again, by Lambda.
    """
    changes: list[Change] = []
    unread: list[dict[str, Any]] = []
    for record in records:
        try:
            change = decode_change(record)
        except UNREADABLE as error:
            unread.append(_described(record, error))
            continue
        if change:
            changes.append(change)
    for each in unread:
        logger.error("stream record not understood", extra=each)
    dispatch_changes(changes, at=at)
    queues.set_aside(unread)


def _described(record: Mapping[str, Any], error: Exception) -> dict[str, Any]:
    """What an operator finds it by, and nothing of what is in it."""
    stream = record.get("dynamodb", {})
    return {
        "key": {name: value.get("S") for name, value in stream.get("Keys", {}).items()},
        "sequence_number": stream.get("SequenceNumber"),
        "event": record.get("eventName"),
        "why": f"{type(error).__name__}: {error}",
    }
