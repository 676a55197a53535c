"""Maintenance windows over HTTP and on the pipeline: seed 001, section 5 of the semantics."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

import transitioner
from lull import clock, settings
from lull.domain.checks import Health
from lull.gateways.queues import WakeUp
from lull.store import checks, judgements, quiet
from tests.api import Api, a_workspace
from tests.many import many_checks


@pytest.fixture
def api(stack, time) -> Api:
    time.at = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/projects", {"name": "Blog"})
    client.post("/api/checks", {"projectId": 1, "name": "Checkout", "intervalSeconds": 300})
    return client


@pytest.fixture
def sweep(stack):
    def run():
        swept = stack.invoke("MonitorFunction", {})
        stack.drain()
        return swept

    return run


def plan(api: Api, time, start: float, end: float, **fields):
    """A window from `start` to `end`, in minutes from now."""
    body = {
        "workspaceId": 1,
        "name": "Migration",
        "startAt": time.after(minutes=start),
        "endAt": time.after(minutes=end),
        "projectIds": [1],
        **fields,
    }
    return api.post("/api/maintenance-windows", body)


def ping(api: Api, suffix: str = ""):
    token = api.get("/api/checks/1")["token"]
    return Api(None)("POST", f"/api/signals/ping/{token}{suffix}")


def window(api: Api, window_id: int = 1):
    return api.get(f"/api/maintenance-windows/{window_id}")


def incidents(api: Api) -> int:
    return int(api.get("/api/incidents")["total"])


def fields(answer) -> list[str]:
    assert answer.status == 400, answer
    return [each["field"] for each in answer.json["details"]]


def test_the_example_of_the_seed_is_taken_and_has_its_defaults(api):
    body = {
        "workspaceId": 1,
        "name": "Database migration - March 2026",
        "startAt": "2026-03-15T02:00:00Z",
        "endAt": "2026-03-15T04:00:00Z",
        "projectIds": [1, 2],
    }
    created = api.post("/api/maintenance-windows", body)
    assert {name: created[name] for name in body} == body
    assert (created["id"], created["state"], created["timezone"], created["recurringCron"]) == (
        1,
        "SCHEDULED",
        "UTC",
        None,
    )
    assert (created["suppressAlerts"], created["suppressIncidents"], created["autoPublishToStatusPage"]) == (
        True,
        True,
        False,
    )
    assert created["description"] is None
    assert [each["name"] for each in window(api)["projects"]] == ["Shop", "Blog"]


def test_times_without_an_offset_are_read_in_the_time_zone_and_others_as_they_are(api, time):
    local = {"startAt": "2026-03-29T02:30:00", "endAt": "2026-03-29T04:00", "timezone": "Europe/Berlin"}
    created = plan(api, time, 1, 2, **local)
    # 02:30 does not exist that night: the next instant that does.
    assert (created["startAt"], created["endAt"]) == ("2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z")
    local = {"startAt": "2026-10-25T02:30:00", "endAt": "2026-10-25T02:30:00+01:00", "timezone": "Europe/Berlin"}
    created = plan(api, time, 1, 2, **local)
    # 02:30 happens twice that night: the first is meant, and an offset says what it says.
    assert (created["startAt"], created["endAt"]) == ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")


def test_of_a_window_between_times_that_clocks_never_show_nothing_is_left_and_they_are_named(api, time):
    before = plan(api, time, 60, 120, timezone="Europe/Berlin")
    gap = {"startAt": "2026-03-29T02:15", "endAt": "2026-03-29T02:45:00"}
    body = {"workspaceId": 1, "name": "x", "projectIds": [1], "timezone": "Europe/Berlin"}
    for answer, named in (
        (api("POST", "/api/maintenance-windows", {**body, **gap}), ["startAt", "endAt"]),
        (api("PUT", "/api/maintenance-windows/1", gap), ["startAt", "endAt"]),
        (api("PUT", "/api/maintenance-windows/1", {**gap, "startAt": "2026-03-29T03:00:00"}), ["endAt"]),
    ):
        assert fields(answer) == named
        assert "2026-03-29 02:45 does not exist in Europe/Berlin" in answer.json["details"][-1]["message"]
    assert window(api) == before


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"name": None}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"startAt": "tomorrow"}, ["startAt"]),
        ({"startAt": 5}, ["startAt"]),
        ({"startAt": "2026-02-30T10:00:00"}, ["startAt"]),
        ({"startAt": "9999-01-01T10:00:00Z"}, ["startAt"]),
        ({"endAt": "2026-03-01T12:00:00Z", "startAt": "2026-03-01T12:00:00Z"}, ["endAt"]),
        ({"startAt": "2026-02-01T12:00:00Z", "endAt": "2026-02-02T12:00:00Z"}, ["endAt"]),
        ({"projectIds": []}, ["projectIds"]),
        ({"projectIds": [1, 99, 2, 98]}, ["projectIds.1", "projectIds.3"]),
        ({"projectIds": "1"}, ["projectIds"]),
        ({"timezone": "Mars/Base"}, ["timezone"]),
        ({"timezone": "../etc/passwd"}, ["timezone"]),
        ({"recurringCron": "0 0 31 2 *"}, ["recurringCron"]),
        ({"recurringCron": "* * * * * *"}, ["recurringCron"]),
        ({"recurringCron": "0 " * 100_000}, ["recurringCron"]),
        ({"recurringCron": "* * * * *"}, ["endAt"]),
        ({"suppressAlerts": "yes"}, ["suppressAlerts"]),
        ({"state": "ACTIVE"}, ["state"]),
    ],
)
def test_what_is_wrong_is_named(api, time, changes, named):
    body: dict[str, object] = {
        "workspaceId": 1,
        "name": "Migration",
        "startAt": "2026-03-02T12:00:00Z",
        "endAt": "2026-03-02T13:00:00Z",
        "projectIds": [1],
    }
    assert fields(api("POST", "/api/maintenance-windows", {**body, **changes})) == named
    assert api.get("/api/maintenance-windows?workspaceId=1") == []


def test_a_foreign_workspace_is_refused_and_a_foreign_project_does_not_exist(api, time):
    stranger = a_workspace(2)
    start, end = time.after(hours=1), time.after(hours=2)
    described = {"workspaceId": 2, "name": "x", "startAt": start, "endAt": end, "projectIds": [1]}
    assert fields(stranger("POST", "/api/maintenance-windows", described)) == ["projectIds.0"]
    assert api("POST", "/api/maintenance-windows", described).status == 403
    assert api("GET", "/api/maintenance-windows?workspaceId=2").status == 403
    assert fields(api("GET", "/api/maintenance-windows")) == ["workspaceId"]
    plan(api, time, 10, 20)
    for method, path in [("GET", ""), ("PUT", ""), ("POST", "/cancel"), ("DELETE", "")]:
        sent = {"name": "x"} if method == "PUT" else None
        found, missing = (stranger(method, f"/api/maintenance-windows/{number}{path}", sent) for number in (1, 99))
        assert (found.status, found.json) == (missing.status, missing.json)
        assert found.status == 404


def test_it_begins_and_ends_by_itself(api, time, stack, sweep):
    plan(api, time, 10, 20)
    stack.drain()
    client, group = stack.client("scheduler"), settings.schedule_group()
    wake_up = client.get_schedule(GroupName=group, Name="maintenance-1")
    assert wake_up["ScheduleExpression"] == "at(2026-03-01T12:09:00)"
    time.passes(minutes=10)
    sweep()
    assert window(api)["state"] == "ACTIVE"
    assert client.get_schedule(GroupName=group, Name="maintenance-1")["ScheduleExpression"] == "at(2026-03-01T12:19:00)"
    time.passes(minutes=10)
    sweep()
    ended = window(api)
    assert ended["state"] == "COMPLETED"
    assert ended["occurrences"] == [
        {"startAt": "2026-03-01T12:10:00Z", "endAt": "2026-03-01T12:20:00Z", "outcome": "COMPLETED"}
    ]
    assert client.list_schedules(GroupName=group)["Schedules"] == []
    assert sweep()["overdue"] == 0


def test_one_that_has_begun_is_active_at_once(api, time):
    assert plan(api, time, -10, 10)["state"] == "ACTIVE"


@pytest.mark.parametrize("written", ["2026-03-02T12:00+02:00", "2026-03-02T12:00:00+02:00", "2026-03-02t10:00:00.0z"])
def test_an_offset_may_follow_with_or_without_seconds(api, time, written):
    assert plan(api, time, 1, 5000, startAt=written)["startAt"] == "2026-03-02T10:00:00Z"


def test_one_that_suppresses_nothing_keeps_nothing_quiet(api, time):
    plan(api, time, 0, 60, suppressAlerts=False, suppressIncidents=False)
    assert api.get("/api/checks/1")["suppressions"] == []


def test_a_recurring_one_rolls_over_and_keeps_its_history(api, time, sweep):
    plan(api, time, 10, 20, recurringCron="10 12 * * *")
    for _ in range(3):
        time.passes(minutes=10)
        sweep()
        assert window(api)["state"] == "ACTIVE"
        time.passes(minutes=10)
        sweep()
        assert window(api)["state"] == "SCHEDULED"
        time.passes(hours=23, minutes=40)
    rolled = window(api)
    assert (rolled["startAt"], rolled["endAt"]) == ("2026-03-04T12:10:00Z", "2026-03-04T12:20:00Z")
    assert [each["startAt"] for each in rolled["occurrences"]] == [
        "2026-03-03T12:10:00Z",
        "2026-03-02T12:10:00Z",
        "2026-03-01T12:10:00Z",
    ]


def test_a_long_silence_of_the_system_is_made_good_occurrence_by_occurrence(api, time, sweep):
    plan(api, time, 10, 20, recurringCron="10 12 * * *")
    time.passes(days=3)
    sweep()
    assert len(window(api)["occurrences"]) == 3
    assert (window(api)["state"], window(api)["startAt"]) == ("SCHEDULED", "2026-03-04T12:10:00Z")


def test_only_a_scheduled_one_can_be_changed_and_only_what_is_sent_changes(api, time, stack, sweep):
    before = plan(api, time, 10, 20, description="Upgrading")
    after = api.put("/api/maintenance-windows/1", {"endAt": time.after(minutes=30), "projectIds": [2]})
    assert after["endAt"] == "2026-03-01T12:30:00Z"
    assert [each["id"] for each in after["projects"]] == [2]
    assert {**after, "endAt": "", "projectIds": [], "projects": []} == {
        **before,
        "endAt": "",
        "projectIds": [],
        "projects": [],
    }
    assert api.put("/api/maintenance-windows/1", {"description": None})["description"] is None
    assert fields(api("PUT", "/api/maintenance-windows/1", {"endAt": time.after(minutes=5)})) == ["endAt"]
    assert fields(api("PUT", "/api/maintenance-windows/1", {"name": None})) == ["name"]
    assert fields(api("PUT", "/api/maintenance-windows/1", {"projectIds": [77]})) == ["projectIds.0"]
    time.passes(minutes=10)
    # Its wake-up is still on its way.
    assert api("PUT", "/api/maintenance-windows/1", {"name": "Later"}).status == 409
    assert window(api)["state"] == "ACTIVE"
    api.post("/api/maintenance-windows/1/cancel")
    assert api("PUT", "/api/maintenance-windows/1", {"name": "Later"}).status == 409


def test_of_start_and_end_the_one_that_was_moved_is_named(api, time):
    plan(api, time, 60, 120)
    moved = [({"start": 121}, "startAt"), ({"end": 59}, "endAt"), ({"end": -60}, "endAt")]
    moved += [({"start": -120, "end": -60}, "startAt")]
    for changes, named in moved:
        body = {f"{name}At": time.after(minutes=minutes) for name, minutes in changes.items()}
        assert fields(api("PUT", "/api/maintenance-windows/1", body)) == [named], changes
    body = {"recurringCron": "0 * * * *", "endAt": time.after(minutes=110)}
    assert api("PUT", "/api/maintenance-windows/1", body).status == 200
    assert fields(api("PUT", "/api/maintenance-windows/1", {"startAt": time.after(minutes=-60)})) == ["startAt"]


def test_one_that_is_moved_into_the_present_begins_at_once(api, time):
    plan(api, time, 10, 20)
    assert api.put("/api/maintenance-windows/1", {"startAt": time.after(minutes=0)})["state"] == "ACTIVE"


def test_cancelling_ends_the_series_and_cannot_be_done_twice(api, time, stack, sweep):
    plan(api, time, -10, 20, recurringCron="50 11 * * *")
    time.passes(minutes=5)
    cancelled = api.post("/api/maintenance-windows/1/cancel")
    assert (cancelled["state"], cancelled["cancelledBy"]) == ("CANCELLED", "key:admin key")
    assert [each["outcome"] for each in cancelled["occurrences"]] == ["CANCELLED"]
    assert api("POST", "/api/maintenance-windows/1/cancel").status == 409
    time.passes(days=2)
    sweep()
    assert window(api)["state"] == "CANCELLED"
    client = stack.client("scheduler")
    assert client.list_schedules(GroupName=settings.schedule_group())["Schedules"] == []


def test_deleting_an_active_one_ends_what_it_suppressed_and_leaves_nothing(api, time, stack, sweep):
    ping(api)
    plan(api, time, -10, 60)
    ping(api, "/fail")
    sweep()
    assert incidents(api) == 0
    api.delete("/api/maintenance-windows/1")
    sweep()
    assert incidents(api) == 1
    assert api("GET", "/api/maintenance-windows/1").status == 404
    assert api("DELETE", "/api/maintenance-windows/1").status == 404
    items = stack.client("dynamodb").query(
        TableName=settings.table_name(),
        KeyConditionExpression="PK = :pk",
        ExpressionAttributeValues={":pk": {"S": quiet.of_maintenance(1, 1)}},
    )["Items"]
    assert items == []


def test_they_are_listed_latest_start_first_and_by_state(api, time, sweep):
    for start in (30, 10, 20):
        plan(api, time, start, start + 5)
    plan(api, time, -5, 5)
    ids = lambda query="": [  # noqa: E731
        each["id"] for each in api.get(f"/api/maintenance-windows?workspaceId=1{query}")
    ]
    assert ids() == [1, 3, 2, 4]
    assert ids("&state=ACTIVE") == [4]
    assert ids("&state=COMPLETED") == []
    assert fields(api("GET", "/api/maintenance-windows?workspaceId=1&state=OVER")) == ["state"]


def test_a_preview_says_what_the_clocks_do(api, time):
    time.at = datetime.fromisoformat("2026-03-27T12:00:00+00:00")
    found = api.get("/api/maintenance-windows/preview?cron=30%202%20*%20*%20*&timezone=Europe/Berlin")
    assert len(found) == 10
    assert found[1] == {
        "at": "2026-03-29T01:00:00Z",
        "local": "2026-03-29T03:00:00+02:00",
        "remark": "02:30 does not exist that day; runs at 03:00",
    }
    assert found[5]["remark"] is None
    assert fields(api("GET", "/api/maintenance-windows/preview?cron=nonsense")) == ["cron"]
    assert fields(api("GET", "/api/maintenance-windows/preview?cron=0+0+*+*+*&timezone=X")) == ["timezone"]
    assert fields(api("GET", "/api/maintenance-windows/preview")) == ["cron"]


def test_no_incident_is_opened_meanwhile_and_none_is_forgotten(api, time, sweep):
    ping(api)
    plan(api, time, 0, 60)
    ping(api, "/fail")
    sweep()
    check = api.get("/api/checks/1")
    assert (check["status"], check["incidentId"]) == ("DOWN", None)
    (kept,) = window(api)["keptQuiet"]
    assert (kept["kind"], kept["checkId"], kept["title"]) == ("INCIDENT", 1, "Service Checkout is down")
    (reason,) = check["suppressions"]
    assert (reason["name"], reason["actor"], reason["since"], reason["until"]) == (
        "Migration",
        "key:admin key",
        "2026-03-01T12:00:00Z",
        "2026-03-01T13:00:00Z",
    )
    for _ in range(3):
        sweep()
    assert len(window(api)["keptQuiet"]) == 1
    time.passes(minutes=60)
    sweep()
    assert incidents(api) == 1
    assert api.get("/api/incidents")["items"][0]["openedAt"] == "2026-03-01T12:00:00Z"
    assert api.get("/api/checks/1")["suppressions"] == []


@pytest.fixture
def wake_ups_of(monkeypatch):
    """The transitions queue: what is sent waits until somebody takes it. The call of this number fails, once."""
    waiting: list[str] = []
    sent = 0

    def send_batch(_queue_url, entries) -> None:
        nonlocal sent
        sent += 1
        if sent == failing:
            raise RuntimeError("no queue")
        assert len(entries) <= 10
        waiting.extend(entry["MessageBody"] for entry in entries)

    def taken(*, of: str) -> list[str]:
        """The wake-ups that follow from this one."""
        handled(of)
        found = [*waiting]
        waiting.clear()
        return found

    failing = 5
    monkeypatch.setattr("lull.gateways.queues._send_batch", send_batch)
    return taken


def handled(*bodies: str) -> list[str]:
    """The wake-ups that would come again."""
    records = [{"messageId": body, "body": body} for body in bodies]
    failures = transitioner.lambda_handler({"Records": records}, None)["batchItemFailures"]
    return [each["itemIdentifier"] for each in failures]


def test_the_end_over_seventy_outages_wakes_each_by_itself_and_a_crash_between_loses_and_doubles_none(
    api, time, wake_ups_of
):
    ids = many_checks(2, 70)
    for found in checks.get_checks(1, ids):
        down = replace(found, health=Health.DOWN, judged_at=clock.now())
        judgements.save_judgement(down, [], was=found)
    project = WakeUp(kind="project", workspace_id=1, record_id=2).body()
    before_the_crash = wake_ups_of(of=project)
    assert len(before_the_crash) == 40
    assert handled(*before_the_crash[:30]) == []
    again = wake_ups_of(of=project)
    assert len(again) == 40
    assert handled(*before_the_crash[30:], *again) == []
    assert wake_ups_of(of=project) == []
    open_ones = {each.id: each.incident_id for each in checks.get_checks(1, ids)}
    assert sorted(open_ones) == sorted(ids)
    assert None not in open_ones.values()
    assert incidents(api) == len(set(open_ones.values())) == 70


def test_what_recovers_meanwhile_opens_none(api, time, sweep):
    ping(api)
    plan(api, time, 0, 60)
    ping(api, "/fail")
    sweep()
    time.passes(minutes=30)
    ping(api)
    sweep()
    time.passes(minutes=30)
    ping(api)
    sweep()
    assert incidents(api) == 0


def test_what_overlaps_is_quiet_until_the_last_one_ends(api, time, sweep):
    ping(api)
    plan(api, time, 0, 60)
    plan(api, time, 30, 90)
    time.passes(minutes=45)
    ping(api, "/fail")
    sweep()
    assert [len(window(api, number)["keptQuiet"]) for number in (1, 2)] == [1, 1]
    api.post("/api/maintenance-windows/1/cancel")
    sweep()
    assert incidents(api) == 0
    api.post("/api/maintenance-windows/2/cancel")
    sweep()
    assert incidents(api) == 1


def test_another_project_is_not_kept_quiet(api, time, sweep):
    plan(api, time, 0, 60, projectIds=[2])
    ping(api, "/fail")
    sweep()
    assert incidents(api) == 1


def test_incidents_are_opened_if_only_alerts_are_suppressed(api, time, sweep):
    plan(api, time, 0, 60, suppressIncidents=False)
    ping(api, "/fail")
    sweep()
    assert incidents(api) == 1


def test_one_that_takes_another_project_up_keeps_that_one_quiet(api, time, sweep):
    plan(api, time, 10, 60, projectIds=[2])
    api.put("/api/maintenance-windows/1", {"projectIds": [1]})
    time.passes(minutes=20)
    ping(api, "/fail")
    sweep()
    assert incidents(api) == 0


def test_a_status_page_says_what_is_planned_and_what_is_under_way(api, time, stack, sweep):
    ping(api)
    api.post("/api/status-pages", {"name": "Acme", "slug": "acme"})
    api.post("/api/status-pages/1/components", {"name": "Checkout", "checkId": 1})

    def published():
        client = stack.client("s3")
        key = {"Bucket": stack.deployed.environment()["BUCKET_NAME"], "Key": "api/public/status/acme"}
        return json.loads(client.get_object(**key)["Body"].read())

    plan(api, time, 10, 20, autoPublishToStatusPage=True, description="Disks & more")
    plan(api, time, 10, 20)
    stack.drain()
    (planned,) = published()["maintenances"]
    assert (planned["name"], planned["status"], planned["scheduledFor"]) == (
        "Migration",
        "SCHEDULED",
        "2026-03-01T12:10:00Z",
    )
    assert planned["componentIds"] == [1]
    time.passes(minutes=10)
    ping(api)
    sweep()
    page = published()
    assert (page["status"], page["maintenances"][0]["status"]) == ("UNDER_MAINTENANCE", "ACTIVE")
    time.passes(minutes=10)
    ping(api)
    sweep()
    page = published()
    assert (page["status"], page["maintenances"]) == ("OPERATIONAL", [])


def test_a_deployment_remembers_what_it_kept_quiet(api, time, sweep):
    ping(api)
    api.post("/api/deployments", {"projectId": 1, "autoPause": True})
    time.passes(seconds=400)
    sweep()
    sweep()
    (kept,) = api.get("/api/deployments/1")["keptQuiet"]
    assert (kept["kind"], kept["title"], kept["at"]) == ("OUTAGE", "Service Checkout is silent", "2026-03-01T12:05:20Z")
    ping(api, "/fail")
    sweep()
    told = api.get("/api/deployments/1")["keptQuiet"]
    assert [each["title"] for each in told] == ["Service Checkout is silent", "Service Checkout is down"]
    assert incidents(api) == 0


def test_what_was_down_before_a_deployment_was_not_kept_quiet_by_it(api, time, sweep):
    ping(api, "/fail")
    sweep()
    time.passes(seconds=1)
    api.post("/api/deployments", {"projectId": 1, "autoPause": True})
    time.passes(hours=1)
    sweep()
    assert api.get("/api/deployments/1")["keptQuiet"] == []


def test_a_window_of_45_projects_can_be_moved_as_a_whole(api, time):
    ids = [api.post("/api/projects", {"name": f"P{number}"})["id"] for number in range(90)]
    plan(api, time, 10, 20, projectIds=ids[:45])
    moved = {"projectIds": ids[45:], "startAt": time.after(minutes=5)}
    assert len(api.put("/api/maintenance-windows/1", moved)["projects"]) == 45
    assert fields(api("PUT", "/api/maintenance-windows/1", {"projectIds": ids[:46]})) == ["projectIds"]
