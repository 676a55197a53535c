"""Checks that watch: silence, signals, incidents, with the real handlers on the real pipeline."""

from datetime import timedelta

import pytest

from lull import clock
from lull.domain import watch
from lull.domain.errors import StaleWrite
from lull.gateways import queues
from lull.store import checks, incidents, judgements, outages
from lull.use_cases import wake_ups
from tests.api import Api, a_workspace


@pytest.fixture
def api(stack, time) -> Api:
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "Checkout", "intervalSeconds": 300})
    return client


@pytest.fixture
def sweep(stack):
    """One run of the monitor and all that follows from it."""

    def run():
        swept = stack.invoke("MonitorFunction", {})
        stack.drain()
        return swept

    return run


def ping(api: Api, suffix: str = "", check_id: int = 1, **request):
    token = api.get(f"/api/checks/{check_id}")["token"]
    return Api(None)("POST", f"/api/signals/ping/{token}{suffix}", **request)


def check(api: Api, check_id: int = 1):
    return api.get(f"/api/checks/{check_id}")


def open_incidents(api: Api):
    return api.get("/api/incidents?state=ACTIVE")["items"]


def timeline(api: Api, check_id: int = 1) -> list[str]:
    return [each["type"] for each in api.get(f"/api/checks/{check_id}/signals")["items"]]


def test_who_paused_a_check_and_who_released_it_stays_in_its_timeline(api, time, stack):
    ping(api)
    api.post("/api/checks/1/pause")
    time.passes(seconds=10)
    deployment = api.post("/api/deployments", {"projectId": 1, "autoPause": True, "author": "deploy-bot"})
    time.passes(seconds=10)
    api.put(f"/api/deployments/{deployment['id']}/end")
    time.passes(seconds=10)
    api.post("/api/checks/1/resume")
    stack.drain()
    told = [(each["type"], each["message"]) for each in api.get("/api/checks/1/signals")["items"]]
    assert told[:4] == [
        ("RESUMED", "Resumed"),
        ("DEPLOYMENT", "Released by deployment 1"),
        ("DEPLOYMENT", "Paused by deployment 1 of deploy-bot"),
        ("PAUSED", "Paused by key:admin key"),
    ]
    assert {each["source"] for each in api.get("/api/checks/1/signals")["items"][:4]} == {"hold"}


def test_what_a_check_said_before_it_was_paused_and_released_is_still_why_it_is_down(api, time, stack, sweep):
    ping(api)
    deployment = api.post("/api/deployments", {"projectId": 1, "autoPause": True})
    ping(api, "/fail", body={"error": "disk full"})
    time.passes(seconds=10)
    api.put(f"/api/deployments/{deployment['id']}/end")
    stack.drain()
    ping(api, "/fail", body={"error": "disk full"})
    sweep()
    assert "disk full" in open_incidents(api)[0]["cause"]


def test_a_heartbeat_that_stops_turns_late_then_down_and_opens_an_incident_and_closes_it_when_it_comes_back(
    api, time, sweep
):
    ping(api)
    time.passes(seconds=300)
    sweep()
    assert check(api)["status"] == "LATE"
    assert open_incidents(api) == []
    time.passes(seconds=20)
    sweep()
    down = check(api)
    assert down["status"] == "DOWN"
    (incident,) = open_incidents(api)
    assert (incident["id"], incident["checkId"], incident["title"]) == (
        down["incidentId"],
        1,
        "Service Checkout is down",
    )
    assert (incident["reason"], incident["severity"]) == ("SERVICE_DOWN", "CRITICAL")
    time.passes(minutes=5)
    ping(api)
    sweep()
    assert (check(api)["status"], check(api)["incidentId"]) == ("OK", None)
    closed = api.get(f"/api/incidents/{incident['id']}")
    assert (closed["state"], closed["resolvedBy"]) == ("RESOLVED", None)
    assert timeline(api) == ["SUCCESS", "FAIL", "SUSPECT", "SUCCESS"]
    events = api.get(f"/api/incidents/{incident['id']}/events")
    assert [each["type"] for each in events] == ["OPENED", "ALERTED", "RESOLVED", "ALERTED"]


def test_a_healthy_check_is_left_alone_by_every_sweep(api, time, sweep):
    for _ in range(5):
        ping(api)
        time.passes(seconds=200)
        assert sweep()["heartbeats"] == 0
    assert check(api)["status"] == "OK"
    assert timeline(api) == ["SUCCESS"]


def test_a_check_that_never_called_is_not_missed(api, time, sweep):
    time.passes(days=2)
    assert sweep() == {"overdue": 0, "heartbeats": 0, "probes": 0, "pages": 0, "domains": 0}
    assert check(api)["status"] == "NEW"


def test_what_is_due_before_the_next_sweep_is_woken_at_its_moment(api, time, stack, monkeypatch):
    sent = []
    monkeypatch.setattr(queues, "send_wake_ups", lambda found, at: sent.extend(found))
    ping(api)
    time.passes(seconds=240)
    stack.invoke("MonitorFunction", {})
    ((wake_up, due_at),) = sent
    assert (wake_up.kind, wake_up.record_id, due_at) == ("check", 1, time.at + timedelta(seconds=60))


def test_a_wake_up_that_comes_after_a_signal_finds_nothing_to_do(api, time):
    ping(api)
    time.passes(seconds=299)
    ping(api)
    time.passes(seconds=2)
    woken = queues.WakeUp(kind="check", workspace_id=1, record_id=1)
    for _ in range(2):
        wake_ups.handle_wake_up(woken, at=clock.now())
    assert check(api)["status"] == "OK"
    assert timeline(api) == ["SUCCESS"]


def test_a_late_check_is_waited_for_to_the_end_of_its_grace_and_no_other_is_put_back(api, time, monkeypatch):
    sent = []
    monkeypatch.setattr(queues, "send_wake_up", lambda wake_up, due_at, at: sent.append(due_at - at))
    woken = queues.WakeUp(kind="check", workspace_id=1, record_id=1)
    ping(api)
    wake_ups.handle_wake_up(woken, at=clock.now())
    assert sent == []
    time.passes(seconds=301)
    wake_ups.handle_wake_up(woken, at=clock.now())
    assert sent == [timedelta(seconds=19)]


def test_whoever_sleeps_through_both_deadlines_finds_it_down_since_then(api, time, sweep):
    ping(api)
    began = time.at
    time.passes(hours=3)
    sweep()
    assert check(api)["status"] == "DOWN"
    incident = incidents.get_incident(1, 1)
    assert incident
    assert incident.opened_at == began + timedelta(seconds=320)


def test_a_paused_check_is_not_judged_and_a_resumed_one_after_a_full_interval(api, time, sweep):
    ping(api)
    api.post("/api/checks/1/pause")
    time.passes(hours=1)
    sweep()
    assert check(api)["status"] == "PAUSED"
    api.post("/api/checks/1/resume")
    time.passes(seconds=299)
    sweep()
    assert check(api)["status"] == "RESUMED"
    time.passes(seconds=1)
    sweep()
    assert check(api)["status"] == "LATE"


def test_a_deployment_keeps_it_quiet_and_what_was_open_stays_open(api, time, sweep):
    ping(api)
    ping(api, "/fail")
    sweep()
    (before,) = open_incidents(api)
    deployment = api.post("/api/deployments", {"projectId": 1, "autoPause": True})
    ping(api)
    sweep()
    assert check(api)["status"] == "PAUSED"
    assert [each["id"] for each in open_incidents(api)] == [before["id"]]
    time.passes(seconds=1)
    api.put(f"/api/deployments/{deployment['id']}/end")
    sweep()
    assert check(api)["status"] == "RESUMED"
    assert [each["id"] for each in open_incidents(api)] == [before["id"]]
    time.passes(seconds=1)
    ping(api)
    sweep()
    assert open_incidents(api) == []


def test_a_failure_opens_one_incident_however_often_it_is_told(api, sweep):
    for _ in range(3):
        ping(api, "/fail")
        sweep()
    assert len(open_incidents(api)) == 1
    assert timeline(api) == ["FAIL", "FAIL", "FAIL"]


def test_a_check_is_down_since_its_first_failure_until_it_recovers_or_is_resumed(api, time, sweep):
    def down_since() -> object:
        read = checks.get_check(1, 1)
        assert read
        return read.judged_at

    ping(api)
    ping(api, "/fail")
    began = down_since()
    time.passes(minutes=1)
    ping(api, "/fail", raw='"again"')
    assert down_since() == began
    assert api.get("/api/checks/1/signals")["items"][0]["payload"] == '"again"'
    api.post("/api/checks/1/pause")
    time.passes(minutes=1)
    api.post("/api/checks/1/resume")
    time.passes(minutes=1)
    ping(api, "/fail")
    assert check(api)["status"] == "DOWN"
    assert down_since() == time.at


def test_an_exit_code_says_how_it_ended_and_a_payload_what_it_said(api, time):
    assert ping(api, "/0").status == 200
    assert check(api)["status"] == "OK"
    time.passes(seconds=1)
    ping(api, "/137", raw='{"error": "out of memory"}')
    assert check(api)["status"] == "DOWN"
    newest = api.get("/api/checks/1/signals")["items"][0]
    assert (newest["exitCode"], newest["payload"], newest["source"]) == (137, '{"error": "out of memory"}', "ping")
    for wrong in ("256", "-1", "x", "1.0"):
        answer = ping(api, f"/{wrong}")
        assert (answer.status, answer.json["details"][0]["field"]) == (400, "exitCode")


def test_a_start_is_noted_and_is_no_success(api):
    assert ping(api, "/start").status == 200
    started = check(api)
    assert started["status"] == "NEW"
    assert started["lastStartedAt"] is not None


def test_an_incident_that_is_resolved_by_hand_stays_so_until_the_check_recovers(api, sweep):
    ping(api, "/fail")
    sweep()
    (incident,) = open_incidents(api)
    resolved = api.post(f"/api/incidents/{incident['id']}/resolve")
    assert resolved["resolvedBy"] == "key:admin key"
    again = api("POST", f"/api/incidents/{incident['id']}/resolve")
    assert (again.status, again.json["message"]) == (409, "the incident is already RESOLVED")
    ping(api, "/fail")
    sweep()
    assert open_incidents(api) == []
    ping(api)
    sweep()
    ping(api, "/fail")
    sweep()
    assert [each["id"] for each in open_incidents(api)] == [incident["id"] + 1]


def test_an_incident_does_not_outlive_its_check(api, sweep):
    ping(api, "/fail")
    sweep()
    (incident,) = open_incidents(api)
    api.delete("/api/checks/1")
    sweep()
    assert open_incidents(api) == []
    last = api.get(f"/api/incidents/{incident['id']}/events")[-2]
    assert (last["type"], last["body"]) == ("RESOLVED", "The check was deleted.")


def test_an_incident_is_acknowledged_noted_and_listed_by_state_project_and_check(api, sweep):
    api.post("/api/projects", {"name": "Blog"})
    api.post("/api/checks", {"projectId": 2, "name": "Blog", "intervalSeconds": 60})
    for number in (1, 2):
        ping(api, "/fail", number)
    sweep()
    first = api.post("/api/incidents/1/acknowledge")
    assert api.post("/api/incidents/1/acknowledge") == first
    assert first["acknowledgedBy"] == "key:admin key"
    note = api.post("/api/incidents/1/notes", {"body": "The disk is full.\nAgain."})
    assert note["body"] == "The disk is full.\nAgain."
    events = api.get("/api/incidents/1/events")
    assert [each["type"] for each in events] == ["OPENED", "ALERTED", "ACKNOWLEDGED", "NOTE"]
    ids = lambda query: [each["id"] for each in api.get(f"/api/incidents?{query}")["items"]]  # noqa: E731
    assert ids("") == [2, 1]
    assert ids("projectId=1") == ids("checkId=1") == ids("state=open&checkId=1") == [1]
    assert ids("state=RESOLVED") == []
    assert ids("limit=1&page=2") == [1]
    page = api.get("/api/incidents?limit=1")
    assert {name: page[name] for name in ("total", "page", "itemCount", "pageCount", "limit")} == {
        "total": 2,
        "page": 1,
        "itemCount": 1,
        "pageCount": 2,
        "limit": 1,
    }
    ping(api)
    sweep()
    assert api("POST", "/api/incidents/1/acknowledge").status == 409


def test_an_incident_names_the_deployments_that_were_running(api, sweep):
    api.post("/api/deployments", {"projectId": 1})
    api.post("/api/deployments", {"projectId": 1})
    api.put("/api/deployments/1/end")
    ping(api, "/fail")
    sweep()
    assert open_incidents(api)[0]["deploymentIds"] == [2]


@pytest.mark.parametrize("path", ["", "/events", "/acknowledge", "/resolve", "/notes"])
def test_an_incident_of_another_workspace_is_not_found(api, sweep, path):
    ping(api, "/fail")
    sweep()
    stranger = a_workspace(2)
    method = "GET" if path in ("", "/events") else "POST"
    body = {"body": "x"} if path == "/notes" else None
    found, missing = (stranger(method, f"/api/incidents/{number}{path}", body) for number in (1, 999))
    assert (found.status, found.json) == (missing.status, missing.json)
    assert found.status == 404


def test_a_shorter_interval_is_judged_from_the_next_sweep_on(api, time, sweep):
    ping(api)
    time.passes(seconds=100)
    api.patch("/api/checks/1", {"intervalSeconds": 60})
    sweep()
    assert check(api)["status"] == "DOWN"


def test_a_longer_interval_is_waited_for(api, time, sweep):
    ping(api)
    api.patch("/api/checks/1", {"intervalSeconds": 3600})
    time.passes(seconds=400)
    sweep()
    assert check(api)["status"] == "OK"
    read = checks.get_check(1, 1)
    assert read
    assert read.watch_at == watch.deadline(read) == time.at + timedelta(seconds=3200)


def test_an_outage_whose_wake_up_is_lost_is_found_by_the_next_sweep(api, stack, time, sweep, monkeypatch):
    ping(api)
    time.passes(seconds=1)
    ping(api, "/fail")
    with monkeypatch.context() as lossy:
        lossy.setattr(queues, "send_wake_ups", lambda *_, **__: None)
        stack.drain()
    assert open_incidents(api) == []
    sweep()
    assert len(open_incidents(api)) == 1


def test_a_check_that_was_well_again_for_a_moment_has_a_new_outage_if_the_last_was_resolved_by_hand(api, time, sweep):
    ping(api, "/fail")
    sweep()
    api.post("/api/incidents/1/resolve")
    time.passes(seconds=1)
    ping(api)
    time.passes(seconds=1)
    ping(api, "/fail")
    sweep()
    assert [each["id"] for each in open_incidents(api)] == [2]


def test_a_check_that_was_well_again_for_a_moment_keeps_an_incident_that_is_still_open(api, time, sweep):
    ping(api, "/fail")
    sweep()
    time.passes(seconds=1)
    ping(api)
    time.passes(seconds=1)
    ping(api, "/fail")
    sweep()
    assert [each["id"] for each in open_incidents(api)] == [1]


def test_a_part_of_a_sweep_that_fails_keeps_none_of_the_others_from_being_done(api, time, stack, monkeypatch):
    import monitor

    ping(api)
    time.passes(seconds=300)

    def failing(*, at):
        raise RuntimeError(at)

    monkeypatch.setitem(monitor._PARTS, "overdue", failing)
    with pytest.raises(monitor.PartsFailed, match="overdue"):
        monitor.lambda_handler({}, None)
    stack.drain()
    assert check(api)["status"] == "LATE"


def test_whoever_is_late_to_end_an_outage_leaves_the_incident_of_the_next_one(api, time, sweep):
    ping(api)
    ping(api, "/fail")
    sweep()
    api.post("/api/incidents/1/resolve")
    ping(api)
    time.passes(seconds=320)
    late = checks.get_check(1, 1)
    assert late
    late, noted = watch.judged(late, at=time.at)
    late = judgements.save_judgement(late, noted, was=checks.get_check(1, 1) or late)
    # Another one is quicker.
    sweep()
    assert check(api)["incidentId"] == 2
    with pytest.raises(StaleWrite):
        outages.leave_outage(late, of=None)
    assert check(api)["incidentId"] == 2
