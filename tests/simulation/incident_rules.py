"""What must hold of every write of an incident: one for each outage, opened for a reason, closed for a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from lull.domain.checks import Check, CheckStatus
from lull.domain.incidents import Announcement, Event, EventType, Incident, IncidentState
from lull.domain.maintenance_windows import Suppression
from lull.domain.quiet import Kept, KeptQuiet
from lull.store import keys
from lull.store.checks import decode_check
from lull.store.incidents import decode_incident
from tests.simulation.actors import Actor
from tests.simulation.check_rules import CheckRules
from tests.simulation.findings import Findings, Transition
from tests.simulation.maintenance_rules import WORKSPACE, MaintenanceRules, is_in_history, window_of
from tests.simulation.tables import Key, Table, Write

_ONCE = (EventType.OPENED, EventType.RESOLVED)
_TOLD = [None, Announcement.OPENED, Announcement.RESOLVED]
_LISTED = keys.incidents_of_workspace(WORKSPACE)


@dataclass
class IncidentRules:
    table: Table
    findings: Findings
    checks: CheckRules
    maintenance: MaintenanceRules
    outage_of: dict[int, int] = field(default_factory=dict)
    """Which of the outages of its check an incident was opened for."""
    resolved_in: dict[int, int] = field(default_factory=dict)
    """In which of the outages of its check an incident was resolved."""
    active: dict[int, set[int]] = field(default_factory=dict)
    """Incidents that are open, by check."""
    _noted: set[tuple[str, str]] = field(default_factory=set)

    def asked(self, actor: Actor, project_id: int, now: datetime) -> None:
        """The actor asks what is suppressed in a project."""
        at = actor.looked_at_clock or now
        actor.saw_suppressed[project_id] = self.maintenance.in_effect(project_id, at)

    def after(self, actor: Actor, writes: Sequence[Write], now: datetime) -> None:
        for write in writes:
            if write.key[1] == "INCIDENT":
                self._incident(actor, write, now)
            elif write.key[1] == "CHECK" and write.after and write.before:
                self._pointer(actor, decode_check(write.before), decode_check(write.after))
            elif write.key[1].startswith(keys.EVENT) and "#INCIDENT#" in write.key[0]:
                self._event(write)
            elif is_in_history(write.key[0]) and write.key[1].startswith(keys.QUIET) and write.after:
                self._kept_quiet(actor, write, now)

    def _suppressed(self, actor: Actor, project_id: int | None, now: datetime) -> list[Suppression]:
        """What was in effect when the actor made up its mind: when it asked, by the clock it had looked at."""
        if project_id in actor.saw_suppressed:
            return actor.saw_suppressed[project_id]
        return self.maintenance.in_effect(project_id, actor.looked_at_clock or now)

    def _incident(self, actor: Actor, write: Write, now: datetime) -> None:
        if write.after is None:
            self.findings.judge("INCIDENT", False, f"{write.key[0]} is gone")
            return
        after = decode_incident(write.after)
        if write.before is None:
            self._opened(actor, after, now)
        else:
            self._changed(actor, decode_incident(write.before), after, now)
        listed = self.table.get((_LISTED, keys.number(after.id)))
        right = listed is not None and listed["state"]["S"] == after.state
        self.findings.judge("INCIDENT", right, f"incident {after.id} is {after.state} and listed as {listed}")

    def _opened(self, actor: Actor, after: Incident, now: datetime) -> None:
        judge, check, who = self.findings.judge, self.check(after.check_id), f"incident {after.id}"
        right = check is not None and check.status is CheckStatus.DOWN and check.incident_id == after.id
        judge("OPEN", right, f"{who} was opened for {check}")
        judge("OPEN", check is None or check.judged_at == after.opened_at, f"{who} is not as old as its outage")
        judge("OPEN", after.state is IncidentState.ACTIVE and after.revision == 1, f"{who} was not opened ACTIVE")
        others = self.active.setdefault(after.check_id, set())
        judge("OPEN", not others, f"{who} was opened beside {sorted(others)}")
        others.add(after.id)
        outage = self.checks.outages.get(after.check_id, 0)
        told = [each for each, number in self.outage_of.items() if number == outage and self._is_of(each, after)]
        judge("OPEN", not told, f"{who} is of the outage that incident {told} was opened for")
        self.outage_of[after.id] = outage
        quiet = [each.window_id for each in self._suppressed(actor, after.project_id, now) if each.incidents]
        judge("SUPPRESS", not quiet, f"{who} was opened by {actor.name} while windows {quiet} suppressed it")
        actor.saw_suppressed.clear()
        due = max(after.opened_at, *self.maintenance.ends_of_quiet(after.project_id or 0, now))
        self.findings.transitions.append(Transition(who, "opened", (now - due).total_seconds()))

    def _is_of(self, incident_id: int, other: Incident) -> bool:
        found = self.incident(incident_id)
        return found is not None and found.check_id == other.check_id and found.id != other.id

    def _changed(self, actor: Actor, before: Incident, after: Incident, now: datetime) -> None:
        judge, who = self.findings.judge, f"incident {after.id}"
        judge("INV-6", after.revision == before.revision + 1, f"{who} skipped a revision")
        over = before.state is IncidentState.RESOLVED
        kept = (after.state, after.resolved_at, after.resolved_by) == (
            before.state,
            before.resolved_at,
            before.resolved_by,
        )
        judge("INV-1", kept or not over, f"{who} was resolved and is {after.state}")
        known = before.acknowledged_at in (None, after.acknowledged_at)
        judge("INV-1", known, f"{who} was acknowledged twice")
        same = replace(after, opened_at=before.opened_at, check_id=before.check_id, title=before.title) == after
        judge("INV-1", same, f"{who} became another one")
        if after.state is not before.state:
            self._resolved(actor, after)
        if after.announced is not before.announced:
            self._announced(actor, before, after, now)

    def _resolved(self, actor: Actor, after: Incident) -> None:
        self.active.setdefault(after.check_id, set()).discard(after.id)
        self.resolved_in[after.id] = self.checks.outages.get(after.check_id, 0)
        check, who = self.check(after.check_id), f"incident {after.id} was resolved by {actor.name}"
        if after.resolved_by:
            right = actor.role == "resolve"
        else:
            right = check is None or (check.status is CheckStatus.OK and check.incident_id is None)
        self.findings.judge("CLOSE", right, f"{who} for {check}")
        in_order = after.resolved_at is not None and after.resolved_at >= after.opened_at
        self.findings.judge("CLOSE", in_order, f"{who} before it was opened")

    def _is_over(self, check: Check, incident_id: int) -> bool:
        """Whether the outage of the incident is: the check has been well since."""
        return check.id not in self.checks.down or self.resolved_in.get(incident_id, 0) < self.checks.outages[check.id]

    def _announced(self, actor: Actor, before: Incident, after: Incident, now: datetime) -> None:
        who = f"incident {after.id} was announced as {after.announced}"
        in_order = _TOLD.index(after.announced) == _TOLD.index(before.announced) + 1
        self.findings.judge("ALERT", in_order, f"{who} after {before.announced}")
        quiet = [each.window_id for each in self._suppressed(actor, after.project_id, now) if each.alerts]
        self.findings.judge("ALERT", not quiet, f"{who} while windows {quiet} suppressed it")

    def _event(self, write: Write) -> None:
        self.findings.judge("EVENT", write.before is None, f"{write.key} was rewritten")
        if write.after is None:
            return
        kind = msgspec.json.decode(write.after["body"]["S"], type=Event).type
        if kind in _ONCE:
            said = f"{write.key[0]} was {kind} twice"
            self.findings.judge("EVENT", (write.key[0], kind) not in self._noted, said)
            self._noted.add((write.key[0], kind))

    def _pointer(self, actor: Actor, before: Check, after: Check) -> None:
        if before.incident_id == after.incident_id:
            return
        said = f"the incident of check {after.id} went from {before.incident_id} to {after.incident_id}"
        judge = self.findings.judge
        judge("POINTER", None in (before.incident_id, after.incident_id), said)
        # Whoever resolves the incident of a check that is well again sees to its end as well.
        by_hand = actor.role == "resolve" and after.incident_id is None
        judge("POINTER", by_hand or actor.role == "transitioner", f"{said} by {actor.name}")
        incident = self.incident(after.incident_id or before.incident_id or 0)
        state = incident.state if incident else None
        if after.incident_id:
            judge("POINTER", state is IncidentState.ACTIVE, f"{said}, which is {state}")
        else:
            right = state is not IncidentState.ACTIVE and self._is_over(after, before.incident_id or 0)
            judge("POINTER", right, f"{said} while it is {after.status} and the incident {state}")

    def _kept_quiet(self, actor: Actor, write: Write, now: datetime) -> None:
        assert write.after
        kept = msgspec.json.decode(write.after["body"]["S"], type=KeptQuiet)
        check, window_id = self.check(kept.check_id), window_of(write.key[0])
        project_id = check.project_id if check else None
        if project_id is None:
            return
        quiet = self._suppressed(actor, project_id, now)
        silent = {each.window_id for each in quiet if (each.incidents if kept.kind is Kept.INCIDENT else each.alerts)}
        self.findings.judge("QUIET", window_id in silent, f"{write.key} was kept quiet by a window not in effect")

    def check(self, check_id: int) -> Check | None:
        item = self.table.get(_key(keys.check(WORKSPACE, check_id)))
        return decode_check(item) if item and "body" in item else None

    def incident(self, incident_id: int) -> Incident | None:
        item = self.table.get(_key(keys.incident(WORKSPACE, incident_id)))
        return decode_incident(item) if item else None

    def incidents(self) -> list[Incident]:
        items = [item for key, item in sorted(self.table.items.items()) if key[1] == "INCIDENT"]
        return sorted((decode_incident(item) for item in items), key=lambda incident: incident.id)


def _key(key: dict[str, str]) -> Key:
    return key["PK"], key["SK"]
