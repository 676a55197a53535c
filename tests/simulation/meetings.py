"""Several actors that set out together in one world."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import transitioner
from lull.gateways.queues import WakeUp
from tests.simulation import users
from tests.simulation.baton import Act
from tests.simulation.luck import Luck
from tests.simulation.world import World

HOUR = timedelta(hours=1)


class Ticking(Luck):
    def call_seconds(self) -> float:
        return 1.0


@dataclass(frozen=True)
class Meeting:
    """`prepare` brings a still world to the moment at which the actors set out together."""

    prepare: Callable[[World], list[Act]]
    checks: int = 2
    chunk: int | None = None
    is_long: bool = False
    """Whether it has so many merges that only thorough runs walk them."""
    cut: bool = False
    """Whether equal states are continued from once only in thorough runs, too: its calls are too many otherwise."""
    ticking: bool = False
    """Whether each call takes a second, so that the actors' readings of the clock are of different times."""

    @property
    def name(self) -> str:
        chunks = f" in chunks of {self.chunk}" if self.chunk else ""
        seconds = ", a second a call" if self.ticking else ""
        return self.prepare.__name__.replace("_", " ") + chunks + seconds

    def prepared(self) -> tuple[World, list[Act]]:
        world = World(direct=True, still=not self.ticking, luck=Ticking if self.ticking else Luck, chunk=self.chunk)
        with world.installed():
            users.a_shop(world, self.checks)
            acts = self.prepare(world)
            world.stream.waiting.clear()
            world.events.clear()
            world.net.trace.clear()
        return world, acts


def woken(record_id: int | str, kind: str = "deployment") -> Act:
    """A wake-up of a record."""
    body = WakeUp(kind=kind, workspace_id=1, record_id=record_id).body()
    records = [{"messageId": "m", "body": body}]
    return "transitioner", lambda: transitioner.lambda_handler({"Records": records}, None)
