"""DynamoDB's condition and update expressions, as far as the product writes them; anything else is an error."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

Item = dict[str, Any]
Path = tuple[str, ...]
Operand = tuple[Any, ...]
Condition = Callable[[Item | None], bool]

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+\-]|[#:]?[A-Za-z_][\w]*(?:\.#?[A-Za-z_]\w*)*)")
_WORDS = {"AND", "OR", "NOT", "BETWEEN", "SET", "REMOVE", "ADD"}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class ValidationError(Exception):
    """DynamoDB would answer ValidationException."""


@cache
def _tokens(expression: str) -> tuple[str, ...]:
    tokens, position, text = [], 0, expression.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValidationError(f"not understood: {text[position:]!r}")
        tokens.append(match[1])
        position = match.end()
    return tuple(tokens)


class _Parser:
    """One pass over an expression; remembers which names and values it used."""

    def __init__(self, expression: str, names: dict[str, str], values: dict[str, Any], used: set[str]) -> None:
        self._tokens = _tokens(expression)
        self._position = 0
        self._names = names
        self._values = values
        self._used = used

    @property
    def here(self) -> str:
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.here
        if not token or (expected is not None and token.upper() != expected):
            raise ValidationError(f"expected {expected}, found {token!r}")
        self._position += 1
        return token

    def accept(self, *expected: str) -> str | None:
        return self.take().upper() if self.here.upper() in expected else None

    def end(self) -> None:
        if self.here:
            raise ValidationError(f"unexpected {self.here!r}")

    def path(self) -> Path:
        token = self.take()
        if token.startswith(":") or token.upper() in _WORDS:
            raise ValidationError(f"{token!r} is not a path")
        return tuple(self._name(part) for part in token.split("."))

    def _name(self, part: str) -> str:
        if not part.startswith("#"):
            return part
        self._used.add(part)
        if part not in self._names:
            raise ValidationError(f"name {part} is not defined")
        return self._names[part]

    def operand(self) -> Operand:
        if self.here.startswith(":"):
            token = self.take()
            self._used.add(token)
            if token not in self._values:
                raise ValidationError(f"value {token} is not defined")
            return ("value", self._values[token])
        if self.here in ("size", "if_not_exists"):
            function = self.take()
            self.take("(")
            path = self.path()
            default = self.operand() if function == "if_not_exists" and self.take(",") else None
            self.take(")")
            return (function, path, default)
        return ("path", self.path())

    def condition(self) -> Condition:
        parts = [self._conjunction()]
        while self.accept("OR"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else lambda item: any(part(item) for part in parts)

    def _conjunction(self) -> Condition:
        parts = [self._negation()]
        while self.accept("AND"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else lambda item: all(part(item) for part in parts)

    def _negation(self) -> Condition:
        if self.accept("NOT"):
            inner = self._negation()
            return lambda item: not inner(item)
        if self.accept("("):
            inner = self.condition()
            self.take(")")
            return inner
        if self.here in ("attribute_exists", "attribute_not_exists", "begins_with"):
            return self._function()
        return self._comparison()

    def _function(self) -> Condition:
        name = self.take()
        self.take("(")
        path = self.path()
        prefix = self.operand() if name == "begins_with" and self.take(",") else ("value", {"S": ""})
        self.take(")")
        if name == "begins_with":
            return lambda item: str((find(item, path) or {}).get("S", "\0")).startswith(prefix[1]["S"])
        wanted = name == "attribute_exists"
        return lambda item: (find(item, path) is not None) is wanted

    def _comparison(self) -> Condition:
        left = self.operand()
        if self.accept("BETWEEN"):
            low = self.operand()
            self.take("AND")
            high = self.operand()
            return lambda item: _compare(">=", left, low, item) and _compare("<=", left, high, item)
        sign = self.take()
        if sign not in _ORDER:
            raise ValidationError(f"unknown comparison {sign!r}")
        right = self.operand()
        if sign == "=" and right[0] == "value" and "S" in right[1] and left[0] == "path" and len(left[1]) == 1:
            # As every query asks of every item.
            name, text = left[1][0], right[1]
            return lambda item: item is not None and item.get(name) == text
        return lambda item: _compare(sign, left, right, item)


def find(item: Item | None, path: Path) -> Any:
    """The attribute value at a path, None if there is none."""
    value: Any = {"M": item or {}}
    for part in path:
        if not isinstance(value, dict) or "M" not in value:
            return None
        value = value["M"].get(part)
    return value


def _resolve(operand: Operand, item: Item | None) -> Any:
    kind = operand[0]
    if kind == "value":
        return operand[1]
    found = find(item, operand[1])
    if kind == "path":
        return found
    if kind == "if_not_exists":
        return _resolve(operand[2], item) if found is None else found
    return None if found is None else {"N": str(len(next(iter(found.values()))))}


def _compare(sign: str, left: Operand, right: Operand, item: Item | None) -> bool:
    one, other = _resolve(left, item), _resolve(right, item)
    if one is None or other is None:
        return False
    if set(one) != set(other):
        return sign == "<>"
    (kind, a), b = next(iter(one.items())), next(iter(other.values()))
    return _ORDER[sign](Decimal(a), Decimal(b)) if kind == "N" else _ORDER[sign](a, b)


def condition(expression: str, names: dict[str, str], values: dict[str, Any], used: set[str]) -> Condition:
    parser = _Parser(expression, names, values, used)
    parsed = parser.condition()
    parser.end()
    return parsed


def updated(
    item: Item, expression: str, names: dict[str, str], values: dict[str, Any], used: set[str]
) -> tuple[Item, tuple[Path, ...]]:
    """The item after an update expression, and the paths it touched; operands are read from the item before."""
    parser = _Parser(expression, names, values, used)
    changes: list[tuple[Path, Any]] = []
    while section := parser.accept("SET", "REMOVE", "ADD"):
        while True:
            changes.append(_change(parser, section, item))
            if not parser.accept(","):
                break
    parser.end()
    for path, value in changes:
        item = _with(item, path, value)
    return item, tuple(path for path, _ in changes)


def _change(parser: _Parser, section: str, item: Item) -> tuple[Path, Any]:
    path = parser.path()
    if section == "REMOVE":
        return path, None
    if section == "ADD":
        return path, _added(find(item, path), _resolve(parser.operand(), item))
    parser.take("=")
    value = _resolve(parser.operand(), item)
    if sign := parser.accept("+", "-"):
        value = _sum(value, sign, _resolve(parser.operand(), item))
    if value is None:
        raise ValidationError("the expression refers to an attribute that the item has not")
    return path, value


def _added(to: Any, value: Any) -> Any:
    """Numbers add up, sets of strings are united."""
    if "SS" not in value:
        return _sum(to or {"N": "0"}, "+", value)
    if to is not None and "SS" not in to:
        raise ValidationError("an operand is not a set of strings")
    return {"SS": sorted({*(to or value)["SS"], *value["SS"]})}


def _sum(left: Any, sign: str, right: Any) -> Any:
    if left is None or right is None or "N" not in left or "N" not in right:
        raise ValidationError("an operand is not a number")
    change = Decimal(right["N"]) if sign == "+" else -Decimal(right["N"])
    return {"N": str(Decimal(left["N"]) + change)}


def _with(item: Item, path: Path, value: Any) -> Item:
    first, *rest = path
    if rest:
        inner = item.get(first)
        if inner is None or "M" not in inner:
            raise ValidationError("the document path provided in the update expression is invalid for update")
        return {**item, first: {"M": _with(inner["M"], tuple(rest), value)}}
    if value is None:
        return {name: each for name, each in item.items() if name != first}
    return {**item, first: value}
