"""What providers send, over HTTP. The signature is the credential."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from bodies import StrictRoute
from lull import clock
from lull.use_cases.hook_deliveries import Outcome, receive
from schemas.errors import public_responses
from schemas.hook_deliveries import ReceiptOut

router = APIRouter(prefix="/hooks", tags=["CI hooks"], route_class=StrictRoute)

_STATUS = {
    Outcome.PONG: HTTPStatus.OK,
    Outcome.DUPLICATE: HTTPStatus.OK,
    Outcome.RECEIVED: HTTPStatus.ACCEPTED,
    Outcome.IGNORED: HTTPStatus.ACCEPTED,
    Outcome.NOT_OURS: HTTPStatus.NO_CONTENT,
}


@router.post(
    "/{hook_id}",
    response_model=ReceiptOut,
    summary="Receive a webhook",
    responses={
        **public_responses(400, 401, 404, 413),
        202: {"model": ReceiptOut, "description": "Kept: it is applied within a second or two."},
        204: {"description": "It does not speak of deployments."},
    },
)
async def receive_webhook(request: Request, hook_id: str) -> Response:
    """Take an event of GitHub, GitLab or whatever speaks Standard Webhooks, signed as the hook wants it.

    200 for a ping and for what came before; 202 for what speaks of a deployment, whether or not a rule is for it.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    receipt = receive(hook_id, headers, await request.body(), at=clock.now())
    status = _STATUS[receipt.outcome]
    if status is HTTPStatus.NO_CONTENT:
        return Response(status_code=status)
    out = ReceiptOut(outcome=receipt.outcome, delivery_id=receipt.delivery_id, reason=receipt.reason)
    return Response(out.model_dump_json(by_alias=True), status, media_type="application/json")
