"""Component deployments and their matrix over HTTP: seed 002."""

from typing import Annotated

from fastapi import APIRouter, Query

from auth import AuthorizedCaller
from bodies import StrictRoute
from lull import clock
from lull.domain.component_deployments import Status
from lull.use_cases import component_deployments as use_cases
from lull.use_cases import dora, gate, matrix
from schemas.base import IdempotencyKeyHeader, ListSkip, ListTake, PathUuid, QueryUuid
from schemas.component_deployments import (
    ComponentDeploymentEventOut,
    ComponentDeploymentIn,
    ComponentDeploymentOut,
    ComponentDeploymentPageOut,
    ComponentDeploymentPatch,
)
from schemas.dora import MetricsOut, VerdictOut
from schemas.errors import responses
from schemas.matrix import MatrixRowOut
from schemas.uptime import Days

router = APIRouter(prefix="/api/v1/deployments", tags=["Component deployments"], route_class=StrictRoute)


@router.get("", response_model=ComponentDeploymentPageOut, summary="List component deployments", responses=responses())
async def list_component_deployments(
    caller: AuthorizedCaller,
    componentId: QueryUuid | None = None,  # noqa: N803 the contract's name
    environmentId: QueryUuid | None = None,  # noqa: N803
    status: Status | None = None,
    skip: ListSkip = 0,
    take: ListTake = 20,
) -> ComponentDeploymentPageOut:
    """Deployments, newest first."""
    found, total = use_cases.list_deployments(
        caller, component_id=componentId, environment_id=environmentId, status=status, skip=skip, take=take
    )
    data = [ComponentDeploymentOut.of(each) for each in found]
    return ComponentDeploymentPageOut(data=data, total=total, skip=skip, take=take)


@router.get("/matrix", response_model=list[MatrixRowOut], summary="Get the deployment matrix", responses=responses(404))
async def get_matrix(
    caller: AuthorizedCaller,
    componentId: QueryUuid | None = None,  # noqa: N803
    environmentId: QueryUuid | None = None,  # noqa: N803
    kind: Annotated[str | None, Query(max_length=50, description="Only components of this kind.")] = None,
) -> list[MatrixRowOut]:
    """The latest version of each component in each environment: the newest that succeeded and was not rolled back."""
    rows = matrix.get_matrix(caller, component_id=componentId, environment_id=environmentId, kind=kind)
    return [MatrixRowOut.of(row) for row in rows]


@router.get(
    "/latest",
    response_model=list[ComponentDeploymentOut],
    summary="Get the latest deployments of a component",
    responses=responses(404),
)
async def get_latest(caller: AuthorizedCaller, componentId: QueryUuid) -> list[ComponentDeploymentOut]:  # noqa: N803
    """The latest successful deployment of a component to each environment, in the order of these."""
    return [ComponentDeploymentOut.of(each) for each in use_cases.list_latest(caller, componentId)]


@router.get("/metrics", response_model=MetricsOut, summary="Get the delivery metrics", responses=responses(404))
async def get_metrics(
    caller: AuthorizedCaller,
    componentId: QueryUuid | None = None,  # noqa: N803
    environmentId: QueryUuid | None = None,  # noqa: N803
    days: Days = 30,
) -> MetricsOut:
    """DORA's five, of the last `days`: of every environment of the type production, unless one is named.

    A deployment belongs to the moment at which it succeeded. Figures of which there are no samples are null.
    """
    found = dora.get_metrics(caller, component_id=componentId, environment_id=environmentId, days=days, at=clock.now())
    return MetricsOut.model_validate(found)


@router.get(
    "/can-deploy",
    response_model=VerdictOut,
    summary="Ask whether a component may be deployed now",
    responses=responses(404),
)
async def can_deploy(
    caller: AuthorizedCaller,
    componentId: QueryUuid,  # noqa: N803
    environmentId: QueryUuid,  # noqa: N803
) -> VerdictOut:
    """Open incidents of the checks behind it, maintenance windows and deployments in progress speak against it."""
    verdict = gate.can_deploy(caller, component_id=componentId, environment_id=environmentId, at=clock.now())
    return VerdictOut.model_validate(verdict)


@router.post(
    "",
    response_model=ComponentDeploymentOut,
    status_code=201,
    summary="Record a component deployment",
    responses=responses(404, 409, 413),
)
async def record_component_deployment(
    caller: AuthorizedCaller, body: ComponentDeploymentIn, idempotency_key: IdempotencyKeyHeader = None
) -> ComponentDeploymentOut:
    """Record a deployment that is about to be made: `pending`."""
    at = clock.now()
    recorded = use_cases.record_deployment(caller, body.described(at=at), idempotency_key=idempotency_key, at=at)
    return ComponentDeploymentOut.of(recorded)


@router.get(
    "/{deployment_id}",
    response_model=ComponentDeploymentOut,
    summary="Get a component deployment",
    responses=responses(404),
)
async def get_component_deployment(caller: AuthorizedCaller, deployment_id: PathUuid) -> ComponentDeploymentOut:
    """One deployment."""
    return ComponentDeploymentOut.of(use_cases.get_deployment(caller, deployment_id))


@router.patch(
    "/{deployment_id}",
    response_model=ComponentDeploymentOut,
    summary="Update the status of a component deployment",
    responses=responses(404, 409, 413),
)
async def change_component_deployment(
    caller: AuthorizedCaller, deployment_id: PathUuid, body: ComponentDeploymentPatch
) -> ComponentDeploymentOut:
    """Move it on, merge metadata, or both.

    `in_progress` makes the checks behind it quiet, and leaving that status brings them back: both within a second or
    two. Whatever the state machine does not have, the status it already has included, is refused with 400.

    A CI token makes one and the same request once. A job that fails, tries again and says `in_progress` for the second
    time with the same token is answered 409, unless it sends an `Idempotency-Key` that is new (`try-2`) or has a new
    token.
    """
    changed = use_cases.change_deployment(caller, deployment_id, at=clock.now(), **body.said())
    return ComponentDeploymentOut.of(changed)


@router.get(
    "/{deployment_id}/events",
    response_model=list[ComponentDeploymentEventOut],
    summary="Get the history of a component deployment",
    responses=responses(404),
)
async def list_component_deployment_events(
    caller: AuthorizedCaller, deployment_id: PathUuid
) -> list[ComponentDeploymentEventOut]:
    """Every attempt and change, oldest first."""
    return [ComponentDeploymentEventOut.of(each) for each in use_cases.list_events(caller, deployment_id)]
