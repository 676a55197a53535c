"""Operations that meet on an alert, and the worlds they meet in."""

from dataclasses import replace

from tests.simulation import users
from tests.simulation.baton import Act
from tests.simulation.delivery_worlds import failed, owed, sending
from tests.simulation.meetings import Meeting, woken
from tests.simulation.world import World


def _owed(world: World) -> Act:
    users.with_channels(world, 1)
    owed(world)
    return sending(1)


def sending_twice(world: World) -> list[Act]:
    act = _owed(world)
    return [act, act]


def sending_by_mail_twice(world: World) -> list[Act]:
    users.with_channels(world, 2)
    owed(world)
    return [sending(1), sending(1)]


def sending_and_disabling(world: World) -> list[Act]:
    return [_owed(world), ("channel", users.set_channel(1, enabled=False))]


def sending_and_deletion_of_the_channel(world: World) -> list[Act]:
    return [_owed(world), ("channel", users.delete_channel(1))]


def sending_to_whom_is_gone_and_enabling(world: World) -> list[Act]:
    act = _owed(world)
    world.outside.statuses.append(410)
    return [act, ("channel", users.set_channel(1, enabled=True))]


def sending_and_resolution(world: World) -> list[Act]:
    return [_owed(world), ("resolve", users.resolve(1))]


def sending_again_and_announcement_of_the_end(world: World) -> list[Act]:
    """It could not be told when it began, and now it is over."""
    act = _owed(world)
    world.outside.statuses.append(503)
    users.done(world.act(*act))
    users.done(world.act("resolve", users.resolve(1)))
    world.now = world.watch.deliveries.deliveries()[0].next_at
    return [act, woken(1, "incident")]


def announcing_an_incident_twice(world: World) -> list[Act]:
    users.with_channels(world)
    failed(world)
    return [woken(1, "incident"), woken(1, "incident")]


def announcing_an_incident_and_disabling(world: World) -> list[Act]:
    users.with_channels(world)
    failed(world)
    return [woken(1, "incident"), ("channel", users.set_channel(1, enabled=False))]


PAIRS = [
    Meeting(prepare, checks=1, cut=True)
    for prepare in (
        sending_twice,
        sending_by_mail_twice,
        sending_and_disabling,
        sending_and_deletion_of_the_channel,
        sending_to_whom_is_gone_and_enabling,
        sending_and_resolution,
        sending_again_and_announcement_of_the_end,
        announcing_an_incident_twice,
        announcing_an_incident_and_disabling,
    )
]
TICKING = [replace(meeting, ticking=True, is_long=True) for meeting in PAIRS]
