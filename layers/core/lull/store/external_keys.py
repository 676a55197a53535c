"""What others call our records: claimed in the transaction that creates the record, and found by their name for it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lull.store import keys, table
from lull.store.codec import Codec, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """The records that one name means: by kind, such as `component_deployments.KIND`, their ids.

    More than one where one of ours drives another: whoever reports is heard by the one that drives.
    """

    workspace_id: int
    key: str
    records: Mapping[str, str]


_codec = Codec(External)


def find_external(workspace_id: int, key: str) -> External | None:
    item = table.get(_key(workspace_id, key))
    return _codec.decode(item) if item else None


def claiming(external: External) -> Item:
    """The write that claims a name; refused if it is claimed."""
    return _put(external, condition="attribute_not_exists(PK)")


def moving(external: External, records: Mapping[str, str]) -> Item:
    """The write that has a name mean other records; refused if it means others than `external` says already."""
    return _put(replace(external, records=records), condition="body = :read", values={":read": _codec.body(external)})


def _put(external: External, *, condition: str, values: Item | None = None) -> Item:
    key = _key(external.workspace_id, external.key)
    return table.put(key, {"body": _codec.body(external)}, condition=condition, values=values)


def _key(workspace_id: int, key: str) -> keys.Key:
    return keys.external_key(workspace_id, hashlib.sha256(key.encode()).hexdigest())
