"""Idempotency keys: what a client's key has made already, written in the transaction that makes it."""

import hashlib
from dataclasses import MISSING, Field, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lull.store import keys, table
from lull.store.codec import Item, integer

KEPT_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A client's key for one kind of request; `fingerprint` tells this request from another under the same key."""

    workspace_id: int
    kind: str
    key: str
    fingerprint: str


def fingerprint(described: Any) -> str:
    """Of what a dataclass says beyond its defaults, whatever the order of the names in it.

    A field that a later release adds changes nothing for whoever does not use it.
    """
    said = {each.name: getattr(described, each.name) for each in fields(described)}
    blank = {each.name: _default(each) for each in fields(described)}
    told = {name: value for name, value in said.items() if value != blank[name]}
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


@dataclass(frozen=True, slots=True)
class Made:
    """What a key has made already."""

    record_id: str
    fingerprint: str


def claiming(key: IdempotencyKey, record_id: int | str, *, at: datetime) -> Item:
    """The write that claims the key for a new record; refused with what it has made already."""
    attributes = {
        "recordId": {"S": str(record_id)},
        "fingerprint": {"S": key.fingerprint},
        "expiresAt": integer(int((at + KEPT_FOR).timestamp())),
    }
    # DynamoDB removes what has expired within days, not at once.
    free = "attribute_not_exists(PK) OR expiresAt <= :now"
    return table.put(_key(key), attributes, condition=free, values={":now": integer(int(at.timestamp()))})


def find_made(key: IdempotencyKey, *, at: datetime) -> Made | None:
    """What the key has made in the last three days."""
    item = table.get(_key(key))
    return decode_made(item) if item and int(item["expiresAt"]["N"]) > at.timestamp() else None


def decode_made(item: Item) -> Made:
    (record_id,) = item["recordId"].values()
    return Made(record_id, item["fingerprint"]["S"])


def _key(key: IdempotencyKey) -> keys.Key:
    digest = hashlib.sha256(f"{key.kind} {key.key}".encode()).hexdigest()
    return keys.idempotency_key(key.workspace_id, digest)
