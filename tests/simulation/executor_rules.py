"""What must hold of whatever is said to executors: by whoever has the lease, under one name, not after the end."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lull.domain import callbacks
from lull.domain.app_deployments import AppDeployment, Call, Reason, Status, Task
from lull.domain.applications import ExecutorKind
from tests.simulation.actors import Actor
from tests.simulation.findings import Findings
from tests.simulation.hosts import RECEIVER, Hosts
from tests.simulation.outside import Arrival

OVER = (Status.AVAILABLE, Status.FAILED, Status.CANCELLED)
ENDED_BY_US = (Reason.CANCELLED, Reason.TIMED_OUT)


@dataclass
class _Lease:
    deployment_id: str
    call: Call
    was_over: bool


@dataclass
class ExecutorRules:
    findings: Findings
    hosts: Hosts
    told: dict[tuple[str, Task], list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    """What has arrived of what an executor was to be told, by deployment."""
    _leases: dict[str, _Lease] = field(default_factory=dict)
    """What each actor took last."""
    _callers: dict[str, str] = field(default_factory=dict)
    """Who took the last lease of each deployment."""

    def memory(self) -> tuple[Any, ...]:
        told = tuple((each, len(arrivals)) for each, arrivals in sorted(self.told.items()))
        return told, tuple(sorted(self._callers.items()))

    def told_of(self, deployment_id: str, task: Task) -> list[Arrival]:
        """What of it was taken and answered well."""
        return [each for each in self.told.get((deployment_id, task), []) if each.status < 300]

    def task_of(self, actor: Actor, deployment_id: str) -> Task | None:
        """What an actor has the lease for, if it was the last that it took."""
        lease = self._leases.get(actor.name)
        return lease.call.task if lease and lease.deployment_id == deployment_id else None

    def leased(self, actor: Actor, before: AppDeployment, after: AppDeployment, now: datetime) -> None:
        judge, who = self.findings.judge, f"application deployment {after.id}"
        was, call = before.call, after.call
        if was and call and call.task is was.task and call.tries == was.tries + 1:
            judge("LEASE", actor.role == "notifier", f"{actor.name} took the lease of {who}")
            judge("LEASE", was.next_at <= now, f"{who} was called at {now}, before {was.next_at}")
            judge("LEASE", call.next_at > (actor.looked_at_clock or now), f"{who} was called without a lease")
            self._leases[actor.name] = _Lease(after.id, call, before.status in OVER)
            self._callers[after.id] = actor.name
        elif after.callback_hashes != before.callback_hashes:
            judge("TOKEN", False, f"{who} has other tokens by {actor.name}")
        grown = after.callback_hashes[: len(before.callback_hashes)] == before.callback_hashes
        judge("TOKEN", grown, f"a token of {who} is good no more")
        if was and was.task is Task.START and after.status not in OVER and (call is None or call.task is not was.task):
            heard = [each for each in self.told_of(after.id, Task.START) if each.by is actor]
            known = after.executor is ExecutorKind.GITHUB and self.hosts.of(after.id) is not None
            judge("CALL", bool(heard) or known, f"{who} is taken for begun, and nobody was told")

    def arrived(self, by: Actor, arrival: Arrival, find: Callable[[str], AppDeployment | None]) -> None:
        """Something reached an executor: from the only one that may, while there is something to be told."""
        if by.role != "notifier":
            return
        judge, lease = self.findings.judge, self._leases.get(by.name)
        mine = lease is not None and self._callers.get(lease.deployment_id) == by.name
        judge("CALL", mine, f"{arrival.to} was told by {by.name} without a lease")
        found = find(lease.deployment_id) if lease else None
        if lease is None or found is None:
            return
        who, task = f"application deployment {found.id}", lease.call.task
        if task is Task.ASK or arrival.method == "GET":
            return
        if task is Task.START:
            judge("CALL", not lease.was_over, f"{who} was begun after its end")
        else:
            judge("CALL", found.reason in ENDED_BY_US, f"{who}, {found.status}, was stopped")
        self._named(found, arrival, task)
        self.told[found.id, task].append(arrival)

    def _named(self, found: AppDeployment, arrival: Arrival, task: Task) -> None:
        judge, who = self.findings.judge, f"application deployment {found.id}"
        if arrival.to == RECEIVER:
            name = "requested" if task is Task.START else "cancelled"
            judge("CALL", arrival.message_id == f"msg_{found.id}_{name}", f"{who} is called {arrival.message_id}")
            data = json.loads(arrival.text)["data"]
            right = data["deployment"]["id"] == found.id
            if task is Task.START:
                right = right and callbacks.hashed(data["callback"]["token"]) in found.callback_hashes
            judge("TOKEN", right, f"{who} was told with a token that is none of its own")
        elif task is Task.START:
            made = [each for each in self.hosts.made if each.ordered_by == found.id]
            judge("ONCE", len(made) <= 1, f"GitHub made {len(made)} deployments for {who}")
