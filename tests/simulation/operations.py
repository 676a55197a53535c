"""Every operation of deployments whose every call is killed once, and what it promises when it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from lull.domain.deployment_windows import State
from lull.domain.holds import MANUAL, of_deployment
from tests.api import Answer, Api
from tests.simulation import users
from tests.simulation.actors import Outcome
from tests.simulation.luck import Luck
from tests.simulation.world import World

HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)


class Gathering(Luck):
    """Whatever waits comes in one batch."""

    def merges(self) -> bool:
        return True


@dataclass(frozen=True)
class Operation:
    """`role` is the actor whose calls are counted; `request` is there for what a client can repeat."""

    name: str
    role: str
    prepare: Callable[[World, Api], None]
    request: tuple[str, str, Callable[[World], object]] | None = None
    send: Callable[[World, Api], Answer] | None = None
    """A request of another kind of client."""
    deliver: Callable[[World], None] | None = None
    promise: Callable[[World], bool] = lambda _world: True
    checks: int = 3
    chunk: int | None = None
    """Holds per transaction, if not as many as the product takes."""
    headers: tuple[tuple[str, str], ...] = ()
    answers_repeated: tuple[int, ...] = ()
    """What the same request may be answered after it took effect."""
    answers_without_tokens: tuple[int, ...] = ()
    """What else a request may be answered if its answer was lost and the platform forgets tokens; AWS never does."""
    answers_unreached: tuple[int, ...] = ()
    """What a request may be answered without effect if a host outside is not reached."""
    healed: Callable[[World], bool] = lambda _world: True
    """What must be true once trouble is over, whoever was told of it."""
    swept: bool = True
    """Whether the sweep alone makes up for a lost message; the rest is left to the queue and its dead letters."""
    heartbeats: bool = False
    """Whether silence is looked for while the world lives on."""

    @property
    def is_asked_for(self) -> bool:
        """Whether somebody waits for an answer."""
        return self.request is not None or self.send is not None

    def perform(self, world: World, api: Api) -> Outcome | None:
        """Run it; the outcome if somebody waits for one, with an Answer as its value."""
        if self.deliver:
            self.deliver(world)
            return None
        if send := self.send:
            return world.act(self.role, lambda: send(world, api))
        assert self.request
        method, path, body = self.request
        names = {"token": users.token_of(world, 1), **_names(world)}
        if newest := world.watch.components.newest():
            names |= {"deployment": newest.id, "component": newest.component_id, "environment": newest.environment_id}
        sent, path = body(world), path.format(**names)
        return world.act(self.role, lambda: api(method, path, sent, **dict(self.headers)))


def _names(world: World) -> dict[str, str]:
    """What a path may name: applications by what carries them out, their newest deployment, the hook, its delivery."""
    names = dict.fromkeys(("own", "webhook", "github", "bare"), "00000000-0000-4000-8000-000000000000")
    names |= {
        key[1].rpartition("#")[2]: item["ownerId"]["S"]
        for key, item in world.table.items.items()
        if key[1].startswith("NAME#application#")
    }
    hooks = [key[0].partition("#")[2] for key in world.table.items if key[1] == "CIHOOK"]
    names |= {"hook": next(iter(hooks), "x" * 32)}
    if ordered := world.watch.applications.deployments():
        names |= {"ordered": ordered[-1].id}
    if deliveries := world.watch.hooks.deliveries():
        names |= {"delivery": deliveries[-1].id}
    return names


def status(outcome: Outcome) -> int | None:
    """None if nobody will ever know."""
    return outcome.value.status if isinstance(outcome.value, Answer) else None


def _nothing(_world: World, _api: Api) -> None:
    pass


def _active(world: World, _api: Api) -> None:
    users.done(world.act("create", users.create()))
    world.deliver_everything()


def _scheduled(world: World, _api: Api) -> None:
    users.done(world.act("create", users.create(start=world.now + HOUR, end=world.now + 2 * HOUR)))
    world.deliver_everything()


def _nearly_started(world: World, api: Api) -> None:
    """Until the wake-up waits out its last seconds."""
    _scheduled(world, api)
    start = world.watch.windows()[0].scheduled_start_at
    assert start
    world.run(start - _SECOND)


def _nearly_ended(world: World, api: Api) -> None:
    _scheduled(world, api)
    end = world.watch.windows()[0].scheduled_end_at
    assert end
    world.run(end - _SECOND)


def _nearly_timed_out(world: World, _api: Api) -> None:
    users.done(world.act("create", users.create(longest=HOUR)))
    end = world.watch.windows()[0].ends_by_itself_at
    assert end
    world.run(end - _SECOND)


def _overdue(world: World, _api: Api) -> None:
    """Two windows whose wake-ups are all lost."""
    for offset in (0, 1):
        users.done(world.act("create", users.create(start=world.now + HOUR, end=world.now + (3 + offset) * HOUR)))
    world.events.clear()
    world.stream.waiting.clear()
    world.stream.discarded.append({})
    world.now += HOUR + _SECOND


def _many_changes(world: World, _api: Api) -> None:
    """A scheduled one, a running one and one that was called off, all still to be dispatched."""
    world.luck = Gathering(world.luck.random)
    users.done(world.act("create", users.create(start=world.now + HOUR, end=world.now + 2 * HOUR)))
    users.done(world.act("create", users.create(end=world.now + HOUR)))
    users.done(world.act("create", users.create(start=world.now + HOUR)))
    users.done(world.act("end", users.end(3)))


def _paused(world: World, _api: Api) -> None:
    _active(world, _api)
    users.done(world.act("pause", users.pause(1)))


def _few_seconds(world: World) -> None:
    world.run(world.now + 10 * _SECOND, sweeping=False)


def _slept_through(world: World, api: Api) -> None:
    """A window whose end has passed before anybody looked."""
    _overdue(world, api)
    world.now += 3 * HOUR


def _sweep(world: World) -> None:
    world.sweep()
    world.deliver_everything()


def _body(**fields: object) -> Callable[[World], object]:
    return lambda _world: {"projectId": 1, "autoPause": True, **fields}


def _in_two_hours(world: World) -> object:
    start, end = world.now + HOUR, world.now + 2 * HOUR
    return {
        "projectId": 1,
        "autoPause": True,
        "scheduledStartAt": start.isoformat(),
        "scheduledEndAt": end.isoformat(),
    }


def _no_body(_world: World) -> None:
    return None


def _everything_held(world: World) -> bool:
    newest = world.watch.windows()[-1]
    held = all(of_deployment(newest.id) in sources for sources in world.watch.holds().values())
    return newest.state is State.ACTIVE and held


def _only_one(world: World) -> bool:
    return len(world.watch.windows()) == 1 and _everything_held(world)


def _nothing_held(world: World) -> bool:
    window = world.watch.windows()[0]
    free = all(of_deployment(window.id) not in sources for sources in world.watch.holds().values())
    return window.state is State.ENDED and free


def _one_scheduled(world: World) -> bool:
    return world.watch.windows()[-1].state is State.SCHEDULED


def _paused_by_hand(world: World) -> bool:
    return MANUAL in world.watch.holds()[1]


def _resumed(world: World) -> bool:
    return not world.watch.holds()[1]


def _deleted(world: World) -> bool:
    return 1 not in world.watch.holds()


OPERATIONS = [
    Operation(
        "create a window that runs",
        "create",
        _nothing,
        request=("POST", "/api/deployments", _body()),
        promise=_everything_held,
        answers_repeated=(201,),
    ),
    Operation(
        "create a scheduled window",
        "create",
        _nothing,
        request=("POST", "/api/deployments", _in_two_hours),
        promise=_one_scheduled,
        answers_repeated=(201,),
    ),
    Operation(
        "create with an idempotency key",
        "create",
        _nothing,
        request=("POST", "/api/deployments", _body()),
        headers=(("idempotency_key", "build-17"),),
        promise=_only_one,
        answers_repeated=(201,),
    ),
    Operation(
        "create in chunks",
        "create",
        _nothing,
        request=("POST", "/api/deployments", _body()),
        headers=(("idempotency_key", "build-17"),),
        promise=_only_one,
        checks=5,
        chunk=2,
        answers_repeated=(201,),
    ),
    Operation(
        "end in chunks",
        "end",
        _active,
        request=("PUT", "/api/deployments/1/end", _no_body),
        promise=_nothing_held,
        checks=5,
        chunk=2,
        answers_repeated=(409,),
    ),
    Operation(
        "create a window over 200 checks",
        "create",
        _nothing,
        request=("POST", "/api/deployments", _body()),
        promise=_everything_held,
        checks=200,
        answers_repeated=(201,),
    ),
    Operation(
        "end by request",
        "end",
        _active,
        request=("PUT", "/api/deployments/1/end", _no_body),
        promise=_nothing_held,
        answers_repeated=(409,),
    ),
    Operation(
        "end over 200 checks",
        "end",
        _active,
        request=("PUT", "/api/deployments/1/end", _no_body),
        promise=_nothing_held,
        checks=200,
        answers_repeated=(409,),
    ),
    Operation(
        "call off",
        "end",
        _scheduled,
        request=("PUT", "/api/deployments/1/end", _no_body),
        promise=_nothing_held,
        answers_repeated=(409,),
    ),
    Operation(
        "pause by hand",
        "pause",
        _active,
        request=("POST", "/api/checks/1/pause", _no_body),
        promise=_paused_by_hand,
        answers_repeated=(200,),
    ),
    Operation(
        "resume by hand",
        "resume",
        _paused,
        request=("POST", "/api/checks/1/resume", _no_body),
        promise=_resumed,
        answers_repeated=(200,),
    ),
    Operation(
        "delete a check",
        "delete",
        _active,
        request=("DELETE", "/api/checks/1", _no_body),
        promise=_deleted,
        answers_repeated=(404,),
        # What is gone carries no token by which it could be told who deleted it.
        answers_without_tokens=(404,),
    ),
    Operation("start by wake-up", "transitioner", _nearly_started, deliver=_few_seconds),
    Operation("start in chunks", "transitioner", _nearly_started, deliver=_few_seconds, checks=5, chunk=2),
    Operation("end by wake-up", "transitioner", _nearly_ended, deliver=_few_seconds),
    Operation("time out", "transitioner", _nearly_timed_out, deliver=_few_seconds),
    Operation("time out in chunks", "transitioner", _nearly_timed_out, deliver=_few_seconds, checks=5, chunk=2),
    Operation("miss", "transitioner", _slept_through, deliver=_sweep),
    Operation("dispatch a batch", "dispatcher", _many_changes, deliver=_few_seconds),
    Operation("sweep", "monitor", _overdue, deliver=_sweep),
]
