"""CI trusts over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from auth import AuthorizedCaller
from bodies import StrictRoute
from lull import clock
from lull.use_cases import ci_trusts as use_cases
from schemas.base import PathId
from schemas.ci_trusts import CiTrustIn, CiTrustOut, CiTrustPageOut, CiTrustPatch
from schemas.errors import responses

router = APIRouter(prefix="/api/v1/ci-trusts", tags=["CI trusts"], route_class=StrictRoute)


@router.post("", response_model=CiTrustOut, status_code=201, summary="Create a CI trust", responses=responses(409, 413))
async def create_ci_trust(caller: AuthorizedCaller, body: CiTrustIn) -> CiTrustOut:
    """Let jobs of a repository call this API with their OIDC token, as deployers, within what the record says.

    The token's audience is the installation's public URL. Several records may be for one repository: if several match,
    a job may do whatever at least one of them fully allows, so the components of one do not go with the environments of
    another.
    Where several workspaces have one, the header `X-Lull-Workspace` says for which the job acts.

    Empty `componentIds` or `environmentIds` mean all of the workspace. Empty `projectIds` mean no deployment windows
    that the job opens itself; a component that it may deploy has its checks kept quiet while that deployment runs, be
    they of these projects or not.
    """
    described = body.described(workspace_id=caller.workspace_id)
    return CiTrustOut.of(use_cases.create_ci_trust(caller, described, at=clock.now()))


@router.get("", response_model=CiTrustPageOut, summary="List CI trusts", responses=responses())
async def list_ci_trusts(
    caller: AuthorizedCaller,
    take: Annotated[int, Query(ge=1, le=100)] = 20,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> CiTrustPageOut:
    """The records of your workspace, by id."""
    found, total = use_cases.list_ci_trusts(caller, skip=skip, take=take)
    return CiTrustPageOut(data=[CiTrustOut.of(each) for each in found], total=total, skip=skip, take=take)


@router.get("/{trust_id}", response_model=CiTrustOut, summary="Get a CI trust", responses=responses(404))
async def get_ci_trust(caller: AuthorizedCaller, trust_id: PathId) -> CiTrustOut:
    """One record."""
    return CiTrustOut.of(use_cases.get_ci_trust(caller, trust_id))


@router.patch("/{trust_id}", response_model=CiTrustOut, summary="Change a CI trust", responses=responses(404, 409, 413))
async def change_ci_trust(caller: AuthorizedCaller, trust_id: PathId, body: CiTrustPatch) -> CiTrustOut:
    """Change only the fields that are sent; the next request of a job is judged by them."""
    return CiTrustOut.of(use_cases.change_ci_trust(caller, trust_id, body.applied_to))


@router.delete("/{trust_id}", status_code=204, summary="Delete a CI trust", responses=responses(404))
async def delete_ci_trust(caller: AuthorizedCaller, trust_id: PathId) -> None:
    """Delete a record. Its jobs are refused at once."""
    use_cases.delete_ci_trust(caller, trust_id)
