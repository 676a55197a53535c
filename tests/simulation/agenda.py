"""What is going to happen in a world, and when."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(order=True)
class Event:
    at: datetime
    number: int
    kind: str = field(compare=False)
    payload: Any = field(compare=False, default=None)


@dataclass
class Agenda:
    """Events by time; those of one time in the order in which they came to be expected."""

    _heap: list[Event] = field(default_factory=list)
    _numbers: int = 0

    def __bool__(self) -> bool:
        return bool(self._heap)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._heap)

    @property
    def next_at(self) -> datetime:
        return self._heap[0].at

    def add(self, at: datetime, kind: str, payload: Any) -> None:
        self._numbers += 1
        heapq.heappush(self._heap, Event(at, self._numbers, kind, payload))

    def pop(self) -> Event:
        return heapq.heappop(self._heap)

    def clear(self) -> None:
        self._heap.clear()
