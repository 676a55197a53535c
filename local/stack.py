"""What template.yaml describes, told as data."""

from dataclasses import dataclass, field

from local.cdn import Behavior
from local.endpoint import Endpoint
from local.functions import Function
from local.queue_mapping import QueueMapping
from local.routes import Route
from local.stream_mapping import StreamMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    endpoint: Endpoint
    functions: tuple[Function, ...]
    stream_mappings: tuple[StreamMapping, ...]
    queue_mappings: tuple[QueueMapping, ...]
    routes: tuple[Route, ...]
    behaviors: tuple[Behavior, ...]
    outputs: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """One process runs all functions, so what they are told must not contradict."""
        union: dict[str, str] = {}
        for function in self.functions:
            for name, value in function.environment.items():
                if union.setdefault(name, value) != value:
                    raise ValueError(f"functions disagree about {name}: {union[name]!r} or {value!r}")
        return {**union, **self.endpoint.environment()}
