"""A stack driven by hand: nothing runs until a test says so."""

from datetime import datetime
from functools import cached_property
from typing import Any

from local.endpoint import Endpoint
from local.runtime import Handlers, Runtime
from local.stack import Stack


class FunctionFailed(Exception):
    """A function raised, or reported a part of its batch as failed."""


class Workbench:
    """`handlers` replaces functions by their names in the template."""

    def __init__(self, deployed: Stack, handlers: Handlers | None = None) -> None:
        self.deployed = deployed
        self.handlers = handlers or {}
        self.failures: list[BaseException] = []

    @property
    def endpoint(self) -> Endpoint:
        return self.deployed.endpoint

    @cached_property
    def runtime(self) -> Runtime:
        return Runtime(self.deployed, report=self._report, handlers=self.handlers, backoff_seconds=0)

    def client(self, service: str) -> Any:
        return self.endpoint.client(service)

    def invoke(self, function: str, event: Any) -> Any:
        """Call one function by its name in the template."""
        arns = {each.name: each.arn for each in self.deployed.functions}
        return self.runtime.invoke(arns[function], event)

    def drain(self, *, expect_failures: bool = False) -> None:
        """Run stream, then queues, until nothing is left that is visible now; delayed messages stay."""
        self.runtime.drain()
        self._check(expect_failures)

    def fire(self, now: datetime, *, expect_failures: bool = False) -> int:
        """Fire the schedules due at `now`; how many. What they send waits for `drain`."""
        fired = self.runtime.fire(now)
        self._check(expect_failures)
        return fired

    def _report(self, name: str, error: BaseException) -> None:
        error.add_note(f"in {name}")
        self.failures.append(error)

    def _check(self, expect_failures: bool) -> None:
        if self.failures and not expect_failures:
            raise FunctionFailed(*self.failures) from self.failures[0]
