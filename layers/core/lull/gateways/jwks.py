"""Public keys of OpenID Connect issuers, fetched seldom and kept."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 5
_LARGEST = 256 * 1024
_REFETCH_AFTER = timedelta(minutes=1)
_KEEP_FOR = timedelta(hours=1)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


@dataclass(slots=True)
class _Cached:
    fetched_at: datetime
    tried_at: datetime
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)


_cache: dict[str, _Cached] = {}


def signing_key(uri: str, key_id: str, *, at: datetime) -> dict[str, Any] | None:
    """The JSON Web Key with this id, or None.

    At most one fetch per URI and minute, however many unknown ids are asked for; keys once seen stay while the issuer
    cannot be reached, and an empty answer replaces nothing.
    """
    cached = _cache.get(uri)
    known = cached is not None and key_id in cached.keys and at - cached.fetched_at < _KEEP_FOR
    if not known and (cached is None or at - cached.tried_at >= _REFETCH_AFTER):
        fetched = _fetched(uri)
        if fetched:
            cached = _cache[uri] = _Cached(fetched_at=at, tried_at=at, keys=fetched)
        elif cached is not None:
            cached.tried_at = at
        else:
            cached = _cache[uri] = _Cached(fetched_at=at, tried_at=at)
    return cached.keys.get(key_id) if cached else None


def is_acceptable(uri: str) -> bool:
    """https anywhere; http only on this machine, for development."""
    parts = urlsplit(uri)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"})


def _fetched(uri: str) -> dict[str, dict[str, Any]]:
    if not is_acceptable(uri):
        return {}
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        with opener.open(uri, timeout=_TIMEOUT_SECONDS) as answer:
            document = json.loads(answer.read(_LARGEST + 1)[:_LARGEST])
        return {key["kid"]: key for key in document["keys"] if isinstance(key.get("kid"), str)}
    except (urllib.error.URLError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
