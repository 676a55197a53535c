"""Secrets Manager in memory. What the SDK repeats bears the token of its first try, which AWS knows again."""

from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
Reply = tuple[int, Body]


def _refusal(code: str) -> Reply:
    return 400, {"__type": code, "Message": code}


@dataclass
class Vault:
    secrets: dict[str, str] = field(default_factory=dict)
    _tokens: dict[str, str | None] = field(default_factory=dict)

    def call(self, operation: str, request: Body) -> Reply:
        if operation == "CreateSecret":
            return self._create(request)
        name = request["SecretId"]
        if name not in self.secrets:
            return _refusal("ResourceNotFoundException")
        if operation == "DeleteSecret":
            del self.secrets[name]
            return 200, {"Name": name}
        return 200, {"Name": name, "SecretString": self.secrets[name]}

    def _create(self, request: Body) -> Reply:
        name, token = request["Name"], request.get("ClientRequestToken")
        if name in self.secrets and (token is None or self._tokens[name] != token):
            return _refusal("ResourceExistsException")
        self.secrets[name], self._tokens[name] = request["SecretString"], token
        return 200, {"Name": name}
