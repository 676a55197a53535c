"""Opaque cursors: where a list goes on."""

import base64
import binascii
from collections.abc import Callable

from lull.domain.errors import invalid


def encoded(sort_key: str | None) -> str | None:
    """The sort key of the last item seen, as text for a URL."""
    if sort_key is None:
        return None
    return base64.urlsafe_b64encode(sort_key.encode()).decode().rstrip("=")


def decoded(cursor: str | None, *, is_ours: Callable[[str], bool]) -> str | None:
    """Raises Invalid naming `cursor` for what is not one of this list.

    A cursor only says where in a partition to go on. The partition comes from the request, so a forged one reads
    nothing that its bearer may not read.
    """
    if cursor is None:
        return None
    try:
        sort_key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        sort_key = ""
    if not is_ours(sort_key):
        raise invalid("cursor", "is not a cursor of this list")
    return sort_key
