"""Environments over HTTP."""

from datetime import UTC, datetime

from fastapi import APIRouter

from auth import AuthorizedCaller
from bodies import StrictRoute
from lull import clock
from lull.domain.environments import Environment
from lull.use_cases import environments as use_cases
from schemas.base import ListSkip, ListTake, PathUuid, QueryName
from schemas.environments import EnvironmentIn, EnvironmentOut, EnvironmentPageOut, EnvironmentPatch
from schemas.errors import responses

router = APIRouter(prefix="/api/v1/environments", tags=["Environments"], route_class=StrictRoute)

_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)


@router.get("", response_model=EnvironmentPageOut, summary="List environments", responses=responses())
async def list_environments(
    caller: AuthorizedCaller,
    name: QueryName | None = None,
    skip: ListSkip = 0,
    take: ListTake = 20,
) -> EnvironmentPageOut:
    """The environments of your workspace, in their order."""
    found, total = use_cases.list_environments(caller, name=name, skip=skip, take=take)
    data = [EnvironmentOut.model_validate(each) for each in found]
    return EnvironmentPageOut(data=data, total=total, skip=skip, take=take)


@router.post(
    "", response_model=EnvironmentOut, status_code=201, summary="Create an environment", responses=responses(409, 413)
)
async def create_environment(caller: AuthorizedCaller, body: EnvironmentIn) -> Environment:
    """Create an environment; while a deployment to it is in progress, the checks that watch it are quiet.

    If component and environment both name checks, only the checks that both name are paused.
    """
    described = Environment(id="", workspace_id=caller.workspace_id, created_at=_NOT_YET, **body.described())
    return use_cases.create_environment(caller, described, at=clock.now())


@router.get("/{environment_id}", response_model=EnvironmentOut, summary="Get an environment", responses=responses(404))
async def get_environment(caller: AuthorizedCaller, environment_id: PathUuid) -> Environment:
    """One environment."""
    return use_cases.get_environment(caller, environment_id)


@router.patch(
    "/{environment_id}",
    response_model=EnvironmentOut,
    summary="Change an environment",
    responses=responses(404, 409, 413),
)
async def change_environment(caller: AuthorizedCaller, environment_id: PathUuid, body: EnvironmentPatch) -> Environment:
    """Change the fields that are sent. What is in progress keeps quiet what it already does."""
    return use_cases.change_environment(caller, environment_id, body.applied_to)


@router.delete("/{environment_id}", status_code=204, summary="Delete an environment", responses=responses(404, 409))
async def delete_environment(caller: AuthorizedCaller, environment_id: PathUuid) -> None:
    """Delete an environment and its column of the matrix; what was deployed there stays on record.

    One that an application or a rule of a hook names is kept: 409 says which.
    """
    use_cases.delete_environment(caller, environment_id)
