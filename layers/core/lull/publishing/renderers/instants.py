"""Instants as JSON and Atom have them."""

from datetime import UTC, datetime


def instant(at: datetime) -> str:
    """UTC, with milliseconds where there are some.

    >>> instant(datetime(2026, 3, 1, 12, tzinfo=UTC))
    '2026-03-01T12:00:00Z'
    """
    text = at.astimezone(UTC).isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")
