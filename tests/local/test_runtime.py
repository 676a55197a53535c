"""A stack driven by hand, with functions of the test's own in the places of the product's."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from local.runtime import Runtime
from local.workbench import FunctionFailed, Workbench


class Pipeline:
    """Each function passes on what it gets to the next queue."""

    def __init__(self, deployed):
        self.environment = deployed.environment()
        self.sqs = deployed.endpoint.client("sqs")
        self.database = deployed.endpoint.client("dynamodb")
        self.seen: list[str] = []
        self.handlers = {
            "DispatcherFunction": self.dispatch,
            "TransitionerFunction": self.transition,
            "PublisherFunction": self.publish,
            "MonitorFunction": lambda event: self.seen.append("monitor"),
        }

    def write(self, name):
        item = {"PK": {"S": name}, "SK": {"S": "DEPLOYMENT"}}
        self.database.put_item(TableName=self.environment["TABLE_NAME"], Item=item)

    def dispatch(self, event):
        for record in event["Records"]:
            name = record["dynamodb"]["Keys"]["PK"]["S"]
            self.seen.append(f"dispatched {name}")
            self.sqs.send_message(QueueUrl=self.environment["TRANSITIONS_QUEUE_URL"], MessageBody=name)

    def transition(self, event):
        for record in event["Records"]:
            self.seen.append(f"transitioned {record['body']}")
            if record["body"] == "bad":
                raise RuntimeError("bad")
            self.sqs.send_message(
                QueueUrl=self.environment["PUBLISH_QUEUE_URL"],
                MessageBody=record["body"],
                MessageGroupId="g",
                MessageDeduplicationId=record["messageId"],
            )

    def publish(self, event):
        for record in event["Records"]:
            self.seen.append(f"published {record['body']}")
            if record["body"] == "a":
                self.write("b")


@pytest.fixture
def pipeline(stack):
    return Pipeline(stack.deployed)


@pytest.fixture
def bench(stack, pipeline):
    return Workbench(stack.deployed, pipeline.handlers)


def test_draining_runs_the_pipeline_until_nothing_is_left(bench, pipeline):
    pipeline.write("a")
    bench.drain()
    assert pipeline.seen == [f"{step} {name}" for name in "ab" for step in ("dispatched", "transitioned", "published")]
    bench.drain()
    assert len(pipeline.seen) == 6


def test_draining_leaves_delayed_messages_alone(bench, pipeline):
    url = pipeline.environment["TRANSITIONS_QUEUE_URL"]
    pipeline.sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=60)
    bench.drain()
    assert pipeline.seen == []


def test_a_failure_while_draining_is_raised_unless_it_is_expected(bench, pipeline):
    pipeline.write("bad")
    with pytest.raises(FunctionFailed) as caught:
        bench.drain()
    assert isinstance(caught.value.__cause__, RuntimeError)
    bench.drain(expect_failures=True)
    assert [str(error) for error in bench.failures] == ["bad"]


def test_recurring_schedules_of_the_template_fire(bench, pipeline):
    now = datetime.now(UTC)
    assert bench.fire(now) == 0
    assert bench.fire(now + timedelta(seconds=61)) == 1
    assert pipeline.seen == ["monitor"]


def test_a_function_can_be_called_by_its_name(bench, pipeline):
    bench.invoke("MonitorFunction", {})
    assert pipeline.seen == ["monitor"]


def test_running_it_reaches_the_last_function_within_a_second(stack, pipeline, reports):
    runtime = Runtime(stack.deployed, report=lambda *both: reports.append(both), handlers=pipeline.handlers)
    runtime.start()
    time.sleep(0.3)
    started = time.monotonic()
    pipeline.write("c")
    while "published c" not in pipeline.seen and time.monotonic() - started < 3:
        time.sleep(0.01)
    took = time.monotonic() - started
    runtime.stop()
    assert took < 1
    assert reports == []


def test_fifty_schedules_of_one_second_are_transitioned_within_five(stack, pipeline, reports):
    scheduler = stack.client("scheduler")
    due = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
    for number in range(50):
        scheduler.create_schedule(
            Name=f"s{number}",
            GroupName=pipeline.environment["SCHEDULE_GROUP"],
            ScheduleExpression=f"at({due})",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target={
                "Arn": pipeline.environment["TRANSITIONS_QUEUE_ARN"],
                "RoleArn": pipeline.environment["SCHEDULER_ROLE_ARN"],
                "Input": str(number),
            },
        )
    runtime = Runtime(stack.deployed, report=lambda *both: reports.append(both), handlers=pipeline.handlers)
    runtime.start()
    started = time.monotonic()
    wanted = {f"published {number}" for number in range(50)}
    while not wanted <= set(pipeline.seen) and time.monotonic() - started < 8:
        time.sleep(0.02)
    took = time.monotonic() - started
    runtime.stop()
    assert took < 5
    assert reports == []
