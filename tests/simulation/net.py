"""The single choke point at the wire: every AWS call passes here, is written down, and may go wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from lull import aws
from tests.simulation.actors import Actor, Crash, acting

Body = dict[str, Any]
Reply = tuple[int, Body]


class Fault(StrEnum):
    KILL_BEFORE = "kill_before"
    KILL_AFTER = "kill_after"
    LOST = "lost"
    ANSWER_LOST = "answer_lost"
    THROTTLE = "throttle"
    CONFLICT = "conflict"
    HTTP_500_AFTER = "http_500_after"
    OUTAGE = "outage"
    """Lost, and so is whatever the SDK tries again."""
    SILENCE = "silence"
    """Done, but neither that nor any repetition is ever answered."""


ABSORBED = frozenset({Fault.LOST, Fault.ANSWER_LOST, Fault.THROTTLE, Fault.CONFLICT, Fault.HTTP_500_AFTER})
"""Faults that the caller must not notice: one retry heals them."""

# The first, and those again that the SDK makes.
_SDK_TRIES = 1 + aws._CONFIG.retries["max_attempts"]
_WRITES = ("PutItem", "UpdateItem", "DeleteItem")


@dataclass(frozen=True, slots=True)
class Call:
    """One request on the wire. `number` counts within its actor, from 0."""

    number: int
    actor: Actor
    service: str
    operation: str
    what: str
    """Keys or names, for people."""

    @property
    def can_conflict(self) -> bool:
        """With a transaction under way on the same item; no transaction ever touches a counter or a credential."""
        alone = self.what.startswith(("COUNTER", "APIKEYHASH#"))
        return self.operation in (*_WRITES, "TransactWriteItems") and not alone


@dataclass
class Net:
    """`gate` runs before each call and may let others go first; `done` runs after each call that took effect."""

    gate: Callable[[Call], None]
    done: Callable[[Call, Reply], None]
    pick: Callable[[Call], Fault | None] = lambda _call: None
    trace: list[tuple[str, ...]] = field(default_factory=list)
    stamp: Callable[[], str] = str
    calls: int = 0
    faults: int = 0
    _lasting: tuple[str, str, Fault, int] | None = None

    def call(self, service: str, operation: str, request: Body, perform: Callable[[], Reply]) -> Reply:
        actor = acting()
        call = Call(actor.calls, actor, service, operation, _what(operation, request))
        actor.calls += 1
        self.gate(call)
        # `finally` blocks and frameworks go on after a death; their calls must not.
        if actor.dead:
            raise Crash
        fault = self._fault(call)
        self.calls += 1
        self.faults += fault is not None
        self._write_down(call, fault or "")
        if fault is Fault.KILL_BEFORE:
            actor.dead = True
            raise Crash
        if fault in (Fault.LOST, Fault.OUTAGE):
            raise EndpointConnectionError(endpoint_url=f"https://{service}")
        if fault is Fault.THROTTLE:
            return 429 if service in ("scheduler", "sesv2") else 400, {
                "__type": _THROTTLED[service],
                "message": "slow down",
            }
        if fault is Fault.CONFLICT:
            return _conflict(operation, request)
        reply = perform()
        self.done(call, reply)
        if fault is Fault.KILL_AFTER:
            actor.dead = True
            raise Crash
        if fault in (Fault.ANSWER_LOST, Fault.SILENCE):
            raise ReadTimeoutError(endpoint_url=f"https://{service}")
        if fault is Fault.HTTP_500_AFTER:
            return 500, {"__type": "InternalServerError", "message": "it may have worked"}
        return reply

    def _fault(self, call: Call) -> Fault | None:
        if self._lasting:
            name, operation, fault, left = self._lasting
            if left and (name, operation) == (call.actor.name, call.operation):
                self._lasting = (name, operation, fault, left - 1)
                return fault
        fault_now = self.pick(call)
        if fault_now is Fault.CONFLICT and not call.can_conflict:
            return None
        if fault_now in (Fault.OUTAGE, Fault.SILENCE):
            self._lasting = (call.actor.name, call.operation, fault_now, _SDK_TRIES - 1)
        return fault_now

    def _write_down(self, call: Call, fault: str) -> None:
        self.trace.append((self.stamp(), call.actor.name, call.actor.role, call.operation, call.what, fault))


_THROTTLED = {
    "dynamodb": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
    "sqs": "com.amazon.coral.service#ThrottlingException",
    "scheduler": "ThrottlingException",
    "sesv2": "TooManyRequestsException",
    "secretsmanager": "ThrottlingException",
    "http": "patience",
}


def _conflict(operation: str, request: Body) -> Reply:
    kind = "com.amazonaws.dynamodb.v20120810#"
    if operation != "TransactWriteItems":
        return 400, {"__type": kind + "TransactionConflictException", "message": "ongoing"}
    reasons = [{"Code": "None"} for _ in request["TransactItems"]]
    reasons[-1] = {"Code": "TransactionConflict", "Message": "ongoing"}
    return 400, {
        "__type": kind + "TransactionCanceledException",
        "message": "cancelled",
        "CancellationReasons": reasons,
    }


def _what(operation: str, request: Body) -> str:
    if operation == "TransactWriteItems":
        return " ".join(_written(each) for each in request["TransactItems"][:4])
    if key := request.get("Key"):
        return str(key["PK"]["S"])
    if operation in ("SendMessage", "SendMessageBatch"):
        bodies = [request] if operation == "SendMessage" else request["Entries"]
        return " ".join(f"{each['MessageBody']}+{each.get('DelaySeconds', 0)}" for each in bodies)
    names = ("Name", "SecretId", "IndexName", "To")
    return next((str(request[name]) for name in names if request.get(name)), "")


def _written(request: Body) -> str:
    ((kind, arguments),) = request.items()
    return f"{kind}:{(arguments.get('Item') or arguments['Key'])['PK']['S']}"
