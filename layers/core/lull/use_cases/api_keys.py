"""API keys: minting, listing, rotating, disabling, revoking, and answering who a key is."""

import hmac
from dataclasses import replace
from datetime import datetime

from lull import randomness
from lull.domain import credentials
from lull.domain.credentials import ApiKey, Caller, Role
from lull.domain.errors import NotFound, Unauthenticated
from lull.store import api_keys as store
from lull.store import counters
from lull.use_cases.retrying import on_stale_write

_PREFIX_LENGTH = 12


def create_api_key(caller: Caller, *, name: str, role: Role, at: datetime) -> tuple[ApiKey, str]:
    """A new key and its secret, which is shown this once."""
    secret = credentials.api_key_secret(randomness.secret(credentials.API_KEY_RANDOM_LENGTH))
    key = ApiKey(
        id=counters.next_id("api-key"),
        workspace_id=caller.workspace_id,
        name=name,
        role=role,
        prefix=secret[:_PREFIX_LENGTH],
        secret_hash=credentials.hashed_api_key(secret),
        created_at=at,
    )
    return store.create_api_key(key), secret


def list_api_keys(caller: Caller) -> list[ApiKey]:
    return store.list_api_keys(caller.workspace_id)


def _get(caller: Caller, key_id: int) -> ApiKey:
    key = store.get_api_key(caller.workspace_id, key_id)
    if key is None:
        raise NotFound("API key")
    return key


def rotate_api_key(caller: Caller, key_id: int) -> tuple[ApiKey, str]:
    """A new secret for the key; the old one is dead at once."""
    secret = credentials.api_key_secret(randomness.secret(credentials.API_KEY_RANDOM_LENGTH))

    def decide() -> ApiKey:
        key = _get(caller, key_id)
        prefix, secret_hash = secret[:_PREFIX_LENGTH], credentials.hashed_api_key(secret)
        return store.save_api_key(replace(key, prefix=prefix, secret_hash=secret_hash), was=key)

    return on_stale_write(decide), secret


def change_api_key(caller: Caller, key_id: int, *, name: str | None, role: Role | None, enabled: bool | None) -> ApiKey:
    """Rename a key, change its role, disable it or enable it again; None leaves a field as it is."""

    def decide() -> ApiKey:
        key = _get(caller, key_id)
        changed = replace(
            key,
            name=key.name if name is None else name,
            role=key.role if role is None else role,
            enabled=key.enabled if enabled is None else enabled,
        )
        return store.save_api_key(changed, was=key)

    return on_stale_write(decide)


def revoke_api_key(caller: Caller, key_id: int) -> None:
    store.delete_api_key(_get(caller, key_id))


def authenticated(secret: str, *, at: datetime) -> Caller:
    """Who this key is. Raises Unauthenticated for an unknown, disabled or malformed one."""
    secret_hash = credentials.hashed_api_key(secret)
    key = store.find_api_key(secret_hash)
    if key is None or not hmac.compare_digest(key.secret_hash, secret_hash) or not key.enabled:
        raise Unauthenticated("the API key is not valid")
    store.mark_used(key, at=at)
    return Caller(workspace_id=key.workspace_id, role=key.role, actor=f"key:{key.name}")
