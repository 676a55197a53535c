"""API keys in the table: a record in the workspace, and one under the hash that answers a request in one read.

Both are written in one transaction. Only `lastUsedAt` lives on the second alone: using a key is one small write.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from lull import randomness
from lull.domain.credentials import ApiKey
from lull.domain.errors import NotFound
from lull.store import keys, table
from lull.store.codec import Codec, Item, from_milliseconds, milliseconds
from lull.store.records import Records

_codec = Codec(ApiKey)
_records = Records(ApiKey, "API key")

USED_EVERY = timedelta(minutes=1)


def find_api_key(secret_hash: str) -> ApiKey | None:
    item = table.get(keys.api_key_hash(secret_hash))
    return _decode_hash_item(item) if item else None


def _decode_hash_item(item: Item) -> ApiKey:
    return replace(_codec.decode(item), last_used_at=from_milliseconds(item.get("lastUsedAt")))


def get_api_key(workspace_id: int, key_id: int) -> ApiKey | None:
    """The key without its last use, which only the record under its hash knows."""
    return _records.get(keys.api_key(workspace_id, key_id))


def list_api_keys(workspace_id: int) -> list[ApiKey]:
    """Every key of the workspace by id, each with its last use."""
    stored = _records.list(keys.in_workspace(workspace_id), keys.API_KEY)
    used = table.batch_get([keys.api_key_hash(key.secret_hash) for key in stored])
    last_uses = {key.secret_hash: key.last_used_at for key in map(_decode_hash_item, used)}
    return [replace(key, last_used_at=last_uses.get(key.secret_hash)) for key in stored]


def create_api_key(key: ApiKey) -> ApiKey:
    token = randomness.secret(16)
    table.transact(
        [_records.creating(keys.api_key(key.workspace_id, key.id), key, token=token), _by_hash(key)],
        token=token,
    )
    return replace(key, revision=1)


def save_api_key(key: ApiKey, *, was: ApiKey) -> ApiKey:
    """Write a changed key; with a new hash the old secret stops working in the same instant."""
    token = randomness.secret(16)
    writes = [_records.saving(keys.api_key(key.workspace_id, key.id), key, token=token)]
    if key.secret_hash == was.secret_hash:
        writes.append(
            table.update(
                keys.api_key_hash(key.secret_hash),
                "SET body = :body",
                condition="attribute_exists(PK)",
                values={":body": _codec.body(key)},
            )
        )
    else:
        writes += [table.delete(keys.api_key_hash(was.secret_hash)), _by_hash(key)]
    try:
        table.transact(writes, token=token)
    except table.Cancelled as refused:
        raise _records.lost(refused.items[0]) from refused
    return replace(key, revision=key.revision + 1)


def delete_api_key(key: ApiKey) -> None:
    try:
        table.transact(
            [
                table.delete(keys.api_key(key.workspace_id, key.id)),
                table.delete(keys.api_key_hash(key.secret_hash), condition="attribute_exists(PK)"),
            ]
        )
    except table.Cancelled as refused:
        raise NotFound("API key") from refused


def _by_hash(key: ApiKey) -> Item:
    return table.put(
        keys.api_key_hash(key.secret_hash), {"body": _codec.body(key)}, condition="attribute_not_exists(PK)"
    )


def mark_used(key: ApiKey, *, at: datetime) -> None:
    """Remember the use, at most once a minute for each key."""
    if key.last_used_at and at - key.last_used_at < USED_EVERY:
        return
    request = table.update(
        keys.api_key_hash(key.secret_hash),
        "SET lastUsedAt = :at",
        condition="attribute_exists(PK) AND (attribute_not_exists(lastUsedAt) OR lastUsedAt < :before)",
        values={":at": milliseconds(at), ":before": milliseconds(at - USED_EVERY)},
    )
    try:
        table.write(request)
    except table.ConditionFailed:
        return
