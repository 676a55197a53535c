"""The doubles answer as the emulator does: every request of some worlds, replayed there, and what AWS is known for."""

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError

from lull import settings
from lull.domain.app_deployments import Status as Ended
from lull.domain.component_deployments import Status
from lull.store import app_deployments, hook_deliveries
from lull.use_cases import component_deployments
from tests.simulation import application_worlds, hook_worlds, users
from tests.simulation import component_worlds as worlds
from tests.simulation.expressions import Item, ValidationError, condition, updated
from tests.simulation.stories import told
from tests.simulation.tables import Reply, Table
from tests.simulation.world import World

# Worlds without tokens: what is repeated is answered as a request of its own.
_SEEDS = (3,)
_KEY = {"PK": {"S": "a"}, "SK": {"S": "b"}}


def _recorded(live: Callable[[], object]) -> list[tuple[str, dict[str, Any], Reply]]:
    """Every request that a world makes of its table, with the double's reply; set-up first."""
    calls: list[tuple[str, dict[str, Any], Reply]] = []
    call = Table.call

    def recording(table: Table, operation: str, request: dict[str, Any]) -> Reply:
        if not calls:
            calls.extend(("PutItem", {"Item": item}, (200, {})) for item in table.items.values())
        lagging, table.lagging = table.lagging, None
        reply = call(table, operation, request)
        calls.append((operation, request, reply))
        table.lagging = lagging
        return call(table, operation, request) if operation == "Query" else reply

    with mock.patch.object(Table, "call", recording):
        live()
    return calls


def _life(seed: int) -> Callable[[], object]:
    return lambda: told(seed)


def _releases() -> None:
    """Components are deployed, once more, brought back and tried again, and their lists are read."""
    world = World(direct=True)
    with world.installed():
        users.a_shop(world)
        worlds.succeeded(world, "site")
        deployment = worlds.succeeded(world, "site")
        worlds.moved(world, deployment, Status.ROLLED_BACK, Status.PENDING, Status.IN_PROGRESS, Status.FAILED)
        world.deliver_everything()
        for status in (None, Status.SUCCEEDED, Status.IN_PROGRESS):
            found, total = component_deployments.list_deployments(users.SAM, status=status, skip=0, take=1)
            assert (len(found), total) == {None: (1, 2), Status.SUCCEEDED: (1, 1)}.get(status, (0, 0))
        assert len(component_deployments.list_events(users.SAM, deployment)) > 5
        assert world.watch.broken == []


def _orders() -> None:
    """Applications are deployed to their ends, and GitHub tells of that and of deployments of its own."""
    world = World(direct=True)
    with world.installed():
        users.a_shop(world)
        hook_worlds.with_a_hook(world)
        for name in ("own", "bare", "webhook"):
            application_worlds.available(world, name)
        application_worlds.aborted(world, "webhook")
        application_worlds.told(world, "github")
        hook_worlds.applied(world, hook_worlds.ordered(world, "success"))
        delivery = hook_worlds.applied(world, hook_worlds.BEGUN, hook_worlds.DONE, hook_worlds.AGAIN)
        users.done(world.act("hook", hook_worlds.map_blog(world)))
        hook_worlds.received(world, hook_worlds.OF_THE_BLOG)
        world.deliver_everything()
        assert hook_deliveries.get_hook_delivery(1, delivery)
        hook_deliveries.list_hook_deliveries(hook_worlds.hook_id(world), skip=1, take=2, at=world.now)
        app_deployments.list_app_deployment_ids(1, application_worlds.id_of(world, "webhook"), below=2, take=5)
        ended = [each.status for each in world.watch.applications.deployments()]
        assert ended.count(Ended.AVAILABLE) == 4
        assert world.watch.broken == []


_LIVES = {**{str(seed): _life(seed) for seed in _SEEDS}, "releases": _releases, "orders": _orders}


@pytest.mark.parametrize("live", _LIVES.values(), ids=_LIVES)
def test_the_table_answers_every_request_of_a_world_as_the_emulator_does(stack, live):
    # The shop is made once and kept: it must not become a part of what is recorded.
    live()
    client = stack.client("dynamodb")
    different, calls = [], _recorded(live)
    for operation, request, reply in calls:
        answered = _asked(client, operation, request)
        if _said(operation, reply) != _said(operation, answered):
            different.append((operation, request, reply, answered))
    print(f"doubles: {len(calls)} requests of a world replayed, {len(different)} answered differently")
    assert different == []


def _asked(client: Any, operation: str, request: dict[str, Any]) -> Reply:
    method = "".join("_" + letter.lower() if letter.isupper() else letter for letter in operation).lstrip("_")
    try:
        return 200, getattr(client, method)(**_readdressed(operation, request))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return 400, {**error.response, "__type": code}


def _readdressed(operation: str, request: dict[str, Any]) -> dict[str, Any]:
    name = settings.table_name()
    if operation == "BatchGetItem":
        return {"RequestItems": {name: next(iter(request["RequestItems"].values()))}}
    if operation == "TransactWriteItems":
        # A token of its own for each: that the double honours them is another test's affair.
        writes = [{kind: {**each, "TableName": name} for kind, each in one.items()} for one in request["TransactItems"]]
        return {"TransactItems": writes}
    return {**request, "TableName": name}


def _said(operation: str, reply: Reply) -> Any:
    """What the product can see of a reply, in a form that compares."""
    status, body = reply
    if status != 200:
        reasons = [(each["Code"], each.get("Item")) for each in body.get("CancellationReasons", [])]
        return body["__type"].rpartition("#")[2], reasons, body.get("Item")
    if operation == "BatchGetItem":
        items: list[Item] = next(iter(body["Responses"].values()), [])
        return sorted(items, key=lambda item: (item["PK"]["S"], item["SK"]["S"]))
    if operation == "Query":
        return body["Items"], "LastEvaluatedKey" in body
    return body.get("Item") if operation == "GetItem" else body.get("Attributes")


def test_a_transaction_repeated_under_its_token_is_done_once():
    write = {
        "Update": {"Key": _KEY, "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    }
    request = {"TransactItems": [write], "ClientRequestToken": "t"}
    honest, forgetful = Table("t"), Table("t", honours_tokens=False)
    for table in (honest, forgetful):
        assert [table.call("TransactWriteItems", request)[0] for _ in range(2)] == [200, 200]
    assert (honest.items["a", "b"]["n"], forgetful.items["a", "b"]["n"]) == ({"N": "1"}, {"N": "2"})


def test_a_write_that_changes_nothing_is_no_write():
    table = Table("t")
    item = {**_KEY, "n": {"N": "1"}}
    table.call("PutItem", {"Item": item})
    assert len(table.writes) == 1
    table.call("PutItem", {"Item": item})
    assert table.writes == []


def test_one_refused_condition_cancels_the_whole_transaction():
    table = Table("t")
    other = {"PK": {"S": "c"}, "SK": {"S": "d"}}
    writes = [{"Put": {"Item": _KEY}}, {"Delete": {"Key": other, "ConditionExpression": "attribute_exists(PK)"}}]
    status, body = table.call("TransactWriteItems", {"TransactItems": writes})
    assert status == 400
    assert [reason["Code"] for reason in body["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert not table.items


def test_counters_are_added_up_together_and_come_into_being_with_their_item():
    table = Table("t")
    add = {
        "Key": _KEY,
        "UpdateExpression": "ADD #0 :0, #1 :1",
        "ConditionExpression": "attribute_exists(PK) OR attribute_not_exists(PK)",
        "ExpressionAttributeNames": {"#0": "pending", "#1": "failed"},
        "ExpressionAttributeValues": {":0": {"N": "-1"}, ":1": {"N": "1"}},
    }
    gone = {"Key": {"PK": {"S": "c"}, "SK": {"S": "d"}}, "ConditionExpression": add["ConditionExpression"]}
    for _ in range(2):
        assert table.call("TransactWriteItems", {"TransactItems": [{"Update": add}, {"Delete": gone}]})[0] == 200
    assert table.items == {("a", "b"): {**_KEY, "pending": {"N": "-2"}, "failed": {"N": "2"}}}


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("SET holds.x = :v", {":v": {"S": "1"}}),
        ("SET a = :w", {":v": {"S": "1"}}),
        ("SET a = b + :v", {":v": {"N": "1"}}),
        ("APPEND a :v", {":v": {"S": "1"}}),
    ],
)
def test_what_dynamodb_refuses_is_refused(expression, values):
    with pytest.raises(ValidationError):
        updated({}, expression, {}, values, set())


def test_a_missing_attribute_compares_with_nothing():
    for sign in ("=", "<", "<=", ">", ">=", "<>"):
        holds = condition(f"a {sign} :v", {}, {":v": {"N": "1"}}, set())
        assert not holds({})
        assert not holds(None)


def test_sets_of_strings_are_united_and_are_nothing_to_add_numbers_to():
    add = lambda item, value: updated(item, "ADD a :v", {}, {":v": value}, set())[0]  # noqa: E731
    item: Item = {}
    for words in (["b"], ["b", "a"], ["c"]):
        item = add(item, {"SS": words})
    assert item == {"a": {"SS": ["a", "b", "c"]}}
    for held, value in (({"SS": ["a"]}, {"N": "1"}), ({"N": "1"}, {"SS": ["a"]})):
        with pytest.raises(ValidationError):
            add({"a": held}, value)
