"""DORA's metrics, each worked out by hand."""

from datetime import timedelta

from lull.domain.component_deployments import Status, moved
from lull.domain.dora import metrics
from lull.domain.incidents import Incident, IncidentState, Reason, Severity
from tests.builders import NOON
from tests.unit.test_component_deployments import a_deployment

BEHIND = {("c", "e"): [10]}


def at(minutes: float):
    """So many minutes before the end of the period."""
    return NOON - timedelta(minutes=minutes)


def a_success(number: int, minutes: float, **fields):
    values = {"status": Status.SUCCEEDED, "started_at": at(minutes + 5), "finished_at": at(minutes), **fields}
    return a_deployment(id=f"d{number}", **values)


def an_incident(number: int, opened: float, resolved: float | None = None, check_id: int = 10) -> Incident:
    return Incident(
        id=number,
        workspace_id=1,
        check_id=check_id,
        reason=Reason.SERVICE_DOWN,
        severity=Severity.CRITICAL,
        title="down",
        state=IncidentState.ACTIVE if resolved is None else IncidentState.RESOLVED,
        opened_at=at(opened),
        resolved_at=None if resolved is None else at(resolved),
    )


def found(deployments, incidents=(), *, days=10, behind=BEHIND, failures=()):
    return metrics(deployments, incidents, behind, failures, days=days, until=NOON)


def test_nothing_is_not_zero():
    nothing = found([])
    assert nothing.deployment_frequency.per_day is None
    assert nothing.change_lead_time.p50_seconds is None
    assert nothing.change_fail_rate.rate is None
    assert nothing.failed_deployment_recovery_time.p90_seconds is None
    assert nothing.rework_rate.rate is None
    assert nothing.failed_deployments == 0


def test_frequency_counts_what_succeeded_in_the_period_once():
    inside = [a_success(number, number * 60) for number in range(1, 6)]
    outside = [a_success(8, -1), a_success(9, 10 * 24 * 60)]
    pipeline = [a_deployment(Status.FAILED, id="f", finished_at=at(5)), a_deployment(Status.IN_PROGRESS, id="r")]
    result = found([*inside, *outside, *pipeline], failures=[at(5), at(10 * 24 * 60), at(-1)])
    assert (result.deployment_frequency.deployments, result.deployment_frequency.per_day) == (5, 0.5)
    assert result.deployment_frequency.per_week == 3.5
    assert result.failed_deployments == 1


def test_lead_time_is_from_commit_to_success_by_nearest_rank():
    leads = [a_success(number, 10, commit_timestamp=at(10 + number)) for number in range(1, 11)]
    strange = [a_success(20, 10), a_success(21, 10, commit_timestamp=at(9))]
    lead = found([*leads, *strange]).change_lead_time
    assert (lead.samples, lead.p50_seconds, lead.p90_seconds) == (10, 300, 540)


def test_a_change_fails_by_an_incident_soon_after_it_and_before_the_next():
    deployments = [a_success(1, 300), a_success(2, 200), a_success(3, 190)]
    cases = [
        ([an_incident(1, 299)], 1),
        ([an_incident(1, 300)], 1),
        ([an_incident(1, 240)], 0),
        ([an_incident(1, 301)], 0),
        ([an_incident(1, 185)], 1),
        ([an_incident(1, 185), an_incident(2, 180)], 1),
        ([an_incident(1, 195), an_incident(2, 185)], 2),
        ([an_incident(1, 299, check_id=11)], 0),
    ]
    for incidents, count in cases:
        rate = found(deployments, incidents).change_fail_rate
        assert (rate.samples, rate.count) == (3, count), incidents
    assert found(deployments, [an_incident(1, 299)]).change_fail_rate.rate == 0.3333
    assert found(deployments, [an_incident(1, 299)], behind={}).change_fail_rate.count == 0


def test_a_rollback_is_a_failure():
    rolled = a_success(1, 60, status=Status.ROLLED_BACK, rolled_back_at=at(40))
    result = found([rolled, a_success(2, 500)])
    assert (result.change_fail_rate.samples, result.change_fail_rate.count) == (2, 1)
    assert result.failed_deployment_recovery_time.p50_seconds == 20 * 60


def test_recovery_is_whatever_came_first():
    failed = a_success(1, 100)
    cases = [
        ([failed], [an_incident(1, 90, 70)], 20 * 60),
        ([failed, a_success(2, 80)], [an_incident(1, 90, 70)], 10 * 60),
        ([a_success(1, 100, status=Status.ROLLED_BACK, rolled_back_at=at(85))], [an_incident(1, 90, 70)], 5 * 60),
        ([failed], [an_incident(1, 90, 70), an_incident(2, 80, 50)], 40 * 60),
        ([failed], [an_incident(1, 90, 70), an_incident(2, 80)], None),
        ([failed], [an_incident(1, 90)], None),
    ]
    for deployments, incidents, seconds in cases:
        recovery = found(deployments, incidents).failed_deployment_recovery_time
        assert recovery.p50_seconds == seconds, incidents
        assert recovery.samples == (0 if seconds is None else 1)


def test_rework_says_so_or_begins_in_an_incident():
    assert found([a_success(1, 60, unplanned=True), a_success(2, 50)]).rework_rate.rate == 0.5
    # It begins five minutes before it succeeds.
    for opened, resolved, count in [(66, 64, 1), (65, None, 1), (64, None, 0), (80, 65, 0)]:
        assert found([a_success(1, 60)], [an_incident(1, opened, resolved)]).rework_rate.count == count, opened


def test_places_do_not_share_incidents():
    other = a_success(2, 299, component_id="other")
    result = found([a_success(1, 300), other], [an_incident(1, 298)], behind={**BEHIND, ("other", "e"): [11]})
    assert result.change_fail_rate.count == 1


def test_another_try_does_not_undo_what_users_had():
    rolled = a_success(1, 60, status=Status.ROLLED_BACK, rolled_back_at=at(40))
    for tries in (
        [moved(rolled, Status.PENDING, at=at(30))],
        [moved(moved(rolled, Status.PENDING, at=at(30)), Status.IN_PROGRESS, at=at(25))],
    ):
        result = found(tries)
        assert (result.change_fail_rate.samples, result.change_fail_rate.count) == (1, 1)
        assert result.failed_deployment_recovery_time.p50_seconds == 20 * 60
    again = moved(tries[0], Status.SUCCEEDED, at=at(20))
    result = found([again])
    assert (result.deployment_frequency.deployments, result.change_fail_rate.count) == (2, 1)
    twice = moved(moved(again, Status.ROLLED_BACK, at=at(10)), Status.PENDING, at=at(5))
    assert found([twice]).change_fail_rate.rate == 1.0
    assert [each.attempt for each in twice.rolled_back] == [1, 2]
