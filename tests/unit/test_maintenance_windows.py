"""The life of a maintenance window, and what it suppresses when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from lull.domain import maintenance_windows as domain
from lull.domain.errors import Conflict, Invalid
from lull.domain.machine import move
from lull.domain.maintenance_windows import MAX_PROJECTS, TRANSITIONS, Occurrence, Outcome, State
from tests.builders import NOON, a_maintenance_window

HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=1)
LEGAL = {
    (State.SCHEDULED, State.ACTIVE),
    (State.SCHEDULED, State.CANCELLED),
    (State.ACTIVE, State.COMPLETED),
    (State.ACTIVE, State.CANCELLED),
    (State.ACTIVE, State.SCHEDULED),
}
NIGHTLY = {"recurring_cron": "30 2 * * *", "timezone": "Europe/Berlin"}


@pytest.mark.parametrize(("source", "target"), list(product(State, State)))
def test_every_move_is_legal_or_refused(source, target):
    if (source, target) in LEGAL:
        assert move(TRANSITIONS, source, target, noun="window") is target
    else:
        with pytest.raises(Conflict):
            move(TRANSITIONS, source, target, noun="window")


@pytest.mark.parametrize(
    ("start", "end", "state"),
    [(HOUR, 2 * HOUR, State.SCHEDULED), (-HOUR, HOUR, State.ACTIVE), (0 * HOUR, HOUR, State.ACTIVE)],
)
def test_a_window_is_active_at_once_if_it_has_begun(start, end, state):
    window = a_maintenance_window(start_at=NOON + start, end_at=NOON + end)
    assert domain.planned(window, at=NOON).state is state


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start_at": NOON - 2 * HOUR, "end_at": NOON - HOUR}, "endAt"),
        ({"end_at": NOON}, "endAt"),
        ({"end_at": NOON - MOMENT}, "endAt"),
        ({"project_ids": ()}, "projectIds"),
        ({"project_ids": tuple(range(1, MAX_PROJECTS + 2))}, "projectIds"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"recurring_cron": "0 3 * *"}, "recurringCron"),
        ({"recurring_cron": "0 0 31 2 *"}, "recurringCron"),
        ({"recurring_cron": "0 * * * *"}, "endAt"),
    ],
)
def test_what_contradicts_itself_or_the_clock_is_refused_by_name(changes, field):
    with pytest.raises(Invalid) as refused:
        domain.planned(a_maintenance_window(**changes), at=NOON)
    assert [error.field for error in refused.value.errors] == [field]


def test_every_wrong_field_is_named_at_once():
    with pytest.raises(Invalid) as refused:
        domain.planned(a_maintenance_window(end_at=NOON, project_ids=()), at=NOON)
    assert {error.field for error in refused.value.errors} == {"endAt", "projectIds"}


def test_edits_are_counted_and_told_with_what_is_suppressed():
    first = domain.planned(a_maintenance_window(end_at=NOON + HOUR), at=NOON)
    second = domain.planned(replace(first, name="Other"), at=NOON, was=first)
    assert [first.edits, second.edits] == [0, 1]
    told = domain.suppression(replace(second, occurrence=4))
    assert told is not None
    assert (told.occurrence, told.edits, told.planned_at) == (4, 1, NOON)


@pytest.mark.parametrize("state", State)
def test_only_a_scheduled_window_can_be_changed(state):
    window = a_maintenance_window(state=state)
    if state is State.SCHEDULED:
        domain.require_editable(window)
    else:
        with pytest.raises(Conflict):
            domain.require_editable(window)


@pytest.mark.parametrize("state", State)
def test_suppression_follows_from_the_times_and_not_from_the_state(state):
    suppression = domain.suppression(a_maintenance_window(state=state, suppress_alerts=False))
    if state in (State.COMPLETED, State.CANCELLED):
        assert suppression is None
        return
    assert suppression
    assert (suppression.alerts, suppression.incidents) == (False, True)
    moments = [NOON - MOMENT, NOON, NOON + 2 * HOUR - MOMENT, NOON + 2 * HOUR]
    assert [suppression.is_in_effect(moment) for moment in moments] == [False, True, True, False]


def test_nothing_happens_before_its_time():
    window = a_maintenance_window()
    assert domain.next_step(window, at=NOON - MOMENT) is None
    active, over = domain.next_step(window, at=NOON) or (None, None)
    assert active
    assert (active.state, over) == (State.ACTIVE, None)
    assert domain.next_step(active, at=NOON + 2 * HOUR - MOMENT) is None


def test_a_window_that_takes_place_once_is_completed():
    completed, over = domain.next_step(a_maintenance_window(state=State.ACTIVE), at=NOON + 9 * HOUR) or (None, None)
    assert completed
    assert (completed.state, completed.due_at) == (State.COMPLETED, None)
    assert over == Occurrence(start_at=NOON, end_at=NOON + 2 * HOUR, outcome=Outcome.COMPLETED, project_ids=(1,))
    assert domain.next_step(completed, at=NOON + 99 * HOUR) is None


def test_a_recurring_one_waits_for_its_next_occurrence_which_lasts_as_long():
    start = datetime(2026, 3, 27, 1, 30, tzinfo=UTC)
    window = a_maintenance_window(state=State.ACTIVE, start_at=start, end_at=start + HOUR, **NIGHTLY)
    planned = []
    for _ in range(6):
        step = domain.next_step(window, at=start + 99 * 24 * HOUR)
        assert step
        window = step[0]
        if window.state is State.SCHEDULED:
            planned.append((window.start_at, window.duration))
    assert planned == [
        (datetime(2026, 3, 28, 1, 30, tzinfo=UTC), HOUR),
        # 02:30 does not exist on the night of the 29th.
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), HOUR),
        (datetime(2026, 3, 30, 0, 30, tzinfo=UTC), HOUR),
    ]


def test_400_occurrences_in_a_row_with_every_wake_up_59_seconds_late_neither_drift_nor_miss_nor_repeat():
    start = datetime(2026, 1, 1, 1, 30, tzinfo=UTC)
    window = a_maintenance_window(start_at=start, end_at=start + HOUR, **NIGHTLY)
    late = timedelta(seconds=59)
    begun: list[datetime] = []
    ended: list[datetime] = []
    while len(ended) < 400:
        assert window.due_at
        step = domain.next_step(window, at=window.due_at + late)
        assert step
        window, over = step
        if window.state is State.ACTIVE:
            begun.append(window.start_at)
        if over:
            ended.append(over.start_at)
    assert begun == ended
    days = [(moment + timedelta(hours=1)).date() for moment in begun]
    assert days == [days[0] + timedelta(days=number) for number in range(400)]


@pytest.mark.parametrize("state", [State.SCHEDULED, State.ACTIVE])
def test_cancelling_ends_the_series_and_cuts_short_what_has_begun(state):
    window = a_maintenance_window(state=state, recurring_cron="0 12 * * *")
    cancelled, cut_short = domain.cancelled(window, at=NOON + HOUR, by="ada")
    assert (cancelled.state, cancelled.due_at, cancelled.cancelled_by) == (State.CANCELLED, None, "ada")
    assert cut_short == Occurrence(start_at=NOON, end_at=NOON + HOUR, outcome=Outcome.CANCELLED, project_ids=(1,))


def test_one_that_is_called_off_before_it_began_has_no_occurrence():
    assert domain.cancelled(a_maintenance_window(), at=NOON - HOUR, by="ada")[1] is None


@pytest.mark.parametrize("state", [State.COMPLETED, State.CANCELLED])
def test_what_is_over_cannot_be_cancelled(state):
    with pytest.raises(Conflict):
        domain.cancelled(a_maintenance_window(state=state), at=NOON, by="ada")


def test_a_window_was_in_effect_in_the_projects_of_each_occurrence_and_is_in_those_of_its_own():
    window = a_maintenance_window(start_at=NOON, end_at=NOON + HOUR, project_ids=(1, 2))
    days = [timedelta(days=number) for number in (3, 2, 1)]
    # One of another time, one that says nothing because it is older than the field, and one that is cut short.
    over = [
        Occurrence(start_at=NOON - days[0], end_at=NOON - days[0] + HOUR, outcome=Outcome.COMPLETED, project_ids=(3,)),
        Occurrence(start_at=NOON - days[1], end_at=NOON - days[1] + HOUR, outcome=Outcome.COMPLETED),
        Occurrence(
            start_at=NOON - days[2], end_at=NOON - days[2] + MOMENT, outcome=Outcome.CANCELLED, project_ids=(1,)
        ),
    ]
    first, second, third = [(each.start_at, each.end_at) for each in over]
    own = (NOON, NOON + HOUR)
    found = [domain.in_project(window, over, project_id) for project_id in (1, 2, 3, 4)]
    assert found == [[second, third, own], [second, own], [first], []]


@pytest.mark.parametrize(
    ("state", "over_at"),
    [
        (State.SCHEDULED, None),
        (State.ACTIVE, None),
        (State.COMPLETED, NOON + 2 * HOUR),
        (State.CANCELLED, NOON - HOUR),
    ],
)
def test_a_window_that_is_over_says_since_when_and_is_not_in_effect_any_more(state, over_at):
    window = a_maintenance_window(state=state, cancelled_at=NOON - HOUR if state is State.CANCELLED else None)
    assert window.over_at == over_at
    assert (domain.in_project(window, [], 1) == []) is (over_at is not None)
