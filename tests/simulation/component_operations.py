"""Every operation of component deployments and their chain whose every call is killed once, and its promise."""

from lull.domain.component_deployments import Status
from tests.simulation import component_worlds as worlds
from tests.simulation import users
from tests.simulation.component_worlds import body, prepared
from tests.simulation.operations import Operation
from tests.simulation.watch_worlds import few_seconds, sweep
from tests.simulation.world import World

_ALL = "/api/v1/deployments"
_ONE = f"{_ALL}/{{deployment}}"
_SECOND = worlds.HOUR / 3_600
PENDING, IN_PROGRESS, SUCCEEDED, FAILED, ROLLED_BACK = Status


def _no_body(_world: World) -> None:
    return None


def _failed(world: World) -> str:
    return worlds.moved(world, worlds.quiet(world), FAILED)


def _failed_on_two_projects(world: World) -> str:
    return worlds.moved(world, worlds.quiet(world, "site"), FAILED)


def _over_for_a_person(world: World) -> None:
    """A person has ended the first window of two, and then the deployment failed."""
    deployment_id = worlds.quiet(world, "site")
    users.done(world.act("end", users.end(1)))
    world.deliver_everything()
    worlds.moved(world, deployment_id, FAILED)


def _tried_again(world: World) -> str:
    """Nobody has looked since the attempt before was in progress."""
    return worlds.moved(world, worlds.quiet(world), FAILED, PENDING, IN_PROGRESS)


def _given_up(world: World) -> None:
    _failed(world)
    world.deliver_everything()


def _twice_succeeded(world: World) -> None:
    worlds.succeeded(world)
    worlds.succeeded(world)


def _nearly_timed_out(world: World) -> None:
    worlds.quiet(world, longest=worlds.HOUR)
    started_at = worlds.newest(world).started_at
    assert started_at
    world.run(started_at + worlds.HOUR - _SECOND)


def _without_a_check(world: World) -> None:
    """A check behind it was deleted between its beginning and its wake-up."""
    worlds.begun(world, "site")
    users.done(world.act("delete", users.delete(1)))


def _begun_unseen(world: World) -> None:
    """One to be opened, one to be closed, one past its deadline, and whatever was to tell of them is lost."""
    worlds.quiet(world, longest=worlds.HOUR)
    _failed(world)
    worlds.begun(world, "site")
    world.events.clear()
    world.stream.waiting.clear()
    world.stream.discarded.append({})
    world.now += worlds.HOUR + _SECOND


def _many_changes(world: World) -> None:
    """One that begins, one that is over, and one that is recorded, all still to be dispatched."""
    world.luck.merges = lambda: True  # type: ignore[method-assign]
    _failed(world)
    worlds.recorded(world)
    worlds.begun(world, "site")


def _component_is_gone(world: World) -> bool:
    return ("WS#1#NAMES", "NAME#component#shop") not in world.table.items


def _environment_is_gone(world: World) -> bool:
    return ("WS#1#NAMES", "NAME#environment#production") not in world.table.items


_SHOP, _SITE = (1, 2, 3), (1, 4)

OPERATIONS = [
    Operation(
        "record a component deployment",
        "release",
        prepared(worlds.with_components),
        request=("POST", _ALL, worlds.described),
        promise=worlds.is_(PENDING),
        answers_repeated=(201,),
    ),
    Operation(
        "record one with an idempotency key",
        "release",
        prepared(worlds.with_components),
        request=("POST", _ALL, worlds.described),
        headers=(("idempotency_key", "build-17"),),
        promise=worlds.is_(PENDING, count=1),
        answers_repeated=(201,),
    ),
    Operation(
        "begin a deployment",
        "deploy",
        prepared(worlds.recorded),
        request=("PATCH", _ONE, body(status=IN_PROGRESS)),
        promise=worlds.is_(IN_PROGRESS),
        answers_repeated=(400,),
        healed=worlds.is_quiet(*_SHOP),
    ),
    Operation(
        "succeed",
        "deploy",
        prepared(worlds.quiet),
        request=("PATCH", _ONE, body(status=SUCCEEDED)),
        promise=worlds.is_(SUCCEEDED),
        answers_repeated=(400,),
        healed=worlds.is_loud,
    ),
    Operation(
        "fail",
        "deploy",
        prepared(worlds.quiet),
        request=("PATCH", _ONE, body(status=FAILED)),
        promise=worlds.is_(FAILED),
        answers_repeated=(400,),
        healed=worlds.is_loud,
    ),
    Operation(
        "roll back",
        "deploy",
        prepared(_twice_succeeded),
        request=("PATCH", _ONE, body(status=ROLLED_BACK)),
        promise=lambda world: worlds.is_(ROLLED_BACK)(world) and worlds.shows(1)(world),
        answers_repeated=(400,),
    ),
    Operation(
        "retry",
        "deploy",
        prepared(_given_up),
        request=("PATCH", _ONE, body(status=PENDING)),
        promise=worlds.is_(PENDING),
        answers_repeated=(400,),
    ),
    Operation(
        "delete a component",
        "raze",
        prepared(worlds.succeeded),
        request=("DELETE", "/api/v1/components/{component}", _no_body),
        promise=_component_is_gone,
        answers_repeated=(404,),
        # What is gone carries no token by which it could be told who deleted it.
        answers_without_tokens=(404,),
    ),
    Operation(
        "delete an environment",
        "raze",
        prepared(worlds.succeeded),
        request=("DELETE", "/api/v1/environments/{environment}", _no_body),
        promise=_environment_is_gone,
        answers_repeated=(404,),
        answers_without_tokens=(404,),
    ),
    Operation(
        "dispatch what begins",
        "dispatcher",
        prepared(worlds.begun),
        deliver=few_seconds,
        healed=worlds.is_quiet(*_SHOP),
    ),
    Operation("dispatch what is over", "dispatcher", prepared(_failed), deliver=few_seconds, healed=worlds.is_loud),
    Operation("dispatch several deployments", "dispatcher", prepared(_many_changes), deliver=few_seconds),
    Operation(
        "quieten a project",
        "transitioner",
        prepared(worlds.begun),
        deliver=few_seconds,
        healed=worlds.is_quiet(*_SHOP),
    ),
    Operation(
        "quieten two projects",
        "transitioner",
        prepared(lambda world: worlds.begun(world, "site")),
        deliver=few_seconds,
        healed=worlds.is_quiet(*_SITE),
    ),
    Operation(
        "quieten in chunks",
        "transitioner",
        prepared(worlds.begun),
        deliver=few_seconds,
        healed=worlds.is_quiet(1, 2, 3, 4, 5),
        checks=5,
        chunk=2,
    ),
    Operation(
        "quieten nothing",
        "transitioner",
        prepared(lambda world: worlds.begun(world, "tool")),
        deliver=few_seconds,
        healed=worlds.is_quiet(),
    ),
    Operation(
        "quieten what is left",
        "transitioner",
        prepared(_without_a_check),
        deliver=few_seconds,
        healed=worlds.is_quiet(4),
    ),
    Operation("bring a project back", "transitioner", prepared(_failed), deliver=few_seconds, healed=worlds.is_loud),
    Operation(
        "bring two projects back",
        "transitioner",
        prepared(_failed_on_two_projects),
        deliver=few_seconds,
        healed=worlds.is_loud,
    ),
    Operation(
        "bring checks back in chunks",
        "transitioner",
        prepared(_failed),
        deliver=few_seconds,
        healed=worlds.is_loud,
        checks=5,
        chunk=2,
    ),
    Operation(
        "bring back what a person has not",
        "transitioner",
        prepared(_over_for_a_person),
        deliver=few_seconds,
        healed=worlds.is_loud,
    ),
    Operation(
        "quieten the next attempt",
        "transitioner",
        prepared(_tried_again),
        deliver=few_seconds,
        healed=worlds.is_quiet(*_SHOP),
    ),
    Operation(
        "pass a deadline",
        "transitioner",
        prepared(_nearly_timed_out),
        deliver=few_seconds,
        healed=lambda world: worlds.is_(FAILED)(world) and worlds.is_loud(world),
    ),
    Operation("sweep of deployments", "monitor", prepared(_begun_unseen), deliver=sweep),
]
