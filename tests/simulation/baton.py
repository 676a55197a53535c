"""Every merge of the AWS calls of several actors: one runs at a time and stops before each of its calls."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.actors import Crash, Outcome, acting
from tests.simulation.net import Call
from tests.simulation.world import World

Act = tuple[str, Callable[[], Any]]
"""The role of an actor, and what it does."""


@dataclass
class _Runner:
    """An actor in a thread of its own, which runs only while it has the baton."""

    number: int
    role: str
    function: Callable[[], Any]
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    stopped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    history: list[str] = field(default_factory=list)
    """What it has been told so far: with its code, that is all it knows."""
    outcome: Outcome | None = None


@dataclass
class Merge:
    """One complete merge: who ran at each step, and what became of each actor."""

    order: tuple[int, ...]
    outcomes: list[Outcome]
    world: World


@dataclass
class Explored:
    """Honest figures: `merges` ran to their end, `cut` met a state that had been seen."""

    merges: int = 0
    cut: int = 0
    calls: int = 0


def explore(
    prepared: Callable[[], tuple[World, list[Act]]], judge: Callable[[Merge], None], *, cuts: bool = True
) -> Explored:
    """Depth first through all merges; `judge` sees each. With `cuts`, equal states are continued from once only."""
    explored = Explored()
    seen: set[int] = set()
    orders: list[tuple[int, ...]] = [()]
    while orders:
        prefix = orders.pop()
        world, acts = prepared()
        with world.installed():
            relay = _Relay(world, acts)
            order, branches, finished = relay.run(prefix, seen if cuts else None)
            orders += [(*order[:position], other) for position, other in branches]
            explored.calls += world.net.calls
            if finished:
                explored.merges += 1
                judge(Merge(order, relay.outcomes, world))
            else:
                explored.cut += 1
    return explored


class _Relay:
    def __init__(self, world: World, acts: list[Act]) -> None:
        self._world = world
        self._runners = [_Runner(number, role, function) for number, (role, function) in enumerate(acts)]
        self._abandoned = False
        self._by_actor: dict[str, _Runner] = {}

    @property
    def outcomes(self) -> list[Outcome]:
        return [runner.outcome or Outcome(crashed=True) for runner in self._runners]

    def run(
        self, prefix: tuple[int, ...], seen: set[int] | None
    ) -> tuple[tuple[int, ...], list[tuple[int, int]], bool]:
        """The order taken, the other ways at each step after the prefix, and whether it came to its end."""
        world = self._world
        world.gate = self._wait_for_the_baton
        world.answered = self._remember
        threads = [threading.Thread(target=self._live, args=(runner,), daemon=True) for runner in self._runners]
        for thread, runner in zip(threads, self._runners, strict=True):
            thread.start()
            runner.stopped.acquire()
        order: list[int] = []
        branches: list[tuple[int, int]] = []
        try:
            while ready := [runner.number for runner in self._runners if runner.outcome is None]:
                step = len(order)
                if step >= len(prefix) and seen is not None:
                    state = self._state()
                    if state in seen:
                        return tuple(order), branches, False
                    seen.add(state)
                chosen = prefix[step] if step < len(prefix) else ready[0]
                if step >= len(prefix):
                    branches += [(step, other) for other in ready[1:]]
                order.append(chosen)
                self._pass_to(self._runners[chosen])
            return tuple(order), branches, True
        finally:
            self._abandon()
            for thread in threads:
                thread.join()
            world.gate = None
            world.answered = None

    def _live(self, runner: _Runner) -> None:
        if not self._world.still:
            # Where time passes, it matters when an actor first looks at the clock.
            runner.stopped.release()
            runner.go.acquire()
            runner.history.append(str(self._world.now))
        outcome = self._world.act(runner.role, runner.function, name=f"{runner.role} {runner.number}")
        runner.outcome = outcome
        runner.stopped.release()

    def _wait_for_the_baton(self, _call: Call) -> None:
        runner = self._mine()
        runner.stopped.release()
        runner.go.acquire()
        if self._abandoned:
            acting().dead = True
            raise Crash

    def _pass_to(self, runner: _Runner) -> None:
        runner.go.release()
        runner.stopped.acquire()

    def _abandon(self) -> None:
        self._abandoned = True
        for runner in self._runners:
            while runner.outcome is None:
                self._pass_to(runner)

    def _remember(self, call: Call, reply: Any) -> None:
        self._mine().history.append(f"{call.operation} {reply}")

    def _mine(self) -> _Runner:
        number = int(acting().name.rpartition(" ")[2])
        return self._runners[number]

    def _state(self) -> int:
        """Everything that what follows can depend on: the table, and what each actor has been told."""
        told = tuple((tuple(runner.history), runner.outcome is None) for runner in self._runners)
        items = frozenset((key, repr(item)) for key, item in self._world.table.items.items())
        return hash((told, items, self._world.watch.memory(), self._world.now))


def orders(merge: Merge) -> Iterator[str]:
    """The merge for people: who made which call."""
    for line in merge.world.net.trace:
        yield "  ".join(part for part in line[1:] if part)
