"""The uptime of checks over HTTP, with maintenance windows laid over it."""

import json
from typing import Any

import pytest

from lull import clock
from lull.store import keys, maintenance_windows, table
from lull.store.codec import Codec
from lull.use_cases import uptime
from tests.api import Api, a_workspace
from tests.evenings import EVENING, check, counted, moment, ping, seconds
from tests.metering import metered


@pytest.fixture
def api(stack, time) -> Api:
    time.at = EVENING
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "Checkout", "intervalSeconds": 300})
    return client


@pytest.fixture
def at(time, stack):
    """Lets all that is under way arrive, and then be it `hour:minute:second` of that evening or of the night after."""

    def arrive(text: str) -> None:
        stack.drain()
        time.at = moment(text)

    return arrive


@pytest.fixture
def sweep(stack):
    def run():
        stack.invoke("MonitorFunction", {})
        stack.drain()

    return run


def plan(api: Api, start: str, end: str, **fields: Any) -> int:
    times = {"startAt": f"2026-03-01T{start}Z", "endAt": f"2026-03-01T{end}Z"}
    return int(
        api.post("/api/maintenance-windows", {"name": "Move", "workspaceId": 1, "projectIds": [1], **times, **fields})[
            "id"
        ]
    )


def test_a_window_counts_as_maintenance_while_it_runs_and_when_it_is_over(api, at, sweep):
    ping()
    plan(api, "20:02:00", "20:10:00")
    at("20:02:00")
    sweep()
    at("20:03:00")
    ping("/fail")
    at("20:06:00")
    assert counted(api, 1) == [seconds(no_data=72_000, operational=120, maintenance=240)]
    at("20:12:00")
    sweep()
    assert maintenance_windows.list_suppressions(1, 1) == []
    assert counted(api, 1) == [seconds(no_data=72_000, operational=120, maintenance=480, major=120)]


def test_an_outage_that_began_before_the_window_goes_on_counting(api, at, sweep):
    ping("/fail")
    plan(api, "20:02:00", "20:10:00")
    at("20:05:00")
    ping()
    at("20:12:00")
    sweep()
    # OK at 20:05, so LATE at 20:10 and DOWN twenty seconds later.
    assert counted(api, 1) == [seconds(no_data=72_000, major=300 + 100, maintenance=300, operational=20)]


def test_a_cancelled_window_counts_until_it_was_cancelled_and_a_deleted_one_not_at_all(api, at, sweep):
    ping()
    window = plan(api, "20:01:00", "20:30:00")
    at("20:03:00")
    sweep()
    api.post(f"/api/maintenance-windows/{window}/cancel")
    at("20:04:00")
    assert counted(api, 1) == [seconds(no_data=72_000, operational=120, maintenance=120)]
    api.delete(f"/api/maintenance-windows/{window}")
    at("20:04:00")
    assert counted(api, 1) == [seconds(no_data=72_000, operational=240)]


def test_past_occurrences_belong_to_the_projects_of_their_time(api, at, time, sweep):
    api.post("/api/projects", {"name": "Blog"})
    api.post("/api/checks", {"projectId": 2, "name": "Blog", "intervalSeconds": 86_400})
    for number in (1, 2):
        ping(check_id=number)
    window = plan(api, "20:01:00", "20:03:00", recurringCron="1 20 * * *")
    at("20:04:00")
    sweep()
    api.put(f"/api/maintenance-windows/{window}", {"projectIds": [2]})
    time.passes(hours=12)
    ping(check_id=2)
    time.passes(hours=12)
    sweep()
    maintained = [[day["maintenance"] for day in counted(api, 2, number)] for number in (1, 2)]
    assert maintained == [[120, 0], [0, 120]]


def test_an_occurrence_from_before_projects_were_noted_is_of_those_that_the_window_has(api, at, sweep):
    ping()
    window = plan(api, "20:01:00", "20:03:00")
    at("20:04:00")
    sweep()
    (over,) = maintenance_windows.list_occurrences(1, window)
    body = json.loads(Codec(type(over)).body(over)["S"])
    del body["project_ids"]
    key = keys.occurrence(1, window, over.start_at)
    table.write(table.put(key, {"body": {"S": json.dumps(body)}}, condition=table.ANYHOW))
    assert counted(api, 1) == [seconds(no_data=72_000, operational=120, maintenance=120)]


def test_only_windows_that_may_have_been_in_effect_are_read(api, at, time, sweep):
    ping()
    for _ in range(3):
        plan(api, "20:01:00", "20:03:00")
    at("20:04:00")
    sweep()
    with metered() as meter:
        counted(api, 1)
    # The log, the windows, and what has become of each.
    assert meter.calls["Query"] == 1 + 1 + 3
    time.passes(days=2)
    with metered() as meter:
        counted(api, 2)
    assert meter.calls["Query"] == 1 + 1


# ---- several checks


def test_one_of_two_checks_that_is_down_is_a_partial_outage_of_both(api, at, time):
    api.post("/api/checks", {"projectId": 1, "name": "Search", "intervalSeconds": 3_600})
    ping()
    ping(check_id=2)
    at("20:04:00")
    ping("/fail")
    at("20:14:00")
    both = uptime.uptime_of_checks(1, [check(1), check(2)], days=1, at=clock.now())
    assert both.days[0].seconds == seconds(no_data=72_000, operational=240, partial=600)
    assert str(both.percentage) == "78.57"
    assert uptime.uptime_of_checks(1, [], days=1, at=clock.now()).percentage is None


# ---- over HTTP


def test_ninety_days_are_told_unless_others_are_asked_for(api):
    days = api.get("/api/checks/1/uptime")
    assert (len(days["days"]), days["days"][-1]["day"], days["uptime"]) == (90, "2026-03-01", None)
    assert len(api.get("/api/checks/1/uptime?days=365")["days"]) == 365
    for wrong in ("0", "366", "-1", "1.0", "x", ""):
        answer = api("GET", f"/api/checks/1/uptime?days={wrong}")
        assert (answer.status, answer.json["details"][0]["field"]) == (400, "days"), wrong


def test_the_uptime_of_a_check_of_another_workspace_is_not_found(api):
    stranger = a_workspace(2)
    found, missing = (stranger("GET", f"/api/checks/{number}/uptime") for number in (1, 999))
    assert (found.status, found.json) == (missing.status, missing.json)
    assert found.status == 404
