"""Why a check is quiet: a set of holds, each owned by one source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lull.domain.signals import Signal, SignalSource, SignalType

MANUAL = "manual"

MAX_OF_DEPLOYMENTS = 100
"""How many deployments may hold one check at once: an item of the table has room for so many and not for any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One reason why a check is paused (semantics, section 2).

    `source` is `manual` or `deployment:<id>`; whoever added a hold removes that one and no other, so overlapping
    deployments and a pause by hand never undo each other. `until` is when it ends by itself, if it does.
    """

    source: str
    actor: str
    since: datetime
    until: datetime | None = None


def of_deployment(window_id: int) -> str:
    """The source of the holds of one deployment window.

    >>> of_deployment(17)
    'deployment:17'
    """
    return f"deployment:{window_id}"


def deployment_id(source: str) -> int:
    """The deployment window that `of_deployment` named."""
    return int(source.partition(":")[2])


def is_of_deployment(source: str) -> bool:
    return source.startswith("deployment:")


def told(before: Sequence[Hold], after: Sequence[Hold], *, released_at: datetime) -> list[tuple[str, Signal]]:
    """What a write made of the holds of a check, as entries of its timeline, each with a name that no other has."""
    known, kept = {hold.source: hold for hold in before}, {hold.source for hold in after}
    begun = [hold for hold in after if hold.source not in known]
    over = [hold for hold in before if hold.source not in kept]
    return [(f"{hold.source}#begin", _entry(hold, begins=True, at=hold.since)) for hold in begun] + [
        (f"{hold.source}#end", _entry(hold, begins=False, at=max(released_at, hold.since))) for hold in over
    ]


def _entry(hold: Hold, *, begins: bool, at: datetime) -> Signal:
    if hold.source == MANUAL:
        kind = SignalType.PAUSED if begins else SignalType.RESUMED
        message = f"Paused by {hold.actor}" if begins else "Resumed"
    else:
        kind = SignalType.DEPLOYMENT
        number = deployment_id(hold.source)
        message = f"Paused by deployment {number} of {hold.actor}" if begins else f"Released by deployment {number}"
    return Signal(type=kind, at=at, source=SignalSource.HOLD, message=message)
