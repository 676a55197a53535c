"""Probes: whether an answer is what a check expects, and when several of them say something."""

from dataclasses import dataclass
from datetime import datetime

from lull.domain.answers import Answer
from lull.domain.checks import Health, Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeState:
    """The last probe of a check, and how many like it came in a row."""

    last_probed_at: datetime | None = None
    succeeded: bool | None = None
    status_code: int | None = None
    duration_ms: int | None = None
    reason: str | None = None
    """Why it failed; None if it succeeded."""
    consecutive_failures: int = 0
    consecutive_successes: int = 0


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
