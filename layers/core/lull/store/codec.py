"""Between domain values and items: one JSON `body`, and beside it only what conditions, indexes and updates touch.

The SDK parses each attribute of each item in Python; a list of bodies costs a fifth of a list of attributes.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec

from lull.observability import logger

T = TypeVar("T")
Item = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WITHOUT_OFFSET = re.compile(rb'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?"')

UNREADABLE = (KeyError, TypeError, ValueError, msgspec.DecodeError)
"""What decoding an item raises that is not what its record writes."""


class Unreadable(Exception):
    """A value that could not be read back, and is not written therefore: a fault of ours, not of a request."""


class Codec(Generic[T]):
    """Encodes and decodes one dataclass. Unknown fields are ignored: an older release may read newer data."""

    def __init__(self, entity: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(entity)

    def body(self, value: T) -> dict[str, str]:
        """Raises Unreadable for what `decode` would not take, and for a time that nobody could compare with another.

        Types are hints to Python. One record that cannot be read would fail all who come upon it, for ever; trying it
        first takes as long again as encoding it, some microseconds.
        """
        try:
            encoded = msgspec.json.encode(value)
            self._decoder.decode(encoded)
        except (TypeError, ValueError, OverflowError, msgspec.MsgspecError) as error:
            raise Unreadable(f"{type(value).__name__}: {error}") from error
        # A text may look like a time as well: the bytes say where it is worth looking.
        if _WITHOUT_OFFSET.search(encoded) and _has_naive(msgspec.to_builtins(value, builtin_types=(datetime,))):
            raise Unreadable(f"{type(value).__name__}: a time has no offset")
        return {"S": encoded.decode()}

    def decode(self, item: Item) -> T:
        return self._decoder.decode(item["body"]["S"])


def _has_naive(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_naive, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_naive, value))
    return isinstance(value, datetime) and value.tzinfo is None


def readable(items: Iterable[Item], decode: Callable[[Item], T]) -> list[T]:
    """Those of many that can be read. What cannot was reported when it was written, and is in the log again."""
    found = []
    for item in items:
        try:
            found.append(decode(item))
        except UNREADABLE as error:
            key = {name: item[name]["S"] for name in ("PK", "SK")}
            logger.error("record not understood", extra={"key": key, "why": str(error)})
    return found


def wire(key: dict[str, str]) -> Item:
    """A key in the wire format of DynamoDB."""
    return {name: {"S": value} for name, value in key.items()}


def scalar(value: str | int) -> dict[str, str]:
    """A text or a number in the wire format."""
    return {"S": value} if isinstance(value, str) else integer(value)


def integer(value: int) -> dict[str, str]:
    return {"N": str(value)}


def epoch_milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def milliseconds(at: datetime) -> dict[str, str]:
    """An instant as a number, for conditions that compare instants."""
    return integer(epoch_milliseconds(at))


def from_milliseconds(attribute: dict[str, str] | None) -> datetime | None:
    return None if attribute is None else instant(attribute)


def instant(attribute: dict[str, str]) -> datetime:
    """The instant that `milliseconds` wrote."""
    return _EPOCH + timedelta(milliseconds=int(attribute["N"]))
