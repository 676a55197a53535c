"""Who is calling, and whether they may."""

import re
from typing import Annotated

from fastapi import Depends, Request

from access import ACCESS, PUBLIC, is_for_jobs
from lull import clock
from lull.domain.credentials import PREFIX, Caller
from lull.domain.errors import Forbidden, Unauthenticated
from lull.use_cases import api_keys, ci_oidc, oidc, tokens

WORKSPACE_HEADER = "X-Lull-Workspace"
"""Whom a CI job acts for, where several workspaces trust its repository."""


def admit(request: Request, path: str) -> None:
    """Let the caller in, before anything of the body is read, if the table of access lets them call this route.

    Raises Unauthenticated without an accepted credential, Forbidden if its role is too low, or is that of a CI job and
    the route is not for these.
    """
    needed = ACCESS[request.method, path]
    if needed is PUBLIC:
        return
    headers = request.headers
    caller = authenticated(headers.get("authorization", ""), workspace=headers.get(WORKSPACE_HEADER), jobs=True)
    if caller.grant and not is_for_jobs(request.method, path):
        raise Forbidden("a CI token opens what deployments need, and not this")
    if not caller.role.includes(needed):
        raise Forbidden(f"this takes the role {needed}; the credential has {caller.role}")
    request.state.caller = caller


async def authorized(request: Request) -> Caller:
    """The caller that was let in; a public route has none."""
    caller: Caller = request.state.caller
    return caller


def authenticated(authorization: str, *, workspace: str | None = None, jobs: bool = False) -> Caller:
    """Whose credential this header holds. Raises Unauthenticated if it is none that is accepted.

    `jobs` accepts tokens of CI jobs as well, for the `workspace` that they name, if they name one.
    """
    scheme, _, credential = authorization.partition(" ")
    credential = credential.strip()
    if scheme.lower() != "bearer" or not credential:
        raise Unauthenticated("send a credential as 'Authorization: Bearer <API key or JWT>'")
    if credential.startswith(PREFIX):
        return api_keys.authenticated(credential, at=clock.now())
    token = tokens.parsed(credential)
    if token.issuer in oidc.issuers():
        return oidc.authenticated(token, at=clock.now())
    if jobs and token.issuer in ci_oidc.issuers():
        return ci_oidc.authenticated(token, workspace_id=_workspace_id(workspace), at=clock.now())
    raise Unauthenticated("the token's issuer is not configured")


def _workspace_id(header: str | None) -> int | None:
    if header is None:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,11}", header, re.ASCII):
        raise Unauthenticated(f"{WORKSPACE_HEADER} is not the id of a workspace")
    return int(header)


AuthorizedCaller = Annotated[Caller, Depends(authorized)]


def require_own_workspace(caller: Caller, workspace_id: int | None) -> None:
    """Raises Forbidden if a request names a workspace that is not the caller's."""
    if workspace_id is not None and workspace_id != caller.workspace_id:
        raise Forbidden("the credential belongs to another workspace")
