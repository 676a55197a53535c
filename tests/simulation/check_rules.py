"""What must hold of every write of a check's health: judged in time and never too early, watched, never while held."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lull.domain.checks import Check, CheckMode, CheckStatus, Health
from tests.simulation.actors import Actor
from tests.simulation.findings import Findings, Transition

_AWAITED = (CheckStatus.OK, CheckStatus.RESUMED)


def deadline(check: Check) -> datetime | None:
    """When silence is to change the status, by the rules of section 2 and not by the product's own reckoning."""
    heard = [moment for moment in (check.last_ping_at, check.released_at) if moment]
    if not heard or check.holds or check.check_mode is CheckMode.OUTBOUND:
        return None
    late = max(heard) + timedelta(seconds=check.interval_seconds)
    if check.status in _AWAITED:
        return late
    return late + timedelta(seconds=check.grace_seconds) if check.status is CheckStatus.LATE else None


@dataclass
class CheckRules:
    findings: Findings
    outages: dict[int, int] = field(default_factory=dict)
    """How many outages each check has had: one lasts from DOWN until it is heard of."""
    down: set[int] = field(default_factory=set)

    def wrote(self, actor: Actor, before: Check | None, after: Check, now: datetime) -> None:
        self._count(after)
        if before and (before.health, before.judged_at) != (after.health, after.judged_at):
            self._judged(actor, before, after, now)
        self._watched(after, now)

    def _count(self, after: Check) -> None:
        if after.health is Health.DOWN and after.id not in self.down:
            self.down.add(after.id)
            self.outages[after.id] = self.outages.get(after.id, 0) + 1
        elif after.health is Health.OK:
            self.down.discard(after.id)

    def _judged(self, actor: Actor, before: Check, after: Check, now: datetime) -> None:
        judge, who = self.findings.judge, f"check {after.id} became {after.health}"
        if actor.role == "ping":
            judge("JUDGE", after.judged_at == after.last_ping_at, f"{who} by a signal, not at its time")
            return
        if after.check_mode is CheckMode.OUTBOUND:
            return
        judge("JUDGE", actor.role == "transitioner", f"{who} by {actor.name}")
        judge("JUDGE", not before.holds, f"{who} while it was held")
        due = deadline(before)
        if due and after.health is Health.DOWN and before.status in _AWAITED:
            due += timedelta(seconds=before.grace_seconds)
        judge("JUDGE", due is not None and due <= now, f"{who} at {now} with a deadline of {due}")
        judge("JUDGE", after.judged_at == due, f"{who} as of {after.judged_at}, not of its deadline {due}")
        if due:
            self.findings.transitions.append(Transition(f"check {after.id}", after.health, (now - due).total_seconds()))

    def _watched(self, after: Check, now: datetime) -> None:
        due = deadline(after)
        if due is None:
            return
        in_time = after.watch_at is not None and after.watch_at <= max(due, now)
        said = f"check {after.id} is {after.status} until {due} and looked at {after.watch_at}"
        self.findings.judge("WATCH", in_time, said)
