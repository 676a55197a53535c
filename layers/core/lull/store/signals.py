"""The timelines of checks: entries beside the check, each removed by itself after 90 days."""

from collections.abc import Sequence

from lull import randomness
from lull.domain.signals import KEPT_FOR, Signal, SignalSource
from lull.store import keys, table
from lull.store.codec import Codec, Item, integer

_codec = Codec(Signal)

# Deployments may have held and released it since.
_LOOKED_AT = 20

MOST = 1_000
"""How many of the newest entries are listed."""


def noting(workspace_id: int, check_id: int, signal: Signal) -> Item:
    """The write that adds an entry to the timeline of a check."""
    # Two signals of one kind in one millisecond are two entries.
    key = keys.signal(workspace_id, check_id, signal.at, f"{signal.type}#{randomness.secret(6)}")
    return table.put(key, _attributes(signal), condition="attribute_not_exists(PK)")


def record_signal(workspace_id: int, check_id: int, signal: Signal, *, name: str) -> None:
    """Add an entry that nobody else writes under this name; the same one again changes nothing."""
    key = keys.signal(workspace_id, check_id, signal.at, name)
    table.write(table.put(key, _attributes(signal), condition=table.ANYHOW))


def _attributes(signal: Signal) -> Item:
    return {"body": _codec.body(signal), "expiresAt": integer(int((signal.at + KEPT_FOR).timestamp()))}


def find_newest_signal(workspace_id: int, check_id: int) -> Signal | None:
    """What the check itself was last heard to say, or is known to have missed; of the newest entries."""
    partition = keys.check(workspace_id, check_id)["PK"]
    page = table.query(partition, begins_with=keys.SIGNAL, descending=True, limit=_LOOKED_AT)
    heard = (_codec.decode(item) for item in page.items)
    return next((signal for signal in heard if signal.source is not SignalSource.HOLD), None)


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
