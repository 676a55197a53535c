"""Messages to our own workers. Every message is a hint to look; none carries state."""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from lull import aws, settings

LONGEST_DELAY = timedelta(minutes=15)
_BATCH = 10
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUp:
    """Look at this record: something may be due."""

    kind: str
    workspace_id: int
    record_id: int | str
    """A number or, of component deployments and the like, a UUID."""

    def body(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def parse_wake_up(body: str) -> WakeUp:
    """Raises KeyError or ValueError for what is not a wake-up."""
    message = json.loads(body)
    record_id = message["record_id"]
    return WakeUp(
        kind=message["kind"],
        workspace_id=int(message["workspace_id"]),
        record_id=record_id if _is_uuid(record_id) else int(record_id),
    )


def _is_uuid(record_id: object) -> bool:
    return isinstance(record_id, str) and _UUID.fullmatch(record_id) is not None


def send_wake_up(wake_up: WakeUp, *, due_at: datetime, at: datetime) -> None:
    """Deliver it when it is due, to the second; at once if it is overdue, after 15 minutes at the latest."""
    aws.client("sqs").send_message(
        QueueUrl=settings.transitions_queue_url(),
        MessageBody=wake_up.body(),
        DelaySeconds=_delay_seconds(due_at - at),
    )


def _delay_seconds(remaining: timedelta) -> int:
    return max(0, math.ceil(min(remaining, LONGEST_DELAY).total_seconds()))


def send_wake_ups(wake_ups: Sequence[tuple[WakeUp, datetime]], *, at: datetime) -> None:
    """Deliver each when it is due, as `send_wake_up` does, ten a call. Raises RuntimeError if the queue refuses one."""
    for entries in _in_tens(wake_ups, at):
        _send_batch(settings.transitions_queue_url(), entries)


def send_probes(wake_ups: Sequence[tuple[WakeUp, datetime]], *, at: datetime) -> None:
    """`send_wake_ups` to whoever probes."""
    for entries in _in_tens(wake_ups, at):
        _send_batch(settings.probes_queue_url(), entries)


def _in_tens(wake_ups: Sequence[tuple[WakeUp, datetime]], at: datetime) -> Iterator[list[dict[str, object]]]:
    for start in range(0, len(wake_ups), _BATCH):
        yield [
            {"Id": str(number), "MessageBody": wake_up.body(), "DelaySeconds": _delay_seconds(due_at - at)}
            for number, (wake_up, due_at) in enumerate(wake_ups[start : start + _BATCH])
        ]


def send_deliveries(wanted: Sequence[tuple[int, int, datetime]], *, at: datetime) -> None:
    """Ask for deliveries to be sent, by workspace id, delivery id and when: ten a call."""
    for start in range(0, len(wanted), _BATCH):
        entries = [
            {
                "Id": str(number),
                "MessageBody": json.dumps({"workspace_id": workspace_id, "delivery_id": delivery_id}),
                "DelaySeconds": _delay_seconds(due_at - at),
            }
            for number, (workspace_id, delivery_id, due_at) in enumerate(wanted[start : start + _BATCH])
        ]
        _send_batch(settings.notify_queue_url(), entries)


def send_to_notifier(bodies: Sequence[tuple[str, datetime]], *, at: datetime) -> None:
    """Other messages to whoever sends, with when each is due: ten a call."""
    for start in range(0, len(bodies), _BATCH):
        entries = [
            {"Id": str(number), "MessageBody": body, "DelaySeconds": _delay_seconds(due_at - at)}
            for number, (body, due_at) in enumerate(bodies[start : start + _BATCH])
        ]
        _send_batch(settings.notify_queue_url(), entries)


EXECUTOR = "executor"
"""The kind of a message that asks for an executor to be told."""


def send_executor_calls(wanted: Sequence[tuple[int, str, datetime]], *, at: datetime) -> None:
    """Ask for executors to be told, by workspace id, deployment id and when: ten a call."""
    bodies = [
        (json.dumps({"kind": EXECUTOR, "workspace_id": workspace_id, "deployment_id": deployment_id}), due_at)
        for workspace_id, deployment_id, due_at in wanted
    ]
    if bodies:
        send_to_notifier(bodies, at=at)


def parse_delivery(body: str) -> tuple[int, int]:
    """Workspace id and delivery id. Raises KeyError or ValueError for what asks for no delivery."""
    message = json.loads(body)
    return int(message["workspace_id"]), int(message["delivery_id"])


def send_publishes(slugs: list[str], *, cause: str) -> None:
    """Ask for the pages of these slugs to be published, ten a call.

    Messages of one slug are delivered one after another. `cause` names what was changed: the same change asked for
    twice within five minutes is delivered once (SQS FIFO deduplication).
    """
    for start in range(0, len(slugs), _BATCH):
        entries = [
            {
                "Id": str(number),
                "MessageBody": json.dumps({"slug": slug}),
                "MessageGroupId": slug,
                "MessageDeduplicationId": hashlib.sha256(f"{slug} {cause}".encode()).hexdigest(),
            }
            for number, slug in enumerate(slugs[start : start + _BATCH])
        ]
        _send_batch(settings.publish_queue_url(), entries)


def set_aside(records: Sequence[Mapping[str, object]]) -> None:
    """Leave what is said of stream records that cannot be read where an alarm is raised: ten a call."""
    for start in range(0, len(records), _BATCH):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(record, sort_keys=True)}
            for number, record in enumerate(records[start : start + _BATCH])
        ]
        _send_batch(settings.stream_dead_letters_url(), entries)


def _send_batch(queue_url: str, entries: Sequence[Mapping[str, object]]) -> None:
    answer = aws.client("sqs").send_message_batch(QueueUrl=queue_url, Entries=entries)
    if answer.get("Failed"):
        raise RuntimeError(f"the queue refused {len(answer['Failed'])} of {len(entries)} messages")
