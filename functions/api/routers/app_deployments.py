"""Deployments of applications over HTTP: seed 004."""

from typing import Annotated

from fastapi import APIRouter, Query

from auth import AuthorizedCaller
from bodies import StrictRoute
from callbacks import CallbackRoute
from lull import clock
from lull.domain.app_deployments import Status
from lull.use_cases import app_deployments as use_cases
from schemas.app_deployments import (
    AppDeploymentAnswer,
    AppDeploymentOut,
    AppDeploymentsAnswer,
    AppDeploymentStatusIn,
    DeploymentKeyHeader,
    ListedAppDeploymentOut,
    TriggeredAnswer,
    TriggeredOut,
)
from schemas.base import IdempotencyKeyHeader, ListTake, PathUuid, QueryId
from schemas.errors import responses

_PREFIX = "/v1/applications/{application_id}/deployments"
_TAGS = ["Application deployments"]
router = APIRouter(prefix=_PREFIX, tags=list(_TAGS), route_class=StrictRoute)
callbacks = APIRouter(prefix=_PREFIX, tags=list(_TAGS), route_class=CallbackRoute)


@router.get(
    "", response_model=AppDeploymentsAnswer, summary="List deployments of an application", responses=responses(404)
)
async def list_app_deployments(
    caller: AuthorizedCaller,
    application_id: PathUuid,
    before: Annotated[
        QueryId | None,
        Query(description="Only those with a smaller `deploy_number`: the next page."),
    ] = None,
    take: ListTake = 100,
) -> AppDeploymentsAnswer:
    """Deployments, newest first."""
    found = use_cases.list_deployments(caller, application_id, below=before, take=take)
    return AppDeploymentsAnswer(deployments=[ListedAppDeploymentOut.of(each) for each in found])


@router.post(
    "",
    response_model=TriggeredAnswer,
    response_model_exclude_unset=True,
    summary="Trigger a deployment",
    responses=responses(404, 409, 413),
)
async def trigger_app_deployment(
    caller: AuthorizedCaller, application_id: PathUuid, idempotency_key: IdempotencyKeyHeader = None
) -> TriggeredAnswer:
    """Find the newest commit of the repository's branch, and set its deployment going.

    Where the commit cannot be found within five seconds the answer is 400 with the reason, and nothing is stored.
    Beside the deployment's fields there is, this once, the `callback_token` that may PATCH its status.
    """
    made = use_cases.trigger(caller, application_id, idempotency_key=idempotency_key, at=clock.now())
    return TriggeredAnswer(deployment=TriggeredOut.of_triggered(made))


@router.get(
    "/{deployment_id}",
    response_model=AppDeploymentAnswer,
    summary="Get a deployment of an application",
    responses=responses(404),
)
async def get_app_deployment(
    caller: AuthorizedCaller, application_id: PathUuid, deployment_id: PathUuid
) -> AppDeploymentAnswer:
    """One deployment, with what its executor calls it, and why it failed."""
    found = use_cases.get_deployment(caller, application_id, deployment_id)
    return AppDeploymentAnswer(deployment=AppDeploymentOut.of(found))


@callbacks.patch(
    "/{deployment_id}",
    response_model=AppDeploymentAnswer,
    summary="Say how a deployment of an application is going",
    responses=responses(404, 409, 413),
)
async def change_app_deployment(
    caller: AuthorizedCaller,
    application_id: PathUuid,
    deployment_id: PathUuid,
    body: AppDeploymentStatusIn,
    idempotency_key: DeploymentKeyHeader = None,
) -> AppDeploymentAnswer:
    """Move it on: `building`, `deploying`, `available`; or `failed`, from any of these.

    Its own callback token is as good as an API key for this. Whatever the state machine does not have, the status it
    already has included, is refused with 400: repeat with an `Idempotency-Key` what may have arrived. The component
    deployment that it drives follows within a second or two.
    """
    changed = use_cases.change_status(
        caller, application_id, deployment_id, Status(body.status), idempotency_key=idempotency_key, at=clock.now()
    )
    return AppDeploymentAnswer(deployment=AppDeploymentOut.of(changed))


@router.post(
    "/{deployment_id}/cancel",
    response_model=AppDeploymentAnswer,
    summary="Cancel a deployment of an application",
    responses=responses(404, 409),
)
async def cancel_app_deployment(
    caller: AuthorizedCaller,
    application_id: PathUuid,
    deployment_id: PathUuid,
    idempotency_key: DeploymentKeyHeader = None,
) -> AppDeploymentAnswer:
    """End it, and tell its executor where that can be told. One that is over is refused with 400."""
    cancelled = use_cases.cancel(caller, application_id, deployment_id, idempotency_key=idempotency_key, at=clock.now())
    return AppDeploymentAnswer(deployment=AppDeploymentOut.of(cancelled))


router.routes.extend(callbacks.routes)
