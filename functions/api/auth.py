"""Who is calling, and whether they may."""

from typing import Annotated

from fastapi import Depends, Request

from access import ACCESS, PUBLIC
from lull import clock
from lull.domain.credentials import PREFIX, Caller
from lull.domain.errors import Forbidden, Unauthenticated
from lull.use_cases import api_keys, oidc


def admit(request: Request, path: str) -> None:
    """Let the caller in, before anything of the body is read, if the table of access lets them call this route.

    Raises Unauthenticated without an accepted credential, Forbidden if its role is too low.
    """
    needed = ACCESS[request.method, path]
    if needed is PUBLIC:
        return
    caller = authenticated(request.headers.get("authorization", ""))
    if not caller.role.includes(needed):
        raise Forbidden(f"this takes the role {needed}; the credential has {caller.role}")
    request.state.caller = caller


async def authorized(request: Request) -> Caller:
    """The caller that was let in; a public route has none."""
    caller: Caller = request.state.caller
    return caller


def authenticated(authorization: str) -> Caller:
    """Whose credential this header holds. Raises Unauthenticated if it is none that is accepted."""
    scheme, _, credential = authorization.partition(" ")
    credential = credential.strip()
    if scheme.lower() != "bearer" or not credential:
        raise Unauthenticated("send a credential as 'Authorization: Bearer <API key or JWT>'")
    if credential.startswith(PREFIX):
        return api_keys.authenticated(credential, at=clock.now())
    return oidc.authenticated(credential, at=clock.now())


AuthorizedCaller = Annotated[Caller, Depends(authorized)]


def require_own_workspace(caller: Caller, workspace_id: int | None) -> None:
    """Raises Forbidden if a request names a workspace that is not the caller's."""
    if workspace_id is not None and workspace_id != caller.workspace_id:
        raise Forbidden("the credential belongs to another workspace")
