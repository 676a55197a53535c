"""Counts the AWS calls and DynamoDB capacity units that a piece of work costs."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lull import aws

_SERVICES = ("dynamodb", "sqs", "s3", "scheduler", "secretsmanager")
_READS = {"GetItem", "BatchGetItem", "Query"}


@dataclass
class Meter:
    """`calls` by operation; `read` and `write` in capacity units, those of indexes included."""

    calls: Counter[str] = field(default_factory=Counter)
    read: float = 0.0
    write: float = 0.0

    def ask_for_units(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if "ReturnConsumedCapacity" in model.input_shape.members:
            params["ReturnConsumedCapacity"] = "TOTAL"

    def count(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls[model.name] += 1
        if model.name == "BatchGetItem":
            self.read += sum(_consistent_read(item) for items in parsed["Responses"].values() for item in items)
            return
        if parsed.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
            # A refused write is paid for like one that is accepted.
            self.write += 1
            return
        if model.name == "Query":
            self.read += _read(parsed["Items"], parsed["ConsumedCapacity"]["CapacityUnits"])
            return
        consumed = parsed.get("ConsumedCapacity", [])
        for each in consumed if isinstance(consumed, list) else [consumed]:
            if model.name in _READS:
                self.read += each["CapacityUnits"]
            else:
                self.write += each["CapacityUnits"]


def _consistent_read(item: dict[str, Any]) -> int:
    """One unit for each 4 KB begun; the emulator reports none for batches. JSON is never shorter than the item."""
    return -(-len(json.dumps(item)) // 4096)


def _read(items: list[dict[str, Any]], reported: float) -> float:
    """One unit for each 4 KB begun of all items together, half of that from an index.

    The emulator reports what a small answer costs, whatever was read.
    """
    blocks = -(-sum(len(json.dumps(item)) for item in items) // 4096)
    return min(reported, 1.0) * max(1, blocks)


@contextmanager
def metered() -> Iterator[Meter]:
    meter = Meter()
    clients = [aws.client(service) for service in _SERVICES]
    for client in clients:
        client.meta.events.register("provide-client-params.dynamodb.*", meter.ask_for_units, unique_id="meter-ask")
        client.meta.events.register("after-call.*.*", meter.count, unique_id="meter-count")
    yield meter
    for client in clients:
        client.meta.events.unregister("provide-client-params.dynamodb.*", unique_id="meter-ask")
        client.meta.events.unregister("after-call.*.*", unique_id="meter-count")
