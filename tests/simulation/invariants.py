"""What must hold after every call, whatever went wrong before it; the names are those of the test plan."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lull.domain.checks import CheckStatus
from lull.domain.deployment_windows import DeploymentWindow, EndReason, State
from lull.domain.holds import MANUAL, of_deployment
from lull.store import keys
from lull.store.checks import decode_check
from lull.store.deployment_windows import decode_deployment_window
from tests.simulation.actors import Actor
from tests.simulation.announcement_rules import AnnouncementRules
from tests.simulation.application_rules import ApplicationRules
from tests.simulation.check_rules import CheckRules
from tests.simulation.component_rules import ComponentRules
from tests.simulation.delivery_rules import DeliveryRules
from tests.simulation.expressions import Item
from tests.simulation.findings import Findings, Transition
from tests.simulation.hook_rules import HookRules
from tests.simulation.hosts import is_of_an_executor
from tests.simulation.incident_rules import IncidentRules
from tests.simulation.maintenance_rules import WORKSPACE, MaintenanceRules
from tests.simulation.outside import Arrival, Outside
from tests.simulation.probe_rules import ProbeRules
from tests.simulation.tables import Key, Table, Write
from tests.simulation.vaults import Vault

_SUPPRESSIONS = keys.suppressions_of_workspace(WORKSPACE)
_RANK = {state: rank for rank, state in enumerate(State)}


@dataclass
class Watch:
    """Sees every write of the table, with the actor that made it. Deployments and holds here, other nouns elsewhere."""

    table: Table
    outside: Outside = field(default_factory=Outside)
    vault: Vault = field(default_factory=Vault)
    findings: Findings = field(default_factory=Findings)
    asked_to_end: set[int] = field(default_factory=set)
    ever_active: set[int] = field(default_factory=set)
    resumed: set[tuple[int, int]] = field(default_factory=set)
    """(window, check): a person has taken this window's hold away."""
    checks: CheckRules = field(init=False)
    maintenance: MaintenanceRules = field(init=False)
    incidents: IncidentRules = field(init=False)
    announcements: AnnouncementRules = field(init=False)
    deliveries: DeliveryRules = field(init=False)
    probes: ProbeRules = field(init=False)
    components: ComponentRules = field(init=False)
    applications: ApplicationRules = field(init=False)
    hooks: HookRules = field(init=False)
    _window_ids: set[int] = field(default_factory=set)
    _deleted: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.checks = CheckRules(self.findings)
        self.maintenance = MaintenanceRules(self.table, self.findings)
        self.incidents = IncidentRules(self.table, self.findings, self.checks, self.maintenance)
        self.announcements = AnnouncementRules(self.table, self.findings, self.maintenance)
        self.deliveries = DeliveryRules(self.table, self.findings, self.outside)
        self.probes = ProbeRules(self.findings, self.outside)
        self.components = ComponentRules(self.table, self.findings)
        self.applications = ApplicationRules(self.table, self.findings, self.outside, self.vault)
        self.hooks = HookRules(self.table, self.findings)

    @property
    def broken(self) -> list[str]:
        return self.findings.broken

    @property
    def transitions(self) -> list[Transition]:
        return self.findings.transitions

    def before(self, actor: Actor, operation: str, request: dict[str, Any], *, now: datetime) -> None:
        """Who asks what is suppressed decides by what is so at that moment."""
        values = request.get("ExpressionAttributeValues", {})
        if operation == "Query" and values.get(":p", {}).get("S") == _SUPPRESSIONS and ":s" in values:
            self.incidents.asked(actor, int(values[":s"]["S"].split("#")[1]), now)
        if operation == "Query" and values.get(":s", {}).get("S") == keys.CHANNEL:
            actor.saw_channels = self.deliveries.enabled()

    def after(self, actor: Actor, writes: list[Write], *, now: datetime) -> None:
        for write in writes:
            if write.key[1] == "DEPLOYMENT":
                self._window(actor, write, now)
        self.maintenance.after(actor, writes, now)
        for write in writes:
            if write.key[1] == "CHECK":
                self._check(actor, write, now)
        self.incidents.after(actor, writes, now)
        self.announcements.after(actor, writes, now)
        self.deliveries.after(actor, writes, now)
        self.components.after(actor, writes, now)
        self.applications.after(actor, writes, now)
        self.hooks.after(actor, writes, now)

    def arrived(self, by: Actor, arrival: Arrival) -> None:
        """Something reached somebody outside."""
        if is_of_an_executor(arrival.to):
            self.applications.arrived(by, arrival)
        else:
            self.deliveries.arrived(by, arrival)

    def judge(self, rule: str, holds: bool, said: str) -> None:
        self.findings.judge(rule, holds, said)

    def memory(self) -> tuple[Any, ...]:
        """What later judgements depend on and the table does not tell."""
        outages = tuple(
            tuple(sorted(each.items()))
            for each in (self.checks.outages, self.incidents.outage_of, self.incidents.resolved_in)
        )
        return (
            frozenset(self.resumed),
            outages,
            tuple(self.broken),
            self.announcements.memory(),
            self.deliveries.memory(),
            self.components.memory(),
            self.applications.memory(),
            self.hooks.memory(),
        )

    def _window(self, actor: Actor, write: Write, now: datetime) -> None:
        if write.after is None:
            self.judge("INV-1", False, f"{write.key[0]} is gone")
            return
        after = decode_deployment_window(write.after)
        before = decode_deployment_window(write.before) if write.before else None
        self._due(after, write.after)
        if after.ended_at and after.started_at:
            self.judge("INV-5", after.ended_at >= after.started_at, f"window {after.id} ended before it started")
        if after.state is State.ACTIVE:
            self.ever_active.add(after.id)
        if before is None:
            self.judge("INV-6", after.id not in self._window_ids, f"the id {after.id} was given twice")
            self._window_ids.add(after.id)
            self._appeared(after, now)
            return
        self.judge("INV-6", after.revision == before.revision + 1, f"window {after.id} skipped a revision")
        forwards = _RANK[after.state] >= _RANK[before.state]
        self.judge("INV-1", forwards, f"window {after.id} went from {before.state} to {after.state}")
        if before.state is State.ENDED:
            said = (after.ended_at, after.end_reason) == (before.ended_at, before.end_reason)
            self.judge("INV-1", said, f"the end of window {after.id} was rewritten")
        if after.state is not before.state:
            self._moved(actor, before, after, now)

    def _appeared(self, after: DeploymentWindow, now: datetime) -> None:
        begins = after.scheduled_start_at
        if after.state is State.ACTIVE:
            self.judge("INV-5", begins is None or begins <= now, f"window {after.id} is ACTIVE before its start")

    def _moved(self, actor: Actor, before: DeploymentWindow, after: DeploymentWindow, now: datetime) -> None:
        if after.state is State.ACTIVE:
            due = before.scheduled_start_at
        elif actor.role == "end" or (after.end_reason is EndReason.BY_REQUEST and self.components.may_end(after.id)):
            self.asked_to_end.add(after.id)
            return
        else:
            due = before.ends_by_itself_at
        said = f"window {after.id} became {after.state} at {now}, due {due}, by {actor.name}"
        self.judge("INV-5", due is not None and due <= now, said)
        if due is not None:
            self.transitions.append(Transition(f"window {after.id}", after.state, (now - due).total_seconds()))

    def _due(self, window: DeploymentWindow, item: Item) -> None:
        noted = item["DueSK"]["S"].split("#")[0] if "DueSK" in item else None
        right = keys.instant(window.due_at) if window.due_at else None
        self.judge("INV-DUE", noted == right, f"window {window.id} is in the due index at {noted}, not {right}")

    def _check(self, actor: Actor, write: Write, now: datetime) -> None:
        if write.after is None:
            self._deleted.add(write.key)
            self.judge("INV-7", actor.role == "delete", f"{write.key[0]} was deleted by {actor.name}")
            return
        if write.before is None or "body" not in write.after:
            self.judge("GHOST", write.key not in self._deleted, f"{write.key[0]} came back from the dead")
        if "body" not in write.after:
            self.judge("GHOST", False, f"{write.key[0]} has no body")
            return
        check = decode_check(write.after)
        before_it = decode_check(write.before) if write.before else None
        self.checks.wrote(actor, before_it, check, now)
        self.probes.wrote(actor, before_it, check, now)
        check_id = check.id
        before = set(write.before["holds"]["M"]) if write.before else set()
        after = set(write.after["holds"]["M"])
        for source in sorted(after - before):
            self._added(actor, check_id, source)
        for source in sorted(before - after):
            self._removed(actor, check_id, source)
        paused = check.status is CheckStatus.PAUSED
        self.judge("INV-S", paused == bool(after), f"check {check_id} has holds {sorted(after)} and PAUSED is {paused}")

    def _added(self, actor: Actor, check_id: int, source: str) -> None:
        if source == MANUAL:
            self.judge("INV-4", actor.role == "pause", f"check {check_id} was paused by {actor.name}")
            return
        window = self.window(int(source.partition(":")[2]))
        said = f"check {check_id} got a hold of {source}, which is {window and window.state}"
        self.judge("INV-2", window is not None and window.state is State.ACTIVE, said)
        if window:
            self.judge("INV-2", check_id in window.check_ids, f"check {check_id} is not one of window {window.id}")
            again = (window.id, check_id) in self.resumed
            self.judge("INV-2", not again, f"check {check_id} was resumed by hand and {source} holds it again")

    def _removed(self, actor: Actor, check_id: int, source: str) -> None:
        if source == MANUAL:
            self.judge("INV-4", actor.role == "resume", f"the pause of check {check_id} was undone by {actor.name}")
            return
        window_id = int(source.partition(":")[2])
        if actor.role == "resume":
            self.resumed.add((window_id, check_id))
            return
        window = self.window(window_id)
        said = f"check {check_id} lost {source}, which is {window and window.state}, by {actor.name}"
        self.judge("INV-3", window is None or window.state is State.ENDED, said)

    def window(self, window_id: int) -> DeploymentWindow | None:
        item = self.table.get(_key(keys.deployment_window(WORKSPACE, window_id)))
        return decode_deployment_window(item) if item else None

    def windows(self) -> list[DeploymentWindow]:
        items = [item for key, item in sorted(self.table.items.items()) if key[1] == "DEPLOYMENT"]
        return [decode_deployment_window(item) for item in items]

    def holds(self) -> dict[int, set[str]]:
        """The sources of the holds of every check."""
        checks = [item for key, item in sorted(self.table.items.items()) if key[1] == "CHECK" and "body" in item]
        return {decode_check(item).id: set(item["holds"]["M"]) for item in checks}

    def implied_holds(self, window: DeploymentWindow, check_id: int) -> set[str]:
        """What this window must hold of a check once everything has settled."""
        holds = window.state is State.ACTIVE and window.auto_pause and check_id in window.check_ids
        return {of_deployment(window.id)} if holds and (window.id, check_id) not in self.resumed else set()


def _key(key: dict[str, str]) -> Key:
    return key["PK"], key["SK"]
