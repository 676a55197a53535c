"""Deployment windows over HTTP: seed 000 (Ionhour deployments)."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from auth import AuthorizedCaller
from bodies import StrictRoute
from lull import clock
from lull.domain.deployment_windows import DeploymentWindow
from lull.use_cases import deployment_windows as use_cases
from schemas.base import IdempotencyKeyHeader, Instant, PathId, QueryId
from schemas.deployments import DeploymentDetailsOut, DeploymentIn, DeploymentOut, EndDeploymentIn
from schemas.errors import responses

router = APIRouter(prefix="/api/deployments", tags=["Deployments"], route_class=StrictRoute)


@router.post(
    "",
    response_model=DeploymentOut,
    status_code=201,
    summary="Create a deployment",
    responses=responses(404, 409, 413),
)
async def create_deployment(
    caller: AuthorizedCaller, body: DeploymentIn, idempotency_key: IdempotencyKeyHeader = None
) -> DeploymentWindow:
    """Report a deployment that runs, schedule one, or record one that is over.

    With `autoPause`, its checks are paused when it starts and resumed when it ends: by request, at its scheduled end,
    or after `maxDurationSeconds`.
    """
    at = clock.now()
    described = body.described(workspace_id=caller.workspace_id, at=at)
    return use_cases.report_deployment(caller, described, idempotency_key=idempotency_key, at=at)


@router.get("", response_model=list[DeploymentOut], summary="List deployments of a project", responses=responses(404))
async def list_deployments(
    request: Request,
    response: Response,
    caller: AuthorizedCaller,
    projectId: QueryId,  # noqa: N803 the contract's name
    start: Annotated[Instant | None, Query(description="Only deployments that start after this.")] = None,
    end: Annotated[Instant | None, Query(description="Only deployments that start before this.")] = None,
    checkId: QueryId | None = None,  # noqa: N803
    cursor: Annotated[str | None, Query(max_length=200, description="From the Link header of the page before.")] = None,
) -> list[DeploymentWindow]:
    """Newest start first, at most 100. Where there may be more, the `Link` header has the next page as `rel="next"`."""
    found = use_cases.list_deployments(
        caller, project_id=projectId, start=start, end=end, check_id=checkId, cursor=cursor
    )
    if found.cursor:
        query = urlencode({**request.query_params, "cursor": found.cursor})
        response.headers["link"] = f'<{request.url.path}?{query}>; rel="next"'
    return found.deployments


@router.get(
    "/{deployment_id}", response_model=DeploymentDetailsOut, summary="Get a deployment", responses=responses(404)
)
async def get_deployment(caller: AuthorizedCaller, deployment_id: PathId) -> DeploymentDetailsOut:
    """One deployment, with what it kept quiet."""
    window = use_cases.get_deployment(caller, deployment_id)
    return DeploymentDetailsOut.of(window, use_cases.list_kept_quiet(window))


@router.put(
    "/{deployment_id}/end",
    response_model=DeploymentOut,
    summary="End a deployment",
    responses=responses(404, 409, 413),
)
async def end_deployment(
    caller: AuthorizedCaller, deployment_id: PathId, body: EndDeploymentIn | None = None
) -> DeploymentWindow:
    """End a deployment that runs, or call off one that is scheduled. The checks it paused are resumed."""
    ended_at = body.ended_at if body else None
    return use_cases.end_deployment(caller, deployment_id, ended_at=ended_at, at=clock.now())
