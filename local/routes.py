"""The HTTP API's routes: which function answers which method and path."""

import re
from dataclasses import dataclass
from typing import Any

_METHODS = {"get", "head", "options", "put", "patch", "post", "delete"}
_ANY = "x-amazon-apigateway-any-method"
_DEFAULT = "$default"
_FUNCTION_ARN = re.compile(r"functions/(arn:aws:lambda:[^/]+)/invocations")


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    function_arn: str

    @property
    def key(self) -> str:
        return self.path if self.path == _DEFAULT else f"{self.method} {self.path}"

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The path parameters, or None when the request is not for this route."""
        if self.method not in ("ANY", method):
            return None
        if self.path == _DEFAULT:
            return {}
        found = re.fullmatch(_pattern(self.path), path, re.DOTALL)
        return found.groupdict() if found else None

    @property
    def rank(self) -> tuple[bool, bool, int, bool]:
        """API Gateway prefers full matches, then the most specific greedy one, then `$default`."""
        return (self.path == _DEFAULT, "+}" in self.path, -len(self.path), self.method == "ANY")


def routes(apis: dict[str, Any]) -> tuple[Route, ...]:
    """All routes, best match first."""
    found = [
        Route(method, path, _function(operation))
        for api in apis.values()
        for path, operations in api.get("Body", {}).get("paths", {}).items()
        for name, operation in operations.items()
        if (method := _method(name))
    ]
    return tuple(sorted(found, key=lambda route: route.rank))


def _method(name: str) -> str | None:
    if name == _ANY:
        return "ANY"
    return name.upper() if name in _METHODS else None


def _function(operation: dict[str, Any]) -> str:
    integration = operation["x-amazon-apigateway-integration"]
    if integration["payloadFormatVersion"] != "2.0":
        raise ValueError(f"payload format {integration['payloadFormatVersion']} is not implemented locally")
    found = _FUNCTION_ARN.search(integration["uri"])
    if not found:
        raise ValueError(f"not a Lambda integration: {integration['uri']}")
    return found[1]


def _pattern(path: str) -> str:
    pattern = ""
    for part in re.split(r"(\{[^}]+\})", path):
        if part.endswith("+}"):
            pattern += f"(?P<{part[1:-2]}>.+)"
        elif part.startswith("{"):
            pattern += f"(?P<{part[1:-1]}>[^/]+)"
        else:
            pattern += re.escape(part)
    return pattern
