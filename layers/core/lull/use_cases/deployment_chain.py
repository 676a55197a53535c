"""The chain from a component deployment to quiet checks.

While a deployment is in progress, the checks behind its component and environment are held by deployment windows of its
own, one for each project. A window is opened in the transaction that notes it on its deployment, on the condition that
this is still in progress; so no crash leaves a window that its deployment does not know, and will not end.
"""

from dataclasses import replace
from datetime import datetime

from lull import randomness
from lull.domain import component_deployments as domain
from lull.domain.component_deployments import ComponentDeployment, Event, EventKind, LinkedWindow, Reason, Status, Step
from lull.domain.deployment_windows import DeploymentWindow, State
from lull.domain.errors import Conflict, NotFound
from lull.store import component_deployments as store
from lull.store import components
from lull.use_cases import component_deployments, deployment_windows, watched_checks
from lull.use_cases.retrying import on_stale_write

_ACTOR = "lull"


def advance(workspace_id: int, deployment_id: str, *, at: datetime) -> ComponentDeployment | None:
    """Bring a deployment to where the record and the clock say it should be; None if there is no such deployment."""
    while True:
        deployment, moving = on_stale_write(lambda: _step(workspace_id, deployment_id, at=at))
        if not moving:
            return deployment


def _step(workspace_id: int, deployment_id: str, *, at: datetime) -> tuple[ComponentDeployment | None, bool]:
    deployment = store.get_component_deployment(workspace_id, deployment_id)
    step = domain.next_step(deployment, at=at) if deployment else None
    if deployment is None or step is None:
        return deployment, False
    if step is Step.TIME_OUT:
        component_deployments.apply(
            deployment,
            Status.FAILED,
            reason=Reason.TIMED_OUT,
            actor=_ACTOR,
            message=f"Nobody said how it went within {deployment.max_duration_seconds} seconds",
            at=at,
        )
    elif step is Step.OPEN:
        _open_next(deployment, at=at)
    else:
        _close(deployment, at=at)
    return deployment, True


def _open_next(deployment: ComponentDeployment, *, at: datetime) -> None:
    """Open the next window of a deployment, or note that it has all it needs."""
    component, environment = components.get_target(
        deployment.workspace_id, deployment.component_id, deployment.environment_id
    )
    groups = watched_checks.behind(component, environment) if component and environment else {}
    own = deployment.chain.attempt == deployment.attempt
    begun = {each.project_id for each in deployment.chain.windows} if own else set()
    waiting = [project_id for project_id in groups if project_id not in begun]
    for number, project_id in enumerate(waiting, start=1):
        window = _window(deployment, project_id, groups[project_id], at=at)
        if _opened(deployment, window, last=number == len(waiting), at=at):
            return
    complete = domain.opened(deployment, None, complete=True)
    event = _event(complete, "No checks watch it" if not complete.chain.windows else None, at=at)
    store.save_component_deployment(complete, event, was=deployment)


def _window(
    deployment: ComponentDeployment, project_id: int, check_ids: tuple[int, ...], *, at: datetime
) -> DeploymentWindow:
    return DeploymentWindow(
        id=0,
        workspace_id=deployment.workspace_id,
        project_id=project_id,
        state=State.ACTIVE,
        name=f"{deployment.component_name} to {deployment.environment_name}"[:255],
        version=deployment.version,
        author=deployment.deployed_by,
        link=deployment.link,
        auto_pause=True,
        check_ids=check_ids,
        started_at=at,
        activated_at=at,
        max_duration_seconds=deployment.max_duration_seconds,
        created_at=at,
        created_by=deployment.created_by,
    )


def _opened(deployment: ComponentDeployment, window: DeploymentWindow, *, last: bool, at: datetime) -> bool:
    """Open a window, in the transaction that notes it; False if its project is gone."""
    token = randomness.secret(16)

    def noting(window_id: int, check_ids: tuple[int, ...]) -> list[dict[str, object]]:
        linked = LinkedWindow(project_id=window.project_id, window_id=window_id)
        noted = domain.opened(deployment, linked, complete=last)
        count = f"{len(check_ids)} check{'' if len(check_ids) == 1 else 's'}"
        event = replace(_event(noted, f"{count} went quiet", at=at), window_ids=(window_id,))
        return store.saving(noted, event, was=deployment, token=token)

    try:
        deployment_windows.open_window(window, beside=noting, at=at)
    except NotFound:
        return False
    return True


def _close(deployment: ComponentDeployment, *, at: datetime) -> None:
    """End every window of a deployment. Those that somebody ended already stay as they are."""
    for each in deployment.chain.windows:
        try:
            deployment_windows.end_window(deployment.workspace_id, each.window_id, at=at)
        except (Conflict, NotFound):
            continue
    over = domain.closed(deployment)
    ids = tuple(each.window_id for each in deployment.chain.windows)
    event = replace(_event(over, "Its checks are back" if ids else None, at=at), window_ids=ids)
    store.save_component_deployment(over, event, was=deployment)


def _event(deployment: ComponentDeployment, message: str | None, *, at: datetime) -> Event:
    return Event(
        at=at,
        kind=EventKind.QUIET,
        attempt=deployment.attempt,
        status=deployment.status,
        was=deployment.status,
        actor=_ACTOR,
        message=message,
    )
