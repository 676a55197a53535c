"""Atomic numbers for integer ids: one counter for each kind of record."""

from lull import aws, settings
from lull.store import keys
from lull.store.codec import wire


def next_id(kind: str) -> int:
    """The next number of a kind. Never given twice; a lost answer skips one."""
    answer = aws.client("dynamodb").update_item(
        TableName=settings.table_name(),
        Key=wire(keys.counter(kind)),
        UpdateExpression="ADD #n :one",
        ExpressionAttributeNames={"#n": "n"},
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    return int(answer["Attributes"]["n"]["N"])
