"""Signals: what is known to have happened to a check, kept as its timeline."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

KEPT_FOR = timedelta(days=90)


class SignalType(StrEnum):
    """Names of the Ionhour API."""

    SUCCESS = "SUCCESS"
    SUSPECT = "SUSPECT"
    """It turned LATE."""
    FAIL = "FAIL"
    """It said so, was probed in vain, or was not heard of in time."""
    DEPLOYMENT = "DEPLOYMENT"
    """A deployment paused or resumed it."""
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"


class SignalSource(StrEnum):
    PING = "ping"
    PROBE = "probe"
    DEADLINE = "deadline"
    """Nothing was heard in time."""
    HOLD = "hold"
    """Somebody paused or resumed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One entry of a check's timeline. Routine successes leave none: they only move `last_ping_at`."""

    type: SignalType
    at: datetime
    source: SignalSource
    message: str | None = None
    exit_code: int | None = None
    payload: str | None = None
    """What the service sent, as JSON text of at most 10 KB."""
