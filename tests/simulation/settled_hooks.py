"""What must be true of CI hooks once everything is over: nothing is lost, and order makes no difference."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lull.domain.component_deployments import ComponentDeployment, Reason, Status
from lull.domain.hook_deliveries import Verdict
from tests.simulation.world import World

if TYPE_CHECKING:
    from tests.simulation.hook_worlds import Event

_STATUSES = {
    "queued": Status.PENDING,
    "in_progress": Status.IN_PROGRESS,
    "success": Status.SUCCEEDED,
    "failure": Status.FAILED,
}
_RANKS = {Status.PENDING: 0, Status.IN_PROGRESS: 1}
_END = 2
_WITHOUT_EFFECT = (None, Verdict.UNMAPPED, Verdict.IGNORED, Verdict.REJECTED)


def failures(world: World) -> list[str]:
    """Why this world has not settled; empty if it has."""
    deliveries = world.watch.hooks.deliveries()
    kept = {each.sender_id for each in deliveries}
    found = [f"KEPT: {each} was accepted and is gone" for each in sorted(world.watch.hooks.accepted - kept)]
    for each in deliveries:
        if each.verdict is None and each.asked_at <= world.swept_at:
            found.append(f"VERDICT: {each.sender_id} has none, received at {each.received_at}")
    told: dict[str, list[Event]] = defaultdict(list)
    for each in deliveries:
        event = world.watch.hooks.sent.get(each.sender_id)
        if event and each.verdict not in _WITHOUT_EFFECT and event.ordered_by is None:
            told[event.key].append(event)
    made = defaultdict(list)
    for deployment in world.watch.components.deployments():
        if "externalId" in deployment.metadata:
            made[str(deployment.metadata["externalId"])].append(deployment)
    for key in sorted(told.keys() | made.keys()):
        found += _misjudged(world, key, told[key], made[key])
    return found


def _misjudged(
    world: World, key: str, events: "Sequence[Event]", deployments: Sequence[ComponentDeployment]
) -> list[str]:
    """What people have moved, or nobody has ended, is theirs to say."""
    touched = any(each.id in world.watch.components.touched for each in deployments)
    if touched or any(each.reason is Reason.TIMED_OUT for each in deployments):
        return []
    expected = sorted(_implied(events))
    actual = sorted((each.attempt, each.status) for each in deployments)
    return [] if actual == expected else [f"ORDER: {key} is {actual}, and what was told comes to {expected}"]


def _implied(events: "Sequence[Event]") -> list[tuple[int, Status]]:
    """The last attempt as far as it has come, and each before it that succeeded."""
    best: dict[int, tuple[int, float, bool, Status]] = {}
    for each in events:
        status = _STATUSES[each.state]
        rank = _RANKS.get(status, _END)
        # Of two ends, the one that happened later; in the same second, success.
        happened = each.at.timestamp() // 1 if rank == _END else 0.0
        standing = (rank, happened, status is Status.SUCCEEDED, status)
        best[each.attempt] = max(best.get(each.attempt, standing), standing)
    last = max(best, default=0)
    return [(attempt, said[3]) for attempt, said in best.items() if attempt == last or said[2]]
