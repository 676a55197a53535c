"""Operations that meet on a CI hook, on one of its deliveries or on what they tell of, and the worlds they meet in."""

from dataclasses import replace
from datetime import timedelta

from lull.domain.component_deployments import Status
from tests.simulation import component_worlds
from tests.simulation import hook_worlds as worlds
from tests.simulation.baton import Act
from tests.simulation.hook_worlds import AGAIN, BEGUN, BEGUN_AS_WELL, BROKEN, DONE, DONE_AGAIN, OF_THE_BLOG
from tests.simulation.meetings import Meeting, woken
from tests.simulation.world import World


def _both(world: World, first: worlds.Event, second: worlds.Event) -> list[Act]:
    return [worlds.advanced(each) for each in worlds.all_received(world, first, second)]


def reception_twice(world: World) -> list[Act]:
    worlds.with_a_hook(world)
    return [("hooks", worlds.tell(world, BEGUN)), ("hooks", worlds.tell(world, BEGUN))]


def reception_and_rotation(world: World) -> list[Act]:
    worlds.with_a_hook(world)
    return [("hooks", worlds.tell(world, BEGUN)), ("hook", worlds.rotate(world, "new-" + worlds.SECRET))]


def two_rotations(world: World) -> list[Act]:
    worlds.with_a_hook(world)
    return [("hook", worlds.rotate(world, each + worlds.SECRET)) for each in ("one-", "another-")]


def application_twice(world: World) -> list[Act]:
    delivery = worlds.received(world, BEGUN)
    return [worlds.advanced(delivery), worlds.advanced(delivery)]


def application_twice_of_what_is_known(world: World) -> list[Act]:
    worlds.applied(world, BEGUN)
    delivery = worlds.received(world, BEGUN_AS_WELL)
    return [worlds.advanced(delivery), worlds.advanced(delivery)]


def two_first_reports(world: World) -> list[Act]:
    return _both(world, BEGUN, DONE)


def two_first_reports_that_say_the_same(world: World) -> list[Act]:
    return _both(world, BEGUN, BEGUN_AS_WELL)


def beginning_and_end(world: World) -> list[Act]:
    worlds.applied(world, worlds.QUEUED)
    return _both(world, DONE, BEGUN)


def two_ends(world: World) -> list[Act]:
    worlds.applied(world, BEGUN)
    return _both(world, BROKEN, DONE)


def end_and_next_attempt(world: World) -> list[Act]:
    worlds.applied(world, BEGUN)
    return _both(world, DONE, AGAIN)


def two_attempts(world: World) -> list[Act]:
    return _both(world, DONE, DONE_AGAIN)


def next_attempt_and_earlier_success(world: World) -> list[Act]:
    worlds.applied(world, AGAIN)
    return _both(world, DONE_AGAIN, DONE)


def application_and_deletion_of_the_hook(world: World) -> list[Act]:
    delivery = worlds.received(world, BEGUN)
    return [worlds.advanced(delivery), ("hook", worlds.remove(world))]


def application_and_deletion_of_the_component(world: World) -> list[Act]:
    delivery = worlds.received(world, BEGUN)
    return [worlds.advanced(delivery), ("raze", component_worlds.remove_component(world, "shop"))]


def application_and_mapping(world: World) -> list[Act]:
    delivery = worlds.received(world, OF_THE_BLOG)
    return [worlds.advanced(delivery), ("hook", worlds.map_blog(world))]


def two_replays(world: World) -> list[Act]:
    delivery = worlds.mapped(world)
    return [("replay", worlds.replay(world, delivery)), ("replay", worlds.replay(world, delivery))]


def replay_and_application(world: World) -> list[Act]:
    """Of what was replayed once already."""
    delivery = worlds.replayed(world)
    return [worlds.advanced(delivery), ("replay", worlds.replay(world, delivery))]


def end_and_roll_back(world: World) -> list[Act]:
    """A person rolls it back, and then its end is told once more, of a later time."""
    worlds.applied(world, DONE)
    deployment = component_worlds.newest(world).id
    delivery = worlds.received(world, worlds.DONE_LATER)
    return [worlds.advanced(delivery), ("deploy", component_worlds.move(deployment, Status.ROLLED_BACK))]


def end_and_opening(world: World) -> list[Act]:
    worlds.applied(world, worlds.QUEUED)
    begun, done = worlds.all_received(world, BEGUN, DONE)
    world.act(*worlds.advanced(begun))
    return [worlds.advanced(done), woken(component_worlds.newest(world).id, "component-deployment")]


def end_and_deadline(world: World) -> list[Act]:
    worlds.applied(world, BEGUN)
    deployment = component_worlds.newest(world)
    assert deployment.deadline_at
    world.now = deployment.deadline_at + timedelta(seconds=1)
    delivery = worlds.received(world, DONE)
    return [worlds.advanced(delivery), woken(deployment.id, "component-deployment")]


_OF_FEW_CALLS = [
    Meeting(prepare)
    for prepare in (
        reception_twice,
        reception_and_rotation,
        two_rotations,
        application_twice_of_what_is_known,
        two_replays,
        replay_and_application,
    )
]
_LONG = [
    Meeting(prepare, is_long=True, cut=True)
    for prepare in (next_attempt_and_earlier_success, end_and_opening, end_and_deadline)
]
PAIRS = (
    _OF_FEW_CALLS
    + _LONG
    + [
        Meeting(prepare, cut=True)
        for prepare in (
            application_twice,
            two_first_reports,
            two_first_reports_that_say_the_same,
            beginning_and_end,
            two_ends,
            end_and_next_attempt,
            two_attempts,
            application_and_deletion_of_the_hook,
            application_and_deletion_of_the_component,
            application_and_mapping,
            end_and_roll_back,
        )
    ]
)
# Where a deadline has passed, a second more or less changes nothing but the number of states.
TICKING = [
    replace(meeting, ticking=True, is_long=True, cut=True)
    for meeting in PAIRS
    if meeting.prepare is not end_and_deadline
]
