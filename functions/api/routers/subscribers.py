"""Subscribers of status pages, for those who own the page."""

from typing import Annotated

from fastapi import APIRouter, Query

from auth import AuthorizedCaller
from bodies import StrictRoute
from lull import clock
from lull.use_cases import subscribers as use_cases
from schemas.base import PathId
from schemas.errors import responses
from schemas.subscribers import SubscriberOut, SubscriberPageOut

router = APIRouter(prefix="/api/status-pages/{page_id}/subscribers", tags=["Subscribers"], route_class=StrictRoute)


@router.get("", response_model=SubscriberPageOut, summary="List subscribers", responses=responses(404))
async def list_subscribers(
    caller: AuthorizedCaller,
    page_id: PathId,
    take: Annotated[int, Query(ge=1, le=100)] = 20,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> SubscriberPageOut:
    """Who is told of the announcements of a page, has not confirmed yet, or is told no more; newest first."""
    found, total = use_cases.list_subscribers(caller, page_id, skip=skip, take=take, at=clock.now())
    data = [SubscriberOut.model_validate(each) for each in found]
    return SubscriberPageOut(data=data, total=total, skip=skip, take=take)


@router.delete("/{subscriber_id}", status_code=204, summary="Delete a subscriber", responses=responses(404))
async def delete_subscriber(caller: AuthorizedCaller, page_id: PathId, subscriber_id: PathId) -> None:
    """Nothing more is sent, and its address is forgotten. It may subscribe again, even if it was DISABLED."""
    use_cases.delete_subscriber(caller, page_id, subscriber_id)
