"""Worlds in which a check is probed: always the last one of the shop."""

from collections.abc import Callable
from datetime import timedelta

import prober
from lull.domain.checks import Check, Health
from lull.gateways.queues import WakeUp
from tests.api import Api
from tests.simulation import users
from tests.simulation.baton import Act
from tests.simulation.settled_probes import probed
from tests.simulation.world import World

_SECOND = timedelta(seconds=1)


def check(world: World) -> Check:
    return probed(world)[0]


def new(world: World, _api: Api) -> None:
    """Nobody has looked at it yet."""
    users.with_a_probe(world)


def nearly_due(world: World, api: Api) -> None:
    new(world, api)
    world.deliver_everything()
    _pass(world)


def _pass(world: World) -> None:
    due = check(world).watch_at
    assert due
    world.now = due - _SECOND


def _probe(world: World, *, well: bool) -> None:
    """Once more, at its time."""
    world.outside.unwell = set() if well else {users.PROBED}
    _pass(world)
    world.sweep()
    world.deliver_everything()


def nearly_down(world: World, api: Api) -> None:
    """It failed twice and will once more."""
    nearly_due(world, api)
    for _ in range(2):
        _probe(world, well=False)
    _pass(world)


def down(world: World, api: Api) -> None:
    """It is well again, and the next probe will find that."""
    nearly_down(world, api)
    _probe(world, well=False)
    world.outside.unwell = set()
    _pass(world)


def paused(world: World, api: Api) -> None:
    nearly_due(world, api)
    users.done(world.act("pause", users.pause(check(world).id)))
    world.deliver_everything()
    world.now += _SECOND


def swept(world: World) -> None:
    """A sweep looks ahead, and what it finds comes at its time."""
    world.sweep()
    few_seconds(world)


def few_seconds(world: World) -> None:
    world.run(world.now + 10 * _SECOND, sweeping=False)


def was_probed(world: World) -> bool:
    """Lately, as the clock has it."""
    state = check(world).probe_state
    return state is not None and state.last_probed_at is not None and world.now - state.last_probed_at < 900 * _SECOND


def is_judged(health: Health, incidents: int) -> Callable[[World], bool]:
    def judged(world: World) -> bool:
        active = [each for each in world.watch.incidents.incidents() if each.state == "ACTIVE"]
        return check(world).health is health and len(active) == incidents

    return judged


def has_counted(world: World) -> bool:
    return check(world).health is Health.DOWN


def probing(check_id: int) -> Act:
    """A message that asks for a probe."""
    body = WakeUp(kind="check", workspace_id=1, record_id=check_id).body()
    return "prober", lambda: prober.lambda_handler({"Records": [{"messageId": "m", "body": body}]}, None)
