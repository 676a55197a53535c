"""Who a credential is, over HTTP: for pipelines that are not let in where they should be."""

from fastapi import APIRouter

from auth import AuthorizedCaller
from bodies import StrictRoute
from schemas.ci_identity import CiIdentityOut
from schemas.errors import responses

router = APIRouter(prefix="/api/v1/ci-identity", tags=["CI trusts"], route_class=StrictRoute)


@router.get("", response_model=CiIdentityOut, summary="Get your identity", responses=responses())
async def get_ci_identity(caller: AuthorizedCaller) -> CiIdentityOut:
    """What your credential was taken for. Where a CI token is refused, the message of the 401 says by which rule."""
    return CiIdentityOut.of(caller)
