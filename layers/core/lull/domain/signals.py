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

    @property
    def reason(self) -> str | None:
        """What it says of a failure, in a line for people."""
        said = [
            self.message,
            f"exit code {self.exit_code}" if self.exit_code is not None else None,
            _shortened(self.payload),
        ]
        return ": ".join(each for each in said if each) or None


_LONGEST_REASON = 300


def _shortened(text: str | None) -> str | None:
    """The start of what a service sent, on one line and without what a terminal or a mail would act on."""
    if text is None:
        return None
    line = "".join(each if each.isprintable() else " " for each in text[: _LONGEST_REASON + 1])
    return line if len(text) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}…"
