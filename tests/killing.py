"""A process that is killed at a call of the table, or of another service, before or after the call is made."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lull import aws


class Killed(BaseException):
    pass


class Cut:
    """Services until a call of any of them: there it is killed, before or after the call is made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, services: Sequence[str] = ("dynamodb",)) -> None:
        self.calls: float = math.inf
        self.after = False
        client = aws.client
        cuts = {service: _Service(self, client(service)) for service in services}
        monkeypatch.setattr("lull.aws.client", lambda service: cuts.get(service) or client(service))

    def call(self, method: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        self.calls -= 1
        if self.calls < 0 and not self.after:
            raise Killed
        answer = method(**arguments)
        if self.calls < 0:
            raise Killed
        return answer

    def kills(self, work: Callable[[], object], *, at_call: int, after: bool) -> bool:
        self.calls, self.after = at_call, after
        try:
            work()
        except Killed:
            return True
        finally:
            self.calls = math.inf
        return False


class _Service:
    def __init__(self, cut: Cut, client: Any) -> None:
        self._cut = cut
        self._client = client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        return method if name == "exceptions" else lambda **arguments: self._cut.call(method, arguments)
