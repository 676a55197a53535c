"""Queue messages as Lambda hands them to a function."""

import base64
import json
from typing import Any

from local.endpoint import REGION

Message = dict[str, Any]


def to_event(message: Message, queue_arn: str) -> dict[str, Any]:
    event = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }
    if digest := message.get("MD5OfMessageAttributes"):
        event["md5OfMessageAttributes"] = digest
    return event


def filterable(event: dict[str, Any]) -> dict[str, Any]:
    """Filters look into the body when it is JSON."""
    try:
        return {**event, "body": json.loads(event["body"])}
    except ValueError:
        return event


def group(event: dict[str, Any]) -> str | None:
    """The FIFO group, or None on a standard queue."""
    return event["attributes"].get("MessageGroupId") if event["eventSourceARN"].endswith(".fifo") else None


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    attribute = {"dataType": value["DataType"], "stringListValues": [], "binaryListValues": []}
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        attribute["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return attribute
