"""Status pages and their components over HTTP: seed 003."""

from typing import Annotated

from fastapi import APIRouter, Query

from auth import AuthorizedCaller, require_own_workspace
from bodies import StrictRoute
from lull import clock
from lull.domain.status_pages import PageComponent, StatusPage
from lull.use_cases import custom_domains, page_access
from lull.use_cases import status_pages as use_cases
from schemas.base import PathId, QueryId
from schemas.errors import responses
from schemas.status_pages import (
    ComponentIn,
    ComponentOut,
    ComponentPatch,
    FeedTokenOut,
    ReorderIn,
    SlugOut,
    StatusPageDetailOut,
    StatusPageIn,
    StatusPageOut,
    StatusPagePatch,
    VerificationOut,
)

router = APIRouter(prefix="/api/status-pages", tags=["Status pages"], route_class=StrictRoute)


@router.get("", response_model=list[StatusPageOut], summary="List status pages", responses=responses())
async def list_status_pages(
    caller: AuthorizedCaller,
    workspaceId: QueryId | None = None,  # noqa: N803 the contract's name
) -> list[StatusPage]:
    """All status pages of your workspace, by id."""
    require_own_workspace(caller, workspaceId)
    return use_cases.list_status_pages(caller)


@router.post(
    "", response_model=StatusPageOut, status_code=201, summary="Create a status page", responses=responses(409, 413)
)
async def create_status_page(caller: AuthorizedCaller, body: StatusPageIn) -> StatusPage:
    """Create a status page. It is at `/status/{slug}` within seconds, for those who may see it."""
    described = body.described(caller.workspace_id)
    return use_cases.create_status_page(caller, described, at=clock.now(), password=body.password)


@router.get("/check-slug", response_model=SlugOut, summary="Check whether a slug is available", responses=responses())
async def check_slug(caller: AuthorizedCaller, slug: Annotated[str, Query()]) -> SlugOut:  # noqa: ARG001
    """Whether a page could be created with this slug now. Slugs are unique over all workspaces."""
    return SlugOut(is_available=use_cases.is_slug_available(slug))


@router.get("/{page_id}", response_model=StatusPageDetailOut, summary="Get a status page", responses=responses(404))
async def get_status_page(caller: AuthorizedCaller, page_id: PathId) -> StatusPageDetailOut:
    """One status page with its components, in the order in which it shows them."""
    return StatusPageDetailOut.of(*use_cases.get_status_page_with_components(caller, page_id))


@router.patch(
    "/{page_id}",
    response_model=StatusPageOut,
    summary="Change a status page",
    responses=responses(404, 409, 413),
)
async def change_status_page(caller: AuthorizedCaller, page_id: PathId, body: StatusPagePatch) -> StatusPage:
    """Change only the fields that are sent. A page that is disabled disappears from the web.

    A new password, or another visibility, ends every session of the page and its feed token.
    """
    return use_cases.change_status_page(caller, page_id, body.applied_to, password=body.password)


@router.delete("/{page_id}", status_code=204, summary="Delete a status page", responses=responses(404, 409))
async def delete_status_page(caller: AuthorizedCaller, page_id: PathId) -> None:
    """Delete a status page, its components and everything it has published. Its slug is free again."""
    use_cases.delete_status_page(caller, page_id)


@router.post(
    "/{page_id}/verify-domain",
    response_model=VerificationOut,
    summary="Verify the custom domain of a status page",
    responses=responses(404, 409, 429),
)
async def verify_domain(caller: AuthorizedCaller, page_id: PathId) -> VerificationOut:
    """Look up the CNAME of the page's customDomain, and the TXT record that proves it to be this page's.

    With both right the page is served under the name, and no other page can be, until the page gets another name or
    is deleted, or its records are found wrong on three days in a row. `expected` says what the records have to be,
    `result` what each came to. At an apex, which has no CNAME, an ALIAS does. At most 10 requests in 60 seconds.
    """
    return VerificationOut.of(custom_domains.verify(caller, page_id, at=clock.now()))


@router.post(
    "/{page_id}/feed-token",
    response_model=FeedTokenOut,
    status_code=201,
    summary="Make a new feed token of a status page",
    responses=responses(404, 409),
)
async def make_feed_token(caller: AuthorizedCaller, page_id: PathId) -> FeedTokenOut:
    """A token that opens every path of a PASSWORD_PROTECTED page with `?token=`, to read only. It is shown this once.

    For feed readers and other programs. The one before is dead at once. It ends when it is revoked, and with another
    password or visibility of the page: then make a new one.
    """
    return FeedTokenOut(token=page_access.make_feed_token(caller, page_id))


@router.delete(
    "/{page_id}/feed-token",
    status_code=204,
    summary="Revoke the feed token of a status page",
    responses=responses(404, 409),
)
async def revoke_feed_token(caller: AuthorizedCaller, page_id: PathId) -> None:
    """It reads nothing from then on."""
    page_access.revoke_feed_token(caller, page_id)


@router.get(
    "/{page_id}/components",
    response_model=list[ComponentOut],
    summary="List the components of a status page",
    responses=responses(404),
)
async def list_components(caller: AuthorizedCaller, page_id: PathId) -> list[PageComponent]:
    """All components of a page, by position."""
    return use_cases.list_components(caller, page_id)


@router.post(
    "/{page_id}/components",
    response_model=ComponentOut,
    status_code=201,
    summary="Add a component to a status page",
    responses=responses(404, 409, 413),
)
async def add_component(caller: AuthorizedCaller, page_id: PathId, body: ComponentIn) -> PageComponent:
    """Show a check, a project or a dependency on a page: exactly one of the three. A page has at most 90 components."""
    described = PageComponent(id=0, page_id=page_id, workspace_id=caller.workspace_id, **dict(body))
    return use_cases.add_component(caller, page_id, described)


@router.patch(
    "/{page_id}/components/reorder",
    response_model=list[ComponentOut],
    summary="Reorder the components of a status page",
    responses=responses(404, 409, 413),
)
async def reorder_components(caller: AuthorizedCaller, page_id: PathId, body: ReorderIn) -> list[PageComponent]:
    """Give the components the positions 0, 1, 2… in this order. Every component of the page is named exactly once."""
    return use_cases.reorder_components(caller, page_id, body.component_ids)


@router.patch(
    "/{page_id}/components/{component_id}",
    response_model=ComponentOut,
    summary="Change a component of a status page",
    responses=responses(404, 409, 413),
)
async def change_component(
    caller: AuthorizedCaller, page_id: PathId, component_id: PathId, body: ComponentPatch
) -> PageComponent:
    """Change only the fields that are sent. Another source replaces the one it had."""
    return use_cases.change_component(caller, page_id, component_id, body.applied_to)


@router.delete(
    "/{page_id}/components/{component_id}",
    status_code=204,
    summary="Take a component off a status page",
    responses=responses(404, 409),
)
async def delete_component(caller: AuthorizedCaller, page_id: PathId, component_id: PathId) -> None:
    """Take a component off the page. What it stands for is not touched."""
    use_cases.delete_component(caller, page_id, component_id)
