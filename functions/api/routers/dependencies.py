"""Dependencies over HTTP."""

from datetime import UTC, datetime

from fastapi import APIRouter

from auth import AuthorizedCaller, require_own_workspace
from bodies import StrictRoute
from lull import clock
from lull.domain.dependencies import Dependency
from lull.use_cases import dependencies as use_cases
from schemas.base import PageLimit, PageNumber, PathId, QueryId, page_fields
from schemas.dependencies import DependencyIn, DependencyOut, DependencyPageOut, DependencyPatch
from schemas.errors import responses

router = APIRouter(prefix="/api/dependencies", tags=["Dependencies"], route_class=StrictRoute)

_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)


@router.get("", response_model=DependencyPageOut, summary="List dependencies", responses=responses())
async def list_dependencies(
    caller: AuthorizedCaller,
    workspaceId: QueryId | None = None,  # noqa: N803 the contract's name
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> DependencyPageOut:
    """The dependencies of your workspace, by id."""
    require_own_workspace(caller, workspaceId)
    found, total = use_cases.list_dependencies(caller, first=(page - 1) * limit, count=limit)
    items = [DependencyOut.of(each) for each in found]
    return DependencyPageOut(items=items, **page_fields(total=total, page=page, limit=limit, count=len(items)))


@router.post("", response_model=DependencyOut, status_code=201, summary="Create a dependency", responses=responses(413))
async def create_dependency(caller: AuthorizedCaller, body: DependencyIn) -> DependencyOut:
    """Create a dependency; a check with its `dependencyId` watches it."""
    require_own_workspace(caller, body.workspace_id)
    described = Dependency(
        id=0,
        workspace_id=caller.workspace_id,
        name=body.name,
        description=body.description,
        category=body.category,
        url=body.url,
        created_at=_NOT_YET,
    )
    return DependencyOut.of(use_cases.create_dependency(caller, described, at=clock.now()))


@router.get("/{dependency_id}", response_model=DependencyOut, summary="Get a dependency", responses=responses(404))
async def get_dependency(caller: AuthorizedCaller, dependency_id: PathId) -> DependencyOut:
    """One dependency, with the status that the checks watching it give it."""
    return DependencyOut.of(use_cases.get_dependency(caller, dependency_id))


@router.patch(
    "/{dependency_id}",
    response_model=DependencyOut,
    summary="Change a dependency",
    responses=responses(404, 409, 413),
)
async def change_dependency(caller: AuthorizedCaller, dependency_id: PathId, body: DependencyPatch) -> DependencyOut:
    """Change only the fields that are sent."""
    return DependencyOut.of(use_cases.change_dependency(caller, dependency_id, body.applied_to))


@router.delete("/{dependency_id}", status_code=204, summary="Delete a dependency", responses=responses(404, 409))
async def delete_dependency(caller: AuthorizedCaller, dependency_id: PathId) -> None:
    """Delete a dependency that no check watches any more."""
    use_cases.delete_dependency(caller, dependency_id)
