"""Whatever order reports come in, and however often, what becomes of a deployment is what their own order implies."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lull.domain.component_deployments import TRANSITIONS, ComponentDeployment, Reason, Status
from lull.domain.deployment_reports import Report, reported
from tests.builders import NOON
from tests.unit.test_component_deployments import a_deployment

NOW = NOON + timedelta(hours=1)
PENDING, RUNNING, DONE, FAILED = Status.PENDING, Status.IN_PROGRESS, Status.SUCCEEDED, Status.FAILED


def a_report(status: Status, minute: int, attempt: int | None = 1, **changes) -> Report:
    return Report(
        **{
            "key": "github:42:1",
            "status": status,
            "at": NOON + timedelta(minutes=minute),
            "attempt": attempt,
            "version": "v1",
            **changes,
        }
    )


# What GitHub and GitLab may say of one deployment: it fails, and later succeeds; it is tried again.
HISTORY = (
    a_report(PENDING, 0),
    a_report(RUNNING, 1),
    a_report(FAILED, 2),
    a_report(DONE, 3),
    a_report(FAILED, 4),
    a_report(PENDING, 5, attempt=2),
    a_report(RUNNING, 6, attempt=2),
    a_report(FAILED, 7, attempt=2),
    a_report(DONE, 8, attempt=2),
)


def told(*reports: Report, was: ComponentDeployment | None = None) -> ComponentDeployment:
    """What becomes of a deployment that these are told of in this order; each step is one of the transition table."""
    deployment = was or a_deployment(attempt=reports[0].attempt or 1)
    for number, report in enumerate(reports):
        outcome = reported(deployment, report, at=NOW + timedelta(minutes=number))
        here = deployment.status
        for step in outcome.steps:
            assert step in TRANSITIONS[here] or step is here, (here, outcome.steps)
            here = step
        assert here is outcome.deployment.status
        deployment = outcome.deployment
    return deployment


def implied(reports: tuple[Report, ...]) -> tuple[object, ...]:
    """What their own order says, by hand: the last end of the last attempt, or else how far it has come."""
    last = max(report.attempt or 1 for report in reports)
    ordered = sorted((each for each in reports if each.attempt == last), key=lambda each: each.at)
    ends = [each for each in ordered if each.status in (DONE, FAILED)]
    begun = [each for each in ordered if each.status is not PENDING]
    status = ends[-1].status if ends else RUNNING if begun else PENDING
    return last, status, begun[0].at if begun else None, ends[-1].at if ends else None


def summary(deployment: ComponentDeployment) -> tuple[object, ...]:
    return deployment.attempt, deployment.status, deployment.started_at, deployment.finished_at


def one_record(reports: tuple[Report, ...]) -> bool:
    """Whether all are about one record: what follows a success is another."""
    again = any(report.attempt == 2 for report in reports)
    return not (again and any(report.status is DONE and report.attempt == 1 for report in reports))


STORIES = [reports for size in range(1, 6) for reports in itertools.combinations(HISTORY, size) if one_record(reports)]


def test_every_order_of_up_to_five_reports_comes_to_what_their_own_order_implies():
    cases = 0
    for reports in STORIES:
        expected = implied(reports)
        for order in itertools.permutations(reports):
            assert summary(told(*order)) == expected, order
            cases += 1
    assert cases > 8_000


def test_repetitions_anywhere_change_nothing():
    cases = 0
    for reports in STORIES:
        if len(reports) > 3:
            continue
        for order in itertools.product(reports, repeat=len(reports) + 1):
            if set(order) == set(reports):
                assert summary(told(*order)) == implied(reports), order
                cases += 1
    assert cases > 1_500


def test_a_report_that_is_told_again_says_what_is_known():
    for size in (1, 2):
        for order in itertools.permutations(HISTORY, size):
            if one_record(order):
                deployment = told(*order)
                outcome = reported(deployment, order[-1], at=NOW)
                assert (outcome.steps, outcome.deployment) == ((), deployment)


def test_a_success_that_nobody_said_had_begun_goes_through_its_steps():
    outcome = reported(a_deployment(), a_report(DONE, 3), at=NOW)
    assert outcome.steps == (RUNNING, DONE)
    assert (outcome.deployment.started_at, outcome.deployment.finished_at) == (NOON + timedelta(minutes=3),) * 2


@pytest.mark.parametrize(
    ("before", "report", "steps"),
    [
        ((a_report(FAILED, 2),), a_report(DONE, 3), (PENDING, RUNNING, DONE)),
        ((a_report(DONE, 2),), a_report(FAILED, 3), (Status.ROLLED_BACK, PENDING, FAILED)),
        ((a_report(DONE, 2),), a_report(DONE, 3), (DONE,)),
        ((a_report(DONE, 2),), a_report(FAILED, 1), ()),
        ((a_report(DONE, 2),), a_report(RUNNING, 3), ()),
        ((a_report(RUNNING, 2),), a_report(PENDING, 3), ()),
        ((a_report(RUNNING, 2),), a_report(RUNNING, 3, attempt=2), (FAILED, PENDING, RUNNING)),
        ((a_report(FAILED, 2),), a_report(PENDING, 3, attempt=2), (PENDING,)),
        ((a_report(RUNNING, 2, attempt=2),), a_report(FAILED, 3), ()),
        # Of two that ended in the same second, it runs.
        ((a_report(DONE, 2),), a_report(FAILED, 2), ()),
        ((a_report(FAILED, 2),), a_report(DONE, 2), (PENDING, RUNNING, DONE)),
        # Who says nothing of attempts means the one that is known.
        ((a_report(RUNNING, 2, attempt=3),), a_report(DONE, 3, attempt=None), (DONE,)),
    ],
)
def test_the_way_that_a_report_takes(before, report, steps):
    assert reported(told(*before), report, at=NOW).steps == steps


def test_what_a_person_rolled_back_only_a_newer_success_brings_back():
    was = replace(
        told(a_report(DONE, 2)), status=Status.ROLLED_BACK, finished_at=None, updated_at=NOON + timedelta(minutes=5)
    )
    assert reported(was, a_report(DONE, 2), at=NOW).steps == ()
    assert reported(was, a_report(FAILED, 6), at=NOW).steps == ()
    assert reported(was, a_report(DONE, 6), at=NOW).steps == (PENDING, RUNNING, DONE)
    assert reported(was, a_report(RUNNING, 6, attempt=2), at=NOW).steps == (PENDING, RUNNING)


def test_whoever_says_how_it_went_knows_better_than_our_deadline():
    given_up = a_deployment(
        FAILED, reason=Reason.TIMED_OUT, finished_at=NOON + timedelta(hours=1), max_duration_seconds=3600
    )
    assert reported(given_up, a_report(DONE, 30), at=NOW).deployment.finished_at == NOON + timedelta(minutes=30)
    assert reported(given_up, a_report(RUNNING, 30), at=NOW).steps == ()
    # Where the pipeline itself timed out, that stands.
    said = told(a_report(RUNNING, 1), a_report(FAILED, 30, reason=Reason.TIMED_OUT))
    assert said.reason is Reason.TIMED_OUT
    assert reported(said, a_report(DONE, 20), at=NOW).steps == ()


def test_facts_are_filled_in_and_never_overwritten():
    first = reported(a_deployment(), a_report(RUNNING, 1, link="https://a.example", ref="main"), at=NOW).deployment
    second = reported(first, a_report(DONE, 2, link="https://b.example", commit_sha="9fceb02"), at=NOW).deployment
    assert (second.link, second.ref, second.commit_sha) == ("https://a.example", "main", "9fceb02")


def test_time_does_not_go_back():
    later = a_deployment(updated_at=NOW + timedelta(days=1))
    assert reported(later, a_report(RUNNING, 1), at=NOW).deployment.updated_at == later.updated_at
    assert isinstance(later.updated_at, datetime)
