"""A process that is killed at a call of the table, before or after the call is made."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from lull import aws


class Killed(BaseException):
    pass


class Cut:
    """DynamoDB until a call: there it is killed, before or after the call is made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: float = math.inf
        self.after = False
        client = aws.client
        self._table = client("dynamodb")
        monkeypatch.setattr("lull.aws.client", lambda service: self if service == "dynamodb" else client(service))

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._table, name)

        def call(**arguments: Any) -> Any:
            self.calls -= 1
            if self.calls < 0 and not self.after:
                raise Killed
            answer = method(**arguments)
            if self.calls < 0:
                raise Killed
            return answer

        return method if name == "exceptions" else call

    def kills(self, work: Callable[[], object], *, at_call: int, after: bool) -> bool:
        self.calls, self.after = at_call, after
        try:
            work()
        except Killed:
            return True
        finally:
            self.calls = math.inf
        return False
