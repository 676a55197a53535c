"""Worlds in which people are told of incidents."""

import json
from collections.abc import Callable
from datetime import timedelta

import notifier
from lull.domain.checks import Health
from lull.domain.deliveries import DeliveryState
from tests.api import Api
from tests.simulation import users
from tests.simulation.baton import Act
from tests.simulation.meetings import woken
from tests.simulation.world import World

_MINUTE = timedelta(minutes=1)


def failed(world: World) -> None:
    """Check 1 has an incident, and nobody has been told of it yet."""
    users.done(world.act("ping", users.ping(world, 1, Health.DOWN)))
    users.done(world.act(*woken(1, "check")))
    world.events.clear()
    world.stream.waiting.clear()


def owed(world: World) -> None:
    """The alerts are asked for, and nobody has been woken to send them."""
    failed(world)
    users.done(world.act(*woken(1, "incident")))
    world.events.clear()


def untold(*channel_ids: int) -> Callable[[World, Api], None]:
    """An incident of which nobody knows yet; its wake-up is under way."""

    def untold(world: World, _api: Api) -> None:
        users.with_channels(world, *channel_ids)
        users.done(world.act("ping", users.ping(world, 1, Health.DOWN)))
        users.done(world.act(*woken(1, "check")))

    return untold


def unsent(*channel_ids: int) -> Callable[[World, Api], None]:
    """Alerts are asked for, and the stream is to tell of that."""

    def unsent(world: World, _api: Api) -> None:
        users.with_channels(world, *channel_ids)
        owed(world)
        for key in world.stream.waiting:
            world.expect("stream", 0.1, key)

    return unsent


def unsent_unseen(world: World, api: Api) -> None:
    """Whatever was to tell of them is lost."""
    unsent()(world, api)
    world.stream.waiting.clear()
    world.events.clear()
    world.stream.discarded.append({})
    world.now += _MINUTE


def refused_once(world: World, api: Api) -> None:
    """The receiver had no time; the next try is a few seconds off."""
    unsent(1)(world, api)
    world.outside.statuses.append(503)
    world.run(world.now + timedelta(seconds=3), sweeping=False)


def known_and_over(world: World, api: Api) -> None:
    """People know of an incident whose end is still to be told."""
    untold()(world, api)
    world.deliver_everything()
    users.done(world.act("ping", users.ping(world, 1)))
    users.done(world.act(*woken(1, "check")))


def sending(delivery_id: int) -> Act:
    """A message that asks for a delivery."""
    body = json.dumps({"workspace_id": 1, "delivery_id": delivery_id})
    return "notifier", lambda: notifier.lambda_handler({"Records": [{"messageId": "m", "body": body}]}, None)


def few_seconds(world: World) -> None:
    """Whatever is due, and not what is tried again later."""
    world.run(world.now + timedelta(seconds=3), sweeping=False)


def tried_again(world: World) -> None:
    world.run(world.now + timedelta(seconds=10), sweeping=False)


def _are(world: World, *states: DeliveryState, most: int = 1) -> bool:
    """All have arrived, or will: whoever died with a lease is followed when that is over."""
    found = world.watch.deliveries.deliveries()
    waiting = all(each.state in states or each.next_at > world.now for each in found)
    return waiting and all(len(arrivals) <= most for arrivals in world.watch.deliveries.sent.values())


def are_told(count: int) -> Callable[[World], bool]:
    def told(world: World) -> bool:
        # One more arrives where nobody lived to note that it had, or heard of it.
        return len(world.watch.deliveries.deliveries()) == count and _are(world, DeliveryState.SENT, most=3)

    return told


def is_settled(world: World) -> bool:
    return _are(world, DeliveryState.SENT, DeliveryState.DROPPED)
