"""What must hold of every write of a check that is probed: counted once for each time it was due, and never let go."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lull.domain.checks import Check, CheckMode, Health, Probe, ProbeState
from tests.simulation.actors import Actor
from tests.simulation.findings import Findings
from tests.simulation.outside import Arrival, Outside

_EARLY = timedelta(seconds=1)
_HTTP_OK = range(200, 400)


@dataclass
class ProbeRules:
    findings: Findings
    outside: Outside
    counted: set[tuple[Any, ...]] = field(default_factory=set)
    """Times at which checks were due and were probed for."""
    pings: dict[int, int] = field(default_factory=dict)

    def wrote(self, actor: Actor, before: Check | None, after: Check, now: datetime) -> None:
        if after.check_mode is not CheckMode.OUTBOUND:
            return
        if actor.role == "ping":
            self.pings[after.id] = self.pings.get(after.id, 0) + 1
        latest = now + timedelta(seconds=after.interval_seconds)
        # What is held rests; its release says when it is looked at again.
        kept = bool(after.holds) or (after.watch_at is not None and after.watch_at <= latest)
        self.findings.judge("PROBED", kept, f"check {after.id} is probed next at {after.watch_at}")
        if before and before.probe_state != after.probe_state:
            self._probed(actor, before, after, now)
        elif before and before.health is not after.health:
            self.findings.judge("PROBED", actor.role == "ping", f"check {after.id} was judged by {actor.name}")

    def _probed(self, actor: Actor, before: Check, after: Check, now: datetime) -> None:
        judge, who = self.findings.judge, f"check {after.id}"
        state, probe, due = after.probe_state, before.probe, before.watch_at
        assert state
        assert probe
        judge("PROBED", actor.role == "prober", f"{who} was probed by {actor.name}")
        judge("PROBED", not before.holds, f"{who} was probed while it was held")
        judge("PROBED", due is not None and due <= now + _EARLY, f"{who} was probed at {now} and due at {due}")
        moved = after.watch_at is not None and (due is None or after.watch_at > due)
        judge("PROBED", moved, f"{who} was probed and is due at {after.watch_at} as before")
        # A release, an edit and a ping each make it due anew.
        time = (after.id, due, before.revision, before.released_at, self.pings.get(after.id))
        judge("COUNT", time not in self.counted, f"{who} was counted twice for {due}")
        self.counted.add(time)
        mine = [each for each in self.outside.arrivals if each.by is actor and each.to == probe.url]
        well = bool(mine) and mine[-1].heard and mine[-1].status in _HTTP_OK
        if mine and not mine[-1].heard:
            well = bool(state.succeeded)
        judge("COUNT", state.succeeded is well, f"{who} was found to be well {state.succeeded}, answered {mine[-1:]}")
        expected = _counts(before, well=well)
        said = (state.consecutive_failures, state.consecutive_successes)
        judge("COUNT", said == expected, f"{who} has {said} in a row, not {expected}")
        if after.health is not before.health:
            self._judged(after, probe, state)

    def _judged(self, after: Check, probe: Probe, state: ProbeState) -> None:
        enough = state.consecutive_failures >= probe.fail_after_consecutive
        right = enough if after.health is Health.DOWN else bool(state.succeeded)
        self.findings.judge("COUNT", right, f"check {after.id} became {after.health} after {state}")

    def memory(self) -> tuple[Any, ...]:
        return tuple(sorted(map(repr, self.counted))), tuple(map(_known, self.outside.arrivals))


def _known(arrival: Arrival) -> tuple[str, str, int, bool]:
    return arrival.to, arrival.by.name, arrival.status, arrival.heard


def _counts(before: Check, *, well: bool) -> tuple[int, int]:
    """Failures and successes in a row with one more; a release or a signal in between begins anew."""
    state = before.probe_state or ProbeState()
    said = [each for each in (before.released_at, before.judged_at) if each]
    anew = state.last_probed_at is not None and any(each > state.last_probed_at for each in said)
    failures, successes = (0, 0) if anew else (state.consecutive_failures, state.consecutive_successes)
    return (0, successes + 1) if well else (failures + 1, 0)
