"""A record that cannot be read: it raises an alarm, and stops nothing but itself."""

import json
from typing import Any

import pytest

from local.workbench import FunctionFailed
from lull import aws, settings
from lull.store import keys
from lull.store.codec import wire
from tests.api import Api, a_workspace
from tests.applying import an_application

UUID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def api(stack, time) -> Api:
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "API", "intervalSeconds": 300})
    return client


def deployed(api: Api, **fields: Any) -> int:
    return int(api.post("/api/deployments", {"projectId": 1, "autoPause": True, **fields})["id"])


def write(key: keys.Key, body: str) -> str:
    """Put this into the body of a record, by hand; what was there."""
    answer = aws.client("dynamodb").update_item(
        TableName=settings.table_name(),
        Key=wire(key),
        UpdateExpression="SET body = :body",
        ExpressionAttributeValues={":body": {"S": body}},
        ReturnValues="UPDATED_OLD",
    )
    return str(answer["Attributes"]["body"]["S"])


def set_aside(stack: Any) -> list[Any]:
    answer = stack.client("sqs").receive_message(
        QueueUrl=settings.stream_dead_letters_url(), MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return [json.loads(each["Body"]) for each in answer.get("Messages", [])]


def schedules(stack: Any) -> set[str]:
    found = stack.client("scheduler").list_schedules(GroupName=settings.schedule_group())["Schedules"]
    return {each["Name"] for each in found}


def test_its_change_is_set_aside_alone_and_names_it(api, stack, time):
    first, broken = (deployed(api, scheduledStartAt=time.after(hours=hours)) for hours in (1, 2))
    key = keys.deployment_window(1, broken)
    was = write(key, '{"id": "x"}')
    last = deployed(api, scheduledStartAt=time.after(hours=3))
    api.put(f"/api/deployments/{first}/end")
    stack.drain()
    assert f"deployment-{last}-start" in schedules(stack)
    assert f"deployment-{first}-start" not in schedules(stack)
    (left,) = set_aside(stack)
    assert left["key"] == {"PK": key["PK"], "SK": key["SK"]}
    assert left["event"] == "MODIFY"
    assert "ValidationError" in left["why"]
    api.put(f"/api/deployments/{last}/end")
    write(key, was)
    stack.drain()
    assert f"deployment-{broken}-start" in schedules(stack), "putting it right is a change as well"
    assert len(set_aside(stack)) == 1


def test_where_it_cannot_be_set_aside_the_batch_comes_again(api, stack, time, monkeypatch):
    record = {
        "eventName": "MODIFY",
        "dynamodb": {"Keys": {"PK": {"S": "x"}, "SK": {"S": "DEPLOYMENT"}}, "SequenceNumber": "1", "NewImage": {}},
    }
    assert stack.invoke("DispatcherFunction", {"Records": [record]}) == {"batchItemFailures": []}
    assert len(set_aside(stack)) == 1
    monkeypatch.setattr("lull.gateways.queues.set_aside", lambda _: (_ for _ in ()).throw(RuntimeError("refused")))
    with pytest.raises(RuntimeError, match="refused"):
        stack.invoke("DispatcherFunction", {"Records": [record]})


def test_one_that_is_due_is_reported_by_itself_and_the_others_are_done(api, stack, time):
    broken, good = (deployed(api, scheduledStartAt=time.after(hours=1)) for _ in range(2))
    stack.drain()
    write(keys.deployment_window(1, broken), "{}")
    time.passes(hours=1)
    stack.invoke("MonitorFunction", {})
    with pytest.raises(FunctionFailed):
        stack.drain()
    assert api.get(f"/api/deployments/{good}")["status"] == "ACTIVE"
    assert len(set_aside(stack)) == 1


def test_an_application_lists_and_loses_its_deployments_though_one_cannot_be_read(api, stack, monkeypatch):
    monkeypatch.setenv("PRIVATE_TARGETS", "127.0.0.0/8")
    application = an_application(api, "https://127.0.0.1/shop.git")
    path = application.removeprefix("/v1/applications/")
    aws.client("dynamodb").put_item(
        TableName=settings.table_name(),
        Item={**wire(keys.app_deployment_listing(1, path, 1)), "deploymentId": {"S": UUID}},
    )
    aws.client("dynamodb").put_item(
        TableName=settings.table_name(),
        Item={**wire(keys.last_deploy_number(1, path)), "n": {"N": "1"}},
    )
    aws.client("dynamodb").put_item(
        TableName=settings.table_name(),
        Item={**wire(keys.app_deployment(1, UUID)), "body": {"S": "{}"}, "revision": {"N": "1"}},
    )
    assert api.get(f"{application}/deployments") == {"deployments": []}
    api.delete(application)
