"""Schedules and messages as they leave us, on a second opinion of AWS: moto, one call at a time."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lull import aws
from lull.gateways import queues, schedules
from lull.gateways.queues import WakeUp
from lull.store import assets
from tests.builders import NOON

WAKE_UP = WakeUp(kind="deployment", workspace_id=1, record_id=17)
HOUR = timedelta(hours=1)


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The queues by their names, in an account that only this test sees."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with mock_aws():
        aws.client.cache_clear()
        sqs = aws.client("sqs")
        urls = {
            "transitions": sqs.create_queue(QueueName="transitions")["QueueUrl"],
            "publish": sqs.create_queue(QueueName="publish.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"],
        }
        aws.client("scheduler").create_schedule_group(Name="lull")
        monkeypatch.setenv("TRANSITIONS_QUEUE_URL", urls["transitions"])
        monkeypatch.setenv("TRANSITIONS_QUEUE_ARN", "arn:aws:sqs:us-east-1:123456789012:transitions")
        monkeypatch.setenv("PUBLISH_QUEUE_URL", urls["publish"])
        monkeypatch.setenv("SCHEDULE_GROUP", "lull")
        monkeypatch.setenv("SCHEDULER_ROLE_ARN", "arn:aws:iam::123456789012:role/scheduler")
        monkeypatch.setenv("SCHEDULE_DEAD_LETTERS_ARN", "arn:aws:sqs:us-east-1:123456789012:dead")
        yield urls
    aws.client.cache_clear()


def stored(name: str) -> dict[str, Any]:
    found: dict[str, Any] = aws.client("scheduler").get_schedule(GroupName="lull", Name=name)
    return found


def received(url: str) -> list[dict[str, Any]]:
    answer = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])
    return list(answer.get("Messages", []))


@pytest.mark.usefixtures("moto")
def test_a_schedule_is_set_a_minute_early_and_set_again_if_it_exists():
    schedules.put_schedule("deployment-17-start", WAKE_UP, due_at=NOON)
    assert stored("deployment-17-start")["ScheduleExpression"] == "at(2026-03-01T11:59:00)"
    schedules.put_schedule("deployment-17-start", WAKE_UP, due_at=NOON + HOUR)
    again = stored("deployment-17-start")
    assert again["ScheduleExpression"] == "at(2026-03-01T12:59:00)"
    assert again["ActionAfterCompletion"] == "DELETE"
    assert json.loads(again["Target"]["Input"]) == {"kind": "deployment", "record_id": 17, "workspace_id": 1}


@pytest.mark.usefixtures("moto")
def test_a_schedule_that_is_gone_is_gone():
    schedules.put_schedule("deployment-17-end", WAKE_UP, due_at=NOON)
    schedules.delete_schedule("deployment-17-end")
    schedules.delete_schedule("deployment-17-end")
    assert aws.client("scheduler").list_schedules(GroupName="lull")["Schedules"] == []


@pytest.mark.parametrize(
    ("remaining", "delay"),
    [(-HOUR, 0), (timedelta(0), 0), (timedelta(milliseconds=1), 1), (timedelta(seconds=61.2), 62), (HOUR, 900)],
)
def test_a_wake_up_waits_to_the_second_and_for_a_quarter_of_an_hour_at_most(remaining, delay):
    assert queues._delay_seconds(remaining) == delay


def test_wake_ups_are_sent_ten_a_call(moto):
    wake_ups = [WakeUp(kind="deployment", workspace_id=1, record_id=number) for number in range(23)]
    queues.send_wake_ups([(each, NOON) for each in wake_ups], at=NOON)
    bodies = [message["Body"] for _ in range(3) for message in received(moto["transitions"])]
    assert sorted(queues.parse_wake_up(body).record_id for body in bodies) == list(range(23))


def test_a_publish_is_grouped_by_slug_and_asked_for_once_for_each_cause(moto):
    for cause in ("1", "1", "2"):
        queues.send_publishes(["acme"], cause=cause)
    first = received(moto["publish"])
    assert {message["Attributes"]["MessageGroupId"] for message in first} == {"acme"}
    assert len(first) == 2


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", '{"kind": "deployment"}', '{"kind": 1, "workspace_id": "x", "record_id": 1}']
)
def test_what_is_no_wake_up_is_refused(body):
    with pytest.raises((KeyError, TypeError, ValueError)):
        queues.parse_wake_up(body)


@pytest.mark.usefixtures("moto")
def test_a_file_is_written_without_asking_whether_it_may_come(monkeypatch):
    monkeypatch.setenv("BUCKET_NAME", "status")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="status")
    sent: list[Any] = []
    s3.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.append(request))
    assets.put_asset("status/acme", b"<!doctype html>", "text/html", "no-store", "page-1", expected=None)
    assert [request.headers.get("Expect") for request in sent] == [None]
