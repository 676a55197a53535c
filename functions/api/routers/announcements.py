"""Announcements of status pages over HTTP: seed 003."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query

from auth import AuthorizedCaller
from bodies import StrictRoute
from lull import clock
from lull.domain.announcements import Announcement, Phase
from lull.use_cases import announcements as use_cases
from schemas.announcements import (
    AnnouncementIn,
    AnnouncementOut,
    AnnouncementPageOut,
    AnnouncementPatch,
    UpdateIn,
)
from schemas.base import PathId
from schemas.errors import responses

router = APIRouter(prefix="/api/status-pages/{page_id}/announcements", tags=["Announcements"], route_class=StrictRoute)

_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)


class Listed(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


@router.post(
    "",
    response_model=AnnouncementOut,
    status_code=201,
    summary="Create an announcement",
    responses=responses(404, 409, 413),
)
async def create_announcement(caller: AuthorizedCaller, page_id: PathId, body: AnnouncementIn) -> Announcement:
    """Tell the visitors of a page. With `scheduledFor` and `scheduledUntil` it begins and is resolved by itself."""
    described = Announcement(
        id=0, page_id=page_id, workspace_id=caller.workspace_id, created_at=_NOT_YET, **body.described()
    )
    return use_cases.create_announcement(caller, page_id, described, status=body.status, body=body.body, at=clock.now())


@router.get("", response_model=AnnouncementPageOut, summary="List announcements", responses=responses(404))
async def list_announcements(
    caller: AuthorizedCaller,
    page_id: PathId,
    status: Annotated[
        Listed | None, Query(description="`open`: not resolved and, if scheduled, begun. `resolved`: resolved.")
    ] = None,
    take: Annotated[int, Query(ge=1, le=100)] = 20,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> AnnouncementPageOut:
    """The announcements of a page, newest first: all of them, those that are open, or those that are resolved."""
    phase = Phase(status) if status else None
    found, total = use_cases.list_announcements(caller, page_id, phase=phase, skip=skip, take=take, at=clock.now())
    data = [AnnouncementOut.model_validate(each) for each in found]
    return AnnouncementPageOut(data=data, total=total, skip=skip, take=take)


@router.get(
    "/{announcement_id}", response_model=AnnouncementOut, summary="Get an announcement", responses=responses(404)
)
async def get_announcement(caller: AuthorizedCaller, page_id: PathId, announcement_id: PathId) -> Announcement:
    """One announcement with all its updates."""
    return use_cases.get_announcement(caller, page_id, announcement_id, at=clock.now())


@router.patch(
    "/{announcement_id}",
    response_model=AnnouncementOut,
    summary="Change an announcement",
    responses=responses(404, 409, 413),
)
async def change_announcement(
    caller: AuthorizedCaller, page_id: PathId, announcement_id: PathId, body: AnnouncementPatch
) -> Announcement:
    """Change only the fields that are sent. Another status is recorded as an update; so are other times, of which
    calendars and subscribers learn. Those of a maintenance window's announcement are changed with the window."""
    return use_cases.change_announcement(
        caller,
        page_id,
        announcement_id,
        body.applied_to,
        component_ids=body.component_ids,
        status=body.status,
        times=body.times(),
        at=clock.now(),
    )


@router.delete("/{announcement_id}", status_code=204, summary="Delete an announcement", responses=responses(404, 409))
async def delete_announcement(caller: AuthorizedCaller, page_id: PathId, announcement_id: PathId) -> None:
    """Take an announcement with all its updates off the page. To say that something is over, resolve it instead."""
    use_cases.delete_announcement(caller, page_id, announcement_id)


@router.post(
    "/{announcement_id}/updates",
    response_model=AnnouncementOut,
    status_code=201,
    summary="Post an announcement update",
    responses=responses(404, 409, 413),
)
async def add_update(
    caller: AuthorizedCaller, page_id: PathId, announcement_id: PathId, body: UpdateIn
) -> Announcement:
    """Tell more, and under which status; the answer is the announcement with all its updates."""
    return use_cases.add_update(caller, page_id, announcement_id, status=body.status, body=body.body, at=clock.now())
