"""Table → stream → dispatcher → schedules and queues → transitions and publishes, with the real handlers."""

import json

import pytest

from local.workbench import Workbench
from lull import settings
from lull.store import deployment_windows, due
from lull.use_cases import wake_ups
from tests.api import Api, a_workspace


@pytest.fixture
def api(stack, time) -> Api:
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    for name in ("API", "Web", "Worker"):
        client.post("/api/checks", {"projectId": 1, "name": name, "intervalSeconds": 300})
    return client


def deploy(api: Api, **fields):
    return api.post("/api/deployments", {"projectId": 1, "autoPause": True, **fields})


def schedules(stack) -> dict[str, str]:
    client = stack.client("scheduler")
    group = settings.schedule_group()
    names = [each["Name"] for each in client.list_schedules(GroupName=group)["Schedules"]]
    return {name: client.get_schedule(GroupName=group, Name=name)["ScheduleExpression"] for name in names}


def statuses(api: Api) -> list[str]:
    return [check["status"] for check in api.get("/api/checks")["items"]]


def state(api: Api, deployment) -> tuple[str, str | None]:
    read = api.get(f"/api/deployments/{deployment['id']}")
    return read["status"], read["endReason"]


def test_a_scheduled_deployment_gets_its_wake_ups_a_minute_early_in_utc(api, stack, time):
    deploy(api, scheduledStartAt="2099-03-01T12:00:00+02:00", scheduledEndAt="2099-03-01T13:30:00+02:00")
    stack.drain()
    assert schedules(stack) == {
        "deployment-1-start": "at(2099-03-01T09:59:00)",
        "deployment-1-end": "at(2099-03-01T11:29:00)",
    }


def test_a_running_one_has_only_its_end_and_an_ended_one_none(api, stack):
    deployment = deploy(api)
    stack.drain()
    assert list(schedules(stack)) == ["deployment-1-end"]
    api.put(f"/api/deployments/{deployment['id']}/end")
    stack.drain()
    assert schedules(stack) == {}


def test_a_called_off_one_leaves_no_schedule(api, stack, time):
    deployment = deploy(api, scheduledStartAt=time.after(hours=1), scheduledEndAt=time.after(hours=2))
    stack.drain()
    api.put(f"/api/deployments/{deployment['id']}/end")
    stack.drain()
    assert schedules(stack) == {}


def test_a_schedule_says_everything_that_an_update_would_otherwise_reset(api, stack, time):
    deploy(api, scheduledStartAt=time.after(hours=1))
    stack.drain()
    schedule = stack.client("scheduler").get_schedule(GroupName=settings.schedule_group(), Name="deployment-1-start")
    assert (schedule["ActionAfterCompletion"], schedule["State"]) == ("DELETE", "ENABLED")
    assert (schedule["ScheduleExpressionTimezone"], schedule["FlexibleTimeWindow"]) == ("UTC", {"Mode": "OFF"})
    target = schedule["Target"]
    assert json.loads(target["Input"]) == {"kind": "deployment", "record_id": 1, "workspace_id": 1}
    assert (target["Arn"], target["RoleArn"]) == (settings.transitions_queue_arn(), settings.scheduler_role_arn())
    assert target["DeadLetterConfig"] == {"Arn": settings.schedule_dead_letters_arn()}
    assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0


def test_a_deployment_starts_and_ends_by_itself(api, stack, time):
    deployment = deploy(api, scheduledStartAt=time.after(hours=1), scheduledEndAt=time.after(hours=2))
    stack.drain()
    time.passes(hours=1)
    assert stack.fire(time.at) == 1
    stack.drain()
    assert state(api, deployment) == ("ACTIVE", None)
    assert statuses(api) == ["PAUSED"] * 3
    time.passes(hours=1)
    stack.fire(time.at)
    stack.drain()
    assert state(api, deployment) == ("ENDED", "SCHEDULED")
    assert statuses(api) == ["RESUMED"] * 3
    assert schedules(stack) == {}


def test_all_checks_are_taken_when_it_starts_not_when_it_is_scheduled(api, stack, time):
    deployment = deploy(api, scheduledStartAt=time.after(hours=1))
    api.post("/api/checks", {"projectId": 1, "name": "Late comer", "intervalSeconds": 300})
    stack.drain()
    time.passes(hours=1)
    stack.fire(time.at)
    stack.drain()
    assert api.get(f"/api/deployments/{deployment['id']}")["checkIds"] == [1, 2, 3, 4]


def test_a_forgotten_deployment_is_ended_after_its_longest_duration(api, stack, time):
    deployment = deploy(api, maxDurationSeconds=3_600)
    stack.drain()
    time.passes(hours=1)
    stack.fire(time.at)
    stack.drain()
    assert state(api, deployment) == ("ENDED", "TIMED_OUT")
    assert statuses(api) == ["RESUMED"] * 3


def test_a_wake_up_that_comes_early_waits_out_the_rest(api, stack, time):
    deployment = deploy(api, scheduledStartAt=time.after(hours=1))
    stack.drain()
    time.passes(minutes=59, seconds=30)
    stack.fire(time.at)
    stack.drain()
    assert state(api, deployment) == ("SCHEDULED", None)
    waiting = stack.client("sqs").get_queue_attributes(
        QueueUrl=settings.transitions_queue_url(), AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    assert waiting["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def test_what_is_too_near_for_a_schedule_goes_straight_to_the_queue(api, stack, time):
    deploy(api, scheduledStartAt=time.after(seconds=60))
    stack.drain()
    assert "deployment-1-start" not in schedules(stack)


def test_lost_wake_ups_are_made_good_by_the_sweep(api, stack, time):
    deployment = deploy(api, scheduledStartAt=time.after(hours=1), scheduledEndAt=time.after(hours=2))
    time.passes(hours=1)
    assert stack.invoke("MonitorFunction", {})["overdue"] == 1
    stack.drain()
    assert state(api, deployment) == ("ACTIVE", None)
    time.passes(hours=1)
    stack.invoke("MonitorFunction", {})
    stack.drain()
    assert state(api, deployment) == ("ENDED", "SCHEDULED")
    assert statuses(api) == ["RESUMED"] * 3
    assert stack.invoke("MonitorFunction", {})["overdue"] == 0, "what is over is not due any more"


def test_one_that_could_not_start_before_its_end_is_missed_and_pauses_nothing(api, stack, time):
    deployment = deploy(api, scheduledStartAt=time.after(hours=1), scheduledEndAt=time.after(hours=2))
    time.passes(hours=3)
    stack.invoke("MonitorFunction", {})
    stack.drain()
    assert state(api, deployment) == ("ENDED", "MISSED")
    read = api.get(f"/api/deployments/{deployment['id']}")
    assert (read["startedAt"], read["endedAt"]) == (None, read["scheduledEndAt"])
    assert statuses(api) == ["NEW"] * 3


@pytest.mark.parametrize("times", [1, 2, 3])
def test_wake_ups_may_come_twice_late_and_for_what_is_gone(api, stack, time, times):
    deployment = deploy(api, scheduledStartAt=time.after(hours=1), scheduledEndAt=time.after(hours=2))
    wake_up = json.dumps({"kind": "deployment", "workspace_id": 1, "record_id": deployment["id"]})
    time.passes(hours=1)
    for _ in range(times):
        wake_ups.handle_message(wake_up, at=time.at)
    assert state(api, deployment) == ("ACTIVE", None)
    time.passes(hours=5)
    for _ in range(times):
        wake_ups.handle_message(wake_up, at=time.at)
    assert state(api, deployment) == ("ENDED", "SCHEDULED")
    assert api.get(f"/api/deployments/{deployment['id']}")["endedAt"] == deployment["scheduledEndAt"]
    orphan = json.dumps({"kind": "deployment", "workspace_id": 1, "record_id": 999})
    wake_ups.handle_message(orphan, at=time.at)


def test_a_crash_between_the_holds_is_repaired_from_the_stream(api, stack, time, monkeypatch):
    for number in range(120):
        api.post("/api/checks", {"projectId": 1, "name": str(number), "intervalSeconds": 300})
    with monkeypatch.context() as patch:
        patch.setattr("lull.use_cases.deployment_windows.finish", lambda window, *, at: window)
        deployment = deploy(api)
    held = [
        check for page in (1, 2) for check in api.get(f"/api/checks?limit=100&page={page}")["items"] if check["holds"]
    ]
    assert len(held) == 90
    time.passes(seconds=2)
    stack.drain()
    waiting = stack.client("sqs").receive_message(QueueUrl=settings.transitions_queue_url())
    assert "Messages" not in waiting, "the request gets two seconds to do it itself"
    stack.invoke("MonitorFunction", {})
    stack.drain()
    window = deployment_windows.get_deployment_window(1, deployment["id"])
    assert window is not None
    assert window.held == 123
    assert [each.record_id for each in due.list_due(until=time.at)] == []


def test_a_routine_ping_wakes_nobody_but_a_change_does(api, stack):
    token = api.get("/api/checks/1")["token"]
    Api(None).post(f"/api/signals/ping/{token}")
    stack.drain()
    woken: list[int] = []
    watched = Workbench(stack.deployed, {"DispatcherFunction": lambda event: woken.append(len(event["Records"]))})
    for _ in range(5):
        Api(None).post(f"/api/signals/ping/{token}")
    watched.drain()
    assert woken == []
    Api(None).post(f"/api/signals/ping/{token}/fail")
    watched.drain()
    assert woken == [1]
    api.delete("/api/checks/1")
    watched.drain()
    assert woken == [1, 1], "that a check is gone is a change as well"
