"""Projects over HTTP."""

from fastapi import APIRouter

from auth import AuthorizedCaller, require_own_workspace
from bodies import StrictRoute
from lull import clock
from lull.domain.projects import Project, Workspace
from lull.use_cases import projects as use_cases
from lull.use_cases import workspaces
from schemas.base import PageLimit, PageNumber, PathId, QueryId, page_fields
from schemas.errors import responses
from schemas.projects import ProjectIn, ProjectOut, ProjectPageOut, WorkspaceOut

router = APIRouter(prefix="/api", tags=["Projects"], route_class=StrictRoute)


@router.get("/workspace", response_model=WorkspaceOut, summary="Get your workspace", responses=responses())
async def get_workspace(caller: AuthorizedCaller) -> Workspace:
    """The workspace that the credential belongs to."""
    return workspaces.get_workspace(caller)


@router.get("/projects", response_model=ProjectPageOut, summary="List projects", responses=responses())
async def list_projects(
    caller: AuthorizedCaller,
    workspaceId: QueryId | None = None,  # noqa: N803 the contract's name
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> ProjectPageOut:
    """The projects of your workspace, by id."""
    require_own_workspace(caller, workspaceId)
    everything = use_cases.list_projects(caller)
    items = [ProjectOut.model_validate(each) for each in everything[(page - 1) * limit : page * limit]]
    return ProjectPageOut(items=items, **page_fields(total=len(everything), page=page, limit=limit, count=len(items)))


@router.post(
    "/projects",
    response_model=ProjectOut,
    status_code=201,
    summary="Create a project",
    responses=responses(413),
)
async def create_project(caller: AuthorizedCaller, body: ProjectIn) -> Project:
    """Create a project: a group of checks that are released together."""
    return use_cases.create_project(caller, name=body.name, at=clock.now())


@router.get("/projects/{project_id}", response_model=ProjectOut, summary="Get a project", responses=responses(404))
async def get_project(caller: AuthorizedCaller, project_id: PathId) -> Project:
    """One project."""
    return use_cases.get_project(caller, project_id)


@router.patch(
    "/projects/{project_id}",
    response_model=ProjectOut,
    summary="Rename a project",
    responses=responses(404, 409, 413),
)
async def rename_project(caller: AuthorizedCaller, project_id: PathId, body: ProjectIn) -> Project:
    """Give a project another name."""
    return use_cases.rename_project(caller, project_id, name=body.name)


@router.delete("/projects/{project_id}", status_code=204, summary="Delete a project", responses=responses(404, 409))
async def delete_project(caller: AuthorizedCaller, project_id: PathId) -> None:
    """Delete a project that has no checks any more."""
    use_cases.delete_project(caller, project_id)
