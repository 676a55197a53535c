"""API keys over HTTP."""

from fastapi import APIRouter

from auth import AuthorizedCaller
from bodies import StrictRoute
from lull import clock
from lull.domain.credentials import ApiKey
from lull.use_cases import api_keys as use_cases
from schemas.api_keys import ApiKeyIn, ApiKeyOut, ApiKeyPatch, NewApiKeyOut
from schemas.base import PathId
from schemas.errors import responses

router = APIRouter(prefix="/api/api-keys", tags=["API keys"], route_class=StrictRoute)


def _new(key: ApiKey, secret: str) -> NewApiKeyOut:
    return NewApiKeyOut(**ApiKeyOut.model_validate(key).model_dump(), key=secret)


@router.get("", response_model=list[ApiKeyOut], summary="List API keys", responses=responses())
async def list_api_keys(caller: AuthorizedCaller) -> list[ApiKey]:
    """Every key of your workspace, by id, without its secret."""
    return use_cases.list_api_keys(caller)


@router.post("", response_model=NewApiKeyOut, status_code=201, summary="Create an API key", responses=responses(413))
async def create_api_key(caller: AuthorizedCaller, body: ApiKeyIn) -> NewApiKeyOut:
    """Create a key. The answer holds it in full, this once."""
    return _new(*use_cases.create_api_key(caller, name=body.name, role=body.role, at=clock.now()))


@router.patch("/{key_id}", response_model=ApiKeyOut, summary="Change an API key", responses=responses(404, 409, 413))
async def change_api_key(caller: AuthorizedCaller, key_id: PathId, body: ApiKeyPatch) -> ApiKey:
    """Rename a key, change its role, disable it or enable it again."""
    return use_cases.change_api_key(caller, key_id, name=body.name, role=body.role, enabled=body.enabled)


@router.post(
    "/{key_id}/rotate",
    response_model=NewApiKeyOut,
    summary="Rotate an API key",
    responses=responses(404, 409),
)
async def rotate_api_key(caller: AuthorizedCaller, key_id: PathId) -> NewApiKeyOut:
    """Give a key a new secret. The old one is dead at once."""
    return _new(*use_cases.rotate_api_key(caller, key_id))


@router.delete("/{key_id}", status_code=204, summary="Revoke an API key", responses=responses(404))
async def revoke_api_key(caller: AuthorizedCaller, key_id: PathId) -> None:
    """Delete a key. It is dead at once."""
    use_cases.revoke_api_key(caller, key_id)
