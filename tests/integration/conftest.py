"""A clock that a test moves, and a service that checks may probe."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lull import clock
from tests.services import Service
from tests.web_servers import served


class Time:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.at)

    def passes(self, **delta: float) -> None:
        self.at += timedelta(**delta)

    def after(self, **delta: float) -> str:
        return (self.at + timedelta(**delta)).isoformat()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


@pytest.fixture
def service(stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("PRIVATE_TARGETS", "127.0.0.0/8")
    made = Service()
    with served(made.answer) as made.server:
        yield made
