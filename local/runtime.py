"""Everything that calls functions by itself: stream reader, queue pollers and schedules of one stack."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import wait
from datetime import datetime
from itertools import chain
from typing import Any

from local.checkpoints import Checkpoints
from local.invocation import Report
from local.queue_poller import QueuePoller
from local.schedules import ScheduleFirer
from local.stack import Stack
from local.stream_reader import IDLE_SECONDS, StreamReader

Handlers = dict[str, Callable[[Any], Any]]


class Runtime:
    """`handlers` replaces functions by name; the others run their own code."""

    def __init__(
        self, stack: Stack, *, report: Report, handlers: Handlers | None = None, backoff_seconds: float = 0.2
    ) -> None:
        self.stack = stack
        self._functions: Handlers = {function.name: function for function in stack.functions} | (handlers or {})
        self._names = {function.arn: function.name for function in stack.functions}
        endpoint, checkpoints = stack.endpoint, Checkpoints(stack.endpoint)
        self._readers = [
            StreamReader(mapping, endpoint, self.invoke, checkpoints, report, backoff_seconds=backoff_seconds)
            for mapping in stack.stream_mappings
            if mapping.enabled
        ]
        # The first poller of each queue is also the one that drains.
        self._pollers = [
            [QueuePoller(mapping, endpoint, self.invoke, report) for _ in range(mapping.pollers)]
            for mapping in stack.queue_mappings
            if mapping.enabled
        ]
        self._schedules = ScheduleFirer(endpoint, self.invoke, checkpoints, report)
        self._threads: list[threading.Thread] = []
        self._invocations = 0

    def invoke(self, function_arn: str, event: Any) -> Any:
        self._invocations += 1
        return self._functions[self._names[function_arn]](event)

    def start(self) -> None:
        runs = [
            *(reader.run for reader in self._readers),
            *(poller.run for poller in chain(*self._pollers)),
            self._schedules.run,
        ]
        self._threads = [threading.Thread(target=run, daemon=True) for run in runs]
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 2.0) -> None:
        """Let what is running end; what does not is done again after the next start."""
        # What was written last is still dispatched, so that nothing grows too old while the system is off.
        time.sleep(2 * IDLE_SECONDS)
        for reader in self._readers:
            reader.stopping.set()
        for poller in chain(*self._pollers):
            poller.stopping.set()
        self._schedules.close()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))

    def drain(self) -> None:
        """Run stream and queues in this thread until nothing is left that is visible now."""
        sources = [*(reader.poll for reader in self._readers), *(pollers[0].poll for pollers in self._pollers)]
        # What was found empty stays so until a function runs again.
        empty_since: dict[int, int] = {}
        while waiting := [at for at in range(len(sources)) if empty_since.get(at) != self._invocations]:
            for at in waiting:
                seen = self._invocations
                while sources[at]():
                    seen = self._invocations
                empty_since[at] = seen

    def fire(self, now: datetime) -> int:
        """Fire all schedules that are due at `now`; how many."""
        fired = self._schedules.sweep(now)
        wait(fired)
        return len(fired)
