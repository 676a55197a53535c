"""What callers can do with component deployments, and the one way in which any of them changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lull import randomness
from lull.domain import cells as matrix
from lull.domain import component_deployments as domain
from lull.domain.cells import InFlight, Success
from lull.domain.component_deployments import ComponentDeployment, Event, EventKind, Reason, Status
from lull.domain.credentials import Attested, Caller
from lull.domain.errors import Conflict, NotFound, invalid
from lull.store import cells, components, environments, idempotency
from lull.store import component_deployments as store
from lull.store.codec import Item
from lull.store.component_deployments import Filter
from lull.store.deployment_windows import AlreadyMade
from lull.store.idempotency import IdempotencyKey, Made
from lull.use_cases.retrying import on_stale_write

_ATTESTABLE = ("commit_sha", "deployed_by", "link", "ref")


def record_deployment(
    caller: Caller, described: ComponentDeployment, *, idempotency_key: str | None = None, at: datetime
) -> ComponentDeployment:
    """Record a deployment that is about to be made: pending.

    With an idempotency key that was used in the last three days, the deployment that it made is the answer. Raises
    NotFound for an unknown component or environment, Conflict if the key was used for another deployment, Forbidden if
    a CI job may not.
    """
    once = _once(caller, idempotency_key, described)
    made = idempotency.find_made(once, at=at) if once else None
    if once and made:
        return _made_already(caller, once, made)
    deployment, event = prepared(caller, described, at=at)
    try:
        return store.create_component_deployment(deployment, event, once=once)
    except AlreadyMade as already:
        return _made_already(caller, already.once, already.made)


def prepared(caller: Caller, described: ComponentDeployment, *, at: datetime) -> tuple[ComponentDeployment, Event]:
    """A deployment that is about to be recorded, with the first entry of its history.

    Raises NotFound for an unknown component or environment.
    """
    component, environment = components.get_target(
        caller.workspace_id, described.component_id, described.environment_id
    )
    if component is None:
        raise NotFound("component")
    if environment is None:
        raise NotFound("environment")
    caller.require_deployable(component.id, environment.id, environment.name)
    described = _attested(described, caller.attested)
    deployment = replace(
        described,
        id=randomness.new_uuid(),
        workspace_id=caller.workspace_id,
        component_name=component.name,
        environment_name=environment.name,
        deployed_by=described.deployed_by or caller.actor,
        created_at=at,
        created_by=caller.actor,
        updated_at=at,
    )
    return deployment, _created(deployment)


def _attested(described: ComponentDeployment, said: Attested) -> ComponentDeployment:
    """With what the token of a CI job says where the job itself says nothing, or the same."""
    filled = replace(
        described,
        commit_sha=described.commit_sha or said.commit_sha,
        deployed_by=described.deployed_by or said.deployed_by,
        link=described.link or said.link,
        ref=described.ref or said.ref,
    )
    proven = [name for name in _ATTESTABLE if getattr(said, name) and getattr(said, name) == getattr(filled, name)]
    return replace(filled, attested=tuple(proven))


def _created(deployment: ComponentDeployment) -> Event:
    return Event(
        at=deployment.created_at,
        kind=EventKind.CREATED,
        attempt=deployment.attempt,
        status=deployment.status,
        actor=deployment.created_by,
    )


def _once(caller: Caller, key: str | None, described: ComponentDeployment) -> IdempotencyKey | None:
    if key is None:
        return None
    never = datetime.min.replace(tzinfo=UTC)
    said = replace(described, workspace_id=caller.workspace_id, created_at=never, updated_at=never)
    return IdempotencyKey(
        workspace_id=caller.workspace_id,
        kind=store.KIND,
        key=key,
        fingerprint=idempotency.fingerprint(said),
    )


def _made_already(caller: Caller, once: IdempotencyKey, made: Made) -> ComponentDeployment:
    if made.fingerprint != once.fingerprint:
        raise Conflict("the idempotency key was used for another deployment")
    return get_deployment(caller, made.record_id)


def get_deployment(caller: Caller, deployment_id: str) -> ComponentDeployment:
    deployment = find_deployment(caller, deployment_id)
    if deployment is None:
        raise NotFound("deployment")
    return deployment


def find_deployment(caller: Caller, deployment_id: str) -> ComponentDeployment | None:
    return store.get_component_deployment(caller.workspace_id, deployment_id)


def list_events(caller: Caller, deployment_id: str) -> list[Event]:
    """The history of a deployment, oldest first."""
    get_deployment(caller, deployment_id)
    return store.list_events(caller.workspace_id, deployment_id)


def list_deployments(
    caller: Caller,
    *,
    component_id: str | None = None,
    environment_id: str | None = None,
    status: Status | None = None,
    skip: int,
    take: int,
) -> tuple[list[ComponentDeployment], int]:
    """Deployments from position `skip` on, newest first, and how many there are in all."""
    wanted = Filter(component_id=component_id, environment_id=environment_id, status=status)
    total = store.get_count(caller.workspace_id, wanted)
    if skip >= total:
        return [], total
    ids = store.list_component_deployment_ids(caller.workspace_id, wanted, skip=skip, take=take)
    found = {each.id: each for each in store.get_component_deployments([(caller.workspace_id, each) for each in ids])}
    # One that has moved on since its list was read does not belong there any more.
    return [found[each] for each in ids if each in found and status in (None, found[each].status)], total


def list_latest(caller: Caller, component_id: str) -> list[ComponentDeployment]:
    """The newest successful deployment of a component to each environment, in the order of these.

    Raises NotFound if there is no such component.
    """
    if components.get_component(caller.workspace_id, component_id) is None:
        raise NotFound("component")
    latest = {
        cell.environment_id: cell.latest.deployment_id
        for cell in cells.list_cells(caller.workspace_id, component_id)
        if cell.latest
    }
    addresses = [(caller.workspace_id, each) for each in latest.values()]
    found = {each.id: each for each in store.get_component_deployments(addresses)}
    ordered = [latest[each.id] for each in environments.list_environments(caller.workspace_id) if each.id in latest]
    return [found[each] for each in ordered if each in found]


def change_deployment(
    caller: Caller,
    deployment_id: str,
    *,
    status: Status | None = None,
    finished_at: datetime | None = None,
    metadata: Mapping[str, Any] | None = None,
    at: datetime,
) -> ComponentDeployment:
    """Move a deployment on, merge metadata, or both. Of two at once that exclude each other, one is refused.

    Raises NotFound, Invalid for what the transition table does not have, Forbidden if a CI job may not.
    """
    if status is None and finished_at is not None:
        raise invalid("finishedAt", "goes with the status succeeded or failed")
    if status is None and metadata is None:
        return get_deployment(caller, deployment_id)

    def decide() -> ComponentDeployment:
        deployment = get_deployment(caller, deployment_id)
        require_changeable(caller, deployment)
        return apply(
            deployment,
            status,
            finished_at=finished_at,
            metadata=metadata,
            actor=caller.actor,
            at=at,
        )

    return on_stale_write(decide)


def require_changeable(caller: Caller, deployment: ComponentDeployment) -> None:
    """Raises Forbidden if a CI job may not change a deployment.

    Its environment may be called differently since, and another one as it was: the name of today decides, or the last
    that is known of an environment that is gone.
    """
    name = deployment.environment_name
    if caller.binds_environment:
        environment = environments.get_environment(caller.workspace_id, deployment.environment_id)
        name = environment.name if environment else name
    caller.require_deployable(deployment.component_id, deployment.environment_id, name)


def apply(
    was: ComponentDeployment,
    status: Status | None,
    *,
    finished_at: datetime | None = None,
    reason: Reason | None = None,
    metadata: Mapping[str, Any] | None = None,
    actor: str,
    message: str | None = None,
    at: datetime,
) -> ComponentDeployment:
    """Write one change of a deployment, with its entry in the history and its cell of the matrix.

    Raises Invalid for what the transition table does not have, StaleWrite if somebody else changed it meanwhile.
    """
    at = max(at, was.updated_at)
    changed = was
    if metadata is not None:
        changed = domain.with_metadata(changed, metadata, at=at)
    if status is not None:
        changed = domain.moved(changed, status, at=at, finished_at=finished_at, reason=reason)
    event = Event(
        at=at,
        kind=EventKind.METADATA if status is None else EventKind.STATUS,
        attempt=changed.attempt,
        status=changed.status,
        was=was.status,
        actor=actor,
        message=message,
    )
    return write(was, changed, event)


def write(
    was: ComponentDeployment, changed: ComponentDeployment, *events: Event, beside: Sequence[Item] = ()
) -> ComponentDeployment:
    """Write a changed deployment with its history and its cell, if that is still there.

    What is told of a deployment whose component or environment was deleted is kept, but nothing begins there any more:
    NotFound. Raises StaleWrite if somebody else changed it meanwhile.
    """
    try:
        return store.save_component_deployment(changed, *events, was=was, effect=effect_of(was, changed), beside=beside)
    except NotFound:
        if changed.status is Status.IN_PROGRESS:
            raise
        return store.save_component_deployment(changed, *events, was=was, beside=beside)


def bring(
    workspace_id: int,
    deployment_id: str,
    steps: Callable[[ComponentDeployment], Iterable[Status]],
    *,
    reason: Reason | None,
    actor: str,
    message: str,
    at: datetime,
) -> None:
    """Take a deployment through the steps that it needs from where it is, in one write; nothing happens if it is gone.

    A step back to pending is one on the way to another end of the same attempt. Raises StaleWrite if somebody else
    changed it meanwhile, NotFound if its component or environment is gone.
    """
    was = store.get_component_deployment(workspace_id, deployment_id)
    if was is None:
        return
    at = max(at, was.updated_at)
    changed, events = was, []
    for status in steps(was):
        before, changed = changed.status, domain.moved(changed, status, at=at, reason=reason)
        changed = replace(changed, attempt=was.attempt, started_at=was.started_at or changed.started_at)
        events.append(
            Event(
                at=at,
                kind=EventKind.STATUS,
                attempt=was.attempt,
                status=status,
                was=before,
                actor=actor,
                message=message,
            )
        )
    if events:
        write(was, changed, *events)


def effect_of(was: ComponentDeployment | None, now: ComponentDeployment) -> store.Effect | None:
    """What a change does to the cell, from one status to any other; None for what the matrix does not show."""
    before, after = (_success(each) if each and each.status is Status.SUCCEEDED else None for each in (was, now))
    flew, flies = (each is not None and each.status is Status.IN_PROGRESS for each in (was, now))
    if flew is flies and before == after:
        return None
    cell = matrix.landed(cells.get_cell(now.workspace_id, now.component_id, now.environment_id), now.id)
    if flies:
        cell = matrix.departed(cell, InFlight(deployment_id=now.id, version=now.version, since=now.updated_at))
    if before:
        cell = _without(cell, before)
    if after:
        cell = matrix.succeeded(cell, after)
    moved = before and (after is None or after.at != before.at)
    return store.Effect(cell=cell, noted=after, forgotten=before if moved else None)


def _success(deployment: ComponentDeployment) -> Success:
    return Success(
        deployment_id=deployment.id,
        version=deployment.version,
        at=deployment.finished_at or deployment.updated_at,
        commit_sha=deployment.commit_sha,
    )


def _without(cell: matrix.Cell, success: Success) -> matrix.Cell:
    """The cell shows the success before it; every change of the successes writes the cell, so none slips in between."""
    if cell.latest and cell.latest.deployment_id == success.deployment_id:
        newest = cells.list_successes(cell.workspace_id, cell.component_id, cell.environment_id, limit=2)
        before = [each for each in newest if each.deployment_id != success.deployment_id]
        return replace(cell, latest=before[0] if before else None)
    return cell
