"""Every operation by which people are told of incidents whose every call is killed once, and its promise."""

from tests.simulation import delivery_worlds as worlds
from tests.simulation.operations import Operation
from tests.simulation.watch_worlds import sweep
from tests.simulation.world import World

_CHANNEL = "/api/alert-channels/1"


def _no_body(_world: World) -> None:
    return None


def _is_off(world: World) -> bool:
    return 1 not in world.watch.deliveries.enabled()


OPERATIONS = [
    Operation("ask for alerts", "transitioner", worlds.untold(), deliver=worlds.few_seconds, healed=worlds.are_told(2)),
    Operation(
        "ask for alerts that all is well",
        "transitioner",
        worlds.known_and_over,
        deliver=worlds.few_seconds,
        healed=worlds.are_told(4),
    ),
    Operation("dispatch alerts", "dispatcher", worlds.unsent(), deliver=worlds.few_seconds, healed=worlds.are_told(2)),
    Operation("send an alert", "notifier", worlds.unsent(1), deliver=worlds.few_seconds, healed=worlds.are_told(1)),
    Operation(
        "send an alert by mail", "notifier", worlds.unsent(2), deliver=worlds.few_seconds, healed=worlds.are_told(1)
    ),
    Operation(
        "send an alert once more",
        "notifier",
        worlds.refused_once,
        deliver=worlds.tried_again,
        healed=worlds.are_told(1),
    ),
    Operation("sweep of alerts", "monitor", worlds.unsent_unseen, deliver=sweep, healed=worlds.are_told(2)),
    Operation(
        "disable a channel",
        "channel",
        worlds.unsent(),
        request=("PATCH", _CHANNEL, lambda _world: {"enabled": False}),
        promise=_is_off,
        healed=worlds.is_settled,
        answers_repeated=(200,),
    ),
    Operation(
        "delete a channel",
        "channel",
        worlds.unsent(),
        request=("DELETE", _CHANNEL, _no_body),
        promise=_is_off,
        healed=worlds.is_settled,
        answers_repeated=(404,),
        answers_without_tokens=(404,),
    ),
]
