"""Operations that meet on one check or one deployment, and the worlds they meet in."""

from dataclasses import replace
from typing import Any

from tests.simulation import users
from tests.simulation.baton import Act
from tests.simulation.meetings import HOUR, Meeting, woken
from tests.simulation.world import BEGINNING, World


def made(world: World, **fields: Any) -> int:
    window_id: int = users.done(world.act("create", users.create(**fields))).id
    return window_id


def _to_start(world: World) -> int:
    """A window over check 1 that is due to start, once the clock has moved on."""
    return made(world, start=BEGINNING + HOUR, check_ids=(1,))


def _running(world: World) -> int:
    return made(world, check_ids=(1,))


def _due_to_end(world: World) -> int:
    return made(world, end=BEGINNING + HOUR, check_ids=(1,))


def _pass_an_hour(world: World) -> None:
    world.now = BEGINNING + HOUR


def start_and_end(world: World) -> list[Act]:
    window = _to_start(world)
    _pass_an_hour(world)
    return [woken(window), ("end", users.end(window))]


def start_and_start(world: World) -> list[Act]:
    window = _to_start(world)
    _pass_an_hour(world)
    return [woken(window), woken(window)]


def start_of_all_checks_and_end(world: World) -> list[Act]:
    window = made(world, start=BEGINNING + HOUR)
    _pass_an_hour(world)
    return [woken(window), ("end", users.end(window))]


def start_twice_of_all_checks(world: World) -> list[Act]:
    window = made(world, start=BEGINNING + HOUR)
    _pass_an_hour(world)
    return [woken(window), woken(window)]


def end_and_timing_out_of_all_checks(world: World) -> list[Act]:
    window = made(world, longest=HOUR)
    _pass_an_hour(world)
    return [("end", users.end(window)), woken(window)]


def resume_and_start_of_all_checks(world: World) -> list[Act]:
    window = made(world, start=BEGINNING + HOUR)
    _pass_an_hour(world)
    return [("resume", users.resume(2)), woken(window)]


def resume_and_end_of_all_checks(world: World) -> list[Act]:
    window = made(world)
    return [("resume", users.resume(2)), ("end", users.end(window))]


def end_of_one_and_start_of_another(world: World) -> list[Act]:
    first, second = _running(world), _to_start(world)
    _pass_an_hour(world)
    return [("end", users.end(first)), woken(second)]


def wake_ups_of_two(world: World) -> list[Act]:
    first, second = _due_to_end(world), _to_start(world)
    _pass_an_hour(world)
    return [woken(first), woken(second)]


def two_starts(world: World) -> list[Act]:
    first, second = _to_start(world), _to_start(world)
    _pass_an_hour(world)
    return [woken(first), woken(second)]


def end_by_request_and_by_wake_up(world: World) -> list[Act]:
    window = _due_to_end(world)
    _pass_an_hour(world)
    return [("end", users.end(window)), woken(window)]


def two_ends(world: World) -> list[Act]:
    window = _running(world)
    return [("end", users.end(window)), ("end", users.end(window))]


def resume_and_end(world: World) -> list[Act]:
    return [("resume", users.resume(1)), ("end", users.end(_running(world)))]


def resume_and_start(world: World) -> list[Act]:
    users.done(world.act("pause", users.pause(1)))
    window = _to_start(world)
    _pass_an_hour(world)
    return [("resume", users.resume(1)), woken(window)]


def pause_and_end(world: World) -> list[Act]:
    return [("pause", users.pause(1)), ("end", users.end(_running(world)))]


def pause_and_start(world: World) -> list[Act]:
    window = _to_start(world)
    _pass_an_hour(world)
    return [("pause", users.pause(1)), woken(window)]


def delete_and_start(world: World) -> list[Act]:
    window = made(world, start=BEGINNING + HOUR)
    _pass_an_hour(world)
    return [("delete", users.delete(1)), woken(window)]


def delete_and_end(world: World) -> list[Act]:
    return [("delete", users.delete(1)), ("end", users.end(made(world)))]


def delete_and_create(world: World) -> list[Act]:
    return [("delete", users.delete(1)), ("create", users.create())]


def delete_and_create_with_a_key(world: World) -> list[Act]:
    return [("delete", users.delete(1)), ("create", users.create(key="k"))]


def two_creates_with_one_key(world: World) -> list[Act]:
    return [("create", users.create(key="k")), ("create", users.create(key="k"))]


def create_and_create(world: World) -> list[Act]:
    return [("create", users.create()), ("create", users.create())]


def ping_and_end(world: World) -> list[Act]:
    return [("ping", users.ping(world, 1)), ("end", users.end(_running(world)))]


def ping_and_start(world: World) -> list[Act]:
    window = _to_start(world)
    _pass_an_hour(world)
    return [("ping", users.ping(world, 1)), woken(window)]


def pause_and_resume(world: World) -> list[Act]:
    return [("pause", users.pause(1)), ("resume", users.resume(1))]


def start_end_and_start_of_another(world: World) -> list[Act]:
    first, second = _to_start(world), _to_start(world)
    _pass_an_hour(world)
    return [woken(first), ("end", users.end(first)), woken(second)]


def end_pause_and_start_of_another(world: World) -> list[Act]:
    first, second = _running(world), _to_start(world)
    _pass_an_hour(world)
    return [("end", users.end(first)), ("pause", users.pause(1)), woken(second)]


def resume_end_and_start_of_another(world: World) -> list[Act]:
    first, second = _running(world), _to_start(world)
    _pass_an_hour(world)
    return [("resume", users.resume(1)), ("end", users.end(first)), woken(second)]


PAIRS = [
    Meeting(prepare)
    for prepare in (
        start_and_end,
        start_and_start,
        start_of_all_checks_and_end,
        end_of_one_and_start_of_another,
        wake_ups_of_two,
        two_starts,
        end_by_request_and_by_wake_up,
        two_ends,
        resume_and_end,
        resume_and_start,
        pause_and_end,
        pause_and_start,
        delete_and_start,
        delete_and_end,
        delete_and_create,
        delete_and_create_with_a_key,
        two_creates_with_one_key,
        create_and_create,
        ping_and_end,
        ping_and_start,
        pause_and_resume,
    )
] + [
    Meeting(start_of_all_checks_and_end, checks=2, chunk=1, is_long=True),
    Meeting(start_of_all_checks_and_end, checks=3, chunk=2, is_long=True),
    Meeting(start_twice_of_all_checks, checks=3, chunk=2, is_long=True),
    Meeting(end_and_timing_out_of_all_checks, checks=2, chunk=1, is_long=True),
    Meeting(resume_and_start_of_all_checks, checks=2, chunk=1),
    Meeting(resume_and_end_of_all_checks, checks=2, chunk=1),
    Meeting(delete_and_start, checks=2, chunk=1),
    Meeting(delete_and_end, checks=2, chunk=1),
    Meeting(delete_and_create, checks=2, chunk=1),
]
# The same where time passes between the calls.
TICKING = [replace(meeting, ticking=True, is_long=True) for meeting in PAIRS if not meeting.chunk]
TRIPLES = [
    Meeting(prepare, is_long=True)
    for prepare in (
        start_end_and_start_of_another,
        end_pause_and_start_of_another,
        resume_end_and_start_of_another,
    )
]
