"""Atomic numbers for integer ids: one counter for each kind of record."""

from lull import aws, settings
from lull.store import keys
from lull.store.codec import wire


def next_id(kind: str) -> int:
    """The next number of a kind. Never given twice; a lost answer skips one."""
    return next_ids(kind, 1)[0]


def next_ids(kind: str, count: int) -> range:
    """The next `count` numbers of a kind."""
    answer = aws.client("dynamodb").update_item(
        TableName=settings.table_name(),
        Key=wire(keys.counter(kind)),
        UpdateExpression="ADD #n :count",
        ExpressionAttributeNames={"#n": "n"},
        ExpressionAttributeValues={":count": {"N": str(count)}},
        ReturnValues="UPDATED_NEW",
    )
    last = int(answer["Attributes"]["n"]["N"])
    return range(last - count + 1, last + 1)
