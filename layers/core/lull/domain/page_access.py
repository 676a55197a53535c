"""How a page that takes a password is kept: the password, sessions, a token for feeds (semantics, section 6).

All of it is one record beside the page, which exists exactly while the page is PASSWORD_PROTECTED. Its key signs the
sessions and comes and goes with the password: with either of them changed every session is over. The token for feeds
goes with the password as well.
"""

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

SESSION_PREFIX = "lps_"
FEED_PREFIX = "lft_"
SESSION_LASTS = timedelta(hours=12)
LONGEST_PASSWORD = 256
"""In bytes of UTF-8."""
SECRET_LENGTH = 43
"""Base-62 characters of a key or token: 256 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAccess:
    workspace_id: int
    page_id: int
    password_hash: str
    session_key: str
    feed_token_hash: str | None = None
    """The SHA-256 of the token, never itself."""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    token: str
    expires_at: datetime


def password_bytes(password: str) -> bytes | None:
    """What is hashed, the same from every keyboard; None for what can be no password."""
    try:
        encoded = unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:
        return None
    return encoded if 1 <= len(encoded) <= LONGEST_PASSWORD else None


def begin_session(access: PageAccess, *, at: datetime) -> Session:
    expires_at = (at + SESSION_LASTS).replace(microsecond=0)
    return Session(_session_token(access, int(expires_at.timestamp())), expires_at)


def is_session(access: PageAccess, token: str, *, at: datetime) -> bool:
    """Whether the token is that of a session of this page which is not over."""
    expiry, _, _ = token.removeprefix(SESSION_PREFIX).partition(".")
    if not (expiry.isascii() and expiry.isdecimal()) or len(expiry) > 12:
        return False
    return _same(_session_token(access, int(expiry)), token) and int(expiry) > at.timestamp()


def feed_token(random: str) -> str:
    return FEED_PREFIX + random


def hashed_feed_token(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def is_feed_token(access: PageAccess, token: str) -> bool:
    return access.feed_token_hash is not None and _same(access.feed_token_hash, hashed_feed_token(token))


def _session_token(access: PageAccess, expiry: int) -> str:
    signed = f"page session {access.page_id} {expiry}".encode()
    mac = hmac.new(access.session_key.encode(), signed, hashlib.sha256).digest()
    return f"{SESSION_PREFIX}{expiry}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
