"""What the clock makes of a heartbeat (semantics, section 2).

    OK, RESUMED ──interval──► LATE ──grace──► DOWN

An OUTBOUND check has no deadline: it is asked, and its answers are its signals.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from lull.domain.checks import Check, CheckMode, CheckStatus, Health
from lull.domain.holds import deployment_id, is_of_deployment
from lull.domain.signals import Signal, SignalSource, SignalType

_MESSAGES = {Health.LATE: "no signal within {} s", Health.DOWN: "no signal within {} s and {} s of grace"}


def awaited_since(check: Check) -> datetime | None:
    """From when on the next signal is awaited: the last one or, if that came later, the release."""
    return max((moment for moment in (check.last_ping_at, check.released_at) if moment), default=None)


def deadline(check: Check) -> datetime | None:
    """When silence will change the status of the check; None while it never will (NEW, DOWN, PAUSED, OUTBOUND)."""
    since = awaited_since(check)
    if since is None or check.check_mode is CheckMode.OUTBOUND:
        return None
    interval, grace = timedelta(seconds=check.interval_seconds), timedelta(seconds=check.grace_seconds)
    if check.status in (CheckStatus.OK, CheckStatus.RESUMED):
        return since + interval
    return since + interval + grace if check.status is CheckStatus.LATE else None


def look_again_at(check: Check) -> datetime | None:
    """When a heartbeat is to be looked at next: at its deadline and, once it is DOWN, until it has its incident."""
    if check.status is CheckStatus.DOWN and check.incident_id is None:
        return check.judged_at
    return deadline(check)


def would_be_down_at(check: Check) -> datetime | None:
    """When a check that deployments hold would have turned DOWN: by a signal that says so, or by silence.

    None for what they did not keep quiet: it was so before they came, or has not been heard of yet.
    """
    since = [hold.since for hold in check.holds if is_of_deployment(hold.source)]
    if not since or check.last_ping_at is None or check.watch_at is None:
        return None
    if check.health is Health.DOWN:
        return check.judged_at if check.judged_at and check.judged_at >= min(since) else None
    awaited = awaited_since(check)
    if awaited is None or check.check_mode is CheckMode.OUTBOUND:
        return None
    return awaited + timedelta(seconds=check.interval_seconds + check.grace_seconds)


def deployments(check: Check) -> list[int]:
    """The deployments that hold a check."""
    return [deployment_id(hold.source) for hold in check.holds if is_of_deployment(hold.source)]


class Standing(StrEnum):
    """How a dependency stands by the checks that watch it."""

    UP = "UP"
    DOWN = "DOWN"
    UNKNOWN = "UNKNOWN"
    """One of them is late, paused or just resumed: what was known of it holds."""


def standing(watchers: Iterable[Check]) -> Standing:
    """A dependency is DOWN with one of its checks, and UP with all of them, or where nothing watches it."""
    seen = {check.status for check in watchers}
    if CheckStatus.DOWN in seen:
        return Standing.DOWN
    return Standing.UNKNOWN if seen - {CheckStatus.OK, CheckStatus.NEW} else Standing.UP


def down_since(watchers: Iterable[Check]) -> datetime | None:
    """Since when a dependency is DOWN by one of the checks that watch it."""
    moments = [each.judged_at for each in watchers if each.status is CheckStatus.DOWN and each.judged_at]
    return min(moments, default=None)


def judged(check: Check, *, at: datetime) -> tuple[Check, list[Signal]]:
    """The check as silence has made it by `at`, and what is to be noted in its timeline.

    A status dates from its deadline and not from the moment at which somebody found the time to look.
    """
    signals = []
    while (due := deadline(check)) and due <= at:
        health = Health.DOWN if check.status is CheckStatus.LATE else Health.LATE
        # A deadline that an edit has moved back is not before what is known already.
        since = max(due, check.judged_at or due)
        check = replace(check, health=health, judged_at=since)
        signals.append(_silence(check, since))
    return replace(check, watch_at=look_again_at(check)) if signals else check, signals


def _silence(check: Check, due: datetime) -> Signal:
    return Signal(
        type=SignalType.SUSPECT if check.health is Health.LATE else SignalType.FAIL,
        at=due,
        source=SignalSource.DEADLINE,
        message=_MESSAGES[check.health].format(check.interval_seconds, check.grace_seconds),
    )
