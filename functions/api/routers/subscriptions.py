"""Subscribing to a page, and what the links in mails lead to: seed 003, RFC 8058.

Scanners open every link of a mail, so that GET and HEAD only show a button: POST acts.
"""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError

from bodies import StrictRoute
from counting import count
from errors import refusal_headers, try_again
from forms import FORM, form_fields, json_body, sent_by_form, validated
from login_page import action_page, login_page, nothing_here, notice_page
from lull import clock
from lull.domain import rate_limits as limits
from lull.domain.errors import Conflict, Invalid, NotFound, Unauthenticated
from lull.domain.rate_limits import TooManyRequests
from lull.domain.status_pages import MAX_COMPONENTS
from lull.domain.subscribers import Channel, Purpose
from lull.use_cases import public_pages
from lull.use_cases import subscribers as use_cases
from schemas.public_pages import gate_responses
from schemas.subscribers import MESSAGE, SubscribedOut, SubscribeIn
from visitors import visitor_of

router = APIRouter(tags=["Public status pages"], route_class=StrictRoute)

_EMAIL = "an e-mail address that can receive mail, such as name@example.com"
_WEBHOOK = "the address of a webhook on the public internet that begins with https://"
_IN_WORDS = {"webhookUrl": "the webhook URL", "email": "an e-mail address", "channel": "the way to be told:"}

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": SubscribeIn.model_json_schema()} for kind in ("application/json", FORM)},
    }
}


@router.post(
    "/api/public/status/{slug}/subscribe",
    response_model=SubscribedOut,
    status_code=202,
    summary="Subscribe to the announcements of a page",
    responses=gate_responses(400, 401, 404, 413, 429),
    openapi_extra=_BODY,
)
async def subscribe(request: Request, slug: str) -> Response:
    """Nothing is sent before the owner of the address has confirmed: by the link in a mail, or by echoing a challenge.

    The answer is the same whatever is known of the address. A WEBHOOK is posted
    `{"type": "subscription.verification", "timestamp", "data": {"challenge", "secret", "unsubscribeUrl", "page"}}` and
    answers 2xx with `{"challenge": …}`; everything that it is posted is signed with the secret as Standard Webhooks
    describe it. A form is answered by a page. At most 5 requests in 60 seconds.
    """
    public_pages.slug_of(f"status/{slug}")
    return await _answer(request, slug)


@router.post("/domains/{host}/data/subscribe", include_in_schema=False)
async def subscribe_at_host(request: Request, host: str) -> Response:
    """The same at the custom domain of a page."""
    path = public_pages.path_at_host(f"domains/{host}/page")
    return await _answer(request, path.rpartition("/")[2])


async def _answer(request: Request, slug: str) -> Response:
    if not sent_by_form(request):
        body = validated(SubscribeIn, await json_body(request))
        _subscribe(request, slug, body)
        text = SubscribedOut(message=MESSAGE).model_dump_json(by_alias=True)
        return Response(text, 202, media_type="application/json")
    given = _of_form(await request.body())
    try:
        _subscribe(request, slug, validated(SubscribeIn, given))
    except Invalid as error:
        reasons = "; ".join(f"{_IN_WORDS.get(each.field, each.field)} {each.message}" for each in error.errors)
        return notice_page("Not subscribed", f"This was not accepted: {reasons}.", status=400)
    except RequestValidationError:
        wanted = _WEBHOOK if given["channel"] == Channel.WEBHOOK else _EMAIL
        return notice_page("Not subscribed", f"Please go back and enter {wanted}.", status=400)
    except Unauthenticated:
        return login_page(slug, status=401, headers={"www-authenticate": "Bearer"})
    except TooManyRequests as error:
        headers = refusal_headers(error.allowance)
        return notice_page("Too many requests", try_again(error.allowance), status=429, headers=headers)
    except NotFound:
        return nothing_here()
    return notice_page("Confirm it, please", MESSAGE, status=202)


def _subscribe(request: Request, slug: str, body: SubscribeIn) -> None:
    at = clock.now()
    count(request, limits.SUBSCRIBE, slug, at=at)
    use_cases.subscribe(
        slug,
        # A feed token only reads.
        replace(visitor_of(request), feed_token=None),
        channel=body.channel,
        email=body.email,
        webhook_url=body.webhook_url,
        component_ids=body.component_ids,
        at=at,
    )


def _of_form(body: bytes) -> dict[str, Any]:
    """The body that a form means: empty fields are left out, and numbers are text in it."""
    fields = form_fields(body, most=MAX_COMPONENTS + 10)
    given = {name: values[0] for name, values in fields.items() if values[0] and name != "componentIds"}
    chosen = [int(each) if each.isascii() and each.isdecimal() else each for each in fields.get("componentIds", [])]
    return {"channel": "EMAIL", **given, "componentIds": chosen}


async def show(request: Request, purpose: str, token: str) -> Response:
    """What a link leads to: a page with a button. Nothing is changed."""
    try:
        page = use_cases.find_page_of(Purpose(purpose), token)
    except (ValueError, NotFound):
        return _no_link()
    wanted = Purpose(purpose) is Purpose.CONFIRM
    title = "Confirm your subscription" if wanted else "Unsubscribe"
    text = f"Updates of {page.name} will be sent to you." if wanted else f"No more updates of {page.name}?"
    return action_page(title, text, button="Confirm" if wanted else "Unsubscribe", path=request.url.path)


@router.post(
    "/api/public/subscriptions/{purpose}/{token}", summary="Confirm or end a subscription", include_in_schema=False
)
async def act(purpose: str, token: str) -> Response:
    """What the button does, and what mail programs do for their users (RFC 8058, `List-Unsubscribe=One-Click`)."""
    try:
        if Purpose(purpose) is Purpose.CONFIRM:
            use_cases.confirm(token, at=clock.now())
            return notice_page("You are subscribed", "Updates will be sent to you from now on.", status=200)
        use_cases.unsubscribe(token, at=clock.now())
    except (ValueError, NotFound, Conflict):
        return _no_link()
    return notice_page("You are unsubscribed", "No more updates will be sent to you.", status=200)


def _no_link() -> Response:
    return notice_page("Not found", "This link is not valid, or not any more.", status=404)


for _method in ("GET", "HEAD"):
    router.add_api_route(
        "/api/public/subscriptions/{purpose}/{token}", show, methods=[_method], include_in_schema=False
    )
