"""CloudFormation's intrinsic functions, as far as templates of ours use them."""

import re
from collections.abc import Callable
from typing import Any

NO_VALUE = object()

_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


class UnknownFunction(Exception):
    """The template uses an intrinsic function that is not implemented here."""


class Resolver:
    """Replaces intrinsic functions in a value by what they stand for."""

    def __init__(
        self,
        *,
        parameters: dict[str, str],
        conditions: dict[str, Any],
        mappings: dict[str, Any],
        attribute: Callable[[str, str], Any],
    ) -> None:
        """`attribute` answers for resources; an empty attribute name means `Ref`."""
        self._parameters = parameters
        self._conditions = conditions
        self._mappings = mappings
        self._attribute = attribute

    def resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

    def holds(self, condition: str) -> bool:
        return self._test(self._conditions[condition])

    def _call(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._ref(argument)
            case "Fn::GetAtt":
                logical_id, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
                return self._attribute(logical_id, self.resolve(attribute))
            case "Fn::Sub":
                return self._substitute(argument)
            case "Fn::If":
                condition, positive, negative = argument
                return self.resolve(positive if self.holds(condition) else negative)
            case "Fn::Join":
                separator, items = argument
                return separator.join(self.resolve(items))
            case "Fn::Select":
                index, items = argument
                return self.resolve(items)[int(index)]
            case "Fn::Split":
                separator, text = argument
                return self.resolve(text).split(separator)
            case "Fn::FindInMap":
                table, row, column = self.resolve(argument)
                return self._mappings[table][row][column]
        raise UnknownFunction(name)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        return self._parameters[name] if name in self._parameters else self._attribute(name, "")

    def _substitute(self, argument: Any) -> str:
        text, variables = argument if isinstance(argument, list) else (argument, {})

        def replacement(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return "${" + name + "}"
            if name in variables:
                return str(self.resolve(variables[name]))
            logical_id, _, attribute = name.partition(".")
            return str(self._attribute(logical_id, attribute) if attribute else self._ref(name))

        return _VARIABLE.sub(replacement, text)

    def _test(self, condition: Any) -> bool:
        name, argument = next(iter(condition.items()))
        match name:
            case "Condition":
                return self.holds(argument)
            case "Fn::Equals":
                left, right = self.resolve(argument)
                return bool(left == right)
            case "Fn::Not":
                return not self._test(argument[0])
            case "Fn::And":
                return all(map(self._test, argument))
            case "Fn::Or":
                return any(map(self._test, argument))
        raise UnknownFunction(name)
