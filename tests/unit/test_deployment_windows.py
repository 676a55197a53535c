"""The rules of deployment windows."""

from datetime import timedelta
from itertools import product

import pytest

from lull.domain.deployment_windows import (
    TRANSITIONS,
    Edge,
    EndReason,
    State,
    Step,
    ended,
    next_step,
    reason_of_end,
    reported,
    started,
)
from lull.domain.errors import Conflict, Invalid
from lull.domain.machine import move
from tests.builders import NOON, a_deployment_window

HOUR = timedelta(hours=1)
LEGAL = {(State.SCHEDULED, State.ACTIVE), (State.SCHEDULED, State.ENDED), (State.ACTIVE, State.ENDED)}


@pytest.mark.parametrize(("source", "target"), list(product(State, State)))
def test_every_move_is_legal_or_refused(source, target):
    if (source, target) in LEGAL:
        assert move(TRANSITIONS, source, target, noun="deployment") is target
    else:
        with pytest.raises(Conflict):
            move(TRANSITIONS, source, target, noun="deployment")


@pytest.mark.parametrize(
    ("described", "state", "started_at"),
    [
        ({}, State.ACTIVE, NOON),
        ({"started_at": NOON - HOUR}, State.ACTIVE, NOON - HOUR),
        ({"started_at": NOON - HOUR, "ended_at": NOON}, State.ENDED, NOON - HOUR),
        ({"scheduled_start_at": NOON + HOUR}, State.SCHEDULED, None),
        ({"scheduled_start_at": NOON}, State.ACTIVE, NOON),
        ({"scheduled_start_at": NOON - HOUR, "scheduled_end_at": NOON + HOUR}, State.ACTIVE, NOON),
        ({"scheduled_end_at": NOON + HOUR}, State.ACTIVE, NOON),
    ],
)
def test_a_report_decides_where_it_begins(described, state, started_at):
    window = reported(a_deployment_window(**described), at=NOON)
    assert (window.state, window.started_at) == (state, started_at)


def test_every_contradiction_of_a_report_is_named_at_once():
    with pytest.raises(Invalid) as refused:
        reported(a_deployment_window(started_at=NOON + HOUR, ended_at=NOON + HOUR, scheduled_end_at=NOON), at=NOON)
    assert [error.field for error in refused.value.errors] == ["startedAt", "endedAt", "endedAt", "scheduledEndAt"]


def test_a_forgotten_window_ends_by_itself_after_its_longest_duration():
    window = reported(a_deployment_window(started_at=NOON - 100 * HOUR), at=NOON)
    assert window.ends_by_itself_at == NOON + 24 * HOUR, "counted from when it became active here"
    assert next_step(window, at=NOON + 24 * HOUR - timedelta(seconds=1)) is None
    assert next_step(window, at=NOON + 24 * HOUR) is Step.END
    assert reason_of_end(window) is EndReason.TIMED_OUT


def test_wake_ups_follow_the_state():
    scheduled = reported(a_deployment_window(scheduled_start_at=NOON + HOUR, scheduled_end_at=NOON + 2 * HOUR), at=NOON)
    assert scheduled.wakeups == {Edge.START: NOON + HOUR, Edge.END: NOON + 2 * HOUR}
    active = started(scheduled, check_ids=(), at=NOON + HOUR)
    assert active.wakeups == {Edge.END: NOON + 2 * HOUR}
    assert ended(active, at=NOON + 2 * HOUR, reason=EndReason.SCHEDULED).wakeups == {}


def test_a_wake_up_before_its_time_finds_nothing_to_do():
    window = reported(a_deployment_window(scheduled_start_at=NOON + HOUR), at=NOON)
    assert next_step(window, at=NOON + HOUR - timedelta(milliseconds=1)) is None
    assert next_step(window, at=NOON + HOUR) is Step.START


def test_a_start_that_comes_after_the_end_is_missed_and_pauses_nothing():
    window = reported(a_deployment_window(scheduled_start_at=NOON + HOUR, scheduled_end_at=NOON + 2 * HOUR), at=NOON)
    assert next_step(window, at=NOON + 2 * HOUR) is Step.MISS


def test_what_is_still_to_be_held_is_due_at_once_and_what_is_to_be_released_too():
    active = reported(a_deployment_window(auto_pause=True, check_ids=(1, 2, 3)), at=NOON)
    assert (active.to_hold, active.due_at) == ((1, 2, 3), NOON)
    assert next_step(active, at=NOON) is Step.HOLD
    held = a_deployment_window(
        state=State.ENDED, auto_pause=True, check_ids=(1, 2, 3), held=2, released=1, ended_at=NOON
    )
    assert (held.to_hold, held.to_release, held.due_at) == ((), (2,), NOON)
    assert next_step(held, at=NOON) is Step.RELEASE


def test_an_end_whose_clock_was_read_before_the_start_is_not_before_it():
    window = started(a_deployment_window(scheduled_start_at=NOON), check_ids=(), at=NOON + HOUR)
    assert ended(window, at=NOON, reason=EndReason.BY_REQUEST).ended_at == NOON + HOUR


def test_an_end_that_is_due_goes_before_more_holds():
    active = reported(a_deployment_window(auto_pause=True, check_ids=(1,), scheduled_end_at=NOON + HOUR), at=NOON)
    assert next_step(active, at=NOON + HOUR) is Step.END
