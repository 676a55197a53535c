"""CI trusts in the table: a record in the workspace, and one under the repository that answers a token in one read.

Both are written in one transaction. Only `lastUsedAt` lives on the second alone. An item of the workspace counts them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lull import randomness
from lull.domain.ci_trusts import MAX_TRUSTS, CiTrust
from lull.domain.errors import Conflict, NotFound
from lull.store import keys, table
from lull.store.codec import Codec, Item, from_milliseconds, integer, milliseconds
from lull.store.keys import Key
from lull.store.records import Records

KIND = "ci-trust"
USED_EVERY = timedelta(minutes=1)

_codec = Codec(CiTrust)
_records = Records(CiTrust, "CI trust")


def get_ci_trust(workspace_id: int, trust_id: int) -> CiTrust | None:
    """The record without its last use."""
    return _records.get(keys.ci_trust(workspace_id, trust_id))


def list_ci_trusts(workspace_id: int) -> list[CiTrust]:
    """Every record of the workspace by id, without its last use."""
    return _records.list(keys.in_workspace(workspace_id), keys.CI_TRUST)


def with_last_uses(trusts: Sequence[CiTrust]) -> list[CiTrust]:
    found = map(_decode_listed, table.batch_get([_listed_key(trust) for trust in trusts]))
    last_uses = {trust.id: trust.last_used_at for trust in found}
    return [replace(trust, last_used_at=last_uses.get(trust.id)) for trust in trusts]


def list_trusts_of_repository(issuer: str, repository_id: str, *, workspace_id: int | None) -> list[CiTrust]:
    """Who trusts a repository, by id: of one workspace, or of all."""
    prefix = keys.trusts_of_workspace(workspace_id) if workspace_id is not None else None
    listed = table.query_all(keys.trusts_of_repository(issuer, repository_id), begins_with=prefix)
    return sorted(map(_decode_listed, listed), key=lambda trust: trust.id)


def create_ci_trust(trust: CiTrust) -> CiTrust:
    """Write it and count it. Raises Conflict if the workspace has as many as it may."""
    token = randomness.secret(16)
    counting = table.update(
        keys.ci_trust_count(trust.workspace_id),
        "SET trusts = if_not_exists(trusts, :none) + :one",
        condition="attribute_not_exists(trusts) OR trusts < :most",
        values={":none": integer(0), ":one": integer(1), ":most": integer(MAX_TRUSTS)},
    )
    listing = table.put(_listed_key(trust), {"body": _codec.body(trust)}, condition="attribute_not_exists(PK)")
    creating = _records.creating(_key(trust), trust, token=token)
    try:
        table.transact([creating, listing, counting], token=token)
    except table.Cancelled as refused:
        raise Conflict(f"a workspace has at most {MAX_TRUSTS} CI trusts") from refused
    return replace(trust, revision=1)


def save_ci_trust(trust: CiTrust) -> CiTrust:
    """Raises StaleWrite if it was changed since it was read, NotFound if it is gone. The repository stays as it is."""
    token = randomness.secret(16)
    listing = table.update(
        _listed_key(trust),
        "SET body = :body",
        condition="attribute_exists(PK)",
        values={":body": _codec.body(trust)},
    )
    try:
        table.transact([_records.saving(_key(trust), trust, token=token), listing], token=token)
    except table.Cancelled as refused:
        raise _records.lost(refused.items[0]) from refused
    return replace(trust, revision=trust.revision + 1)


def delete_ci_trust(trust: CiTrust) -> None:
    """Raises NotFound if there is none."""
    counting = table.update(
        keys.ci_trust_count(trust.workspace_id),
        "SET trusts = if_not_exists(trusts, :none) - :one",
        condition=table.ANYHOW,
        values={":none": integer(0), ":one": integer(1)},
    )
    try:
        table.transact([table.delete(_key(trust)), table.delete(_listed_key(trust)), counting])
    except table.Cancelled as refused:
        raise NotFound("CI trust") from refused


def mark_used(trust: CiTrust, *, at: datetime) -> None:
    """Remember the use, at most once a minute for each record."""
    if trust.last_used_at and at - trust.last_used_at < USED_EVERY:
        return
    request = table.update(
        _listed_key(trust),
        "SET lastUsedAt = :at",
        condition="attribute_exists(PK) AND (attribute_not_exists(lastUsedAt) OR lastUsedAt < :before)",
        values={":at": milliseconds(at), ":before": milliseconds(at - USED_EVERY)},
    )
    try:
        table.write(request)
    except table.ConditionFailed:
        return


def _key(trust: CiTrust) -> Key:
    return keys.ci_trust(trust.workspace_id, trust.id)


def _listed_key(trust: CiTrust) -> Key:
    return keys.trust_of_repository(trust.issuer, trust.repository_id, trust.workspace_id, trust.id)


def _decode_listed(item: Item) -> CiTrust:
    return replace(_codec.decode(item), last_used_at=from_milliseconds(item.get("lastUsedAt")))
