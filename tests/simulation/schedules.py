"""EventBridge Scheduler in memory: what it accepts, what it keeps. When it fires is the world's affair."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Body = dict[str, Any]
Reply = tuple[int, Body]

_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_NAME = re.compile(r"[0-9a-zA-Z\-_.]{1,64}")


def refusal(status: int, code: str) -> Reply:
    return status, {"__type": code, "Message": code}


@dataclass(frozen=True, slots=True)
class Schedule:
    name: str
    at: datetime
    target: str
    input: str
    deletes_itself: bool
    version: int


@dataclass
class Scheduler:
    honours_tokens: bool = True
    schedules: dict[str, Schedule] = field(default_factory=dict)
    changed: Schedule | None = None
    """By the current call."""
    _versions: int = 0
    _tokens: dict[str, Reply] = field(default_factory=dict)

    def call(self, operation: str, name: str, request: Body, *, now: datetime) -> Reply:
        self.changed = None
        token = request.get("ClientToken")
        if self.honours_tokens and token in self._tokens:
            return self._tokens[token]
        reply = self._reply(operation, name, request, now)
        if token and reply[0] == 200:
            self._tokens[token] = reply
        return reply

    def _reply(self, operation: str, name: str, request: Body, now: datetime) -> Reply:
        exists = name in self.schedules
        if operation == "CreateSchedule" and exists:
            return refusal(409, "ConflictException")
        if operation != "CreateSchedule" and not exists:
            return refusal(404, "ResourceNotFoundException")
        if operation == "DeleteSchedule":
            del self.schedules[name]
            return 200, {}
        schedule = self._parsed(name, request, now)
        if schedule is None:
            return refusal(400, "ValidationException")
        self.schedules[name] = self.changed = schedule
        return 200, {"ScheduleArn": f"arn:aws:scheduler:us-east-1:000000000000:schedule/lull/{name}"}

    def _parsed(self, name: str, request: Body, now: datetime) -> Schedule | None:
        """None for what AWS refuses and, harsher than AWS, for an `at()` that lies in the past: it may never fire."""
        found = _AT.fullmatch(request.get("ScheduleExpression", ""))
        zone = request.get("ScheduleExpressionTimezone", "UTC")
        target = request.get("Target", {})
        if not found or zone != "UTC" or not _NAME.fullmatch(name) or not target.get("Arn", "").startswith("arn:"):
            return None
        at = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        if at <= now:
            return None
        self._versions += 1
        deletes_itself = request.get("ActionAfterCompletion") == "DELETE"
        return Schedule(name, at, target["Arn"], target["Input"], deletes_itself, self._versions)
