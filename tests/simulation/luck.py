"""How well the platform behaves: seconds of delay, what is lost, what comes twice."""

import random
from dataclasses import dataclass, field

from tests.simulation.net import Call, Fault

_OFF, _RARE, _OFTEN = 0.0, 0.02, 0.08
_LEVELS = (_OFF, _OFF, _RARE, _OFTEN)


@dataclass
class Luck:
    """Nothing fails, and delays are those of a good day. What is drawn is drawn here and nowhere else."""

    random: random.Random

    def call_seconds(self) -> float:
        return 0.004

    def stream_seconds(self) -> float:
        return self.random.uniform(0.1, 0.6)

    def queue_seconds(self) -> float:
        return self.random.uniform(0.0, 0.2)

    def firing_seconds(self) -> list[float]:
        """When, after its time, a schedule fires: once, within a minute."""
        return [self.random.uniform(0.0, 59.9)]

    def vanishes(self) -> bool:
        """Whether a schedule that never fires is gone as well."""
        return False

    def comes_again_after(self) -> float | None:
        """After how many seconds a batch that was dealt with is delivered once more."""
        return None

    def merges(self) -> bool:
        """Whether a batch takes what waits for another item too."""
        return self.random.random() < 0.5

    def goes_first(self) -> bool:
        """Whether something else runs before the next call of whoever is running."""
        return False

    def index_lags(self) -> bool:
        return False

    def sweeps(self) -> bool:
        return True

    def answer(self) -> int:
        """What somebody outside answers: a status code."""
        return 200

    def fault(self, call: Call) -> Fault | None:
        return None


@dataclass
class Swarm(Luck):
    """The swarm rule: in each world every kind of trouble is off, rare or frequent."""

    levels: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        kinds = [*Fault, "slow", "late", "lost", "twice", "vanish", "first", "lag", "asleep", "unwell"]
        self.levels = {str(kind): self.random.choice(_LEVELS) for kind in kinds}
        self.levels["first"] *= 3

    def _happens(self, kind: str) -> bool:
        return self.random.random() < self.levels[kind]

    def call_seconds(self) -> float:
        return self.random.uniform(0.5, 5.0) if self._happens("slow") else self.random.uniform(0.002, 0.03)

    def stream_seconds(self) -> float:
        return self.random.uniform(1, 3_600) if self._happens("late") else super().stream_seconds()

    def queue_seconds(self) -> float:
        return self.random.uniform(1, 600) if self._happens("late") else super().queue_seconds()

    def firing_seconds(self) -> list[float]:
        if self._happens("lost"):
            return []
        firings = super().firing_seconds()
        if self._happens("late"):
            firings = [self.random.uniform(60, 90_000)]
        if self._happens("twice"):
            firings.append(firings[0] + self.random.choice((0.0, 30.0, 72_000.0)))
        return firings

    def vanishes(self) -> bool:
        return self._happens("vanish")

    def comes_again_after(self) -> float | None:
        return self.random.choice((0.0, 5.0, 900.0, 80_000.0)) if self._happens("twice") else None

    def goes_first(self) -> bool:
        return self._happens("first")

    def index_lags(self) -> bool:
        return self._happens("lag")

    def sweeps(self) -> bool:
        return not self._happens("asleep")

    def answer(self) -> int:
        return self.random.choice((500, 503, 404, 410)) if self._happens("unwell") else 200

    def fault(self, call: Call) -> Fault | None:
        for fault in Fault:
            if self._happens(fault):
                return fault
        return None
