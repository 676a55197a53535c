"""One operation, one fault at one call: run it, heal, and say what is wrong."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from tests.api import Api
from tests.simulation import settled, settled_probes, users
from tests.simulation.net import ABSORBED, Call, Fault
from tests.simulation.operations import Operation, status
from tests.simulation.users import a_shop
from tests.simulation.world import World

_OUTSIDE = ("GET", "POST")
_PAST_EVERYTHING = timedelta(hours=50)


@dataclass(frozen=True, slots=True)
class Point:
    """`recovers` says how: by what the platform or the client repeats, or by the sweep alone."""

    operation: str
    number: int
    call: str
    fault: Fault
    recovers: str
    honours_tokens: bool


class OneFault:
    """Strikes call `number` of the first actor of a role."""

    def __init__(self, role: str, number: int, fault: Fault | None) -> None:
        self._role = role
        self._number = number
        self._fault = fault
        self._victim: str | None = None
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> Fault | None:
        if call.actor.role == self._role:
            self._victim = self._victim or call.actor.name
        if call.actor.name != self._victim:
            return None
        self.calls.append(call)
        return self._fault if call.number == self._number else None


@dataclass(frozen=True, slots=True)
class Clean:
    """What the operation does undisturbed."""

    calls: tuple[Call, ...]
    status: int | None


@cache
def clean(operation: Operation) -> Clean:
    world = World(chunk=operation.chunk, heartbeats=operation.heartbeats)
    with world.installed():
        plan = OneFault(operation.role, -1, None)
        outcome = _run(world, operation, plan)[0]
    assert plan.calls, f"{operation.name} makes no call as {operation.role}: {world.last_events()}"
    return Clean(tuple(plan.calls), outcome)


def points(operation: Operation) -> list[Point]:
    """Every call × every fault that can strike it × both ways to recover × with and without the platform's tokens."""
    return [
        Point(operation.name, call.number, call.operation, fault, recovers, honours_tokens)
        for call in clean(operation).calls
        for fault in Fault
        if fault is not Fault.CONFLICT or call.can_conflict
        for recovers in ("repetition", "sweep")[: 2 if operation.swept else 1]
        for honours_tokens in (True, False)
    ]


def problems(operation: Operation, point: Point) -> list[str]:
    world = World(honours_tokens=point.honours_tokens, chunk=operation.chunk, heartbeats=operation.heartbeats)
    with world.installed():
        try:
            found = _tried(world, operation, point)
        except Exception:
            print(point, world.last_events(), sep="\n")
            raise
    if found:
        print(point, world.last_events(), sep="\n")
    return found


def _tried(world: World, operation: Operation, point: Point) -> list[str]:
    plan = OneFault(operation.role, point.number, point.fault)
    answered, api = _run(world, operation, plan)
    found = _answer_problems(world, operation, point, answered)
    world.net.pick = lambda _call: None
    unknown = answered is None or answered >= 500
    if point.recovers == "repetition" and operation.is_asked_for and unknown:
        repeated = operation.perform(world, api)
        assert repeated is not None
        allowed = {clean(operation).status, *operation.answers_repeated}
        if status(repeated) not in allowed:
            found.append(f"the same request again was answered {status(repeated)}")
        elif (status(repeated) or 500) < 300 and not operation.promise(world):
            found.append(f"answered {status(repeated)} to the same request again and did not keep its promise")
    elif point.recovers == "sweep" and not operation.is_asked_for:
        # Nothing comes again: only the table knows what is left to do.
        for queue in world.queues.values():
            queue.messages.clear()
        if operation.role == "dispatcher":
            world.stream.waiting.clear()
            world.stream.discarded.append({})
    # How the SDK repeats is not the question any more.
    world.direct = True
    world.heal()
    found += settled.failures(world)
    if not found and _took_effect(operation, point, answered) and not operation.healed(world):
        found.append("did not keep its promise when everything was over")
    if found:
        return found
    for window in world.watch.maintenance.windows():
        if window.recurring_cron and not window.is_over:
            world.act("cancel", users.cancel(window.id))
    for check in settled_probes.probed(world):
        world.act("pause", users.pause(check.id))
    world.run(world.now + _PAST_EVERYTHING)
    found += settled.failures(world)
    found += _left_over(world)
    return found


def _took_effect(operation: Operation, point: Point, answered: int | None) -> bool:
    """Whether it must have, sooner or later: a request that nobody repeats may be lost."""
    if answered in operation.answers_unreached:
        return False
    return not operation.is_asked_for or point.recovers == "repetition" or (answered is not None and answered < 300)


def _run(world: World, operation: Operation, plan: OneFault) -> tuple[int | None, Api]:
    api = a_shop(world, operation.checks)
    world.direct = True
    operation.prepare(world, api)
    world.direct = False
    world.net.pick = plan
    outcome = operation.perform(world, api)
    return (status(outcome) if outcome else None), api


def _answer_problems(world: World, operation: Operation, point: Point, answered: int | None) -> list[str]:
    if answered is None:
        return []
    if answered < 300 and not operation.promise(world):
        return [f"answered {answered} and did not keep its promise"]
    unreached = operation.answers_unreached if point.call in _OUTSIDE else ()
    expected = {
        clean(operation).status,
        *unreached,
        *(() if point.honours_tokens else operation.answers_without_tokens),
    }
    if point.fault in ABSORBED and answered not in expected:
        return [f"answered {answered} after one retry"]
    return []


def _left_over(world: World) -> list[str]:
    """When every window is long over there is nothing left but what people paused."""
    found = [f"LIV-3: {name} is left" for name in world.scheduler.schedules]
    found += [f"LIV-3: {key[0]} is still due" for key, item in world.table.items.items() if "DueSK" in item]
    held = {source for sources in world.watch.holds().values() for source in sources}
    found += [f"LIV-2: {source} still holds" for source in held if source != "manual"]
    found += [f"{message.body} is a dead letter" for queue in world.queues.values() for message in queue.dead]
    return found
