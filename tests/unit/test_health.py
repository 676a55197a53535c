"""What checks add up to."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations_with_replacement, product

import pytest

from lull.domain import health
from lull.domain.announcements import Impact
from lull.domain.checks import Check, CheckStatus, Health
from lull.domain.health import ComponentStatus
from lull.domain.holds import MANUAL, Hold, of_deployment
from tests.builders import NOON, a_check
from tests.page_builders import an_announcement

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
    """Of none to six components, in every order: 55,987."""
    for count in range(7):
        yield from product(ComponentStatus, repeat=count)


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
    assert len(combinations) == sum(6**count for count in range(7))
    wrong = [each for each in combinations if health.overall(each) is not by_counting(each)]
    assert wrong == []


def test_maintenance_never_hides_trouble_elsewhere():
    """Whatever a page says without maintenance, more of its components under maintenance make it no better."""
    rank = {status: place for place, status in enumerate((FINE, MAINTENANCE, DEGRADED, PARTIAL, MAJOR))}
    for others in combinations_with_replacement(set(ComponentStatus) - {MAINTENANCE}, 4):
        for count in (1, 2):
            alone, together = health.overall(others), health.overall((*others, *[MAINTENANCE] * count))
            if alone is MAJOR:
                # Not all of the page is down then, and it still says that something is.
                assert together is PARTIAL
            else:
                assert rank[together] == max(rank[alone], rank[MAINTENANCE])


BEFORE, SINCE, AFTER = NOON - timedelta(hours=1), NOON, NOON + timedelta(hours=1)
HELD = (held_by(MANUAL), held_by(of_deployment(17)), held_by(MANUAL, of_deployment(17)))
CHECKS = [
    a_check(health=state, holds=holds, impacts=impacts, judged_at=judged_at)
    for state in Health
    for holds in ((), *HELD)
    for impacts in ({}, {3: 30})
    for judged_at in (BEFORE, AFTER)
]


def by_reading(check: Check, *, maintained: bool) -> ComponentStatus:
    """The table of the semantics for one check, line by line."""
    sources = {hold.source for hold in check.holds}
    down = check.health is Health.DOWN and not sources
    if maintained and not (down and check.judged_at == BEFORE):
        return MAINTENANCE
    if of_deployment(17) in sources:
        return MAINTENANCE
    if sources or check.health is Health.NEW:
        return UNKNOWN
    if down:
        return MAJOR
    return DEGRADED if check.health is Health.LATE or check.impacts else FINE


@pytest.mark.parametrize("maintained", [False, True])
def test_every_kind_of_check_shows_as_the_semantics_say(maintained):
    since = {1: SINCE} if maintained else {}
    assert [health.of_check(each, since) for each in CHECKS] == [
        by_reading(each, maintained=maintained) for each in CHECKS
    ]


def test_a_component_over_every_combination_of_up_to_six_checks_follows_the_rules():
    """By what each check shows: one check of each kind stands for all of its kind."""
    kinds = {health.of_check(check): check for check in CHECKS}
    assert set(kinds) == {MAJOR, DEGRADED, MAINTENANCE, FINE, UNKNOWN}
    for count in range(7):
        for statuses in combinations_with_replacement(kinds, count):
            monitored = [status for status in statuses if status is not UNKNOWN]
            expected = by_counting(statuses) if monitored else UNKNOWN
            assert health.of_checks(kinds[status] for status in statuses) is expected


def test_announcements_raise_what_a_component_shows_and_never_lower_it():
    raises = {Impact.NONE: UNKNOWN, Impact.MINOR: DEGRADED, Impact.MAJOR: PARTIAL, Impact.CRITICAL: MAJOR}
    severity = (UNKNOWN, FINE, MAINTENANCE, DEGRADED, PARTIAL, MAJOR)
    planned = {"scheduled_for": NOON, "scheduled_until": AFTER}
    for impact, status in raises.items():
        told = health.of_announcement(an_announcement(impact=impact))
        assert told is status
        assert health.of_announcement(an_announcement(impact=impact, **planned)) is MAINTENANCE
        for of_checks in ComponentStatus:
            assert health.worst([of_checks, told]) is max(of_checks, status, key=severity.index)


def test_every_overall_status_has_a_sentence():
    assert {health.overall(each) for each in product(ComponentStatus, repeat=2)} == set(health.SENTENCES)
