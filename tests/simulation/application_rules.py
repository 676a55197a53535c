"""What must hold of deployments of applications after every write: numbers, statuses, deadlines, what they drive."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from lull.domain.app_deployments import AppDeployment, Reason, Status, Task
from lull.domain.applications import Application, ExecutorKind
from lull.domain.component_deployments import Status as ComponentStatus
from lull.store import applications, keys
from lull.store.app_deployments import decode_app_deployment
from lull.store.component_deployments import decode_component_deployment
from tests.simulation.actors import Actor
from tests.simulation.executor_rules import ENDED_BY_US, OVER, ExecutorRules
from tests.simulation.findings import Findings, Transition
from tests.simulation.maintenance_rules import WORKSPACE
from tests.simulation.outside import Arrival, Outside
from tests.simulation.tables import Key, Table, Write
from tests.simulation.vaults import Vault

APP = "APPDEPLOYMENT"
_DELIVERY = "HOOKDELIVERY"
# Said once more on purpose: the product's own table is what is judged.
_WAY = (Status.CREATED, Status.BUILDING, Status.DEPLOYING, Status.AVAILABLE)
_LAST_WORD = timedelta(minutes=3)
_ASKED = (ExecutorKind.GITHUB, ExecutorKind.CODEBUILD)
_STOPPED = (ExecutorKind.WEBHOOK, *_ASKED)
DRIVES = {
    Status.BUILDING: ComponentStatus.IN_PROGRESS,
    Status.DEPLOYING: ComponentStatus.IN_PROGRESS,
    Status.AVAILABLE: ComponentStatus.SUCCEEDED,
    Status.FAILED: ComponentStatus.FAILED,
    Status.CANCELLED: ComponentStatus.FAILED,
}
_STATES = {
    "in_progress": Status.DEPLOYING,
    "success": Status.AVAILABLE,
    "failure": Status.FAILED,
    "error": Status.FAILED,
}


def gives_up_at(deployment: AppDeployment) -> datetime | None:
    if deployment.status in OVER:
        return None
    asked = deployment.executor in _ASKED and deployment.external_id
    return deployment.deadline_at + _LAST_WORD if asked else deployment.deadline_at


def to_drive(deployment: AppDeployment) -> bool:
    """Whether its component deployment has not followed yet, as far as it knows."""
    target = DRIVES.get(deployment.status)
    return deployment.component_deployment_id is not None and target is not None and target is not deployment.driven


def woken_at(deployment: AppDeployment) -> datetime | None:
    return deployment.updated_at if to_drive(deployment) else gives_up_at(deployment)


def due_at(deployment: AppDeployment) -> datetime | None:
    moments = [woken_at(deployment), deployment.call.next_at if deployment.call else None]
    return min((each for each in moments if each), default=None)


@dataclass
class ApplicationRules:
    table: Table
    findings: Findings
    outside: Outside
    vault: Vault
    executors: ExecutorRules = field(init=False)

    def __post_init__(self) -> None:
        self.executors = ExecutorRules(self.findings, self.outside.hosts)

    def after(self, actor: Actor, writes: Sequence[Write], now: datetime) -> None:
        ours = [write for write in writes if write.key[1] == APP]
        for write in ours:
            self._deployment(actor, write, writes, now)
        if any(write.key[1].startswith(keys.APPLICATION) for write in writes):
            self.keeps_its_secrets()
        if any("#APPLICATION#" in write.key[0] for write in writes) or ours:
            self._numbers()

    def memory(self) -> tuple[Any, ...]:
        return self.executors.memory(), self.outside.hosts.memory(), tuple(sorted(self.vault.secrets))

    def arrived(self, by: Actor, arrival: Arrival) -> None:
        """Something reached an executor."""
        self.executors.arrived(by, arrival, self.deployment)

    def heard(self, deployment_id: str, token: str) -> None:
        """Somebody was let in by a callback token."""
        own = token in self.outside.hosts.tokens.get(deployment_id, [])
        self.findings.judge("TOKEN", own, f"a token that is none of {deployment_id} speaks for it")

    def keeps_its_secrets(self) -> None:
        """Whatever an application says that it has is there."""
        for key, item in self.table.items.items():
            if key[1].startswith(keys.APPLICATION):
                name = applications._applications.records.decode(item).secret_name
                known = name is None or name in self.vault.secrets
                self.findings.judge("SECRET", known, f"the secret of {key[1]} is gone")

    # ------------------------------------------------------------ the record

    def _deployment(self, actor: Actor, write: Write, writes: Sequence[Write], now: datetime) -> None:
        judge = self.findings.judge
        if write.after is None:
            judge("INV-7", False, f"{write.key[0]} is gone")
            return
        after = decode_app_deployment(write.after)
        before = decode_app_deployment(write.before) if write.before else None
        who = f"application deployment {after.id}"
        at = write.after["DueSK"]["S"].split("#")[0] if "DueSK" in write.after else None
        due = due_at(after)
        judge("INV-DUE", at == (keys.instant(due) if due else None), f"{who} is in the due index at {at}, due {due}")
        if before is None:
            self._appeared(actor, after, writes)
            return
        judge("INV-6", after.revision == before.revision + 1, f"{who} skipped a revision")
        kept = replace(
            before,
            revision=after.revision,
            status=after.status,
            reason=after.reason,
            detail=after.detail,
            call=after.call,
            external_id=after.external_id,
            link=after.link,
            callback_hashes=after.callback_hashes,
            driven=after.driven,
            updated_at=after.updated_at,
        )
        judge("APP", after == kept, f"{who} was rewritten by {actor.name}")
        named = before.external_id in (None, after.external_id)
        judge("APP", named, f"{who} was {before.external_id} to its executor, and is {after.external_id}")
        if after.status is not before.status:
            self._moved(actor, before, after, writes, now)
        else:
            said = (after.reason, after.updated_at, after.detail if before.status in OVER else before.detail)
            same = said == (before.reason, before.updated_at, before.detail)
            judge("APP", same, f"what is known of {who}, {before.status}, was rewritten by {actor.name}")
        if after.driven is not before.driven:
            self._driven(actor, before, after)
            late = (now - before.updated_at).total_seconds()
            self.findings.transitions.append(Transition(f"application deployment {after.id}", "driven", late))
        self.executors.leased(actor, before, after, now)

    def _appeared(self, actor: Actor, after: AppDeployment, writes: Sequence[Write]) -> None:
        judge, who = self.findings.judge, f"application deployment {after.id}"
        new = after.status is Status.CREATED and after.revision == 1 and after.driven is None
        judge("APP", new and actor.role == "trigger", f"{who} came as {after} by {actor.name}")
        called = after.call is not None and after.call.task is Task.START and after.call.tries == 0
        judge("CALL", called is (after.executor is not ExecutorKind.NONE), f"{who} begins with the call {after.call}")
        appeared = {write.key for write in writes if write.before is None}
        item = self.table.get(_key(keys.application(WORKSPACE, after.application_id)))
        application = applications._applications.records.decode(item) if item else None
        judge("APP", application is not None, f"{who} is of an application that is gone")
        driven = application is not None and application.component_id is not None
        judge("DRIVEN", (after.component_deployment_id is not None) is driven, f"{who} drives nothing, or too much")
        if after.component_deployment_id:
            made = _key(keys.component_deployment(WORKSPACE, after.component_deployment_id)) in appeared
            judge("DRIVEN", made, f"{who} came without its component deployment")

    def _moved(
        self, actor: Actor, before: AppDeployment, after: AppDeployment, writes: Sequence[Write], now: datetime
    ) -> None:
        judge = self.findings.judge
        said = f"application deployment {after.id} went from {before.status} to {after.status} by {actor.name}"
        judge("END", before.status not in OVER, f"{said}, after its end")
        steps = _WAY.index(after.status) - _WAY.index(before.status) if {before.status, after.status} <= {*_WAY} else 0
        forwards = steps > 0 or (after.status in OVER and after.status is not Status.AVAILABLE)
        judge("APP", forwards, said)
        judge("APP", (after.reason is not None) is (after.status in OVER[1:]), f"{said} because of {after.reason}")
        if actor.role == "report":
            judge("APP", steps == 1 or after.reason is Reason.FAILED, f"{said}, who may not")
        elif actor.role == "abort":
            judge("APP", after.reason is Reason.CANCELLED, f"{said}, because of {after.reason}")
        elif after.reason is Reason.TIMED_OUT:
            self._timed_out(actor, before, after, now)
        elif actor.role == "notifier":
            self._answered(actor, after, said)
        else:
            told = actor.role == "transitioner" and any(write.key[1] == _DELIVERY for write in writes)
            judge("APP", told, f"{said}, and no delivery says so")
        stops = (
            after.reason in ENDED_BY_US
            and after.executor in _STOPPED
            and bool(self.executors.told_of(after.id, Task.START))
        )
        if stops:
            judge("CALL", after.call is not None and after.call.task is Task.STOP, f"{said}, and nobody is to stop")
        elif after.status in OVER and after.call:
            judge("CALL", after.call.task is Task.STOP, f"{said}, with the call {after.call}")

    def _timed_out(self, actor: Actor, before: AppDeployment, after: AppDeployment, now: datetime) -> None:
        # Whoever was asked at the deadline and knew nothing has had its last word.
        asked = actor.role == "notifier" and before.call is not None and before.call.task is Task.ASK
        due = before.deadline_at if asked else gives_up_at(before)
        right = due is not None and due <= now and (asked or actor.role == "transitioner")
        said = f"application deployment {after.id} was given up at {now}, due {due}, by {actor.name}"
        self.findings.judge("INV-5", right, said)
        # It is asked by the sweep, and each minute.
        if due is not None and not asked:
            late = (now - due).total_seconds()
            self.findings.transitions.append(Transition(f"application deployment {after.id}", after.status, late))

    def _answered(self, actor: Actor, after: AppDeployment, said: str) -> None:
        task = self.executors.task_of(actor, after.id)
        if after.reason in (Reason.REFUSED, Reason.UNREACHED):
            self.findings.judge("APP", task is Task.START, said)
            return
        made = self.outside.hosts.of(after.id)
        states = [_STATES[each] for each in made.states if each in _STATES] if made else []
        self.findings.judge("APP", task is not None and after.status in states, f"{said}, and GitHub says {states}")

    def _driven(self, actor: Actor, before: AppDeployment, after: AppDeployment) -> None:
        judge, who = self.findings.judge, f"application deployment {after.id}"
        target = DRIVES.get(before.status)
        noted = actor.role == "transitioner" and after.driven is target and before.status is after.status
        judge("DRIVEN", noted, f"{who}, {before.status}, has driven to {after.driven} by {actor.name}")
        item = self.table.get(_key(keys.component_deployment(WORKSPACE, after.component_deployment_id or "")))
        found = decode_component_deployment(item) if item else None
        beyond = found is None or found.status not in (ComponentStatus.PENDING, ComponentStatus.IN_PROGRESS)
        there = beyond or (found is not None and (found.status is target or found.attempt > 1))
        gone = found is not None and not self._exists(found.component_id, found.environment_id)
        judge("DRIVEN", there or gone, f"{who} has driven to {target}, and what it drives is {found and found.status}")

    def _exists(self, component_id: str, environment_id: str) -> bool:
        names = keys.COMPONENT + component_id, keys.ENVIRONMENT + environment_id
        return all((f"WS#{WORKSPACE}", name) in self.table.items for name in names)

    # ------------------------------------------------------------ all of them

    def _numbers(self) -> None:
        of: dict[str, list[AppDeployment]] = defaultdict(list)
        for each in self.deployments():
            of[each.application_id].append(each)
        last: dict[str, int] = {}
        listed: dict[str, dict[int, str]] = defaultdict(dict)
        for key, item in self.table.items.items():
            _, found, application_id = key[0].partition(f"WS#{WORKSPACE}#APPLICATION#")
            if not found:
                continue
            if key[1] == "LASTNUMBER":
                last[application_id] = int(item["n"]["N"])
            else:
                listed[application_id][int(key[1].partition("#")[2])] = item["deploymentId"]["S"]
        for application_id in of.keys() | last.keys() | listed.keys():
            known = {each.deploy_number: each.id for each in of[application_id]}
            numbers = sorted(each.deploy_number for each in of[application_id])
            right = numbers == list(range(1, last.get(application_id, 0) + 1)) and known == listed[application_id]
            said = f"{application_id} has {numbers}, lists {sorted(listed[application_id])}, counts {last}"
            self.findings.judge("NUMBER", right, said)

    def deployment(self, deployment_id: str) -> AppDeployment | None:
        item = self.table.get(_key(keys.app_deployment(WORKSPACE, deployment_id)))
        return decode_app_deployment(item) if item else None

    def deployments(self) -> list[AppDeployment]:
        """In the order in which they were triggered."""
        found = [decode_app_deployment(item) for key, item in self.table.items.items() if key[1] == APP]
        return sorted(found, key=lambda each: (each.created_at, each.deploy_number, each.id))

    def application(self, application_id: str) -> Application | None:
        item = self.table.get(_key(keys.application(WORKSPACE, application_id)))
        return applications._applications.records.decode(item) if item else None


def _key(key: dict[str, str]) -> Key:
    return key["PK"], key["SK"]
