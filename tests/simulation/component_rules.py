"""What must hold of component deployments after every write: their table of transitions, lists, counts and windows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from lull.domain.app_deployments import AppDeployment
from lull.domain.component_deployments import Chain, ChainState, ComponentDeployment, Event, EventKind, Reason, Status
from lull.domain.deployment_windows import State
from lull.domain.hook_deliveries import HookDelivery, Verdict
from lull.store import keys
from lull.store.app_deployments import decode_app_deployment
from lull.store.component_deployments import decode_component_deployment
from lull.store.deployment_windows import decode_deployment_window
from tests.simulation.actors import Actor
from tests.simulation.application_rules import DRIVES
from tests.simulation.cell_rules import CellRules
from tests.simulation.component_histories import MOVES, events_of, keys_of_events, report_of, ways
from tests.simulation.findings import Findings, Transition
from tests.simulation.listing_rules import ListingRules
from tests.simulation.maintenance_rules import WORKSPACE
from tests.simulation.tables import Key, Table, Write

RELEASE = "RELEASE"
_APP = "APPDEPLOYMENT"
_PREFIX = f"WS#{WORKSPACE}#RELEASE"
_CELL = f"WS#{WORKSPACE}#CELL"
_OF_PEOPLE = ("create", "set-up")
_RANK = {state: rank for rank, state in enumerate(ChainState)}
_DONE = (ChainState.OPEN, ChainState.CLOSED)
_HOLDING = (ChainState.OPENING, ChainState.OPEN)


def work_left(deployment: ComponentDeployment) -> bool:
    """Whether windows are still to be opened, or to be ended."""
    chain = deployment.chain
    own = deployment.status is Status.IN_PROGRESS and chain.attempt == deployment.attempt
    if deployment.status is Status.IN_PROGRESS and not (own and chain.state in _DONE):
        return True
    return chain.state in _HOLDING and not own


def gives_up_at(deployment: ComponentDeployment) -> datetime | None:
    if deployment.status is not Status.IN_PROGRESS or deployment.started_at is None:
        return None
    return deployment.started_at + timedelta(seconds=deployment.max_duration_seconds)


def due_at(deployment: ComponentDeployment) -> datetime | None:
    return deployment.updated_at if work_left(deployment) else gives_up_at(deployment)


@dataclass
class ComponentRules:
    table: Table
    findings: Findings
    opened: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Whose window each is: a deployment and its attempt."""
    touched: set[str] = field(default_factory=set)
    """What people have moved: whoever drives a deployment leaves these to them."""
    begun: set[str] = field(default_factory=set)
    """What an application deployment has had go on, however that stands by now."""
    lists: ListingRules = field(init=False)
    cells: CellRules = field(init=False)

    def __post_init__(self) -> None:
        self.lists = ListingRules(self.table, self.findings)
        self.cells = CellRules(self.table, self.findings)

    def after(self, actor: Actor, writes: Sequence[Write], now: datetime) -> None:
        for write in writes:
            if write.key[1] == _APP and write.after:
                driver = decode_app_deployment(write.after)
                if DRIVES.get(driver.status) in (Status.IN_PROGRESS, Status.SUCCEEDED):
                    self.begun.add(driver.component_deployment_id or "")
        ours = [write for write in writes if write.key[0].startswith((_PREFIX, _CELL))]
        self._windows(actor, writes, {write.key: write for write in ours})
        if not ours:
            return
        for write in ours:
            if write.key[1] == RELEASE:
                self._deployment(actor, write, writes, now)
            elif write.key[1].startswith(keys.EVENT):
                self._event(write, ours)
        deployments = self.deployments()
        self.lists.judge(deployments)
        self.cells.judge(deployments)

    def memory(self) -> tuple[Any, ...]:
        return tuple(sorted(self.opened.items())), tuple(sorted(self.touched)), tuple(sorted(self.begun))

    def may_end(self, window_id: int) -> bool:
        """Whether this is a window of a deployment that is not in progress any more, or of an earlier attempt."""
        if window_id not in self.opened:
            return False
        deployment_id, attempt = self.opened[window_id]
        found = self.deployment(deployment_id)
        return found is None or found.status is not Status.IN_PROGRESS or found.attempt != attempt

    def _deployment(self, actor: Actor, write: Write, writes: Sequence[Write], now: datetime) -> None:
        judge = self.findings.judge
        if write.after is None:
            judge("INV-7", False, f"{write.key[0]} is gone")
            return
        after = decode_component_deployment(write.after)
        before = decode_component_deployment(write.before) if write.before else None
        who = f"deployment {after.id}"
        events = events_of(after, writes)
        first = after.revision - len(events) + 1
        noted = [
            _key(keys.component_deployment_event(WORKSPACE, after.id, first + each)) for each in range(len(events))
        ]
        told = bool(events) and noted == keys_of_events(after, writes)
        judge("HISTORY", told, f"{who} has no entry of its revision {after.revision}")
        at = write.after["DueSK"]["S"].split("#")[0] if "DueSK" in write.after else None
        due = due_at(after)
        judge("INV-DUE", at == (keys.instant(due) if due else None), f"{who} is in the due index at {at}, due {due}")
        report = report_of(after, writes) if actor.role == "transitioner" else None
        if before is None:
            self._appeared(actor, after, writes, report)
            return
        driven = actor.role == "transitioner" and self._is_driven(before, after, events)
        many = report is not None or driven
        judge("INV-6", after.revision == before.revision + (len(events) if many else 1), f"{who} skipped a revision")
        if report:
            self._reported(before, after, events, report)
        elif driven:
            self._kept(before, after)
        elif after.status is not before.status:
            self._moved(actor, before, after, now)
        else:
            self._same(actor, before, after)
        self._chain(before, after, writes)
        to = {ChainState.OPEN: "quiet", ChainState.CLOSED: "loud"}.get(after.chain.state)
        if to and after.chain.state is not before.chain.state:
            late = (now - after.updated_at).total_seconds()
            self.findings.transitions.append(Transition(f"deployment {after.id}", to, late))

    def _appeared(
        self, actor: Actor, after: ComponentDeployment, writes: Sequence[Write], report: HookDelivery | None
    ) -> None:
        """As a person says, pending; with its application deployment; or with the report that tells of it, so far."""
        judge, said = self.findings.judge, f"deployment {after.id} came as {after} by {actor.name}"
        judge("RELEASE", after.chain == Chain(), said)
        if report:
            events = events_of(after, writes)
            begun = events[0].kind is EventKind.CREATED and events[0].status is Status.PENDING
            judge("RELEASE", begun and after.revision == len(events), said)
            judge("RELEASE", ways(Status.PENDING, events[1:]) == [after.status], said)
            judge("RELEASE", report.verdict is Verdict.APPLIED, said)
            return
        new = after.status is Status.PENDING and (after.revision, after.attempt) == (1, 1)
        orders = [decode_app_deployment(each.after) for each in writes if each.key[1] == _APP and each.after]
        ordered = any(each.component_deployment_id == after.id for each in orders)
        by = actor.role == "release" or (actor.role == "trigger" and ordered)
        judge("RELEASE", new and by, said)

    def _reported(
        self, before: ComponentDeployment, after: ComponentDeployment, events: Sequence[Event], report: HookDelivery
    ) -> None:
        """Along the table of transitions, every step in the history; what counts less leaves the status as it is."""
        judge, said = self.findings.judge, f"deployment {after.id} went from {before.status} to {after.status}"
        judge("RELEASE", after.chain == before.chain, f"{said}, and its windows changed")
        steps = [each for each in events if each.kind is EventKind.STATUS]
        judge("RELEASE", ways(before.status, steps) == [after.status], f"{said} by {[each.status for each in steps]}")
        # Whoever tells counts the attempts: to try again on the way to another end is none.
        tried_again = before.status is Status.PENDING or any(each.status is Status.PENDING for each in steps)
        right = after.attempt == before.attempt or (tried_again and after.attempt > before.attempt)
        judge("RELEASE", right, f"{said}, attempt {after.attempt}")
        judge("RELEASE", bool(steps) is (report.verdict is Verdict.APPLIED), f"{said}, which is {report.verdict}")
        if not steps:
            same = after == replace(before, revision=after.revision, started_at=after.started_at)
            judge("RELEASE", same, f"deployment {after.id} was rewritten by what came late")

    def _drivers(self, deployment_id: str) -> Iterator[AppDeployment]:
        """The application deployment that it goes with, if it does."""
        found = (decode_app_deployment(item) for key, item in self.table.items.items() if key[1] == _APP)
        return (each for each in found if each.component_deployment_id == deployment_id)

    def _is_driven(self, before: ComponentDeployment, after: ComponentDeployment, events: Sequence[Event]) -> bool:
        """Whether an application deployment has it go where it goes; whoever has it go on may be late with that."""
        if after.status is before.status or before.attempt != 1:
            return False
        targets = {DRIVES.get(each.status) for each in self._drivers(after.id)}
        if after.status not in targets and (after.status is not Status.IN_PROGRESS or after.id not in self.begun):
            return False
        # What a person has ended stays so; a deadline is no person.
        given_up = before.reason is Reason.TIMED_OUT and after.status is Status.SUCCEEDED
        open_still = before.status in (Status.PENDING, Status.IN_PROGRESS)
        return (open_still or given_up) and ways(before.status, events) == [after.status]

    def _kept(self, before: ComponentDeployment, after: ComponentDeployment) -> None:
        same = (after.chain, after.attempt) == (before.chain, before.attempt)
        self.findings.judge("RELEASE", same, f"deployment {after.id} was driven, and is another attempt")

    def is_gone(self, deployment: ComponentDeployment) -> bool:
        """Whether what it is of, or where, is gone."""
        names = keys.COMPONENT + deployment.component_id, keys.ENVIRONMENT + deployment.environment_id
        return not all((f"WS#{WORKSPACE}", name) in self.table.items for name in names)

    def _moved(self, actor: Actor, before: ComponentDeployment, after: ComponentDeployment, now: datetime) -> None:
        judge = self.findings.judge
        said = f"deployment {after.id} went from {before.status} to {after.status} by {actor.name}"
        judge("RELEASE", (before.status, after.status) in MOVES, said)
        again = after.status is Status.PENDING
        judge("RELEASE", after.attempt == before.attempt + again, f"{said}, attempt {after.attempt}")
        judge("RELEASE", after.chain == before.chain, f"{said}, and its windows changed")
        if actor.role == "deploy":
            self.touched.add(after.id)
        if after.reason is Reason.TIMED_OUT:
            due = gives_up_at(before)
            judge("INV-5", actor.role == "transitioner" and due is not None and due <= now, f"{said} at {now}: {due}")
            if due is not None:
                late = (now - due).total_seconds()
                self.findings.transitions.append(Transition(f"deployment {after.id}", after.status, late))
        else:
            judge("RELEASE", actor.role == "deploy", said)

    def _same(self, actor: Actor, before: ComponentDeployment, after: ComponentDeployment) -> None:
        kept = replace(before, revision=after.revision)
        if actor.role == "deploy":
            allowed = replace(kept, metadata=after.metadata, updated_at=after.updated_at)
        else:
            allowed = replace(kept, chain=after.chain)
        right = after == allowed and actor.role in ("deploy", "transitioner")
        self.findings.judge("RELEASE", right, f"deployment {after.id} was rewritten by {actor.name}")

    def _chain(self, before: ComponentDeployment, after: ComponentDeployment, writes: Sequence[Write]) -> None:
        judge, who = self.findings.judge, f"deployment {after.id}"
        added = [each for each in after.chain.windows if each not in before.chain.windows]
        appeared = {write.key for write in writes if write.before is None}
        for each in added:
            running = after.status is Status.IN_PROGRESS and after.chain.attempt == after.attempt
            judge("CHAIN", running, f"{who} opened window {each.window_id} and is {after.status}")
            together = _key(keys.deployment_window(WORKSPACE, each.window_id)) in appeared
            judge("CHAIN", together, f"{who} notes window {each.window_id}, which was not opened with that")
            self.opened[each.window_id] = after.id, after.chain.attempt
        projects = [each.project_id for each in after.chain.windows]
        judge("CHAIN", len(projects) == len(set(projects)), f"{who} has two windows of one project: {projects}")
        dropped = [each.window_id for each in before.chain.windows if each not in after.chain.windows]
        again = after.chain.attempt > before.chain.attempt
        forwards = again or (not dropped and _RANK[after.chain.state] >= _RANK[before.chain.state])
        judge("CHAIN", forwards, f"{who} went from {before.chain} to {after.chain}")
        over = dropped + [each.window_id for each in after.chain.windows if after.chain.state is ChainState.CLOSED]
        for window_id in over:
            judge("CHAIN", not self._is_open(window_id), f"{who} is done with window {window_id}, which is ACTIVE")

    def _is_open(self, window_id: int) -> bool:
        item = self.table.get(_key(keys.deployment_window(WORKSPACE, window_id)))
        return item is not None and decode_deployment_window(item).state is State.ACTIVE

    def _windows(self, actor: Actor, writes: Sequence[Write], ours: dict[Key, Write]) -> None:
        """Whoever is no person opens windows for deployments only, and says so in the same breath."""
        if actor.role in _OF_PEOPLE:
            return
        for write in writes:
            if write.key[1] != "DEPLOYMENT" or write.before is not None or write.after is None:
                continue
            window = decode_deployment_window(write.after)
            noting = [
                decode_component_deployment(each.after)
                for key, each in ours.items()
                if key[1] == RELEASE and each.after is not None
            ]
            known = any(window.id == each.window_id for found in noting for each in found.chain.windows)
            self.findings.judge("CHAIN", known, f"window {window.id} was opened by {actor.name}, and nobody noted it")

    def _event(self, write: Write, ours: Sequence[Write]) -> None:
        new = write.before is None and write.after is not None
        with_it = any(each.key == (write.key[0], RELEASE) for each in ours)
        self.findings.judge("HISTORY", new and with_it, f"the history of {write.key} was changed")

    def deployment(self, deployment_id: str) -> ComponentDeployment | None:
        item = self.table.get(_key(keys.component_deployment(WORKSPACE, deployment_id)))
        return decode_component_deployment(item) if item else None

    def deployments(self) -> list[ComponentDeployment]:
        """In the order in which they were recorded."""
        return sorted(self._all(), key=lambda each: (each.created_at, each.id))

    def newest(self) -> ComponentDeployment | None:
        return next(reversed(self.deployments()), None)

    def _all(self) -> Iterator[ComponentDeployment]:
        return (decode_component_deployment(item) for key, item in self.table.items.items() if key[1] == RELEASE)


def _key(key: dict[str, str]) -> Key:
    return key["PK"], key["SK"]
