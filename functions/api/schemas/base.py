"""What all schemas share: camelCase, strictness, and the types of fields that come up again and again."""

import re
import unicodedata
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from fastapi import Header, HTTPException, Path, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from lull.domain.invisible import INVISIBLE


class In(BaseModel):
    """A request body: unknown fields are refused and nothing is coerced."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


class Patch(In):
    """A partial body. A field that may not be null is declared `name: Name = ABSENT`; one that may, as `X | None`."""

    def said(self) -> dict[str, Any]:
        """What the request says, null included; what it leaves out is not there."""
        return {name: getattr(self, name) for name in self.model_fields_set}


ABSENT: Any = Field(default=None)


class Out(BaseModel):
    """A response body, built from a domain value of the same field names."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


_RFC3339 = re.compile(
    r"(\d{4})-\d{2}-\d{2}[Tt ](?:[01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def _instant(value: Any) -> datetime:
    """RFC 3339 with an offset, years 2000 to 2100, cut to milliseconds."""
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("must be an ISO 8601 date and time with an offset, such as 2026-03-01T12:30:00Z")
    if not 2000 <= int(match[1]) <= 2100:
        raise ValueError("must be a time between the years 2000 and 2100")
    fraction = match[2] or ""
    text = value.upper().replace(" ", "T").replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(text.replace(fraction, "", 1) if fraction else text).astimezone(UTC)
    except ValueError as error:
        raise ValueError("must be a time that exists") from error
    return moment.replace(microsecond=int(fraction[1:4].ljust(3, "0") or 0) * 1000)


_LOCAL = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ]((?:[01]\d|2[0-3]):\d{2}(?::\d{2}(?:\.\d{1,9})?)?)([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)


def _local_instant(value: Any) -> datetime:
    """As `_instant`, or without an offset: naive then, for whoever knows the time zone."""
    match = _LOCAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("must be an ISO 8601 date and time, such as 2026-03-01T12:30 or 2026-03-01T12:30:00+02:00")
    time = match[2] if match[2].count(":") == 2 else f"{match[2]}:00"
    moment = _instant(f"{match[1]}T{time}{match[3] or 'Z'}")
    return moment if match[3] else moment.replace(tzinfo=None)


def _rfc3339(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    BeforeValidator(_instant, json_schema_input_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant in a request."""

LocalInstant = Annotated[
    datetime,
    BeforeValidator(_local_instant, json_schema_input_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant in a request, or a local time without an offset."""

OutInstant = Annotated[
    datetime,
    PlainSerializer(_rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant in a response: UTC with Z, milliseconds only where there are any."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_WHITE_SPACE = re.compile("[\n\r\t]")


def _unicode(value: Any) -> Any:
    if isinstance(value, str) and _LONE_SURROGATE.search(value):
        raise ValueError("must be valid Unicode")
    return value


def composed(value: Any) -> Any:
    # Before the length is judged: a character may compose to two.
    return unicodedata.normalize("NFC", _unicode(value)) if isinstance(value, str) else value


def plain_text(text: str) -> str:
    _visible(text)
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def trimmed(text: str) -> str:
    if text != text.strip():
        raise ValueError("must not begin or end with white space")
    return text


def _visible(text: str) -> str:
    if INVISIBLE.search(text):
        raise ValueError("must not contain control or invisible characters")
    return text


def _visible_lines(text: str) -> str:
    _visible(_WHITE_SPACE.sub(" ", text))
    return text


def _prose(text: str) -> str:
    plain_text(_WHITE_SPACE.sub(" ", text))
    return text


def _http_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid or re.search(r"[\s\\]", text) or INVISIBLE.search(text):
        raise ValueError("must be an http or https URL")
    if not _has_a_port_of_tcp(parts):
        raise ValueError("must have a port of 1 to 65535")
    if parts.username is not None:
        raise ValueError("must not hold credentials")
    return text


def _has_a_port_of_tcp(parts: SplitResult) -> bool:
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def digits(value: Any) -> Any:
    # In a path or a query, int() would also take " 1", "+1", "1.0" and "1_0".
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,12}", value, re.ASCII):
        raise ValueError("must be a positive integer")
    return value


def digits_from_zero(value: Any) -> Any:
    try:
        return digits(value)
    except ValueError as error:
        raise ValueError("must be 0 or a positive integer") from error


def _path_digits(value: Any) -> Any:
    # Each record has one path.
    if isinstance(value, str) and re.fullmatch("0[0-9]+", value, re.ASCII):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return digits(value)


Name = Annotated[
    str, BeforeValidator(composed), StringConstraints(min_length=1, max_length=255), AfterValidator(plain_text)
]
"""One line of text, 1 to 255 characters."""

Title = Annotated[Name, AfterValidator(trimmed)]
"""A Name that no other differs from by what nobody sees."""

Prose = Annotated[
    str, BeforeValidator(composed), StringConstraints(min_length=1, max_length=10_000), AfterValidator(_prose)
]
"""Text of several lines, 1 to 10,000 characters."""

ShortProse = Annotated[
    str, BeforeValidator(composed), StringConstraints(min_length=1, max_length=5_000), AfterValidator(_prose)
]
"""Prose of which a hundred fit into an answer."""

Markup = Annotated[str, BeforeValidator(_unicode), StringConstraints(max_length=10_000), AfterValidator(_visible_lines)]
"""Text of a language of its own, at most 10,000 characters. It is not composed: `>` may be what something joins to."""

HttpUrl = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_http_url)]
Id = Annotated[int, Field(ge=1, lt=10**12)]
# What comes before a validator is not described; bounds belong behind it.
_Number = Annotated[int, Field(ge=1, lt=10**12)]
PathId = Annotated[_Number, BeforeValidator(_path_digits), Path()]
QueryId = Annotated[_Number, BeforeValidator(digits), Query()]


_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def _uuid(value: Any) -> Any:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise ValueError("must be a UUID")
    return value.lower()


Uuid = Annotated[
    str, BeforeValidator(_uuid, json_schema_input_type=str), WithJsonSchema({"type": "string", "format": "uuid"})
]
PathUuid = Annotated[Uuid, Path()]
QueryUuid = Annotated[Uuid, Query()]

QueryName = Annotated[
    str, Query(max_length=255, description="Only the one of this name, whatever its case."), AfterValidator(composed)
]

CheckIds = Annotated[list[Id], Field(max_length=100)]

ListSkip = Annotated[
    Annotated[int, Field(ge=0, le=1_000_000)],
    BeforeValidator(digits_from_zero),
    Query(description="How many to leave out."),
]
ListTake = Annotated[
    Annotated[int, Field(ge=1, le=100)], BeforeValidator(digits), Query(description="How many at most.")
]


class PageOut(Out):
    """The paginated list of the Ionhour API: `{items, total, page, itemCount, pageCount, limit}`."""

    total: int
    page: int
    item_count: int
    page_count: int
    limit: int


IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Repeat a request with the same key within three days, and it is answered with what it made.",
    ),
]

PageNumber = Annotated[int, Query(ge=1, le=100_000)]
PageLimit = Annotated[int, Query(ge=1, le=100)]


def page_fields(*, total: int, page: int, limit: int, count: int) -> dict[str, int]:
    """The numbers of a PageOut for one page of `count` items."""
    return {
        "total": total,
        "page": page,
        "item_count": count,
        "page_count": -(-total // limit),
        "limit": limit,
    }
