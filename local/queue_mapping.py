"""The settings of a queue's event source mapping."""

from dataclasses import dataclass
from typing import Any

from local import event_filter
from local.resources import allow
from local.stream_mapping import patterns, reports_failures

# Lambda starts with five pollers for a standard queue; messages of one FIFO group never run side by side anyway.
POLLERS = 5

_PROPERTIES = {
    "BatchSize",
    "Enabled",
    "EventSourceArn",
    "FilterCriteria",
    "FunctionName",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "ScalingConfig",
    "Tags",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMapping:
    name: str
    function: str
    queue_arn: str
    batch_size: int = 10
    batching_window_seconds: float = 0
    reports_failures: bool = False
    pollers: int = POLLERS
    patterns: tuple[event_filter.Pattern, ...] = ()
    enabled: bool = True

    @classmethod
    def of(cls, name: str, properties: dict[str, Any]) -> "QueueMapping":
        allow(name, properties, _PROPERTIES)
        scaling = properties.get("ScalingConfig", {})
        allow(f"{name} ScalingConfig", scaling, {"MaximumConcurrency"})
        return cls(
            name=name,
            function=properties["FunctionName"],
            queue_arn=properties["EventSourceArn"],
            batch_size=int(properties.get("BatchSize", 10)),
            batching_window_seconds=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
            reports_failures=reports_failures(name, properties),
            pollers=min(POLLERS, int(scaling.get("MaximumConcurrency", POLLERS))),
            patterns=patterns(properties),
            enabled=bool(properties.get("Enabled", True)),
        )

    def wants(self, event: Any) -> bool:
        return not self.patterns or any(event_filter.matches(pattern, event) for pattern in self.patterns)
