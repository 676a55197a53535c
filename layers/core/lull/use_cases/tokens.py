"""JSON Web Tokens before anything of them is believed: what they are of, to choose whose keys to ask."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from lull.domain.errors import Unauthenticated

LONGEST_TOKEN = 10_240
"""What API Gateway lets through in all headers together."""

# Whoever reads the token again may have less room on its stack than there was here.
_DEEPEST = 20
_FORM = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Unverified:
    """A token in its parts. Whoever wrote it wrote these."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]

    @property
    def issuer(self) -> str:
        issuer = self.claims.get("iss")
        return issuer if isinstance(issuer, str) else ""


def parsed(token: str) -> Unverified:
    """Raises Unauthenticated for what is no token, or one that JSON parsers disagree about."""
    parts = _FORM.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    if parts is None:
        raise Unauthenticated("the token is not valid")
    try:
        return Unverified(token, _object(parts[1]), _object(parts[2]))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise Unauthenticated("the token is not valid") from error


def _object(part: str) -> dict[str, Any]:
    text = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
    value = json.loads(text, object_pairs_hook=_no_repeats, parse_constant=_no_constant)
    if not isinstance(value, dict) or _is_deeper(value, _DEEPEST):
        raise ValueError("no object, or a deep one")
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    return any(_is_deeper(each, levels - 1) for each in (value.values() if isinstance(value, dict) else value))


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name twice")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)
