"""Every operation of CI hooks whose every call is killed once, and its promise."""

from lull.domain import app_deployments
from lull.domain.component_deployments import Status
from lull.domain.hook_deliveries import Verdict
from tests.simulation import application_worlds
from tests.simulation import hook_worlds as worlds
from tests.simulation.component_worlds import prepared
from tests.simulation.hook_worlds import AGAIN, BEGUN, BROKEN, DONE, DONE_AGAIN, OF_THE_BLOG
from tests.simulation.operations import Operation
from tests.simulation.watch_worlds import few_seconds, sweep
from tests.simulation.world import World

PENDING, IN_PROGRESS, SUCCEEDED, FAILED, ROLLED_BACK = Status
_HOOK = "/api/v1/hooks/{hook}"
_NEW = "new-" + worlds.SECRET


def _no_body(_world: World) -> None:
    return None


def _secrets(world: World) -> list[str]:
    return [each.value for each in worlds.hook(world).secrets]


OPERATIONS = [
    Operation(
        "receive an event",
        "hooks",
        prepared(worlds.with_a_hook),
        send=worlds.tells(lambda _world: BEGUN),
        promise=worlds.is_kept,
        answers_repeated=(200,),
        healed=worlds.has_made(IN_PROGRESS),
    ),
    Operation(
        "receive an event twice",
        "hooks",
        prepared(lambda world: worlds.applied(world, BEGUN)),
        send=worlds.tells(lambda _world: BEGUN),
        promise=worlds.is_kept,
        healed=worlds.has_made(IN_PROGRESS),
    ),
    Operation(
        "receive an event with the old secret",
        "hooks",
        prepared(worlds.rotated),
        send=worlds.tells(lambda _world: DONE),
        promise=worlds.is_kept,
        answers_repeated=(200,),
        healed=worlds.has_made(SUCCEEDED),
    ),
    Operation(
        "receive an event with the new secret",
        "hooks",
        prepared(worlds.rotated),
        send=worlds.tells(lambda _world: DONE, secret=_NEW),
        promise=worlds.is_kept,
        answers_repeated=(200,),
        healed=worlds.has_made(SUCCEEDED),
    ),
    Operation(
        "rotate a secret",
        "hook",
        prepared(worlds.with_a_hook),
        request=("POST", f"{_HOOK}/rotate-secret", lambda _world: {"secret": _NEW}),
        promise=lambda world: _secrets(world) == [_NEW, worlds.SECRET],
        # It has this secret by then.
        answers_repeated=(409,),
    ),
    Operation(
        "replay what was unmapped",
        "replay",
        prepared(worlds.mapped),
        request=("POST", f"{_HOOK}/deliveries/{{delivery}}/replay", _no_body),
        promise=worlds.is_kept,
        answers_repeated=(409,),
        healed=worlds.has_made(IN_PROGRESS),
    ),
    Operation(
        "delete a hook",
        "hook",
        prepared(lambda world: worlds.received(world, BEGUN)),
        request=("DELETE", _HOOK, _no_body),
        promise=lambda world: worlds.hook_id(world) == worlds.NO_HOOK,
        answers_repeated=(404,),
        answers_without_tokens=(404,),
    ),
    Operation(
        "dispatch deliveries",
        "dispatcher",
        prepared(lambda world: worlds.all_received(world, BEGUN, OF_THE_BLOG)),
        deliver=few_seconds,
        healed=worlds.has(Verdict.APPLIED, Verdict.UNMAPPED),
    ),
    Operation(
        "apply the first report",
        "transitioner",
        prepared(lambda world: worlds.received(world, BEGUN)),
        deliver=few_seconds,
        healed=worlds.has_made(IN_PROGRESS),
    ),
    Operation(
        "apply an end that comes first",
        "transitioner",
        prepared(lambda world: worlds.received(world, DONE)),
        deliver=few_seconds,
        healed=worlds.has_made(SUCCEEDED),
    ),
    Operation(
        "apply an end",
        "transitioner",
        prepared(lambda world: worlds.received(world, BEGUN, DONE)),
        deliver=few_seconds,
        healed=worlds.has_made(SUCCEEDED),
    ),
    Operation(
        "apply what comes late",
        "transitioner",
        prepared(lambda world: worlds.received(world, DONE, BEGUN)),
        deliver=few_seconds,
        healed=worlds.has(Verdict.APPLIED, Verdict.LATE),
    ),
    Operation(
        "apply what is known",
        "transitioner",
        prepared(lambda world: worlds.received(world, BEGUN, worlds.BEGUN_AS_WELL)),
        deliver=few_seconds,
        healed=worlds.has(Verdict.APPLIED, Verdict.DUPLICATE),
    ),
    Operation(
        "apply an end that follows an end",
        "transitioner",
        prepared(lambda world: worlds.received(world, DONE, BROKEN)),
        deliver=few_seconds,
        healed=worlds.has_made(FAILED),
    ),
    Operation(
        "apply the next attempt",
        "transitioner",
        prepared(lambda world: worlds.received(world, BROKEN, AGAIN)),
        deliver=few_seconds,
        healed=worlds.has_made(IN_PROGRESS),
    ),
    Operation(
        "apply an attempt after a success",
        "transitioner",
        prepared(lambda world: worlds.received(world, DONE, AGAIN)),
        deliver=few_seconds,
        healed=worlds.has_made(SUCCEEDED, IN_PROGRESS),
    ),
    Operation(
        "apply an earlier success",
        "transitioner",
        prepared(lambda world: worlds.received(world, DONE_AGAIN, DONE)),
        deliver=few_seconds,
        healed=worlds.has_made(SUCCEEDED, SUCCEEDED),
    ),
    Operation(
        "apply what nobody mapped",
        "transitioner",
        prepared(lambda world: worlds.received(world, OF_THE_BLOG)),
        deliver=few_seconds,
        healed=worlds.has(Verdict.UNMAPPED),
    ),
    Operation(
        "apply what was replayed",
        "transitioner",
        prepared(worlds.replayed),
        deliver=few_seconds,
        healed=worlds.has_made(IN_PROGRESS),
    ),
    Operation(
        "apply what an application ordered",
        "transitioner",
        prepared(worlds.ordered_received("success")),
        deliver=few_seconds,
        healed=lambda world: (
            worlds.has(Verdict.APPLIED)(world)
            and worlds.has_made(SUCCEEDED)(world)
            and application_worlds.is_(app_deployments.Status.AVAILABLE)(world)
        ),
    ),
    Operation(
        "sweep of deliveries",
        "monitor",
        prepared(worlds.unseen),
        deliver=sweep,
        healed=worlds.has(Verdict.APPLIED, Verdict.APPLIED, Verdict.UNMAPPED),
    ),
]
