"""DynamoDB in memory: one table, its indexes, transactions, tokens. `test_doubles` holds it to an emulator.

Items are never changed in place, so an image, a snapshot or an old index is just a reference kept.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.simulation import expressions
from tests.simulation.expressions import Item, ValidationError

Key = tuple[str, str]
Body = dict[str, Any]
Reply = tuple[int, Body]

_TYPE = "com.amazonaws.dynamodb.v20120810#"
_INDEX = {
    None: ("PK", "SK"),
    "ListIndex": ("ListPK", "ListSK"),
    "DueIndex": ("DuePK", "DueSK"),
    "WatchIndex": ("WatchPK", "watchAt"),
}
_KEYS_ONLY = ("DueIndex", "WatchIndex")
_MOST_WRITES = 100


@dataclass(frozen=True, slots=True)
class Write:
    """One item of one call, before and after."""

    key: Key
    before: Item | None
    after: Item | None


def refusal(code: str, message: str = "", **more: Any) -> Reply:
    return 400, {"__type": _TYPE + code, "message": message or code, **more}


def _key(item: Item) -> Key:
    return item["PK"]["S"], item["SK"]["S"]


@dataclass
class Table:
    """`honours_tokens` is what AWS does; without it a repeated transaction is tried again."""

    name: str
    honours_tokens: bool = True
    items: dict[Key, Item] = field(default_factory=dict)
    lagging: dict[Key, Item] | None = None
    """What the next index query sees instead, if an index lags behind."""
    writes: list[Write] = field(default_factory=list)
    """Of the current call."""
    version: int = 0
    """Rises with each write."""
    _tokens: dict[str, Reply] = field(default_factory=dict)

    def call(self, operation: str, request: Body) -> Reply:
        self.writes = []
        try:
            return _OPERATIONS[operation](self, request)
        except ValidationError as error:
            return refusal("ValidationException", str(error))

    def get(self, key: Key) -> Item | None:
        return self.items.get(key)

    def get_item(self, request: Body) -> Reply:
        item = self.items.get(_key(request["Key"]))
        return 200, {"Item": item} if item else {}

    def batch_get_item(self, request: Body) -> Reply:
        wanted = request["RequestItems"][self.name]["Keys"]
        if not 0 < len(wanted) <= 100 or len({_key(key) for key in wanted}) < len(wanted):
            raise ValidationError("1 to 100 different keys")
        found = [self.items[_key(key)] for key in wanted if _key(key) in self.items]
        return 200, {"Responses": {self.name: found}, "UnprocessedKeys": {}}

    def query(self, request: Body) -> Reply:
        index = request.get("IndexName")
        partition, sort = _INDEX[index]
        if index and request.get("ConsistentRead"):
            raise ValidationError("consistent reads are not supported on global secondary indexes")
        used: set[str] = set()
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        matches = expressions.condition(request["KeyConditionExpression"], names, values, used)
        _all_used(names, values, used)
        seen = self.lagging if index and self.lagging is not None else self.items
        found = sorted(
            (item for item in seen.values() if partition in item and sort in item and matches(item)),
            key=lambda item: _position(item, sort),
            reverse=not request.get("ScanIndexForward", True),
        )
        if index in _KEYS_ONLY:
            found = [{name: item[name] for name in ("PK", "SK", partition, sort)} for item in found]
        return 200, _page(found, request, (partition, sort))

    def put_item(self, request: Body) -> Reply:
        return self._single({"Put": request})

    def update_item(self, request: Body) -> Reply:
        return self._single({"Update": request})

    def delete_item(self, request: Body) -> Reply:
        return self._single({"Delete": request})

    def _single(self, request: Body) -> Reply:
        write, stands, paths = self._prepare(request)
        if stands:
            return refusal("ConditionalCheckFailedException", "The conditional request failed", **_shown(stands))
        self._apply([write])
        ((_, arguments),) = request.items()
        if arguments.get("ReturnValues") == "UPDATED_NEW":
            after = write.after or {}
            return 200, {"Attributes": {path[0]: after[path[0]] for path in paths if path[0] in after}}
        return 200, {}

    def transact_write_items(self, request: Body) -> Reply:
        token = request.get("ClientRequestToken")
        if self.honours_tokens and token in self._tokens:
            return self._tokens[token]
        if not 0 < len(request["TransactItems"]) <= _MOST_WRITES:
            raise ValidationError("1 to 100 items")
        prepared = [self._prepare(each) for each in request["TransactItems"]]
        if len({write.key for write, _, _ in prepared}) < len(prepared):
            raise ValidationError("Transaction request cannot include multiple operations on one item")
        if any(stands for _, stands, _ in prepared):
            reasons = [
                {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", **_shown(stands)}
                if stands
                else {"Code": "None"}
                for _, stands, _ in prepared
            ]
            return refusal("TransactionCanceledException", "Transaction cancelled", CancellationReasons=reasons)
        self._apply(write for write, _, _ in prepared)
        if token:
            self._tokens[token] = (200, {})
        return 200, {}

    def _apply(self, writes: Iterable[Write]) -> None:
        for write in writes:
            if write.before == write.after:
                continue
            if write.after is None:
                del self.items[write.key]
            else:
                self.items[write.key] = write.after
            self.writes.append(write)
            self.version += 1

    def _prepare(self, request: Body) -> tuple[Write, Body | None, tuple[expressions.Path, ...]]:
        """The write, what stands in its way (None: nothing), and the paths it updates."""
        ((kind, arguments),) = request.items()
        key = _key(arguments["Item"] if kind == "Put" else arguments["Key"])
        before = self.items.get(key)
        names, values = arguments.get("ExpressionAttributeNames", {}), arguments.get("ExpressionAttributeValues", {})
        used: set[str] = set()
        stands: Body | None = None
        if "ConditionExpression" in arguments:
            holds = expressions.condition(arguments["ConditionExpression"], names, values, used)
            shown = arguments.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            stands = None if holds(before) else {"Item": before if shown else None}
        after: Item | None = before
        paths: tuple[expressions.Path, ...] = ()
        if kind == "Put":
            after = arguments["Item"]
        elif kind == "Delete":
            after = None
        elif kind == "Update":
            item = before if before is not None or stands else {"PK": {"S": key[0]}, "SK": {"S": key[1]}}
            if not stands and item is not None:
                after, paths = expressions.updated(item, arguments["UpdateExpression"], names, values, used)
            else:
                used |= set(names) | set(values)
        _all_used(names, values, used)
        return Write(key, before, after), stands, paths


def _shown(stands: Body) -> Body:
    return {"Item": stands["Item"]} if stands["Item"] else {}


def _all_used(names: dict[str, str], values: Body, used: set[str]) -> None:
    if unused := (set(names) | set(values)) - used:
        raise ValidationError(f"unused in expressions: {sorted(unused)}")


def _position(item: Item, sort: str) -> tuple[Any, Key]:
    ((kind, value),) = item[sort].items()
    return Decimal(value) if kind == "N" else value, _key(item)


def _page(found: list[Item], request: Body, names: tuple[str, str]) -> Body:
    if start := request.get("ExclusiveStartKey"):
        last, ascending = _position(start, names[1]), request.get("ScanIndexForward", True)
        found = [each for each in found if (_position(each, names[1]) > last) is ascending and _key(each) != last[1]]
    limit = request.get("Limit")
    if not limit or len(found) < limit:
        return {"Items": found, "Count": len(found)}
    end = {name: found[limit - 1][name] for name in {"PK", "SK", *names}}
    return {"Items": found[:limit], "Count": limit, "LastEvaluatedKey": end}


_OPERATIONS: dict[str, Callable[[Table, Body], Reply]] = {
    "GetItem": Table.get_item,
    "BatchGetItem": Table.batch_get_item,
    "Query": Table.query,
    "PutItem": Table.put_item,
    "UpdateItem": Table.update_item,
    "DeleteItem": Table.delete_item,
    "TransactWriteItems": Table.transact_write_items,
}
