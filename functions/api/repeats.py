"""A request that changes something is made once by one CI token (docs/decisions/0018)."""

import hashlib
from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from lull import clock
from lull.domain.credentials import Caller
from lull.use_cases import ci_oidc

IDEMPOTENCY_KEY = "Idempotency-Key"

_SAFE = ("GET", "HEAD")


async def unless_made_before(
    request: Request, handle: Callable[[Request], Awaitable[Response]], *, takes_key: bool
) -> Response:
    """Handle a request. Raises Conflict if it is a CI job's, changes something, and was answered to this token before.

    A repeat with an idempotency key, where the route `takes_key`, is answered by the route with what it made. What was
    refused has changed nothing, and may be repeated.
    """
    caller: Caller | None = getattr(request.state, "caller", None)
    key = request.headers.get(IDEMPOTENCY_KEY, "")
    if caller is None or caller.grant is None or request.method in _SAFE or (takes_key and key):
        return await handle(request)
    body = hashlib.sha256(await request.body()).hexdigest()
    query = request.scope.get("query_string", b"").decode("latin-1")
    use = ci_oidc.claim_request(caller.grant, (request.method, request.scope["path"], query, body, key), at=clock.now())
    try:
        return await handle(request)
    except Exception:
        ci_oidc.release_request(use)
        raise
