"""Signals over HTTP: what monitored services send. The token is the credential."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BeforeValidator

from bodies import StrictRoute
from lull import clock
from lull.domain.errors import invalid
from lull.domain.signals import Signal, SignalSource, SignalType
from lull.use_cases import checks as use_cases
from schemas.base import Out
from schemas.errors import public_responses

router = APIRouter(prefix="/api/signals", tags=["Signals"], route_class=StrictRoute)

LARGEST_PAYLOAD = 10 * 1024
_METHODS = ["GET", "HEAD", "POST"]


def _exit_code(value: str) -> str:
    if not re.fullmatch("[0-9]{1,3}", value, re.ASCII) or int(value) > 255:
        raise ValueError("must be 0 to 255")
    return value


ExitCode = Annotated[
    int, BeforeValidator(_exit_code), Path(ge=0, le=255, description="0 is success, anything else failure.")
]


class PingOut(Out):
    message: str = "OK"


async def _payload(request: Request) -> str | None:
    """What the service sent along, as text; what is not UTF-8 is replaced. Raises Invalid over 10 KB."""
    body = await request.body()
    if len(body) > LARGEST_PAYLOAD:
        raise invalid("body", f"is larger than {LARGEST_PAYLOAD // 1024} KB")
    return body.decode(errors="replace") or None


async def _record(request: Request, token: str, *, success: bool, exit_code: int | None = None) -> PingOut:
    signal = Signal(
        type=SignalType.SUCCESS if success else SignalType.FAIL,
        at=clock.now(),
        source=SignalSource.PING,
        exit_code=exit_code,
        payload=await _payload(request),
    )
    use_cases.record_ping(token, signal)
    return PingOut()


async def ping(request: Request, token: str) -> PingOut:
    """The service is well. Any body of at most 10 KB is accepted, and kept if this changes the status."""
    return await _record(request, token, success=True)


async def ping_failure(request: Request, token: str) -> PingOut:
    """The service is not well: the check is DOWN at once. A body of at most 10 KB is kept in its timeline."""
    return await _record(request, token, success=False)


async def ping_start(request: Request, token: str) -> PingOut:
    """The service begins its work. Only noted: a success within the interval is still what counts."""
    await _payload(request)
    use_cases.record_start(token, at=clock.now())
    return PingOut()


async def ping_exit_code(request: Request, token: str, exit_code: ExitCode) -> PingOut:
    """The service has ended with this exit code: `curl …/ping/$TOKEN/$?` as the last line of a script."""
    return await _record(request, token, success=exit_code == 0, exit_code=exit_code)


def _routes(path: str, summary: str, endpoint: Callable[..., Awaitable[PingOut]]) -> None:
    for method in _METHODS:
        router.add_api_route(
            path,
            endpoint,
            methods=[method],
            response_model=PingOut,
            summary=summary,
            responses=public_responses(400, 404),
            operation_id=f"{method.lower()}_{summary.lower().replace(' ', '_')}",
        )


_routes("/ping/{token}", "Report success", ping)
_routes("/ping/{token}/fail", "Report failure", ping_failure)
_routes("/ping/{token}/start", "Report a start", ping_start)
_routes("/ping/{token}/{exit_code}", "Report an exit code", ping_exit_code)
