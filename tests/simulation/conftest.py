"""How much is simulated, and how the figures get into the report."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

_SHORT = 10
_FIGURE = "figure"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("simulation")
    group.addoption("--seeds", type=int, default=_SHORT, help="how many random worlds to live through")
    group.addoption("--seed", type=int, default=None, help="live through this one only")


@dataclass(frozen=True, slots=True)
class Effort:
    seeds: range
    thorough: bool


@pytest.fixture
def effort(pytestconfig: pytest.Config) -> Effort:
    """The options; without them (this folder was not named on the command line) the short run."""
    only = pytestconfig.getoption("--seed", None)
    count = pytestconfig.getoption("--seeds", _SHORT)
    seeds = range(count) if only is None else range(only, only + 1)
    return Effort(seeds, bool(pytestconfig.getoption("--thorough", False)))


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say a figure: in the output, in the report and in the summary."""

    def say(text: str) -> None:
        print(text)
        record_property(_FIGURE, text)

    return say


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    figures = [
        text
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, text in report.user_properties
        if name == _FIGURE
    ]
    if figures:
        terminalreporter.section("simulation")
        for text in figures:
            terminalreporter.write_line(str(text))
