"""Lambda's filter pattern language: does an event match a pattern of `FilterCriteria`?"""

import json
from collections.abc import Callable
from typing import Any

Pattern = dict[str, Any]

_ABSENT = object()


class InvalidPattern(Exception):
    """A pattern that Lambda would refuse."""


def parse(text: str) -> Pattern:
    """The pattern, with every rule in it known to be one that is implemented."""
    try:
        pattern = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidPattern(f"not JSON: {text}") from error
    _check_node(pattern)
    return pattern  # type: ignore[no-any-return]


def matches(pattern: Pattern, event: Any) -> bool:
    """Every field of the pattern holds; fields the pattern does not name are free."""
    for name, expected in pattern.items():
        if name == "$or":
            if not any(matches(alternative, event) for alternative in expected):
                return False
        elif not _field_matches(expected, _get(event, name)):
            return False
    return True


def _field_matches(expected: Any, value: Any) -> bool:
    if isinstance(expected, dict):
        return matches(expected, value)
    # A list in the event matches when one of its elements does.
    values = value if isinstance(value, list) and value else [value]
    return any(_rule_matches(rule, item) for rule in expected for item in values)


def _rule_matches(rule: Any, value: Any) -> bool:
    if isinstance(rule, dict):
        operator, operand = next(iter(rule.items()))
        return _RULES[operator](operand, value)
    return _same(rule, value)


def _same(rule: Any, value: Any) -> bool:
    if value is _ABSENT or isinstance(rule, bool) is not isinstance(value, bool):
        return False
    return bool(rule == value)


def _exists(operand: bool, value: Any) -> bool:
    return (value is not _ABSENT and not isinstance(value, dict)) is operand


def _prefix(operand: Any, value: Any) -> bool:
    if isinstance(operand, dict):
        return isinstance(value, str) and value.lower().startswith(operand["equals-ignore-case"].lower())
    return isinstance(value, str) and value.startswith(operand)


def _suffix(operand: Any, value: Any) -> bool:
    if isinstance(operand, dict):
        return isinstance(value, str) and value.lower().endswith(operand["equals-ignore-case"].lower())
    return isinstance(value, str) and value.endswith(operand)


def _equals_ignore_case(operand: str, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == operand.lower()


def _anything_but(operand: Any, value: Any) -> bool:
    if value is _ABSENT or isinstance(value, dict):
        return False
    if isinstance(operand, dict):
        operator, excluded = next(iter(operand.items()))
        return not any(_RULES[operator](item, value) for item in _list(excluded))
    return not any(_same(excluded, value) for excluded in _list(operand))


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _numeric(operand: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return all(_COMPARE[sign](value, bound) for sign, bound in zip(operand[::2], operand[1::2], strict=True))


_RULES: dict[str, Callable[[Any, Any], bool]] = {
    "anything-but": _anything_but,
    "equals-ignore-case": _equals_ignore_case,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _prefix,
    "suffix": _suffix,
}


def _get(event: Any, name: str) -> Any:
    return event.get(name, _ABSENT) if isinstance(event, dict) else _ABSENT


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _check_node(node: Any) -> None:
    if not isinstance(node, dict) or not node:
        raise InvalidPattern(f"not an object with fields: {node!r}")
    for name, expected in node.items():
        if name == "$or":
            if not isinstance(expected, list) or len(expected) < 2:
                raise InvalidPattern("$or needs at least two alternatives")
            for alternative in expected:
                _check_node(alternative)
        elif isinstance(expected, list):
            _check_rules(name, expected)
        else:
            _check_node(expected)


def _check_rules(name: str, rules: list[Any]) -> None:
    if not rules:
        raise InvalidPattern(f"{name}: an empty list matches nothing")
    for rule in rules:
        if isinstance(rule, list):
            raise InvalidPattern(f"{name}: a list within a list")
        if isinstance(rule, dict):
            _check_operator(name, rule)


def _check_operator(name: str, rule: dict[str, Any]) -> None:
    if len(rule) != 1 or (operator := next(iter(rule))) not in _RULES:
        raise InvalidPattern(f"{name}: unknown rule {rule!r}")
    operand = rule[operator]
    if operator == "numeric" and (len(operand) not in (2, 4) or not set(operand[::2]) <= set(_COMPARE)):
        raise InvalidPattern(f"{name}: unknown comparison {operand!r}")
    if operator == "anything-but" and isinstance(operand, dict):
        _check_operator(name, operand)
