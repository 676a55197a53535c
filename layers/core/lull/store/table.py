"""The few operations on the table that every noun needs, in wire format."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lull import aws, randomness, settings
from lull.domain.errors import StaleWrite
from lull.store.codec import Item, scalar, wire
from lull.store.keys import Key

_BATCH = 100
_TRIES = 5
ANYHOW = "attribute_exists(PK) OR attribute_not_exists(PK)"
"""The condition of a write that is right whatever is there."""
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


@dataclass(frozen=True, slots=True)
class Page:
    """Items of a query and, if there are more, the key to go on from."""

    items: list[Item]
    last_key: Item | None


class Cancelled(Exception):
    """A transaction that was refused; `items[i]` is what stood in the way of write `i`, None if nothing did.

    An item that does not exist stands in the way as `{}`.
    """

    def __init__(self, items: list[Item | None]) -> None:
        super().__init__("transaction cancelled")
        self.items = items


class ConditionFailed(Exception):
    """A single write that was refused; `item` is what is stored, None if nothing is."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("condition failed")
        self.item = item


def get(key: Key) -> Item | None:
    answer = aws.client("dynamodb").get_item(TableName=settings.table_name(), Key=wire(key), ConsistentRead=True)
    item: Item | None = answer.get("Item")
    return item


def batch_get(keys: Sequence[Key]) -> list[Item]:
    """The items that exist, in no order: one read for each hundred keys."""
    table = settings.table_name()
    items: list[Item] = []
    for start in range(0, len(keys), _BATCH):
        wanted = {table: {"Keys": [wire(key) for key in keys[start : start + _BATCH]], "ConsistentRead": True}}
        while wanted:
            answer = aws.client("dynamodb").batch_get_item(RequestItems=wanted)
            items += answer["Responses"].get(table, [])
            wanted = answer.get("UnprocessedKeys") or {}
    return items


def query(
    partition: str,
    *,
    begins_with: str | None = None,
    between: tuple[str, str] | tuple[int, int] | None = None,
    index: str | None = None,
    names: tuple[str, str] = ("PK", "SK"),
    limit: int | None = None,
    start: Item | None = None,
    descending: bool = False,
) -> Page:
    """One read of a partition, by prefix or range of the sort key."""
    condition = "#p = :p"
    name_map = {"#p": names[0]}
    values: Item = {":p": {"S": partition}}
    if begins_with is not None:
        condition += " AND begins_with(#s, :s)"
        name_map["#s"] = names[1]
        values[":s"] = {"S": begins_with}
    if between is not None:
        condition += " AND #s BETWEEN :low AND :high"
        name_map["#s"] = names[1]
        values |= {":low": scalar(between[0]), ":high": scalar(between[1])}
    optional: dict[str, Any] = {}
    if index:
        optional["IndexName"] = index
    else:
        optional["ConsistentRead"] = True
    if limit:
        optional["Limit"] = limit
    if start:
        optional["ExclusiveStartKey"] = start
    answer = aws.client("dynamodb").query(
        TableName=settings.table_name(),
        KeyConditionExpression=condition,
        ExpressionAttributeNames=name_map,
        ExpressionAttributeValues=values,
        ScanIndexForward=not descending,
        **optional,
    )
    return Page(answer["Items"], answer.get("LastEvaluatedKey"))


def query_all(partition: str, *, begins_with: str | None = None, descending: bool = False) -> Iterator[Item]:
    """Every item of a partition, a megabyte a read."""
    start: Item | None = None
    while True:
        page = query(partition, begins_with=begins_with, start=start, descending=descending)
        yield from page.items
        if page.last_key is None:
            return
        start = page.last_key


def put(key: Key, attributes: Item, *, condition: str, values: Item | None = None) -> Item:
    """A conditional Put, for a transaction or `write`."""
    return {"Put": _condition({"Item": {**wire(key), **attributes}}, condition, values)}


def update(key: Key, expression: str, *, condition: str, values: Item, names: dict[str, str] | None = None) -> Item:
    return {"Update": _condition({"Key": wire(key), "UpdateExpression": expression}, condition, values, names)}


def delete(key: Key, *, condition: str = "attribute_exists(PK)", values: Item | None = None) -> Item:
    return {"Delete": _condition({"Key": wire(key)}, condition, values)}


def require(key: Key, *, condition: str = "attribute_exists(PK)", values: Item | None = None) -> Item:
    """A condition on an item that the transaction does not write."""
    return {"ConditionCheck": _condition({"Key": wire(key)}, condition, values)}


def _condition(request: Item, condition: str, values: Item | None, names: dict[str, str] | None = None) -> Item:
    request |= {
        "TableName": settings.table_name(),
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    if values:
        request["ExpressionAttributeValues"] = values
    if names:
        request["ExpressionAttributeNames"] = names
    return request


def transact(writes: list[Item], *, token: str | None = None) -> None:
    """All of the writes or none. Raises Cancelled with what stood in the way.

    `token` is the `opToken` that one of the written items carries: where a refused item bears it, it was our own
    earlier try, whose answer was lost, that won.
    """
    _retrying_what_passes(lambda: _transact(writes, token))


def _transact(writes: list[Item], token: str | None) -> None:
    client = aws.client("dynamodb")
    try:
        client.transact_write_items(TransactItems=writes)
    except client.exceptions.TransactionCanceledException as error:
        reasons = error.response["CancellationReasons"]
        codes = {reason["Code"] for reason in reasons}
        stood = [reason.get("Item", {}) if reason["Code"] == "ConditionalCheckFailed" else None for reason in reasons]
        if token and any(item and item.get("opToken") == {"S": token} for item in stood):
            return
        if "ConditionalCheckFailed" in codes:
            raise Cancelled(stood) from error
        raise


def write(request: Item, *, token: str | None = None) -> None:
    """One conditional write, made by `put`, `update` or `delete`. Raises ConditionFailed with what is stored."""
    _retrying_what_passes(lambda: _write(request, token))


def _write(request: Item, token: str | None) -> None:
    ((kind, arguments),) = request.items()
    client = aws.client("dynamodb")
    call: Callable[..., Any] = {
        "Put": client.put_item,
        "Update": client.update_item,
        "Delete": client.delete_item,
    }[kind]
    try:
        call(**arguments)
    except client.exceptions.ConditionalCheckFailedException as error:
        item: Item | None = error.response.get("Item")
        if token and item and item.get("opToken") == {"S": token}:
            return
        raise ConditionFailed(item) from error


def _retrying_what_passes(attempt: Callable[[], None]) -> None:
    """Repeat while another transaction is under way on the same item, or one is throttled; the SDK does not."""
    for number in range(1, _TRIES + 1):
        try:
            attempt()
            return
        except ClientError as error:
            if not _will_pass(error):
                raise
            if number == _TRIES:
                raise StaleWrite("record") from error
        time.sleep(0.02 * 2**number * (0.5 + randomness.jitter()))


def _will_pass(error: ClientError) -> bool:
    code = error.response["Error"]["Code"]
    reasons = error.response.get("CancellationReasons", [])
    return code == "TransactionConflictException" or any(reason["Code"] in _PASSING for reason in reasons)
