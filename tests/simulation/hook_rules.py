"""What must hold of deliveries of CI hooks: kept once, judged once, together with what they change."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lull.domain.hook_deliveries import HookDelivery, Verdict
from lull.store import external_keys
from lull.store.component_deployments import decode_component_deployment
from lull.store.hook_deliveries import decode_hook_delivery
from tests.simulation.actors import Actor
from tests.simulation.findings import Findings, Transition
from tests.simulation.maintenance_rules import WORKSPACE
from tests.simulation.tables import Table, Write

if TYPE_CHECKING:
    from tests.simulation.hook_worlds import Event

DELIVERY = "HOOKDELIVERY"
_RELEASE, _APP = "RELEASE", "APPDEPLOYMENT"


@dataclass
class HookRules:
    """`sent` is what was sent, by its sender's name for it; `accepted` what was answered with success."""

    table: Table
    findings: Findings
    sent: dict[str, "Event"] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)

    def after(self, actor: Actor, writes: Sequence[Write], now: datetime) -> None:
        for write in writes:
            if write.key[1] == DELIVERY:
                self._delivery(actor, write, writes, now)
            elif write.key[1] == "EXTERNAL" and write.after:
                found = external_keys._codec.decode(write.after)
                keys = {(f"WS#{WORKSPACE}#RELEASE#{each}", _RELEASE) for each in found.records.values()}
                known = all(each in self.table.items for each in keys)
                self.findings.judge("KEY", known, f"{found.key} means {found.records}, which there is not")

    def memory(self) -> tuple[Any, ...]:
        return tuple(sorted(self.accepted))

    def _delivery(self, actor: Actor, write: Write, writes: Sequence[Write], now: datetime) -> None:
        judge = self.findings.judge
        if write.after is None:
            judge("KEPT", False, f"{write.key[0]} is gone")
            return
        after = decode_hook_delivery(write.after)
        who = f"delivery {after.sender_id}"
        judge(
            "INV-DUE", ("DueSK" in write.after) is (after.verdict is None), f"{who} is due, or not, as {after.verdict}"
        )
        if write.before is None:
            same = [each for each in self.deliveries() if _names(each) == _names(after)]
            judge("KEPT", len(same) == 1 or after.verdict is Verdict.REJECTED, f"{who} is kept {len(same)} times")
            new = after.revision == 1 and after.verdict in (None, Verdict.IGNORED, Verdict.REJECTED)
            judge("KEPT", new and actor.role == "hooks", f"{who} came as {after.verdict} by {actor.name}")
            return
        before = decode_hook_delivery(write.before)
        judge("INV-6", after.revision == before.revision + 1, f"{who} skipped a revision")
        kept = replace(
            before,
            revision=after.revision,
            verdict=after.verdict,
            reason=after.reason,
            deployment_id=after.deployment_id,
            asked_at=after.asked_at if after.verdict is None else before.asked_at,
        )
        judge("KEPT", after == kept, f"{who} was rewritten by {actor.name}")
        said = f"{who} went from {before.verdict} to {after.verdict} by {actor.name}"
        if after.verdict is None:
            judge("VERDICT", before.verdict is Verdict.UNMAPPED and actor.role == "replay", said)
        else:
            judge("VERDICT", before.verdict is None and actor.role == "transitioner", said)
            self._judged(after, writes, said)
            late = (now - after.asked_at).total_seconds()
            self.findings.transitions.append(Transition(f"delivery {after.id}", after.verdict, late))

    def _judged(self, after: HookDelivery, writes: Sequence[Write], said: str) -> None:
        judge = self.findings.judge
        changed = [write for write in writes if write.key[1] in (_RELEASE, _APP)]
        moves = [write for write in changed if _moves(write)]
        if after.verdict is Verdict.APPLIED:
            judge("VERDICT", len(moves) == 1, f"{said}, and moved {[each.key for each in moves]}")
        elif after.verdict in (Verdict.DUPLICATE, Verdict.LATE):
            judge("VERDICT", not moves, f"{said}, and moved {[each.key for each in moves]}")
        else:
            judge("VERDICT", not changed, f"{said}, and changed {[each.key for each in changed]}")

    def deliveries(self) -> list[HookDelivery]:
        """In the order in which they were received."""
        found = [decode_hook_delivery(item) for key, item in self.table.items.items() if key[1] == DELIVERY]
        return sorted(found, key=lambda each: (each.received_at, each.id))


def _names(delivery: HookDelivery) -> tuple[str, str]:
    return delivery.hook_id, delivery.sender_id


def _moves(write: Write) -> bool:
    """Whether it says something new of how the deployment stands."""
    if write.key[1] == _APP or write.before is None or write.after is None:
        return True
    before, after = decode_component_deployment(write.before), decode_component_deployment(write.after)
    return (before.status, before.attempt, before.finished_at) != (after.status, after.attempt, after.finished_at)
