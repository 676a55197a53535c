"""The settings of a table stream's event source mapping."""

from dataclasses import dataclass
from typing import Any

from local import event_filter
from local.resources import UnknownProperty, allow

FOREVER = -1

_PROPERTIES = {
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "Enabled",
    "EventSourceArn",
    "FilterCriteria",
    "FunctionName",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "StartingPosition",
    "Tags",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamMapping:
    name: str
    function: str
    stream_arn: str
    starting_position: str
    batch_size: int = 100
    batching_window_seconds: float = 0
    bisect: bool = False
    retry_attempts: int = FOREVER
    record_age_seconds: int = FOREVER
    reports_failures: bool = False
    on_failure_arn: str | None = None
    patterns: tuple[event_filter.Pattern, ...] = ()
    enabled: bool = True

    @classmethod
    def of(cls, name: str, properties: dict[str, Any]) -> "StreamMapping":
        allow(name, properties, _PROPERTIES)
        return cls(
            name=name,
            function=properties["FunctionName"],
            stream_arn=properties["EventSourceArn"],
            starting_position=properties["StartingPosition"],
            batch_size=int(properties.get("BatchSize", 100)),
            batching_window_seconds=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
            bisect=bool(properties.get("BisectBatchOnFunctionError", False)),
            retry_attempts=int(properties.get("MaximumRetryAttempts", FOREVER)),
            record_age_seconds=int(properties.get("MaximumRecordAgeInSeconds", FOREVER)),
            reports_failures=reports_failures(name, properties),
            on_failure_arn=_on_failure(name, properties.get("DestinationConfig", {})),
            patterns=patterns(properties),
            enabled=bool(properties.get("Enabled", True)),
        )

    def wants(self, event: Any) -> bool:
        return not self.patterns or any(event_filter.matches(pattern, event) for pattern in self.patterns)


def reports_failures(name: str, properties: dict[str, Any]) -> bool:
    types = set(properties.get("FunctionResponseTypes", []))
    if unknown := types - {"ReportBatchItemFailures"}:
        raise UnknownProperty(f"{name} FunctionResponseTypes", unknown)
    return bool(types)


def patterns(properties: dict[str, Any]) -> tuple[event_filter.Pattern, ...]:
    filters = properties.get("FilterCriteria", {}).get("Filters", [])
    return tuple(event_filter.parse(each["Pattern"]) for each in filters)


def _on_failure(name: str, config: dict[str, Any]) -> str | None:
    allow(f"{name} DestinationConfig", config, {"OnFailure"})
    destination: str | None = config.get("OnFailure", {}).get("Destination")
    if destination and ":sqs:" not in destination:
        raise UnknownProperty(f"{name} OnFailure", {destination})
    return destination
