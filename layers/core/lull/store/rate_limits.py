"""Recent requests: one small item for each address, page and kind of request, which expires by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lull.store import keys, table
from lull.store.codec import Item, instant, integer, milliseconds


@dataclass(frozen=True, slots=True)
class Hits:
    """When the requests came, in order, as of a revision; 0 where none is stored."""

    at: tuple[datetime, ...]
    revision: int


class Overtaken(Exception):
    """Another request was counted first; `hits` is what is stored now."""

    def __init__(self, hits: Hits) -> None:
        super().__init__("overtaken")
        self.hits = hits


def find_hits(kind: str, subject: str, address: str) -> Hits:
    return _decode(table.get(keys.rate(kind, subject, address)))


def save_hits(
    kind: str, subject: str, address: str, hits: tuple[datetime, ...], *, was: Hits, kept_for: timedelta
) -> None:
    """Raises Overtaken unless the hits are still those of `was`."""
    request = table.update(
        keys.rate(kind, subject, address),
        "SET hits = :hits, revision = :next, expiresAt = :end",
        condition="revision = :read" if was.revision else "attribute_not_exists(PK)",
        values={
            ":hits": {"L": [milliseconds(hit) for hit in hits]},
            ":next": integer(was.revision + 1),
            ":end": integer(int((hits[-1] + kept_for).timestamp()) + 1),
            **({":read": integer(was.revision)} if was.revision else {}),
        },
    )
    try:
        table.write(request)
    except table.ConditionFailed as refused:
        raise Overtaken(_decode(refused.item)) from refused


def _decode(item: Item | None) -> Hits:
    if not item:
        return Hits((), 0)
    return Hits(tuple(instant(each) for each in item["hits"]["L"]), int(item["revision"]["N"]))
