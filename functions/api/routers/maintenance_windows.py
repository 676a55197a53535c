"""Maintenance windows over HTTP: seed 001 (Ionhour maintenance windows)."""

from typing import Annotated

from fastapi import APIRouter, Query

from auth import AuthorizedCaller, require_own_workspace
from bodies import StrictRoute
from lull import clock
from lull.domain.maintenance_windows import MaintenanceWindow, State
from lull.use_cases import maintenance_windows as use_cases
from schemas.base import PathId, QueryId
from schemas.errors import responses
from schemas.maintenance_windows import (
    MaintenanceWindowDetailsOut,
    MaintenanceWindowIn,
    MaintenanceWindowOut,
    MaintenanceWindowPatch,
    PreviewOut,
)

router = APIRouter(prefix="/api/maintenance-windows", tags=["Maintenance windows"], route_class=StrictRoute)


@router.post(
    "",
    response_model=MaintenanceWindowDetailsOut,
    status_code=201,
    summary="Create a maintenance window",
    responses=responses(413),
)
async def create_maintenance_window(caller: AuthorizedCaller, body: MaintenanceWindowIn) -> MaintenanceWindowDetailsOut:
    """Plan work on some projects: while it lasts, alerts, incidents or both are kept quiet.

    It is ACTIVE at once if it has begun. Checks are not paused: they are judged and their signals recorded as ever, and
    when the window ends, whatever is still down then is told.
    """
    require_own_workspace(caller, body.workspace_id)
    shown = use_cases.create_maintenance_window(caller, body.described(), at=clock.now())
    return MaintenanceWindowDetailsOut.of(shown)


@router.get("", response_model=list[MaintenanceWindowOut], summary="List maintenance windows", responses=responses())
async def list_maintenance_windows(
    caller: AuthorizedCaller,
    workspaceId: QueryId,  # noqa: N803 the contract's name
    state: Annotated[State | None, Query()] = None,
) -> list[MaintenanceWindow]:
    """Every window of your workspace, or those in one state; latest start first."""
    require_own_workspace(caller, workspaceId)
    return use_cases.list_maintenance_windows(caller, state=state)


# Before the route of one window, which would take it for an id.
@router.get("/preview", response_model=list[PreviewOut], summary="Preview a recurrence", responses=responses())
async def preview(
    _caller: AuthorizedCaller,
    cron: Annotated[str, Query(description="Five fields, as `recurringCron`.")],
    timezone: Annotated[str, Query(description="An IANA time zone.")] = "UTC",
) -> list[PreviewOut]:
    """The next ten times that a window with this recurrence would begin, with a remark where clocks change."""
    return [PreviewOut.of(each) for each in use_cases.preview(cron, timezone, at=clock.now())]


@router.get(
    "/{window_id}",
    response_model=MaintenanceWindowDetailsOut,
    summary="Get a maintenance window",
    responses=responses(404),
)
async def get_maintenance_window(caller: AuthorizedCaller, window_id: PathId) -> MaintenanceWindowDetailsOut:
    """One window with its projects, its past occurrences, and what it kept quiet."""
    return MaintenanceWindowDetailsOut.of(use_cases.get_maintenance_window(caller, window_id))


@router.put(
    "/{window_id}",
    response_model=MaintenanceWindowDetailsOut,
    summary="Update a maintenance window",
    responses=responses(404, 409, 413),
)
async def change_maintenance_window(
    caller: AuthorizedCaller, window_id: PathId, body: MaintenanceWindowPatch
) -> MaintenanceWindowDetailsOut:
    """Change only the fields that are sent. Only SCHEDULED windows can be changed; 409 for others."""
    require_own_workspace(caller, body.workspace_id)
    shown = use_cases.change_maintenance_window(caller, window_id, body.applied_to, at=clock.now())
    return MaintenanceWindowDetailsOut.of(shown)


@router.post(
    "/{window_id}/cancel",
    response_model=MaintenanceWindowDetailsOut,
    summary="Cancel a maintenance window",
    responses=responses(404, 409),
)
async def cancel_maintenance_window(caller: AuthorizedCaller, window_id: PathId) -> MaintenanceWindowDetailsOut:
    """Call off a window that is not over; a recurring one with all that were to follow. Suppression stops at once."""
    return MaintenanceWindowDetailsOut.of(use_cases.cancel_maintenance_window(caller, window_id, at=clock.now()))


@router.delete("/{window_id}", status_code=204, summary="Delete a maintenance window", responses=responses(404, 409))
async def delete_maintenance_window(caller: AuthorizedCaller, window_id: PathId) -> None:
    """Delete a window and its history. One that is scheduled or active is cancelled first."""
    use_cases.delete_maintenance_window(caller, window_id, at=clock.now())
