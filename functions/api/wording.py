"""What is wrong with a value, in one style: the validator's messages speak of its own types ("a valid dictionary")."""

import re
from collections.abc import Mapping
from typing import Any

UNKNOWN_FIELD = "is not a known field"
NOT_VALID = "is not valid"
"""Of a kind that nothing here knows; a test sees to it that no schema has one."""

_PLAIN = {
    "missing": "is required",
    "extra_forbidden": UNKNOWN_FIELD,
    "string_type": "must be a string",
    "string_unicode": "must be valid Unicode",
    "int_type": "must be an integer",
    "int_parsing": "must be an integer",
    "int_parsing_size": "must be an integer",
    "int_from_float": "must be an integer",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be an array",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "must be at least"),
    "greater_than": ("gt", "must be greater than"),
    "less_than_equal": ("le", "must be at most"),
    "less_than": ("lt", "must be less than"),
}
_CHOICES = {"enum", "literal_error"}
_LENGTHS = {
    "too_short": ("least", "min_length"),
    "string_too_short": ("least", "min_length"),
    "too_long": ("most", "max_length"),
    "string_too_long": ("most", "max_length"),
}
_QUOTED = re.compile("'([^']*)'")


def worded(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors, to be read after the name of its field.

    >>> worded({"type": "string_too_short", "input": "", "ctx": {"min_length": 1}})
    'must have at least 1 character'
    """
    kind, context = error["type"], error.get("ctx", {})
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _BOUNDS:
        limit, words = _BOUNDS[kind]
        return f"{words} {context[limit]:,}"
    if kind in _CHOICES:
        return f"must be one of {', '.join(_QUOTED.findall(context['expected']))}"
    if kind in _LENGTHS:
        bound, limit = _LENGTHS[kind]
        return f"must have at {bound} {_counted(context[limit], error['input'])}"
    # Of our own, who say it in these words.
    return error["msg"].removeprefix("Value error, ") if kind == "value_error" else NOT_VALID


def _counted(number: int, value: Any) -> str:
    unit = "character" if isinstance(value, str) else "item"
    return f"{number:,} {unit}{'' if number == 1 else 's'}"
