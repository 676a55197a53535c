"""Probes: whether an answer is what a check expects, and when several of them say something."""

from dataclasses import replace
from datetime import datetime, timedelta

from lull.domain.answers import Answer
from lull.domain.checks import Check, CheckStatus, Health, Probe, ProbeState
from lull.domain.signals import Signal, SignalSource, SignalType


def failure_reason(answer: Answer, probe: Probe) -> str | None:
    """Why this answer is a failure, safe to show; None for a success."""
    if answer.status_code is None:
        return answer.reason
    low, high = probe.expected_status_min, probe.expected_status_max
    if not low <= answer.status_code <= high:
        expected = f"{low}" if low == high else f"{low} to {high}"
        return f"status {answer.status_code}, expected {expected}"
    where = f"the first {len(answer.body) // 1024} KB of the body" if answer.truncated else "the body"
    if probe.body_contains and probe.body_contains.encode() not in answer.body:
        return f"{where} lacks the expected text"
    if probe.body_not_contains and probe.body_not_contains.encode() in answer.body:
        return f"{where} contains text that must not be there"
    return None


def probed(state: ProbeState, answer: Answer, probe: Probe, *, at: datetime) -> ProbeState:
    """The state after the probe that began at `at`. A probe that is not newer than the last one changes nothing."""
    if state.last_probed_at and at <= state.last_probed_at:
        return state
    reason = failure_reason(answer, probe)
    return ProbeState(
        last_probed_at=at,
        succeeded=reason is None,
        status_code=answer.status_code,
        duration_ms=answer.elapsed_ms,
        reason=reason,
        consecutive_failures=0 if reason is None else state.consecutive_failures + 1,
        consecutive_successes=state.consecutive_successes + 1 if reason is None else 0,
    )


def established(state: ProbeState, probe: Probe) -> Health | None:
    """What the probes in a row establish: DOWN, OK or (None) nothing, so that the check stands as it stood.

    It says so on every probe, not only on the one that reaches the number: a lost write is made good by the next
    probe, and a lowered number takes effect.
    """
    if state.consecutive_failures >= probe.fail_after_consecutive:
        return Health.DOWN
    if state.consecutive_successes >= probe.resolve_after_consecutive_success:
        return Health.OK
    return None


def answered(check: Check, probe: Probe, answer: Answer, *, at: datetime) -> tuple[Check, Signal | None]:
    """The check after the probe that began at `at`, and what is to be noted in its timeline: changes only.

    The first success makes a check OK that is NEW or RESUMED; one that was DOWN recovers only after as many in a row
    as it asks for, also when it was held in between.
    """
    state = probed(_counted_on(check), answer, probe, at=at)
    last_ping_at = at if state.succeeded else check.last_ping_at
    after = replace(check, probe_state=state, last_ping_at=last_ping_at, watch_at=next_probe_at(check, at=at))
    health = established(state, probe)
    if health is None and state.succeeded and check.health is not Health.DOWN:
        health = Health.OK
    if health is None or check.status is CheckStatus(health):
        return after, None
    kind = SignalType.SUCCESS if health is Health.OK else SignalType.FAIL
    signal = Signal(type=kind, at=at, source=SignalSource.PROBE, message=state.reason)
    return replace(after, health=health, judged_at=at), signal


def next_probe_at(check: Check, *, at: datetime) -> datetime:
    """One interval after the probe was due, so that it does not drift; after it was made, if that has passed too."""
    interval = timedelta(seconds=check.interval_seconds)
    following = check.watch_at + interval if check.watch_at else at
    return following if following > at else at + interval


def _counted_on(check: Check) -> ProbeState:
    """What the next probe is counted on: nothing, if a release or a ping came after the last one."""
    state = check.probe_state or ProbeState()
    said = max((each for each in (check.released_at, check.judged_at) if each), default=None)
    if state.last_probed_at and said and said > state.last_probed_at:
        return replace(state, consecutive_failures=0, consecutive_successes=0)
    return state
