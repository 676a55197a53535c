"""The password of a page, and the session that it opens: seed 003."""

from typing import Any

from pydantic import ConfigDict

from schemas.base import In, Out, OutInstant
from schemas.errors import ErrorOut


class PasswordIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"password": "viewer-password"}]})

    password: str


class SessionOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"token": "lps_1772411400.Zm9v", "expiresAt": "2026-03-02T00:30:00Z"}],
        }
    )

    token: str
    expires_at: OutInstant


_MEANINGS = {
    400: "The request is not valid; `details` names each field.",
    401: "The page takes a password, and this is not it, nor a session or a feed token of the page.",
    404: "There is no such page or file, the page takes no password, or it is not for you.",
    413: "The body is larger than 256 KB.",
    429: "Too many requests; `Retry-After` says in how many seconds there may be another.",
}


def gate_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ErrorOut, "description": _MEANINGS[status]} for status in statuses}
