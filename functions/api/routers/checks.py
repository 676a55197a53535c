"""Checks over HTTP."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from auth import AuthorizedCaller, require_own_workspace
from bodies import StrictRoute
from lull import clock
from lull.domain.checks import Check, CheckMode
from lull.domain.credentials import Role
from lull.use_cases import checks as use_cases
from lull.use_cases.maintenance_windows import suppressions
from lull.use_cases.uptime import uptime_of_check
from schemas.base import PageLimit, PageNumber, PathId, QueryId, page_fields
from schemas.checks import CheckDetailsOut, CheckIn, CheckOut, CheckPageOut, CheckPatch
from schemas.errors import responses
from schemas.signals import SignalOut, SignalPageOut
from schemas.uptime import Days, UptimeOut

router = APIRouter(prefix="/api/checks", tags=["Checks"], route_class=StrictRoute)

_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)


@router.get("", response_model=CheckPageOut, summary="List checks", responses=responses(404))
async def list_checks(
    caller: AuthorizedCaller,
    workspaceId: QueryId | None = None,  # noqa: N803 the contract's name
    projectId: QueryId | None = None,  # noqa: N803
    checkMode: Annotated[CheckMode | None, Query()] = None,  # noqa: N803
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> CheckPageOut:
    """The checks of your workspace, or of one project, by id."""
    require_own_workspace(caller, workspaceId)
    found, total = use_cases.list_checks(
        caller, project_id=projectId, check_mode=checkMode, first=(page - 1) * limit, count=limit
    )
    items = [CheckOut.of(check, caller) for check in found]
    return CheckPageOut(items=items, **page_fields(total=total, page=page, limit=limit, count=len(items)))


@router.post("", response_model=CheckOut, status_code=201, summary="Create a check", responses=responses(404, 413))
async def create_check(caller: AuthorizedCaller, body: CheckIn) -> CheckOut:
    """Create a check of a project or of a dependency. Its status is NEW until the first signal."""
    described = Check(
        id=0,
        workspace_id=caller.workspace_id,
        project_id=body.project_id,
        dependency_id=body.dependency_id,
        name=body.name,
        token="",
        check_mode=body.check_mode,
        interval_seconds=body.interval_seconds,
        grace_seconds=body.grace_seconds,
        probe=body.probe(None),
        dependency_ids=tuple(dict.fromkeys(body.dependency_ids)),
        created_at=_NOT_YET,
    )
    return CheckOut.of(use_cases.create_check(caller, described, at=clock.now()), caller)


@router.get("/{check_id}", response_model=CheckDetailsOut, summary="Get a check", responses=responses(404))
async def get_check(caller: AuthorizedCaller, check_id: PathId) -> CheckDetailsOut:
    """One check, with the holds and maintenance windows that keep it quiet: whose they are, since when, until when."""
    check = use_cases.get_check(caller, check_id)
    return CheckDetailsOut.with_suppressions(
        check, suppressions(check.workspace_id, check.project_id, at=clock.now()), caller
    )


@router.get(
    "/{check_id}/signals", response_model=SignalPageOut, summary="Get the timeline of a check", responses=responses(404)
)
async def list_signals(
    caller: AuthorizedCaller, check_id: PathId, page: PageNumber = 1, limit: PageLimit = 20
) -> SignalPageOut:
    """Changes of state, failures and pauses of the last 90 days, newest first, a thousand at most. Routine successes
    leave no entry: they only move `lastPingAt`."""
    found, total = use_cases.list_signals(caller, check_id, first=(page - 1) * limit, count=limit)
    items = [SignalOut.model_validate(each) for each in found]
    if not caller.role.includes(Role.MEMBER):
        for item in items:
            item.payload = None
    return SignalPageOut(items=items, **page_fields(total=total, page=page, limit=limit, count=len(items)))


@router.get(
    "/{check_id}/uptime", response_model=UptimeOut, summary="Get the uptime of a check", responses=responses(404)
)
async def get_uptime(caller: AuthorizedCaller, check_id: PathId, days: Days = 90) -> UptimeOut:
    """How many seconds of each UTC day the check showed what, today included, and the uptime that follows:
    1 − (major + 0.3·partial) / (operational + degraded + partial + major)."""
    return UptimeOut.of(uptime_of_check(caller, check_id, days=days, at=clock.now()))


@router.patch("/{check_id}", response_model=CheckOut, summary="Change a check", responses=responses(404, 409, 413))
async def change_check(caller: AuthorizedCaller, check_id: PathId, body: CheckPatch) -> CheckOut:
    """Change settings; status, signals and holds are not touched."""
    return CheckOut.of(use_cases.change_check(caller, check_id, body.applied_to, at=clock.now()), caller)


@router.delete("/{check_id}", status_code=204, summary="Delete a check", responses=responses(404))
async def delete_check(caller: AuthorizedCaller, check_id: PathId) -> None:
    """Delete a check. Deployments that hold it go on without it."""
    use_cases.delete_check(caller, check_id)


@router.post("/{check_id}/pause", response_model=CheckOut, summary="Pause a check", responses=responses(404))
async def pause_check(caller: AuthorizedCaller, check_id: PathId) -> CheckOut:
    """Hold a check by hand until somebody resumes it. Deployments that end meanwhile leave it paused."""
    return CheckOut.of(use_cases.pause_check(caller, check_id, at=clock.now()), caller)


@router.post("/{check_id}/resume", response_model=CheckOut, summary="Resume a check", responses=responses(404))
async def resume_check(caller: AuthorizedCaller, check_id: PathId) -> CheckOut:
    """Remove every hold, those of running deployments too."""
    return CheckOut.of(use_cases.resume_check(caller, check_id, at=clock.now()), caller)
