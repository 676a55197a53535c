"""What checks add up to."""

from collections.abc import Iterator
from itertools import combinations_with_replacement, product

import pytest

from lull.domain import health
from lull.domain.checks import CheckStatus, Health
from lull.domain.health import ComponentStatus
from lull.domain.holds import MANUAL, Hold, of_deployment
from tests.builders import NOON, a_check

MAJOR = ComponentStatus.MAJOR_OUTAGE
PARTIAL = ComponentStatus.PARTIAL_OUTAGE
DEGRADED = ComponentStatus.DEGRADED_PERFORMANCE
MAINTENANCE = ComponentStatus.UNDER_MAINTENANCE
FINE = ComponentStatus.OPERATIONAL
UNKNOWN = ComponentStatus.NOT_MONITORED


def held_by(*sources: str):
    return tuple(Hold(source=source, actor="ci", since=NOON) for source in sources)


@pytest.mark.parametrize(
    ("check", "status"),
    [
        (a_check(health=Health.NEW), UNKNOWN),
        (a_check(health=Health.OK), FINE),
        (a_check(health=Health.LATE), DEGRADED),
        (a_check(health=Health.DOWN), MAJOR),
        (a_check(health=Health.DOWN, released_at=NOON), FINE),
        (a_check(health=Health.DOWN, holds=held_by(MANUAL)), UNKNOWN),
        (a_check(health=Health.DOWN, holds=held_by(of_deployment(17))), MAINTENANCE),
        (a_check(health=Health.OK, holds=held_by(MANUAL, of_deployment(17))), MAINTENANCE),
    ],
)
def test_a_check_shows_as_the_semantics_say(check, status):
    assert health.of_check(check) is status


def test_every_status_of_a_check_is_shown_as_something():
    assert set(health.OF_CHECK) == set(CheckStatus)


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        ([], UNKNOWN),
        ([Health.NEW, Health.NEW], UNKNOWN),
        ([Health.NEW, Health.OK], FINE),
        ([Health.DOWN, Health.DOWN, Health.NEW], MAJOR),
        ([Health.DOWN, Health.OK], PARTIAL),
        ([Health.DOWN, Health.LATE], PARTIAL),
        ([Health.LATE, Health.OK], DEGRADED),
    ],
)
def test_a_project_is_judged_over_its_monitored_checks(checks, status):
    assert health.of_checks(a_check(health=each) for each in checks) is status


@pytest.mark.parametrize(
    ("components", "status"),
    [
        ([], FINE),
        ([UNKNOWN], FINE),
        ([FINE, UNKNOWN], FINE),
        ([MAINTENANCE, FINE], MAINTENANCE),
        ([MAINTENANCE, DEGRADED], DEGRADED),
        ([MAINTENANCE, MAJOR], PARTIAL),
        ([MAJOR, MAJOR, UNKNOWN], MAJOR),
        ([MAJOR, FINE], PARTIAL),
        ([PARTIAL, PARTIAL], PARTIAL),
        ([DEGRADED, FINE], DEGRADED),
    ],
)
def test_a_page_shows_its_worst_problem_first(components, status):
    assert health.overall(components) is status


def every_combination() -> Iterator[tuple[ComponentStatus, ...]]:
    for count in range(7):
        yield from combinations_with_replacement(ComponentStatus, count)


def by_counting(components: tuple[ComponentStatus, ...]) -> ComponentStatus:
    """The rules of the semantics once more, in their own words."""
    monitored = len(components) - components.count(UNKNOWN)
    major = components.count(MAJOR)
    if major and major == monitored:
        return MAJOR
    if major or PARTIAL in components:
        return PARTIAL
    if DEGRADED in components:
        return DEGRADED
    return MAINTENANCE if MAINTENANCE in components else FINE


def test_the_overall_status_of_every_combination_of_up_to_six_components_follows_the_rules():
    combinations = list(every_combination())
    assert len(combinations) == 924
    wrong = [each for each in combinations if health.overall(each) is not by_counting(each)]
    assert wrong == []


def test_the_order_of_components_does_not_matter():
    for components in product(ComponentStatus, repeat=3):
        assert health.overall(components) is health.overall(sorted(components))


def test_every_overall_status_has_a_sentence():
    assert {health.overall(each) for each in every_combination()} == set(health.SENTENCES)
