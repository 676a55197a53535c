"""The shape of every error, for the OpenAPI document."""

from typing import Any

from schemas.base import Out


class FieldErrorOut(Out):
    field: str
    message: str


class ErrorOut(Out):
    status_code: int
    message: str
    error: str
    details: list[FieldErrorOut] | None = None


_MEANINGS = {
    400: "The request is not valid; `details` names each field.",
    401: "No accepted credential.",
    403: "The credential's role is too low, it belongs to another workspace, or a CI trust does not allow this.",
    404: "There is no such thing in the credential's workspace.",
    409: "The thing is not in a state that allows this, or somebody else changed it meanwhile.",
    413: "The body is larger than 256 KB; 1 MB for webhooks of CI.",
    429: "Too many requests; `Retry-After` says when the next one is answered.",
}


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, beside those that every route with a credential has (400, 401, 403)."""
    return {status: {"model": ErrorOut, "description": _MEANINGS[status]} for status in (400, 401, 403, *statuses)}


def public_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route that takes no credential."""
    return {status: {"model": ErrorOut, "description": _MEANINGS[status]} for status in statuses}
