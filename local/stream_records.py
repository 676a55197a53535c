"""Stream records as Lambda hands them to a function, and the message for those it gives up on."""

import base64
import uuid
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]


def to_event(record: Record, stream_arn: str) -> Record:
    """The wire form: bytes as base64, times as numbers."""
    return {**_wire(record), "eventSourceARN": stream_arn}


def sequence_number(record: Record) -> str:
    number: str = record["dynamodb"]["SequenceNumber"]
    return number


def created_at(record: Record) -> float:
    return float(record["dynamodb"]["ApproximateCreationDateTime"])


def discarded(
    records: list[Record], *, condition: str, invocations: int, function: str, stream_arn: str, shard_id: str
) -> dict[str, Any]:
    """What Lambda sends to the on-failure destination: where the records are, not the records."""
    return {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": function,
            "condition": condition,
            "approximateInvokeCount": invocations,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": _iso(datetime.now(UTC)),
        "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": sequence_number(records[0]),
            "endSequenceNumber": sequence_number(records[-1]),
            "approximateArrivalOfFirstRecord": _iso(datetime.fromtimestamp(created_at(records[0]), UTC)),
            "approximateArrivalOfLastRecord": _iso(datetime.fromtimestamp(created_at(records[-1]), UTC)),
            "batchSize": len(records),
            "streamArn": stream_arn,
        },
    }


def _wire(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _wire(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_wire(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.timestamp()
    return value


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
