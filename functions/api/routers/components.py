"""Components over HTTP."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from auth import AuthorizedCaller
from bodies import StrictRoute
from lull import clock
from lull.domain.components import Component
from lull.use_cases import components as use_cases
from schemas.base import ListSkip, ListTake, PathUuid, QueryName
from schemas.components import ComponentIn, ComponentOut, ComponentPageOut, ComponentPatch
from schemas.errors import responses

router = APIRouter(prefix="/api/v1/components", tags=["Components"], route_class=StrictRoute)

_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)


@router.get("", response_model=ComponentPageOut, summary="List components", responses=responses())
async def list_components(
    caller: AuthorizedCaller,
    name: QueryName | None = None,
    kind: Annotated[str | None, Query(max_length=50, description="Only those of this kind.")] = None,
    skip: ListSkip = 0,
    take: ListTake = 20,
) -> ComponentPageOut:
    """The components of your workspace, by name."""
    found, total = use_cases.list_components(caller, name=name, kind=kind, skip=skip, take=take)
    data = [ComponentOut.model_validate(each) for each in found]
    return ComponentPageOut(data=data, total=total, skip=skip, take=take)


@router.post(
    "", response_model=ComponentOut, status_code=201, summary="Create a component", responses=responses(409, 413)
)
async def create_component(caller: AuthorizedCaller, body: ComponentIn) -> Component:
    """Create a component; while a deployment of it is in progress, the checks that watch it are quiet.

    If component and environment both name checks, only the checks that both name are paused.
    """
    described = Component(id="", workspace_id=caller.workspace_id, created_at=_NOT_YET, **body.described())
    return use_cases.create_component(caller, described, at=clock.now())


@router.get("/{component_id}", response_model=ComponentOut, summary="Get a component", responses=responses(404))
async def get_component(caller: AuthorizedCaller, component_id: PathUuid) -> Component:
    """One component."""
    return use_cases.get_component(caller, component_id)


@router.patch(
    "/{component_id}", response_model=ComponentOut, summary="Change a component", responses=responses(404, 409, 413)
)
async def change_component(caller: AuthorizedCaller, component_id: PathUuid, body: ComponentPatch) -> Component:
    """Change the fields that are sent. What is in progress keeps quiet what it already does."""
    return use_cases.change_component(caller, component_id, body.applied_to)


@router.delete("/{component_id}", status_code=204, summary="Delete a component", responses=responses(404, 409))
async def delete_component(caller: AuthorizedCaller, component_id: PathUuid) -> None:
    """Delete a component and its row of the matrix; its deployments stay on record.

    One that an application or a rule of a hook names is kept: 409 says which.
    """
    use_cases.delete_component(caller, component_id)
