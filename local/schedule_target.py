"""What a schedule calls when it is due: a queue or a function, or in the end the dead letters."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.endpoint import Endpoint
from local.invocation import Invoke
from local.queues import queue_url
from local.schedule_expression import Every, Once


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """A schedule and when it is due next; `attempts` counts failures of the present occurrence."""

    definition: dict[str, Any]
    expression: Once | Every
    due_at: datetime
    try_at: datetime
    attempts: int = 0


def send(endpoint: Endpoint, invoke: Invoke, armed: Armed) -> None:
    """A function's own failure counts as one of delivery."""
    target = armed.definition["Target"]
    service, text = target["Arn"].split(":")[2], _input(armed)
    if service == "sqs":
        group = {name: value for name, value in target.get("SqsParameters", {}).items() if name == "MessageGroupId"}
        url = queue_url(endpoint, target["Arn"])
        endpoint.client("sqs").send_message(QueueUrl=url, MessageBody=text, **group)
    elif service == "lambda":
        invoke(target["Arn"], json.loads(text))
    else:
        raise ValueError(f"targets of {service} are not implemented locally")


def bury(endpoint: Endpoint, armed: Armed, error: Exception) -> None:
    """Send what could not be delivered to the schedule's dead letters, if it has any."""
    target = armed.definition["Target"]
    arn = target.get("DeadLetterConfig", {}).get("Arn")
    if not arn:
        return
    facts = {
        "ERROR_CODE": type(error).__name__,
        "ERROR_MESSAGE": str(error) or type(error).__name__,
        "EXECUTION_ID": str(uuid.uuid4()),
        "RETRY_ATTEMPTS": str(armed.attempts),
        "SCHEDULED_TIME": utc(armed.due_at),
        "SCHEDULE_ARN": armed.definition["Arn"],
        "TARGET_ARN": target["Arn"],
    }
    endpoint.client("sqs").send_message(
        QueueUrl=queue_url(endpoint, arn),
        MessageBody=_input(armed),
        MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in facts.items()},
    )


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _input(armed: Armed) -> str:
    text: str = armed.definition["Target"].get("Input") or "{}"
    context = {
        "schedule-arn": armed.definition["Arn"],
        "scheduled-time": utc(armed.due_at),
        "execution-id": str(uuid.uuid4()),
        "attempt-number": str(armed.attempts + 1),
    }
    for name, value in context.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text
