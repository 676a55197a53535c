"""What must be true of component deployments once everything is over: no work is left, and quiet is who should be."""

from datetime import datetime

from lull.domain.component_deployments import ComponentDeployment, Quiet, Status
from lull.domain.components import Component
from lull.domain.deployment_windows import State
from lull.domain.environments import Environment
from lull.store import components, keys
from lull.store.checks import decode_check
from lull.store.environments import decode_environment
from tests.simulation.component_rules import due_at, gives_up_at, work_left
from tests.simulation.maintenance_rules import WORKSPACE
from tests.simulation.world import World


def failures(world: World) -> list[str]:
    """Why this world has not settled; empty if it has."""
    rules = world.watch.components
    found = []
    for each in rules.deployments():
        if work_left(each):
            found.append(f"CHAIN: deployment {each.id} is {each.status} and its windows are {each.chain}")
        on = each.status is Status.IN_PROGRESS and bool(each.chain.windows)
        if each.quiet is not (Quiet.ON if on else Quiet.OFF):
            found.append(f"CHAIN: deployment {each.id} is {each.status}, and it is said to be quiet: {each.quiet}")
        deadline = gives_up_at(each)
        if deadline and deadline <= world.swept_at:
            found.append(f"CHAIN: deployment {each.id} is in progress, which should have ended at {deadline}")
        elif each.status is Status.IN_PROGRESS and not work_left(each):
            found += _not_quiet(world, each)
    for window_id in rules.opened:
        window = world.watch.window(window_id)
        if rules.may_end(window_id) and window and window.state is not State.ENDED:
            found.append(f"CHAIN: window {window_id} is {window.state}, and its deployment is over")
    return found


def _not_quiet(world: World, deployment: ComponentDeployment) -> list[str]:
    """Which checks behind it have no window; where a window that it has should be is not for here."""
    windows = {each.project_id: world.watch.window(each.window_id) for each in deployment.chain.windows}
    found = []
    for check_id, project_id in _behind(world, deployment).items():
        window = windows.get(project_id)
        if window is None or check_id not in window.check_ids:
            found.append(f"CHAIN: check {check_id} is behind deployment {deployment.id} and no window has it")
    return found


def _behind(world: World, deployment: ComponentDeployment) -> dict[int, int]:
    """The project of each check that both component and environment mean, or the one that means any."""
    component = world.table.get((f"WS#{WORKSPACE}", keys.COMPONENT + deployment.component_id))
    environment = world.table.get((f"WS#{WORKSPACE}", keys.ENVIRONMENT + deployment.environment_id))
    if component is None or environment is None:
        return {}
    ends: list[Component | Environment] = [
        components._components.records.decode(component),
        decode_environment(environment),
    ]
    meant = [set(named) for each in ends if (named := _named(world, each)) is not None]
    projects = _projects(world)
    return {each: projects[each] for each in sorted(set.intersection(*meant))} if meant else {}


def _named(world: World, end: Component | Environment) -> list[int] | None:
    projects = _projects(world)
    if end.check_ids:
        return [each for each in end.check_ids if each in projects]
    if end.project_id is not None:
        return [each for each, project_id in projects.items() if project_id == end.project_id]
    return None


def _projects(world: World) -> dict[int, int]:
    found = [decode_check(item) for key, item in world.table.items.items() if key[1] == "CHECK" and "body" in item]
    return {check.id: check.project_id for check in found if check.project_id is not None}


def wakeups(world: World) -> dict[str, datetime]:
    """The schedules that there may be."""
    found = world.watch.components.deployments()
    return {f"component-deployment-{each.id}": due for each in found if (due := due_at(each))}
