"""Between domain values and items: one JSON `body`, and beside it only what conditions, indexes and updates touch.

The SDK parses each attribute of each item in Python; a list of bodies costs a fifth of a list of attributes.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")
Item = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Codec(Generic[T]):
    """Encodes and decodes one dataclass. Unknown fields are ignored: an older release may read newer data."""

    def __init__(self, entity: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(entity)

    def body(self, value: T) -> dict[str, str]:
        return {"S": msgspec.json.encode(value).decode()}

    def decode(self, item: Item) -> T:
        return self._decoder.decode(item["body"]["S"])


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
