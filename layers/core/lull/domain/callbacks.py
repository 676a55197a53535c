"""Callback tokens: each says how one deployment of an application is going, until its deadline, and nothing else."""

import hashlib
import hmac
import re
from collections.abc import Iterable

from lull.domain.errors import Unauthenticated

PREFIX = "lulldep_"
RANDOM_LENGTH = 32
_TOKEN = re.compile(rf"{PREFIX}([1-9]\d{{0,11}})_[0-9A-Za-z]{{{RANDOM_LENGTH}}}", re.ASCII)


def callback_token(workspace_id: int, randomness: str) -> str:
    """A token from 32 random base-62 characters, 190 bits. It names its workspace, as its path does not."""
    return f"{PREFIX}{workspace_id}_{randomness}"


def workspace_of(token: str) -> int:
    """Raises Unauthenticated for what is no token."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise Unauthenticated("the callback token is not valid")
    return int(match[1])


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_one_of(token: str, hashes: Iterable[str]) -> bool:
    """In constant time for each."""
    digest = hashed(token)
    return any(hmac.compare_digest(digest, each) for each in hashes)
