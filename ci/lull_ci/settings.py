"""Where Lull is, and how to speak to it: options first, then the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lull_ci.errors import Misused
from lull_ci.texts import has_host, one_line

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_TOKEN = re.compile(r"[!-~]+", re.ASCII)
_TRUE, _FALSE = {"1", "true", "yes"}, {"", "0", "false", "no"}


@dataclass(frozen=True)
class Settings:
    url: str
    """Without a slash at its end."""
    token: str | None
    """An API key; None where the CI's own token is to be used."""
    workspace: str | None
    audience: str
    id_token_variable: str


def settings_of(environ: Mapping[str, str], *, url: str | None, token: str | None, id_token_variable: str) -> Settings:
    """Raises Misused for what is missing or cannot be meant."""
    said = (url or environ.get("LULL_URL") or "").strip()
    if not said:
        raise Misused("it is not known where Lull is: set LULL_URL, or give --url")
    workspace = environ.get("LULL_WORKSPACE", "").strip() or None
    if workspace and not re.fullmatch("[0-9]{1,12}", workspace, re.ASCII):
        raise Misused("LULL_WORKSPACE is not the number of a workspace")
    base = _base(said)
    audience = environ.get("LULL_AUDIENCE", "").strip()
    if one_line(audience, len(audience)) != audience:
        raise Misused("LULL_AUDIENCE is not text: it has control characters in it, or is not UTF-8")
    return Settings(
        url=base,
        token=checked(token or environ.get("LULL_TOKEN"), "LULL_TOKEN"),
        workspace=workspace,
        audience=audience or base,
        id_token_variable=id_token_variable,
    )


def checked(token: str | None, name: str) -> str | None:
    """A token without the white space around it. Raises Misused for what is none, and never says what it is."""
    stripped = (token or "").strip()
    if stripped and not _TOKEN.fullmatch(stripped):
        raise Misused(f"{name} is not a token: it has white space or special characters in it")
    return stripped or None


def is_required(environ: Mapping[str, str]) -> bool:
    """LULL_REQUIRED. Raises Misused for what is neither yes nor no."""
    said = environ.get("LULL_REQUIRED", "").strip().lower()
    if said not in _TRUE | _FALSE:
        raise Misused("LULL_REQUIRED is neither true nor false")
    return said in _TRUE


def _base(url: str) -> str:
    said = urlsplit(url) if has_host(url) and one_line(url) == url else None
    if said is None or said.scheme not in ("http", "https") or said.query or said.fragment:
        raise Misused("LULL_URL is not a URL such as https://lull.example")
    if said.username is not None:
        raise Misused("LULL_URL must not hold credentials: set LULL_TOKEN")
    if said.scheme == "http" and said.hostname not in _LOOPBACK:
        raise Misused("LULL_URL must be https: a token would travel in the clear")
    return url.rstrip("/")
