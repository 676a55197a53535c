"""Operations that meet on a check that is probed, and the worlds they meet in."""

from dataclasses import replace

from lull.domain.checks import Health
from tests.simulation import users
from tests.simulation.baton import Act
from tests.simulation.meetings import Meeting, woken
from tests.simulation.probe_worlds import probing
from tests.simulation.world import World

_ID = 2


def _due(world: World, *failures: int) -> Act:
    """It is due, after so many failures, and will fail once more if it has failed."""
    users.with_a_probe(world)
    world.outside.unwell = {users.PROBED} if failures else set()
    act = probing(_ID)
    for _ in range(*failures or (1,)):
        users.done(world.act(*act))
        check = world.watch.incidents.check(_ID)
        assert check
        assert check.watch_at
        world.now = check.watch_at
    return act


def probing_twice(world: World) -> list[Act]:
    act = _due(world, 1)
    return [act, act]


def probing_the_third_time_twice(world: World) -> list[Act]:
    act = _due(world, 2)
    return [act, act]


def probing_and_edit(world: World) -> list[Act]:
    return [_due(world, 2), ("set", users.reaim(_ID, f"{users.PROBED}/other"))]


def probing_and_deletion(world: World) -> list[Act]:
    return [_due(world, 2), ("delete", users.delete(_ID))]


def probing_and_pause(world: World) -> list[Act]:
    return [_due(world, 2), ("pause", users.pause(_ID))]


def probing_and_resume(world: World) -> list[Act]:
    act = _due(world, 2)
    users.done(world.act("pause", users.pause(_ID)))
    return [act, ("resume", users.resume(_ID))]


def probing_and_start_of_a_deployment(world: World) -> list[Act]:
    act = _due(world, 2)
    return [act, ("create", users.create(check_ids=(_ID,)))]


def probing_and_ping(world: World) -> list[Act]:
    return [_due(world, 2), ("ping", users.ping(world, _ID))]


def probing_and_opening(world: World) -> list[Act]:
    act = _due(world, 3)
    return [act, woken(_ID, "check")]


def probing_the_recovery_and_opening(world: World) -> list[Act]:
    act = _due(world, 3)
    world.outside.unwell = set()
    return [act, woken(_ID, "check")]


def probing_and_failing_ping(world: World) -> list[Act]:
    return [_due(world), ("ping", users.ping(world, _ID, Health.DOWN))]


PAIRS = [
    Meeting(prepare, checks=1, cut=True)
    for prepare in (
        probing_twice,
        probing_the_third_time_twice,
        probing_and_edit,
        probing_and_deletion,
        probing_and_pause,
        probing_and_resume,
        probing_and_start_of_a_deployment,
        probing_and_ping,
        probing_and_opening,
        probing_the_recovery_and_opening,
        probing_and_failing_ping,
    )
]
TICKING = [replace(meeting, ticking=True, is_long=True) for meeting in PAIRS]
