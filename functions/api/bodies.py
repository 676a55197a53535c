"""How request bodies are read: after their sender was let in, bounded, and as strict JSON."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access import ACCESS, PUBLIC
from auth import admit
from errors import NO_OBJECT, answer
from lull.domain.errors import FieldError, Invalid, invalid
from repeats import IDEMPOTENCY_KEY, unless_made_before
from wording import UNKNOWN_FIELD

LARGEST_BODY = 256 * 1024
DEEPEST_BODY = 20

_TOO_DEEP = f"is nested more than {DEEPEST_BODY} levels deep"
_LONGEST_INTEGER = 400


class BodyLimit:
    """Pure ASGI middleware: 413 for a body over so many bytes, before anything of it is parsed."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []
        size = 0
        more = True
        while more:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            more = message["type"] == "http.request" and message.get("more_body", False)
            if size > self._largest:
                refusal = answer(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {self._largest // 1024} KB"
                )
                await refusal(scope, receive, send)
                return
        pending = iter(messages)

        async def replay() -> Message:
            return next(pending, None) or await receive()

        await self._app(scope, replay, send)


class StrictRequest(Request):
    """Refuses what JSON parsers disagree about: NaN, infinities, repeated names, deep nesting, invalid UTF-8."""

    async def json(self) -> Any:
        try:
            text = (await self.body()).decode("utf-8")
            value = json.loads(
                text,
                parse_constant=_no_constant,
                parse_float=_finite,
                parse_int=_integer,
                object_pairs_hook=_no_repeats,
            )
        except json.JSONDecodeError:
            raise
        except UnicodeDecodeError as error:
            raise invalid("body", "is not valid UTF-8") from error
        except RecursionError as error:
            raise invalid("body", _TOO_DEEP) from error
        except ValueError as error:
            raise invalid("body", str(error)) from error
        if _is_deeper(value, DEEPEST_BODY):
            raise invalid("body", _TOO_DEEP)
        return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _integer(text: str) -> int:
    # Beyond some thousand digits Python itself refuses, in words about Python.
    if len(text) > _LONGEST_INTEGER:
        raise ValueError("holds a number that is too large")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("holds a number that is too large")
    return value


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("holds an object that has a name twice")
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    return any(_is_deeper(each, levels - 1) for each in (value.values() if isinstance(value, dict) else value))


class StrictRoute(APIRoute):
    """A route that lets its caller in first, knows its query parameters, and reads the body through StrictRequest.

    Public routes accept any parameter and any body: whoever pings may have a URL that something else has appended to.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = {field.alias for field in self.dependant.query_params}
        takes_no_body = self.body_field is None
        takes_key = any(field.alias == IDEMPOTENCY_KEY for field in self.dependant.header_params)

        async def strictly(request: Request) -> Response:
            self.admit(request)
            strict = StrictRequest(request.scope, request.receive)
            if ACCESS[request.method, self.path] is not PUBLIC:
                _require_known(request, known)
                if takes_no_body:
                    await _require_no_fields(strict)
            return await unless_made_before(strict, handle, takes_key=takes_key)

        return strictly

    def admit(self, request: Request) -> None:
        """Let the caller in, or raise what keeps them out."""
        admit(request, self.path)


async def _require_no_fields(request: StrictRequest) -> None:
    """Raises Invalid naming each field of a body that is not for this route; an empty object is as good as none."""
    if not await request.body():
        return
    try:
        value = await request.json()
    except json.JSONDecodeError as error:
        raise invalid("body", NO_OBJECT) from error
    if not isinstance(value, dict | None):
        raise invalid("body", NO_OBJECT)
    if value:
        raise Invalid(*(FieldError(name, UNKNOWN_FIELD) for name in value))


def _require_known(request: Request, known: set[str]) -> None:
    """Raises Invalid naming each parameter of the query that the route does not know, or that is there twice."""
    unknown = dict.fromkeys(name for name in request.query_params if name not in known)
    errors = [FieldError(name, "is not a known parameter") for name in unknown]
    errors += _repeated(request, known)
    if errors:
        raise Invalid(*errors)


def require_once(request: Request, known: Collection[str]) -> None:
    """Raises Invalid naming each of these parameters that the query has twice: what it asks for is anyone's guess."""
    if errors := _repeated(request, known):
        raise Invalid(*errors)


def _repeated(request: Request, known: Collection[str]) -> list[FieldError]:
    given = Counter(name for name, _ in request.query_params.multi_items())
    return [FieldError(name, "must be given once") for name in given if name in known and given[name] > 1]
