"""The only reader of the time."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current instant: aware, UTC, whole milliseconds, so that what is stored is what is shown."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
