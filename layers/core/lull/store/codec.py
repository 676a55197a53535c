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


def integer(value: int) -> dict[str, str]:
    return {"N": str(value)}


def milliseconds(at: datetime) -> dict[str, str]:
    """An instant as a number, for conditions that compare instants."""
    return {"N": str((at - _EPOCH) // timedelta(milliseconds=1))}


def from_milliseconds(attribute: dict[str, str] | None) -> datetime | None:
    return None if attribute is None else _EPOCH + timedelta(milliseconds=int(attribute["N"]))
