from concurrent.futures import wait
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local.checkpoints import Checkpoints
from local.schedule_expression import Every, Once, UnknownExpression, parse
from local.schedules import ScheduleFirer

NOW = datetime.now(UTC).replace(microsecond=0)
LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:f"
ROLE = "arn:aws:iam::000000000000:role/r"


def at(moment, zone="UTC"):
    local = moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S")
    return {"ScheduleExpression": f"at({local})", "ScheduleExpressionTimezone": zone}


@pytest.fixture
def schedule(endpoint):
    def write(target, *, update=False, name="s", when=None, **settings):
        client = endpoint.client("scheduler")
        target = {"RoleArn": ROLE, **({"Arn": target} if isinstance(target, str) else target)}
        request = {**(when or at(NOW)), "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target, **settings}
        (client.update_schedule if update else client.create_schedule)(Name=name, **request)

    return write


@pytest.fixture
def firer_of(endpoint, reports):
    made = []

    def make(function):
        firer = ScheduleFirer(endpoint, function, Checkpoints(endpoint), lambda *both: reports.append(both))
        made.append(firer)
        return lambda now: wait(firer.sweep(now)) and None

    yield make
    for firer in made:
        firer.close()


@pytest.fixture
def names(endpoint):
    return lambda: [each["Name"] for each in endpoint.client("scheduler").list_schedules()["Schedules"]]


def test_the_input_is_sent_to_the_queue_once_it_is_due(schedule, firer_of, function, queue):
    source = queue("q")
    schedule({"Arn": source.arn, "Input": '{"id": 7}'})
    sweep = firer_of(function())
    sweep(NOW - timedelta(seconds=1))
    assert source.receive() == []
    sweep(NOW)
    sweep(NOW + timedelta(seconds=1))
    assert [message["Body"] for message in source.receive()] == ['{"id": 7}']


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo", "Asia/Kolkata"])
def test_the_time_zone_is_honoured(schedule, firer_of, function, zone):
    schedule(LAMBDA, when=at(NOW, zone))
    taken = function()
    sweep = firer_of(taken)
    sweep(NOW - timedelta(seconds=1))
    assert taken.events == []
    sweep(NOW)
    assert taken.events == [{}]


def test_a_schedule_that_is_to_be_deleted_is(schedule, firer_of, function, names):
    schedule(LAMBDA, ActionAfterCompletion="DELETE")
    schedule(LAMBDA, name="kept")
    firer_of(function())(NOW)
    assert names() == ["kept"]


def test_a_schedule_that_is_kept_does_not_fire_again_after_a_restart(schedule, firer_of, function):
    schedule(LAMBDA)
    firer_of(function())(NOW)
    taken = function()
    firer_of(taken)(NOW)
    assert taken.events == []


def test_an_update_arms_a_schedule_anew(schedule, firer_of, function):
    schedule(LAMBDA)
    taken = function()
    sweep = firer_of(taken)
    sweep(NOW)
    schedule(LAMBDA, update=True, when=at(NOW + timedelta(seconds=5)))
    sweep(NOW + timedelta(seconds=4))
    assert len(taken.events) == 1
    sweep(NOW + timedelta(seconds=5))
    assert len(taken.events) == 2


def test_a_moved_schedule_does_not_fire_at_its_old_time(schedule, firer_of, function):
    schedule(LAMBDA, when=at(NOW + timedelta(seconds=5)))
    taken = function()
    sweep = firer_of(taken)
    sweep(NOW)
    schedule(LAMBDA, update=True, when=at(NOW + timedelta(hours=1)))
    sweep(NOW + timedelta(seconds=5))
    assert taken.events == []


def test_a_disabled_schedule_does_not_fire(schedule, firer_of, function):
    schedule(LAMBDA, State="DISABLED")
    taken = function()
    firer_of(taken)(NOW)
    assert taken.events == []


def test_an_overdue_schedule_fires_at_once(schedule, firer_of, function):
    schedule(LAMBDA, when=at(NOW - timedelta(days=3)))
    taken = function()
    firer_of(taken)(NOW)
    assert len(taken.events) == 1


def fail(_event):
    raise RuntimeError("no")


def test_failures_are_retried_and_then_given_up_to_the_dead_letters(
    schedule, firer_of, function, queue, names, reports
):
    dead = queue("dead")
    policy = {"RetryPolicy": {"MaximumRetryAttempts": 2}, "DeadLetterConfig": {"Arn": dead.arn}}
    schedule({"Arn": LAMBDA, "Input": '{"id": 7}', **policy}, ActionAfterCompletion="DELETE")
    taken = function(fail)
    sweep = firer_of(taken)
    for seconds in range(20):
        sweep(NOW + timedelta(seconds=seconds))
    assert len(taken.events) == 3
    assert names() == []
    (message,) = dead.receive()
    assert message["Body"] == '{"id": 7}'
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "RuntimeError"
    assert message["MessageAttributes"]["TARGET_ARN"]["StringValue"] == LAMBDA
    assert len(reports) == 3


def test_an_event_older_than_its_policy_is_not_retried(schedule, firer_of, function):
    schedule({"Arn": LAMBDA, "RetryPolicy": {"MaximumEventAgeInSeconds": 60}}, when=at(NOW - timedelta(hours=1)))
    taken = function(fail)
    sweep = firer_of(taken)
    for seconds in range(5):
        sweep(NOW + timedelta(seconds=seconds))
    assert len(taken.events) == 1


def test_a_retry_that_succeeds_ends_it(schedule, firer_of, function):
    schedule(LAMBDA)
    taken = function(fail)
    sweep = firer_of(taken)
    sweep(NOW)
    taken.answer = lambda event: None
    for seconds in range(1, 5):
        sweep(NOW + timedelta(seconds=seconds))
    assert len(taken.events) == 2


def test_a_rate_fires_once_for_each_period(schedule, firer_of, function):
    schedule(LAMBDA, when={"ScheduleExpression": "rate(1 minute)"})
    taken = function()
    sweep = firer_of(taken)
    created_at = datetime.now(UTC)
    for seconds in range(0, 185, 5):
        sweep(created_at + timedelta(seconds=seconds))
    assert len(taken.events) == 3


def test_the_context_of_the_firing_can_be_in_the_input(schedule, firer_of, function):
    schedule({"Arn": LAMBDA, "Input": '{"at": "<aws.scheduler.scheduled-time>"}'})
    taken = function()
    firer_of(taken)(NOW)
    assert taken.events == [{"at": NOW.strftime("%Y-%m-%dT%H:%M:%SZ")}]


def test_an_expression_that_is_not_implemented_is_reported_and_the_others_fire(schedule, firer_of, function, reports):
    schedule(LAMBDA, name="a", when={"ScheduleExpression": "cron(0 0 * * ? *)"})
    schedule(LAMBDA, name="b")
    taken = function()
    firer_of(taken)(NOW)
    assert len(taken.events) == 1
    assert isinstance(reports[0][1], UnknownExpression)


def test_many_schedules_of_one_second_all_fire(schedule, firer_of, function, queue):
    source = queue("q")
    for number in range(60):
        schedule(source.arn, name=f"s{number}")
    firer_of(function())(NOW)
    assert source.counts() == (60, 0)


def test_a_local_time_that_happens_twice_is_the_first_one():
    once = parse("at(2026-10-25T02:30:00)", timezone="Europe/Berlin", created_at=NOW)
    assert once == Once(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))


def test_occurrences_of_a_rate_are_counted_from_its_creation():
    every = parse("rate(5 minutes)", timezone="UTC", created_at=NOW)
    assert isinstance(every, Every)
    assert every.after(NOW) == NOW + timedelta(minutes=5)
    assert every.after(NOW + timedelta(minutes=12)) == NOW + timedelta(minutes=15)
