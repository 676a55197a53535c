"""Public paths of status pages, as far as they are not read from the bucket: seed 003."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from bodies import StrictRoute, require_once
from counting import count
from errors import answer, in_words, refusal_headers, try_again
from forms import FORM, form_fields, json_body, sent_by_form, validated
from login_page import login_page, nothing_here, notice_page
from lull import clock
from lull.domain import rate_limits as limits
from lull.domain.errors import Invalid, NotFound, Unauthenticated
from lull.domain.page_access import SESSION_LASTS, Session
from lull.domain.rate_limits import TooManyRequests
from lull.use_cases import page_parts
from lull.use_cases import public_pages as use_cases
from schemas.public_pages import PasswordIn, SessionOut, gate_responses
from visitors import COOKIE, visitor_of

router = APIRouter(tags=["Public status pages"], route_class=StrictRoute)

CACHE_TAG = "x-amz-meta-cache-tag"
"""As S3 says it of its objects."""
_ASKED = ("token", "months", "days", "offset", "lastEventId")
"""What the query of a public path may ask. Any other parameter is ignored: links to pages get things appended."""
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": PasswordIn.model_json_schema()} for kind in ("application/json", FORM)},
    }
}


@router.post(
    "/api/public/status/{slug}/auth",
    response_model=SessionOut,
    summary="Open a session with the password of a page",
    responses={**gate_responses(400, 401, 404, 413, 429), 303: {"description": "To the page, for a form."}},
    openapi_extra=_BODY,
)
async def open_session(request: Request, slug: str) -> Response:
    """The token of a session of 12 hours, which a change of the password ends. It is set as a cookie as well.

    A form is answered as browsers need it: by the page, or by the form again. At most 5 requests in 5 minutes.
    """
    use_cases.slug_of(f"status/{slug}")
    # A page has two paths, and a cookie one.
    paths = (f"/status/{slug}", f"/api/public/status/{slug}")
    return await _open_session(request, slug, home=f"/status/{slug}", paths=paths)


async def _open_session(request: Request, slug: str, *, home: str, paths: tuple[str, ...]) -> Response:
    is_form = sent_by_form(request)
    password = form_fields(await request.body()).get("password", [""])[0] if is_form else await _json_password(request)
    at = clock.now()
    try:
        count(request, limits.AUTH, slug, at=at)
        session = use_cases.open_session(slug, password, at=at)
    except Unauthenticated as error:
        headers = {"www-authenticate": "Bearer"}
        if is_form:
            return login_page(slug, status=401, wrong="That is not the password. Try again.", headers=headers)
        return _refused(error, headers)
    except TooManyRequests as error:
        if not is_form:
            raise
        headers = refusal_headers(error.allowance)
        wrong = f"Too many tries. {try_again(error.allowance)}"
        return login_page(slug, status=429, wrong=wrong, headers=headers)
    except NotFound:
        if not is_form:
            raise
        return nothing_here()
    return _with_session(session, home=home if is_form else None, paths=paths)


async def _json_password(request: Request) -> str:
    return validated(PasswordIn, await json_body(request)).password


def _refused(error: Unauthenticated, headers: dict[str, str]) -> Response:
    return answer(HTTPStatus.UNAUTHORIZED, str(error), headers=headers)


def _with_session(session: Session, *, home: str | None, paths: tuple[str, ...]) -> Response:
    """The session, and for a form the way home."""
    if home:
        response = Response(None, 303, {"location": home})
    else:
        body = SessionOut.model_validate(session).model_dump_json(by_alias=True)
        response = Response(body, 200, media_type="application/json")
    for path in paths:
        response.set_cookie(
            COOKIE,
            session.token,
            max_age=int(SESSION_LASTS.total_seconds()),
            path=path,
            secure=True,
            httponly=True,
            samesite="lax",
        )
    return response


@router.post("/domains/{host}/data/auth", include_in_schema=False)
async def open_session_at_host(request: Request, host: str) -> Response:
    """The same at the custom domain of a page, where the page is at the root."""
    path = use_cases.path_at_host(f"domains/{host}/page")
    return await _open_session(request, path.rpartition("/")[2], home="/", paths=("/",))


async def read_data(request: Request, path: str) -> Response:
    """A file of a page. Other pages than PUBLIC ones are read with a session, a feed token or an API key."""
    whole = f"api/public/status/{path}"
    return _part(request, whole) if page_parts.is_in_parts(whole) else _file(request, whole)


async def read_page(request: Request, path: str) -> Response:
    """A page for people. One that takes a password is a form for it first."""
    return _page(request, f"status/{path}")


async def read_at_host(request: Request, path: str) -> Response:
    """What the page of a custom domain has: the CDN asks for it like this."""
    try:
        whole = use_cases.path_at_host(f"domains/{path}")
    except NotFound:
        return nothing_here(at_host="." in path.partition("/")[0])
    if whole.startswith("status/"):
        return _page(request, whole, at_host=True)
    return _part(request, whole) if page_parts.is_in_parts(whole) else _file(request, whole)


def _page(request: Request, path: str, *, at_host: bool = False) -> Response:
    try:
        return _file(request, path)
    except Unauthenticated:
        return login_page(use_cases.slug_of(path), status=401, headers={"www-authenticate": "Bearer"})
    except Invalid as error:
        return notice_page("Bad request", f"In the address, {in_words(error)}.", status=400)
    except TooManyRequests as error:
        headers = refusal_headers(error.allowance)
        return notice_page("Too many requests", try_again(error.allowance), status=429, headers=headers)
    except NotFound:
        return nothing_here(at_host=at_host)


def _file(request: Request, path: str) -> Response:
    at = clock.now()
    slug = use_cases.slug_of(path)
    count(request, use_cases.limit_of(path), slug, at=at)
    require_once(request, _ASKED)
    found = use_cases.read_file(path, visitor_of(request), at=at)
    headers = {"content-type": found.file.content_type}
    if found.is_public:
        headers |= {"cache-control": found.file.cache_control, CACHE_TAG: found.tag}
    return Response(found.file.body, 200, headers)


def _part(request: Request, path: str) -> Response:
    at = clock.now()
    slug = use_cases.slug_of(path)
    count(request, use_cases.limit_of(path), slug, at=at)
    require_once(request, _ASKED)
    query = request.query_params
    last_event_id = request.headers.get("last-event-id") or query.get("lastEventId")
    part = page_parts.read_part(path, visitor_of(request), query, last_event_id=last_event_id, at=at)
    headers = {"content-type": part.content_type}
    if part.is_public:
        headers |= {"cache-control": part.cache_control, CACHE_TAG: part.tag}
    return Response(part.body, 200, headers)


for _method in ("GET", "HEAD"):
    router.add_api_route("/api/public/status/{path:path}", read_data, methods=[_method])
    router.add_api_route("/status/{path:path}", read_page, methods=[_method])
    router.add_api_route("/domains/{path:path}", read_at_host, methods=[_method], include_in_schema=False)
