"""Lines of iCalendar files: RFC 5545, sections 3.1 and 3.3."""

import re
from datetime import UTC, datetime

_OCTETS = 75
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def text(value: str) -> str:
    """A value of type TEXT, without control characters.

    >>> text("Disks; network,\\r\\nall")
    'Disks\\\\; network\\\\,\\\\nall'
    """
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).translate(_ESCAPED)


def stamp(at: datetime) -> str:
    """An instant, in UTC: whoever reads it needs no rules of time zones."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def line(name: str, value: str) -> str:
    """A property, folded: no line is longer than 75 octets, and no character is torn."""
    whole = f"{name}:{value}"
    lines, start, room = [], 0, _OCTETS
    for place, character in enumerate(whole):
        size = len(character.encode())
        if size > room:
            lines.append(whole[start:place])
            # The space at its begin counts.
            start, room = place, _OCTETS - 1
        room -= size
    return "\r\n ".join([*lines, whole[start:]])
