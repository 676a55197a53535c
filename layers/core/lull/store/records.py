"""Records: one dataclass with a `revision` in one item, written only on the condition that nobody else wrote first."""

from collections.abc import Sequence
from dataclasses import Field, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from lull import randomness
from lull.domain.errors import Conflict, NotFound, StaleWrite
from lull.store import table
from lull.store.codec import Codec, Item, integer, readable
from lull.store.keys import Key


class Revised(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def revision(self) -> int: ...


R = TypeVar("R", bound=Revised)


class Records(Generic[R]):
    """The reads and conditional writes that every kind of record needs."""

    def __init__(self, entity: type[R], noun: str) -> None:
        self._codec = Codec(entity)
        self.noun = noun

    def decode(self, item: Item) -> R:
        return replace(self._codec.decode(item), revision=int(item["revision"]["N"]))

    def body(self, value: R) -> dict[str, str]:
        return self._codec.body(value)

    def get(self, key: Key) -> R | None:
        item = table.get(key)
        return self.decode(item) if item else None

    def get_many(self, wanted: Sequence[Key]) -> list[R]:
        return [self.decode(item) for item in table.batch_get(wanted)]

    def get_readable(self, wanted: Sequence[Key]) -> list[R]:
        """Those that exist and can be read: one that cannot keeps nobody from the others."""
        return readable(table.batch_get(wanted), self.decode)

    def list(self, partition: str, prefix: str) -> list[R]:
        """Every record of a partition under a prefix, by id."""
        return [self.decode(item) for item in table.query_all(partition, begins_with=prefix)]

    def creating(self, key: Key, value: R, *, token: str, **beside: Item) -> Item:
        """The write that creates a record; `beside` are attributes outside the body."""
        attributes = {
            "body": self._codec.body(value),
            "revision": integer(1),
            "opToken": {"S": token},
            **beside,
        }
        return table.put(key, attributes, condition="attribute_not_exists(PK)")

    def create(self, key: Key, value: R, **beside: Item) -> R:
        token = randomness.secret(16)
        table.write(self.creating(key, value, token=token, **beside), token=token)
        return replace(value, revision=1)

    def saving(self, key: Key, value: R, *, token: str) -> Item:
        """The write that changes a record's body and leaves what stands beside it."""
        return table.update(
            key,
            "SET body = :body, revision = :next, opToken = :token",
            condition="revision = :read",
            values={
                ":body": self._codec.body(value),
                ":read": integer(value.revision),
                ":next": integer(value.revision + 1),
                ":token": {"S": token},
            },
        )

    def save(self, key: Key, value: R) -> R:
        """Write a changed record. Raises StaleWrite if it was changed since it was read, NotFound if it is gone."""
        token = randomness.secret(16)
        try:
            table.write(self.saving(key, value, token=token), token=token)
        except table.ConditionFailed as refused:
            raise self.lost(refused.item) from refused
        return replace(value, revision=value.revision + 1)

    def delete_unused(self, key: Key, *, otherwise: str) -> None:
        """Remove a record that its counter `checks` says is used by none. Raises Conflict, in the words `otherwise`."""
        try:
            table.write(table.delete(key, condition="checks = :none", values={":none": integer(0)}))
        except table.ConditionFailed as refused:
            raise (Conflict(otherwise) if refused.item else NotFound(self.noun)) from refused

    def lost(self, stored: Item | None) -> NotFound | StaleWrite:
        """Why a write lost, from what is stored."""
        return StaleWrite(self.noun) if stored else NotFound(self.noun)
