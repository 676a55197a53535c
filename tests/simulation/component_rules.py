"""What must hold of component deployments after every write: their table of transitions, lists, counts and windows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from lull.domain.component_deployments import Chain, ChainState, ComponentDeployment, Reason, Status
from lull.domain.deployment_windows import State
from lull.store import keys
from lull.store.component_deployments import decode_component_deployment
from lull.store.deployment_windows import decode_deployment_window
from tests.simulation.actors import Actor
from tests.simulation.cell_rules import CellRules
from tests.simulation.findings import Findings, Transition
from tests.simulation.listing_rules import ListingRules
from tests.simulation.maintenance_rules import WORKSPACE
from tests.simulation.tables import Key, Table, Write

RELEASE = "RELEASE"
_PREFIX = f"WS#{WORKSPACE}#RELEASE"
_CELL = f"WS#{WORKSPACE}#CELL"
_OF_PEOPLE = ("create", "set-up")
# Said once more on purpose: the product's own table is what is judged.
_MOVES = {
    (Status.PENDING, Status.IN_PROGRESS),
    (Status.PENDING, Status.FAILED),
    (Status.IN_PROGRESS, Status.SUCCEEDED),
    (Status.IN_PROGRESS, Status.FAILED),
    (Status.SUCCEEDED, Status.ROLLED_BACK),
    (Status.FAILED, Status.PENDING),
    (Status.ROLLED_BACK, Status.PENDING),
}
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
    lists: ListingRules = field(init=False)
    cells: CellRules = field(init=False)

    def __post_init__(self) -> None:
        self.lists = ListingRules(self.table, self.findings)
        self.cells = CellRules(self.table, self.findings)

    def after(self, actor: Actor, writes: Sequence[Write], now: datetime) -> None:
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
        return tuple(sorted(self.opened.items()))

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
        noted = keys.component_deployment_event(WORKSPACE, after.id, after.revision)
        told = any(each.key == _key(noted) and each.before is None for each in writes)
        judge("HISTORY", told, f"{who} has no entry of its revision {after.revision}")
        at = write.after["DueSK"]["S"].split("#")[0] if "DueSK" in write.after else None
        due = due_at(after)
        judge("INV-DUE", at == (keys.instant(due) if due else None), f"{who} is in the due index at {at}, due {due}")
        if before is None:
            new = after.status is Status.PENDING and (after.revision, after.attempt, after.chain) == (1, 1, Chain())
            judge("RELEASE", new and actor.role == "release", f"{who} came as {after} by {actor.name}")
            return
        judge("INV-6", after.revision == before.revision + 1, f"{who} skipped a revision")
        if after.status is not before.status:
            self._moved(actor, before, after, now)
        else:
            self._same(actor, before, after)
        self._chain(before, after, writes)
        to = {ChainState.OPEN: "quiet", ChainState.CLOSED: "loud"}.get(after.chain.state)
        if to and after.chain.state is not before.chain.state:
            late = (now - after.updated_at).total_seconds()
            self.findings.transitions.append(Transition(f"deployment {after.id}", to, late))

    def _moved(self, actor: Actor, before: ComponentDeployment, after: ComponentDeployment, now: datetime) -> None:
        judge = self.findings.judge
        said = f"deployment {after.id} went from {before.status} to {after.status} by {actor.name}"
        judge("RELEASE", (before.status, after.status) in _MOVES, said)
        again = after.status is Status.PENDING
        judge("RELEASE", after.attempt == before.attempt + again, f"{said}, attempt {after.attempt}")
        judge("RELEASE", after.chain == before.chain, f"{said}, and its windows changed")
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
