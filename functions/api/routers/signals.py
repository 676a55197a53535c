"""Signals over HTTP: what monitored services send. The token is the credential."""

from fastapi import APIRouter, Request

from bodies import StrictRoute
from lull import clock
from lull.domain.checks import Health
from lull.domain.errors import invalid
from lull.use_cases import checks as use_cases
from schemas.base import Out
from schemas.errors import public_responses

router = APIRouter(prefix="/api/signals", tags=["Signals"], route_class=StrictRoute)

LARGEST_PAYLOAD = 10 * 1024
_METHODS = ["GET", "HEAD", "POST"]


class PingOut(Out):
    message: str = "OK"


async def _refuse_large(request: Request) -> None:
    if len(await request.body()) > LARGEST_PAYLOAD:
        raise invalid("body", f"is larger than {LARGEST_PAYLOAD // 1024} KB")


def _routes(path: str, health: Health, summary: str, description: str) -> None:
    async def ping(request: Request, token: str) -> PingOut:
        await _refuse_large(request)
        use_cases.record_ping(token, health=health, at=clock.now())
        return PingOut()

    for method in _METHODS:
        router.add_api_route(
            path,
            ping,
            methods=[method],
            response_model=PingOut,
            summary=summary,
            description=description,
            responses=public_responses(400, 404),
            operation_id=f"{method.lower()}_{summary.lower().replace(' ', '_')}",
        )


_routes(
    "/ping/{token}",
    Health.OK,
    "Report success",
    "The service is well. Any body of at most 10 KB is accepted.",
)
_routes("/ping/{token}/fail", Health.DOWN, "Report failure", "The service is not well: the check is DOWN at once.")
