"""Who is to be probed when: the messages to the prober.

A check has at most one message that is followed by another. Only the probe whose result is written sends the next one,
that result moves the time at which the check is due, and a message that finds it not due, or loses the race for the
write, ends there. So whatever else is sent, by sweeps, changes or deliveries that come twice, adds a message and never
a chain: of each check there are no more messages than probes, sweeps and changes.

A message that comes while another's probe is under way finds the check still due, and the target is asked twice: one
request more, and one result, since whoever writes second is refused. To claim the check first would be one more write
for every probe.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from lull.domain.checks import Check
from lull.gateways import queues
from lull.gateways.queues import WakeUp
from lull.store import checks, due, keys

Address = tuple[int, int]
"""Workspace id and check id."""

# The sweep comes each minute, and not to the second. What it might come too late for, the last probe calls for.
_LOOK_AHEAD = timedelta(seconds=75)


def address(body: str) -> Address:
    """The check that a queued message names. Raises KeyError, TypeError or ValueError if it names none."""
    wake_up = queues.parse_wake_up(body)
    if wake_up.kind != checks.KIND:
        raise ValueError(f"nothing of kind {wake_up.kind!r} is probed")
    return wake_up.workspace_id, int(wake_up.record_id)


def call_due(*, at: datetime) -> int:
    """Call for each probe that is due now, or will be before the next sweep, at its moment; how many."""
    found = [
        ((each.workspace_id, each.check_id), each.watch_at)
        for each in due.list_watched(keys.PROBES, until=at + _LOOK_AHEAD)
    ]
    _send(found, at=at)
    return len(found)


def call_next(probed: Iterable[Check], *, at: datetime) -> int:
    """Call for the next probes of checks whose result was written, where the sweeps might come too late; how many."""
    found = [
        ((check.workspace_id, check.id), check.watch_at)
        for check in probed
        if check.watch_at and check.watch_at <= at + _LOOK_AHEAD
    ]
    _send(found, at=at)
    return len(found)


def call_now(addresses: Iterable[Address], *, at: datetime) -> None:
    """Call for a probe of each of these checks."""
    _send([(each, at) for each in addresses], at=at)


def _send(calls: Iterable[tuple[Address, datetime]], *, at: datetime) -> None:
    queues.send_probes(
        [
            (WakeUp(kind=checks.KIND, workspace_id=workspace_id, record_id=check_id), due_at)
            for (workspace_id, check_id), due_at in calls
        ],
        at=at,
    )
