"""A Lambda function in this process: its handler imported from its own folder, called as Lambda would."""

import importlib
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

Handler = Callable[[Any, "Context"], Any]


@dataclass(slots=True, kw_only=True)
class Context:
    """What handlers, Mangum and Powertools read of Lambda's context object."""

    function_name: str
    memory_limit_in_mb: int
    invoked_function_arn: str
    deadline: float
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    log_group_name: str = "local"
    log_stream_name: str = "local"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self.deadline - time.monotonic()) * 1000))


@dataclass(frozen=True, kw_only=True)
class Function:
    name: str
    arn: str
    code: Path
    handler: str
    environment: dict[str, str] = field(default_factory=dict)
    timeout_seconds: int = 3
    memory_mb: int = 128

    def __call__(self, event: Any) -> Any:
        context = Context(
            function_name=self.name,
            memory_limit_in_mb=self.memory_mb,
            invoked_function_arn=self.arn,
            deadline=time.monotonic() + self.timeout_seconds,
        )
        return self.load(event, context)

    @cached_property
    def load(self) -> Handler:
        """The handler, imported on first use: by then the environment must be set."""
        module_name, _, attribute = self.handler.rpartition(".")
        folder = str(self.code.resolve())
        if folder not in sys.path:
            sys.path.insert(0, folder)
        importlib.invalidate_caches()
        module = importlib.import_module(module_name)
        if not str(module.__file__).startswith(folder):
            raise ImportError(f"{self.name}: module {module_name} was already imported from {module.__file__}")
        handler: Handler = getattr(module, attribute)
        return handler
