"""What was looked at, and what was found to be wrong."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Transition:
    """A change that nobody asked for: how many seconds after its time."""

    what: str
    to: str
    late: float


@dataclass
class Findings:
    broken: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    """How often each rule had something to judge."""
    transitions: list[Transition] = field(default_factory=list)

    def judge(self, rule: str, holds: bool, said: str) -> None:
        self.seen[rule] = self.seen.get(rule, 0) + 1
        if not holds:
            self.broken.append(f"{rule}: {said}")
