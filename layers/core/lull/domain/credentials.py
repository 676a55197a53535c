"""Who may call: roles, callers, API keys (semantics, section 10)."""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lull.domain.errors import Unauthenticated

PREFIX = "lull_"
_RANDOM = 27  # base-62 characters: 160 bits
_CHECKSUM = 6
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Role(StrEnum):
    """Each may do what those before it may."""

    VIEWER = "viewer"
    DEPLOYER = "deployer"
    MEMBER = "member"
    ADMIN = "admin"

    def includes(self, needed: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An authenticated caller; `actor` is how records name it."""

    workspace_id: int
    role: Role
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A stored key: its SHA-256, never itself."""

    id: int
    workspace_id: int
    name: str
    role: Role
    prefix: str
    """The first 12 characters, to recognise it by."""
    secret_hash: str
    enabled: bool = True
    created_at: datetime
    last_used_at: datetime | None = None
    revision: int = 0


def _base62(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


def api_key_secret(randomness: str) -> str:
    """A full key from 27 random base-62 characters: prefix, randomness, CRC-32 of both.

    The checksum lets a typo be refused, and a leaked key be recognised, without a look-up.
    """
    body = PREFIX + randomness
    return body + _base62(zlib.crc32(body.encode()), _CHECKSUM)


def hashed_api_key(secret: str) -> str:
    """The SHA-256 a key is stored under; Unauthenticated if its form or checksum is wrong."""
    body, checksum = secret[:-_CHECKSUM], secret[-_CHECKSUM:]
    well_formed = len(secret) == len(PREFIX) + _RANDOM + _CHECKSUM and secret.isascii()
    if not well_formed or _base62(zlib.crc32(body.encode()), _CHECKSUM) != checksum:
        raise Unauthenticated("the API key is not valid")
    return hashlib.sha256(secret.encode()).hexdigest()


API_KEY_RANDOM_LENGTH = _RANDOM
