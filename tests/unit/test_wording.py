"""What is wrong with a value is said in one style, whatever schema it is of."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi.routing import APIRoute
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

import management
import public
import schemas
import wording
from schemas.base import In, Instant, Name

STYLE = re.compile(r"(must (not )?(be|have|set|hold|contain) |is (required|not a known field)$)")
VALUES: list[Any] = [
    *(None, "", " ", "x", "1", "-1", "1.5", "x" * 300, "x" * 20_000, "\x00", "\ud800", "1900-01-01T00:00:00Z"),
    *("2026-13-01T00:00:00Z", "http://u:p@h", "http://h:0", 0, 1, -1, 2**60, 1.5, 1e300, True, [], [1], ["x"], [None]),
    *([[]], [{}], [{"x": 1}], {}, {"a": 1}, {"a": "\n"}, {"a b": ""}, {"host": ""}, {"a": "", "A": ""}, [1] * 2_000),
]


def errors_of(adapter: TypeAdapter[Any], value: Any) -> list[Any]:
    try:
        adapter.validate_python(value)
    except ValidationError as refused:
        return list(refused.errors())
    return []


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (str, 1, "must be a string"),
        (int, "1", "must be an integer"),
        (bool, 1, "must be true or false"),
        (list[int], {}, "must be an array"),
        (dict[str, str], [], "must be an object"),
        (Instant, 1, "must be an ISO 8601 date and time with an offset, such as 2026-03-01T12:30:00Z"),
        (Name, "", "must have at least 1 character"),
        (Name, "x" * 256, "must have at most 255 characters"),
        (Name, " ", "must not be blank"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_so(kind, value, message):
    adapter: TypeAdapter[Any] = TypeAdapter(kind, config=ConfigDict(strict=True))
    assert [wording.worded(each) for each in errors_of(adapter, value)] == [message]


@pytest.mark.parametrize(
    ("limits", "value", "message"),
    [
        ({"ge": 1_000}, 1, "must be at least 1,000"),
        ({"gt": 0}, 0, "must be greater than 0"),
        ({"le": 20}, 21, "must be at most 20"),
        ({"lt": 10**6}, 10**6, "must be less than 1,000,000"),
        ({"min_length": 1}, [], "must have at least 1 item"),
        ({"max_length": 1}, [1, 2], "must have at most 1 item"),
        ({"max_length": 10_000}, "x" * 10_001, "must have at most 10,000 characters"),
    ],
)
def test_a_value_out_of_bounds_is_told_them(limits, value, message):
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[type(value), Field(**limits)])
    assert [wording.worded(each) for each in errors_of(adapter, value)] == [message]


def bodies() -> Iterator[type[In]]:
    for module in pkgutil.iter_modules(schemas.__path__):
        for found in vars(importlib.import_module(f"schemas.{module.name}")).values():
            if inspect.isclass(found) and issubclass(found, In):
                yield found


def of_bodies() -> Iterator[tuple[str, Any]]:
    for body in sorted(set(bodies()), key=lambda each: each.__name__):
        adapter = TypeAdapter(body)
        for each in [*VALUES, {"nonsense": 1}]:
            yield from ((body.__name__, error) for error in errors_of(adapter, each) if isinstance(each, dict))
        for name, field in body.model_fields.items():
            for value in VALUES:
                found = errors_of(adapter, {field.alias or name: value})
                yield from ((f"{body.__name__}.{name}", error) for error in found)


def of_parameters() -> Iterator[tuple[str, Any]]:
    routes = [each for app in (management.app, public.app) for each in app.routes if isinstance(each, APIRoute)]
    for route in routes:
        # Without those of the path: some of them answer 404 instead.
        for parameter in [*route.dependant.query_params, *route.dependant.header_params]:
            for value in VALUES:
                if isinstance(value, str):
                    _, errors = parameter.validate(value, {}, loc=("query", parameter.alias))
                    yield from ((f"{route.path} {parameter.alias}", error) for error in errors or [])


def test_every_message_of_every_schema_is_of_one_style():
    found = {(wording.worded(error), error["type"]): where for where, error in [*of_bodies(), *of_parameters()]}
    assert len(found) > 40
    assert {key: where for key, where in found.items() if not STYLE.match(key[0])} == {}
