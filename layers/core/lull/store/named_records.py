"""Records with a UUID and a name that is unique in their workspace: components and environments."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

from lull import randomness
from lull.domain.errors import Conflict, DomainError
from lull.store import names, table
from lull.store.codec import Item
from lull.store.keys import Key
from lull.store.records import Records, Revised


class Named(Revised, Protocol):
    @property
    def id(self) -> str: ...
    @property
    def workspace_id(self) -> int: ...
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


class NamedRecords(Generic[N]):
    def __init__(self, entity: type[N], noun: str, key: Callable[[int, str], Key]) -> None:
        self.records = Records[N](entity, noun)
        self._noun = noun
        self._key = key

    def create(self, value: N) -> N:
        """Raises Conflict if the name is taken."""
        token = randomness.secret(16)
        creating = self.records.creating(self._key(value.workspace_id, value.id), value, token=token)
        self._write([creating, self._claiming(value, token)], token)
        return _with_revision(value, 1)

    def save(self, value: N, *, was: N) -> N:
        """Raises Conflict if a new name is taken, StaleWrite if it was changed since it was read, NotFound if gone."""
        token = randomness.secret(16)
        writes = [self.records.saving(self._key(value.workspace_id, value.id), value, token=token)]
        if value.name.casefold() != was.name.casefold():
            writes += [self._claiming(value, token), names.freeing(was.workspace_id, self._noun, was.name)]
        self._write(writes, token)
        return _with_revision(value, value.revision + 1)

    def delete(self, value: N) -> None:
        """Remove it and free its name. Raises NotFound if it is gone."""
        removing = table.delete(self._key(value.workspace_id, value.id))
        self._write([removing, names.freeing(value.workspace_id, self._noun, value.name)], None)

    def _claiming(self, value: N, token: str) -> Item:
        return names.claiming(value.workspace_id, self._noun, value.name, value.id, token=token)

    def _write(self, writes: list[Item], token: str | None) -> None:
        try:
            table.transact(writes, token=token)
        except table.Cancelled as refused:
            raise self._refusal(refused.items) from refused

    def _refusal(self, stood: list[Item | None]) -> DomainError:
        if stood[0] is not None:
            return self.records.lost(stood[0])
        return Conflict(f"another {self._noun} has this name")


def _with_revision(value: N, revision: int) -> N:
    changed: Any = replace(value, revision=revision)
    return changed  # type: ignore[no-any-return]
