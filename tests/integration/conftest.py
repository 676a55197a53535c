"""A clock that a test moves."""

from datetime import timedelta

import pytest

from lull import clock


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
