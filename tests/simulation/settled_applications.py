"""What must be true of deployments of applications once everything is over: each has its end, or waits for it."""

from datetime import datetime

from lull.domain.app_deployments import AppDeployment, Reason, Task
from lull.domain.applications import ExecutorKind
from lull.domain.executor_calls import RETRY_AFTER
from tests.simulation.application_rules import DRIVES, gives_up_at, to_drive, woken_at
from tests.simulation.world import World

_STOPPED = (ExecutorKind.WEBHOOK, ExecutorKind.GITHUB)


def failures(world: World) -> list[str]:
    """Why this world has not settled; empty if it has."""
    found = []
    for each in world.watch.applications.deployments():
        who = f"application deployment {each.id}"
        if to_drive(each):
            found.append(f"DRIVEN: {who} is {each.status} and has driven to {each.driven}")
        due = gives_up_at(each)
        if due and due <= world.swept_at:
            found.append(f"END: {who} is {each.status}, which should have ended at {due}")
        if each.call and each.call.next_at <= world.swept_at:
            found.append(f"CALL: the executor of {who} should have been called at {each.call.next_at}: {each.call}")
        found += _out_of_step(world, each)
        if _runs_on(world, each):
            found.append(f"CALL: {who} is {each.status}, and its executor was not told to stop")
    return found


def _out_of_step(world: World, each: AppDeployment) -> list[str]:
    """Where nobody else had a say, its component deployment is what it says itself."""
    driven_id = each.component_deployment_id
    found = world.watch.components.deployment(driven_id) if driven_id else None
    target = DRIVES.get(each.status)
    if found is None or target is None or driven_id in world.watch.components.touched:
        return []
    gone = world.watch.components.is_gone(found)
    if found.status is target or gone:
        return []
    return [f"DRIVEN: {each.status} is application deployment {each.id}, and what it drives is {found.status}"]


def _runs_on(world: World, each: AppDeployment) -> bool:
    if each.reason not in (Reason.CANCELLED, Reason.TIMED_OUT) or each.executor not in _STOPPED or each.call:
        return False
    begun = world.watch.applications.executors.told_of(each.id, Task.START)
    tries = world.watch.applications.executors.told.get((each.id, Task.STOP), [])
    worn_out = len(tries) > len(RETRY_AFTER)
    refused = bool(tries) and tries[-1].status in (404, 410)
    return (
        bool(begun)
        and not world.watch.applications.executors.told_of(each.id, Task.STOP)
        and not worn_out
        and not refused
    )


def wakeups(world: World) -> dict[str, datetime]:
    """The schedules that there may be."""
    found = world.watch.applications.deployments()
    return {f"app-deployment-{each.id}": due for each in found if (due := woken_at(each))}
