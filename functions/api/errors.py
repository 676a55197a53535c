"""One error shape for every failure: `{"statusCode", "message", "error", "details"?}`."""

import json
import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException
from starlette.routing import Match

import wording
from lull.domain import errors as domain
from lull.domain.errors import DomainError, FieldError
from lull.domain.rate_limits import Allowance, TooManyRequests
from lull.observability import logger

STATUS: dict[type[DomainError], HTTPStatus] = {
    domain.Invalid: HTTPStatus.BAD_REQUEST,
    domain.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    domain.Forbidden: HTTPStatus.FORBIDDEN,
    domain.NotFound: HTTPStatus.NOT_FOUND,
    domain.Conflict: HTTPStatus.CONFLICT,
    domain.StaleWrite: HTTPStatus.CONFLICT,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
}


_LONGEST_IN_SECONDS = 90
NO_OBJECT = "must be a JSON object, sent as application/json"


def answer(
    status: HTTPStatus,
    message: str,
    details: Sequence[FieldError] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {"statusCode": int(status), "message": message, "error": status.phrase}
    if details:
        body["details"] = [{"field": each.field, "message": each.message} for each in details]
    # ASCII only: a field's name comes from the request and may hold what UTF-8 cannot carry.
    return Response(json.dumps(body), status, headers, media_type="application/json")


def in_words(error: domain.Invalid) -> str:
    """What is wrong, for people."""
    return "; ".join(f"{each.field} {each.message}" for each in error.errors)


def allowance_headers(allowance: Allowance) -> dict[str, str]:
    """The fields of draft-ietf-httpapi-ratelimit-headers, in the form that most clients know (03)."""
    return {
        "ratelimit-limit": str(allowance.limit.most),
        "ratelimit-remaining": str(allowance.remaining),
        "ratelimit-reset": str(_whole_seconds(allowance)),
    }


def refusal_headers(allowance: Allowance) -> dict[str, str]:
    return {**allowance_headers(allowance), "retry-after": str(_whole_seconds(allowance))}


def try_again(allowance: Allowance) -> str:
    """When another request is answered, as a sentence for people.

    >>> from datetime import timedelta
    >>> from lull.domain.rate_limits import AUTH, DATA
    >>> try_again(Allowance(DATA, 0, timedelta(seconds=1)))
    'Try again in 1 second.'
    >>> try_again(Allowance(AUTH, 0, timedelta(seconds=200)))
    'Try again in 4 minutes.'
    """
    seconds = _whole_seconds(allowance)
    number, unit = (seconds, "second") if seconds <= _LONGEST_IN_SECONDS else (math.ceil(seconds / 60), "minute")
    return f"Try again in {number} {unit}{'' if number == 1 else 's'}."


def _whole_seconds(allowance: Allowance) -> int:
    return max(1, math.ceil(allowance.resets_in.total_seconds()))


async def _domain_error(_request: Request, error: Exception) -> Response:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    headers = {"www-authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else {}
    if isinstance(error, TooManyRequests):
        headers = refusal_headers(error.allowance)
    details = error.errors if isinstance(error, domain.Invalid) else ()
    message = "the request is not valid" if details else str(error)
    if isinstance(error, TooManyRequests):
        message = f"{message}. {try_again(error.allowance)}"
    return answer(status, message, details, headers)


async def _invalid_request(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    details = [_field_error(each) for each in error.errors()]
    return answer(HTTPStatus.BAD_REQUEST, "the request is not valid", details)


def _field_error(error: Any) -> FieldError:
    where, *path = error["loc"]
    kind = error["type"]
    if where == "body" and (kind == "json_invalid" or not path):
        return FieldError("body", wording.worded(error) if kind == "missing" else NO_OBJECT)
    field = ".".join(str(part) for part in path)
    if where == "path":
        field = to_camel(field)
    return FieldError(field, wording.worded(error))


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error.__cause__, DomainError):
        # FastAPI wraps whatever a body raises while it is read.
        return await _domain_error(request, error.__cause__)
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.NOT_FOUND:
        return answer(status, "there is nothing at this path")
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(_methods(request))
        return answer(status, f"this path answers {allowed}", headers={"allow": allowed})
    return answer(status, str(error.detail))


def _methods(request: Request) -> list[str]:
    """Every method of the path that matches first: Starlette names those of its first route only."""
    matching = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in matching if route.path == matching[0].path for method in route.methods})


async def _unexpected(request: Request, error: Exception) -> Response:
    # The route, not the path: that of a ping holds its token.
    route = getattr(request.scope.get("route"), "path", None)
    logger.error("request failed", exc_info=error, extra={"method": request.method, "route": route})
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong here; the request may be repeated")


def install(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
