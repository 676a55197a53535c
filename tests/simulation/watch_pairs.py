"""Operations that meet on a maintenance window, a heartbeat or an incident, and the worlds they meet in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from lull.domain.checks import Health
from tests.simulation import users
from tests.simulation.baton import Act
from tests.simulation.meetings import HOUR, Meeting, woken
from tests.simulation.pairs import made
from tests.simulation.world import BEGINNING, World

_HALF_AN_HOUR = HOUR / 2
_UNTIL_LATE, _UNTIL_DOWN = timedelta(seconds=300), timedelta(seconds=320)


def _planned(world: World, start: timedelta, end: timedelta, **fields: Any) -> int:
    planned = world.act("plan", users.plan(BEGINNING + start, BEGINNING + end, **fields))
    window_id: int = users.done(planned).id
    world.deliver_everything()
    return window_id


def _pinged(world: World, health: Health = Health.OK) -> None:
    users.done(world.act("ping", users.ping(world, 1, health)))
    world.deliver_everything()


def _down(world: World) -> None:
    """Check 1 has been DOWN for a minute and has its incident."""
    _pinged(world)
    _pinged(world, Health.DOWN)
    world.now = BEGINNING + timedelta(minutes=1)


def _pass(world: World, time: timedelta) -> None:
    world.now = BEGINNING + time


def _be_silent(world: World, time: timedelta) -> None:
    check = world.watch.incidents.check(1)
    assert check
    assert check.last_ping_at
    world.now = check.last_ping_at + time


def _maintenance(window_id: int) -> Act:
    return woken(window_id, "maintenance")


def _check() -> Act:
    return woken(1, "check")


def cancel_and_start(world: World) -> list[Act]:
    window = _planned(world, HOUR, 2 * HOUR)
    _pass(world, HOUR)
    return [("cancel", users.cancel(window)), _maintenance(window)]


def cancel_and_roll_over(world: World) -> list[Act]:
    window = _planned(world, timedelta(), _HALF_AN_HOUR, recurring_cron="0 * * * *")
    _pass(world, _HALF_AN_HOUR)
    return [("cancel", users.cancel(window)), _maintenance(window)]


def edit_and_start_of_maintenance(world: World) -> list[Act]:
    window = _planned(world, HOUR, 2 * HOUR, project_ids=(1, 2))
    _pass(world, HOUR)
    change = users.edit(window, end_at=BEGINNING + 3 * HOUR, project_ids=(2,))
    return [("edit", change), _maintenance(window)]


def edit_and_edit(world: World) -> list[Act]:
    window = _planned(world, HOUR, 2 * HOUR, project_ids=(1, 2))
    later, fewer = users.edit(window, start_at=BEGINNING + HOUR / 2), users.edit(window, project_ids=(2,))
    return [("edit", later), ("edit", fewer)]


def end_and_removal(world: World) -> list[Act]:
    window = _planned(world, timedelta(), HOUR)
    _pass(world, HOUR)
    return [_maintenance(window), ("remove", users.remove(window))]


def cancel_and_end(world: World) -> list[Act]:
    window = _planned(world, timedelta(), HOUR)
    _pass(world, HOUR)
    return [("cancel", users.cancel(window)), _maintenance(window)]


def cancel_and_removal(world: World) -> list[Act]:
    window = _planned(world, timedelta(), HOUR)
    _pass(world, _HALF_AN_HOUR)
    return [("cancel", users.cancel(window)), ("remove", users.remove(window))]


def roll_over_twice(world: World) -> list[Act]:
    window = _planned(world, timedelta(), _HALF_AN_HOUR, recurring_cron="0 * * * *")
    _pass(world, _HALF_AN_HOUR)
    return [_maintenance(window), _maintenance(window)]


def ping_and_judgement_of_late(world: World) -> list[Act]:
    _pinged(world)
    _be_silent(world, _UNTIL_LATE)
    return [("ping", users.ping(world, 1)), _check()]


def ping_and_judgement(world: World) -> list[Act]:
    _pinged(world)
    _be_silent(world, _UNTIL_DOWN)
    return [("ping", users.ping(world, 1)), _check()]


def pause_and_judgement(world: World) -> list[Act]:
    _pinged(world)
    _be_silent(world, _UNTIL_DOWN)
    return [("pause", users.pause(1)), _check()]


def resume_and_judgement(world: World) -> list[Act]:
    _pinged(world)
    users.done(world.act("pause", users.pause(1)))
    _be_silent(world, _UNTIL_DOWN)
    return [("resume", users.resume(1)), _check()]


def start_of_a_deployment_and_judgement(world: World) -> list[Act]:
    window = made(world, start=BEGINNING + _UNTIL_DOWN, check_ids=(1,))
    _pinged(world)
    _be_silent(world, _UNTIL_DOWN)
    return [woken(window), _check()]


def end_of_a_deployment_and_judgement(world: World) -> list[Act]:
    _pinged(world)
    window = made(world, check_ids=(1,))
    _be_silent(world, _UNTIL_DOWN)
    return [("end", users.end(window)), _check()]


def two_judgements(world: World) -> list[Act]:
    _pinged(world)
    _be_silent(world, _UNTIL_DOWN)
    return [_check(), _check()]


def ping_and_opening(world: World) -> list[Act]:
    _pinged(world)
    users.done(world.act("ping", users.ping(world, 1, Health.DOWN)))
    return [("ping", users.ping(world, 1)), _check()]


def two_openings(world: World) -> list[Act]:
    users.done(world.act("ping", users.ping(world, 1, Health.DOWN)))
    return [_check(), _check()]


def two_openings_after_a_recovery_unseen(world: World) -> list[Act]:
    """Silent once more: it has the incident of the outage before still, which somebody has resolved."""
    _down(world)
    users.done(world.act("resolve", users.resolve(1)))
    users.done(world.act("ping", users.ping(world, 1)))
    _be_silent(world, _UNTIL_DOWN)
    return [_check(), _check()]


def resolution_by_hand_and_recovery(world: World) -> list[Act]:
    _down(world)
    users.done(world.act("ping", users.ping(world, 1)))
    return [("resolve", users.resolve(1)), _check()]


def acknowledgement_and_recovery(world: World) -> list[Act]:
    _down(world)
    users.done(world.act("ping", users.ping(world, 1)))
    return [("acknowledge", users.acknowledge(1)), _check()]


def recovery_and_next_failure(world: World) -> list[Act]:
    _down(world)
    users.done(world.act("ping", users.ping(world, 1)))
    return [_check(), ("ping", users.ping(world, 1, Health.DOWN))]


def recovery_and_next_failure_after_a_resolution_by_hand(world: World) -> list[Act]:
    _down(world)
    users.done(world.act("resolve", users.resolve(1)))
    users.done(world.act("ping", users.ping(world, 1)))
    return [_check(), ("ping", users.ping(world, 1, Health.DOWN))]


def deletion_and_opening(world: World) -> list[Act]:
    users.done(world.act("ping", users.ping(world, 1, Health.DOWN)))
    return [("delete", users.delete(1)), _check()]


def deletion_and_recovery(world: World) -> list[Act]:
    _down(world)
    users.done(world.act("ping", users.ping(world, 1)))
    return [("delete", users.delete(1)), _check()]


def end_of_maintenance_and_failure(world: World) -> list[Act]:
    window = _planned(world, timedelta(), HOUR)
    _pinged(world)
    _pass(world, HOUR)
    return [_maintenance(window), ("ping", users.ping(world, 1, Health.DOWN))]


def judging_again_and_judgement(world: World) -> list[Act]:
    """The window is over, and both what it kept quiet and the deadline are looked at."""
    window = _planned(world, timedelta(), _UNTIL_DOWN)
    _pinged(world)
    _be_silent(world, _UNTIL_DOWN)
    users.done(world.act(*_maintenance(window)))
    world.scheduler.schedules.clear()
    return [woken(1, "project"), _check()]


def start_of_maintenance_and_judgement(world: World) -> list[Act]:
    """By the clock it has begun, by its state not yet."""
    window = _planned(world, _UNTIL_DOWN, HOUR)
    _pinged(world)
    _be_silent(world, _UNTIL_DOWN)
    return [_maintenance(window), _check()]


def maintenance_begun_and_judgement(world: World) -> list[Act]:
    _pinged(world)
    _be_silent(world, _UNTIL_DOWN)
    return [("plan", users.plan(BEGINNING, BEGINNING + HOUR)), _check()]


def cancel_and_judgement(world: World) -> list[Act]:
    window = _planned(world, timedelta(), HOUR)
    _pinged(world)
    _be_silent(world, _UNTIL_DOWN)
    return [("cancel", users.cancel(window)), _check()]


def removal_and_judgement(world: World) -> list[Act]:
    window = _planned(world, timedelta(), HOUR)
    _pinged(world)
    _be_silent(world, _UNTIL_DOWN)
    return [("remove", users.remove(window)), _check()]


def cancel_judgement_and_ping(world: World) -> list[Act]:
    return [*cancel_and_judgement(world), ("ping", users.ping(world, 1))]


_LONG = (
    edit_and_edit,
    two_judgements,
    two_openings_after_a_recovery_unseen,
    cancel_and_roll_over,
    roll_over_twice,
)
PAIRS = [
    Meeting(prepare, cut=True, is_long=prepare in _LONG)
    for prepare in (
        cancel_and_start,
        cancel_and_roll_over,
        edit_and_start_of_maintenance,
        edit_and_edit,
        end_and_removal,
        cancel_and_end,
        cancel_and_removal,
        roll_over_twice,
        ping_and_judgement_of_late,
        ping_and_judgement,
        pause_and_judgement,
        resume_and_judgement,
        start_of_a_deployment_and_judgement,
        end_of_a_deployment_and_judgement,
        two_judgements,
        ping_and_opening,
        two_openings,
        two_openings_after_a_recovery_unseen,
        resolution_by_hand_and_recovery,
        acknowledgement_and_recovery,
        recovery_and_next_failure,
        recovery_and_next_failure_after_a_resolution_by_hand,
        deletion_and_opening,
        deletion_and_recovery,
        end_of_maintenance_and_failure,
        judging_again_and_judgement,
        start_of_maintenance_and_judgement,
        maintenance_begun_and_judgement,
        cancel_and_judgement,
        removal_and_judgement,
    )
]
# The same where time passes between the calls.
TICKING = [replace(meeting, ticking=True, is_long=True) for meeting in PAIRS]
TRIPLES = [Meeting(cancel_judgement_and_ping, cut=True, is_long=True)]
