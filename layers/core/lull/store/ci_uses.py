"""Requests that CI tokens have made, each until its token expires."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from lull import randomness
from lull.domain.ci_jobs import LEEWAY
from lull.store import keys, table
from lull.store.codec import integer


@dataclass(frozen=True, slots=True)
class Use:
    """A request as it was remembered; `token` is the operation's."""

    digest: str
    token: str


class UsedBefore(Exception):
    """The CI token has made this very request."""


def claim_use(token: str, request: tuple[str, ...], *, expires_at: datetime, at: datetime) -> Use:
    """Remember a request of a CI token. Raises UsedBefore if it is remembered already."""
    use = Use(hashlib.sha256(json.dumps([token, *request]).encode()).hexdigest(), randomness.secret(16))
    forgotten_at = int((expires_at + LEEWAY).timestamp()) + 1
    attributes = {"expiresAt": integer(forgotten_at), "opToken": {"S": use.token}}
    # DynamoDB removes what has expired within days, not at once.
    free = "attribute_not_exists(PK) OR expiresAt <= :now"
    putting = table.put(
        keys.ci_use(use.digest), attributes, condition=free, values={":now": integer(int(at.timestamp()))}
    )
    try:
        table.write(putting, token=use.token)
    except table.ConditionFailed as refused:
        raise UsedBefore from refused
    return use


def release_use(use: Use) -> None:
    """Forget a request that was refused."""
    deleting = table.delete(keys.ci_use(use.digest), condition="opToken = :token", values={":token": {"S": use.token}})
    try:
        table.write(deleting)
    except table.ConditionFailed:
        return
