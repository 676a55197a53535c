"""Bodies that public routes take twice: as JSON from programs, and as a form from a page without a script."""

import json
from typing import Any, TypeVar
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from lull.domain.errors import invalid

FORM = "application/x-www-form-urlencoded"

Model = TypeVar("Model", bound=BaseModel)


def sent_by_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


def form_fields(body: bytes, *, most: int = 10) -> dict[str, list[str]]:
    """Empty for what is no form, or has more fields than it may."""
    try:
        return parse_qs(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=most)
    except ValueError:
        return {}


async def json_body(request: Request) -> Any:
    try:
        return await request.json()
    except json.JSONDecodeError as error:
        raise invalid("body", "must be a JSON object, sent as application/json") from error


def validated(model: type[Model], value: Any) -> Model:
    """Raises RequestValidationError naming fields."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error
