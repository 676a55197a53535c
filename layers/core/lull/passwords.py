"""The only hasher of passwords."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher


@cache
def _hasher() -> "PasswordHasher":
    # Imported by the first password. Of what OWASP recommends, the choice with the least memory: see ADR 11.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: bytes) -> str:
    """The argon2id hash, with its salt and parameters."""
    return _hasher().hash(password)


def matches(password_hash: str, password: bytes) -> bool:
    from argon2.exceptions import VerifyMismatchError

    try:
        return _hasher().verify(password_hash, password)
    except VerifyMismatchError:
        return False
