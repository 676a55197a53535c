"""What a service says of itself: a ping is one write and no read."""

from dataclasses import dataclass
from datetime import datetime

from lull.domain.checks import Health
from lull.domain.errors import NotFound
from lull.domain.signals import Signal, SignalType
from lull.store import keys, signals, table
from lull.store.codec import Item, milliseconds

# Health, not status: a paused or resumed check keeps its rules whatever the signal said.
_SAME = "health = :health AND (attribute_not_exists(releasedAt) OR releasedAt <= judgedAt)"
_OTHER = "(health <> :health OR releasedAt > judgedAt)"
_PINGED = "SET lastPingAt = :at, cause = :cause, watchAt = :at"
_WELL = f"{_PINGED} + intervalMs, judgedAt = :at, health = :health"
# The sweep finds an outage that nobody has looked at, whatever becomes of the wake-up.
_NOT_WELL = f"{_PINGED}, judgedAt = :at, health = :health"


@dataclass(frozen=True, slots=True)
class PingAddress:
    """Where a ping token leads; the token carries it, so that a ping is one write and no read."""

    workspace_id: int
    check_id: int


def record_ping(address: PingAddress, token: str, signal: Signal) -> None:
    """Record what a service says of itself. Raises NotFound for a wrong token.

    A success is one write, a second one only if it changes what people see; whatever else goes into the timeline too.
    A failure that was known leaves it DOWN since it was.
    """
    if signal.type is SignalType.SUCCESS:
        if not _is_recorded(address, token, signal, _WELL, _SAME, cause="ping"):
            _is_recorded(address, token, signal, f"{_WELL}, recoveredAt = :at", None, cause="signal")
    elif not _is_recorded(address, token, signal, _NOT_WELL, _OTHER, cause="signal"):
        _is_recorded(address, token, signal, _PINGED, None, cause="signal")


def _is_recorded(
    address: PingAddress, token: str, signal: Signal, expression: str, condition: str | None, *, cause: str
) -> bool:
    """Whether the check was as the condition says, and the signal is recorded. Raises NotFound for a wrong token."""
    values: Item = {":at": milliseconds(signal.at), ":token": {"S": token}, ":cause": {"S": cause}}
    if ":health" in expression:
        values[":health"] = {"S": Health.OK if signal.type is SignalType.SUCCESS else Health.DOWN}
    pinged = table.update(
        keys.check(address.workspace_id, address.check_id),
        expression,
        condition=f"pingToken = :token AND {condition}" if condition else "pingToken = :token",
        values=values,
    )
    try:
        if cause == "ping":
            table.write(pinged)
        else:
            table.transact([pinged, signals.noting(address.workspace_id, address.check_id, signal)])
    except table.ConditionFailed as refused:
        stood = refused.item
    except table.Cancelled as refused:
        stood = refused.items[0]
        if stood is None:
            # Only the entry stands in the way: it is our own of an earlier try, whose answer was lost.
            return True
    else:
        return True
    if not stood or stood["pingToken"] != {"S": token}:
        raise NotFound("check")
    return False


def record_start(address: PingAddress, token: str, *, at: datetime) -> None:
    """Record that the service begins its work; nothing else follows from it. NotFound for a wrong token."""
    request = table.update(
        keys.check(address.workspace_id, address.check_id),
        "SET startedAt = :at, cause = :cause",
        condition="pingToken = :token",
        values={":at": milliseconds(at), ":token": {"S": token}, ":cause": {"S": "ping"}},
    )
    try:
        table.write(request)
    except table.ConditionFailed as refused:
        raise NotFound("check") from refused
