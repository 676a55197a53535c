"""The table's stream: records from before and after images, in order for each item and for nothing else."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local import event_filter
from tests.simulation.tables import Key, Write

Record = dict[str, Any]


@dataclass
class Stream:
    """`patterns` are the template's: what none of them matches is never delivered."""

    patterns: list[Any]
    waiting: dict[Key, deque[Record]] = field(default_factory=dict)
    delivered: list[Record] = field(default_factory=list)
    discarded: list[Record] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    _sequence: int = 0

    def record(self, write: Write, *, at: datetime) -> bool:
        """Whether somebody will be told."""
        self._sequence += 1
        kind = "INSERT" if write.before is None else "REMOVE" if write.after is None else "MODIFY"
        images = {"OldImage": write.before, "NewImage": write.after}
        record = {
            "eventName": kind,
            "eventSource": "aws:dynamodb",
            "dynamodb": {
                "Keys": {"PK": {"S": write.key[0]}, "SK": {"S": write.key[1]}},
                **{name: image for name, image in images.items() if image is not None},
                "ApproximateCreationDateTime": float(int(at.timestamp())),
                "SequenceNumber": f"{self._sequence:021d}",
            },
        }
        if not any(event_filter.matches(pattern, record) for pattern in self.patterns):
            return False
        self.waiting.setdefault(write.key, deque()).append(record)
        return True

    def take(self, keys: list[Key], most: int) -> list[Record]:
        """A batch: a prefix of what waits for each of these items."""
        batch: list[Record] = []
        for key in keys:
            line = self.waiting.get(key)
            while line and len(batch) < most:
                batch.append(line.popleft())
            if line is not None and not line:
                del self.waiting[key]
        return batch

    def put_back(self, batch: list[Record], most_tries: int) -> None:
        """To the head of each line again, or away for good after too many tries."""
        for record in reversed(batch):
            number = record["dynamodb"]["SequenceNumber"]
            self.tries[number] = self.tries.get(number, 0) + 1
            if self.tries[number] > most_tries:
                self.discarded.append(record)
            else:
                self.waiting.setdefault(key_of(record), deque()).appendleft(record)


def key_of(record: Record) -> Key:
    keys = record["dynamodb"]["Keys"]
    return keys["PK"]["S"], keys["SK"]["S"]
