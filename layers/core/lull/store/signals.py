"""The timelines of checks: entries beside the check, each removed by itself after 90 days."""

from collections.abc import Sequence

from lull import randomness
from lull.domain.signals import KEPT_FOR, Signal
from lull.store import keys, table
from lull.store.codec import Codec, Item, integer

_codec = Codec(Signal)

MOST = 1_000
"""How many of the newest entries are listed."""


def noting(workspace_id: int, check_id: int, signal: Signal) -> Item:
    """The write that adds an entry to the timeline of a check."""
    attributes = {"body": _codec.body(signal), "expiresAt": integer(int((signal.at + KEPT_FOR).timestamp()))}
    # Two signals of one kind in one millisecond are two entries.
    key = keys.signal(workspace_id, check_id, signal.at, f"{signal.type}#{randomness.secret(6)}")
    return table.put(key, attributes, condition="attribute_not_exists(PK)")


def find_newest_signal(workspace_id: int, check_id: int) -> Signal | None:
    page = table.query(keys.check(workspace_id, check_id)["PK"], begins_with=keys.SIGNAL, descending=True, limit=1)
    return _codec.decode(page.items[0]) if page.items else None


def list_signals(workspace_id: int, check_id: int) -> Sequence[Signal]:
    """The newest entries, newest first."""
    partition = keys.check(workspace_id, check_id)["PK"]
    found: list[Signal] = []
    start: Item | None = None
    while True:
        page = table.query(partition, begins_with=keys.SIGNAL, descending=True, limit=MOST - len(found), start=start)
        found += [_codec.decode(item) for item in page.items]
        start = page.last_key
        if start is None or len(found) >= MOST:
            return found
