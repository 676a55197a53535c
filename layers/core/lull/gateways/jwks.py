"""Public keys of OpenID Connect issuers, fetched seldom and kept."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 5
_LARGEST = 256 * 1024
_REFETCH_AFTER = timedelta(minutes=1)
_KEEP_FOR = timedelta(minutes=10)

Keys = dict[str, dict[str, Any]]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


@dataclass(slots=True)
class _Cached:
    fetched_at: datetime
    tried_at: datetime
    keys: Keys = field(default_factory=dict)


_cache: dict[str, _Cached] = {}


def signing_key(uri: str, key_id: str, *, at: datetime) -> dict[str, Any] | None:
    """The JSON Web Key with this id, or None.

    At most one fetch per URI and minute, however many unknown ids are asked for; keys once seen stay while the issuer
    cannot be reached, and an empty answer replaces nothing.
    """
    return _known(uri, key_id, fetch=_fetched, at=at)


def signing_key_of(issuer: str, key_id: str, *, at: datetime) -> dict[str, Any] | None:
    """As `signing_key`, of the key set that the issuer's configuration names (OpenID Connect Discovery 1.0)."""
    return _known(issuer, key_id, fetch=_discovered, at=at)


def _known(source: str, key_id: str, *, fetch: Callable[[str], Keys], at: datetime) -> dict[str, Any] | None:
    cached = _cache.get(source)
    known = cached is not None and key_id in cached.keys and at - cached.fetched_at < _KEEP_FOR
    if not known and (cached is None or at - cached.tried_at >= _REFETCH_AFTER):
        fetched = fetch(source)
        if fetched:
            cached = _cache[source] = _Cached(fetched_at=at, tried_at=at, keys=fetched)
        elif cached is not None:
            cached.tried_at = at
        else:
            cached = _cache[source] = _Cached(fetched_at=at, tried_at=at)
    return cached.keys.get(key_id) if cached else None


def is_acceptable(uri: str) -> bool:
    """https anywhere; http only on this machine, for development."""
    parts = urlsplit(uri)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"})


def _discovered(issuer: str) -> Keys:
    configuration = _document(issuer.rstrip("/") + "/.well-known/openid-configuration")
    uri = configuration.get("jwks_uri")
    # A configuration that names another issuer is not this one's: section 4.3.
    return _fetched(uri) if configuration.get("issuer") == issuer and isinstance(uri, str) else {}


def _fetched(uri: str) -> Keys:
    keys = _document(uri).get("keys")
    found = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
    return {key["kid"]: key for key in found if isinstance(key.get("kid"), str)}


def _document(uri: str) -> dict[str, Any]:
    """The JSON object at this address; empty if there is none, or it may not be asked."""
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        if not is_acceptable(uri):
            return {}
        with opener.open(uri, timeout=_TIMEOUT_SECONDS) as answer:
            document = json.loads(answer.read(_LARGEST + 1)[:_LARGEST])
    except (urllib.error.URLError, HTTPException, OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
