"""Deployment windows over HTTP: seed 000 and section 3 of the semantics."""

from datetime import timedelta

import pytest

from lull import clock
from tests.api import Api, a_workspace
from tests.many import many_checks

pytestmark = pytest.mark.usefixtures("stack")


def from_now(**delta: float) -> str:
    return (clock.now() + timedelta(**delta)).isoformat()


@pytest.fixture
def api() -> Api:
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    for name in ("API", "Web", "Worker"):
        client.post("/api/checks", {"projectId": 1, "name": name, "intervalSeconds": 300})
    return client


def statuses(api: Api) -> list[str]:
    return [check["status"] for check in api.get("/api/checks")["items"]]


def deploy(api: Api, **fields):
    return api.post("/api/deployments", {"projectId": 1, **fields})


def end(api: Api, deployment, body=None):
    return api.put(f"/api/deployments/{deployment['id']}/end", body)


def test_the_seeds_example_round_trips(api):
    sent = {
        "projectId": 1,
        "name": "Backend Release",
        "version": "v2.4.1",
        "author": "deploy-bot",
        "link": "https://github.com/acme/api/actions/runs/123456",
        "autoPause": True,
        "checkIds": [1, 2],
    }
    created = api("POST", "/api/deployments", sent)
    assert created.status == 201
    assert {name: created.json[name] for name in sent} == sent
    assert created.json["status"] == "ACTIVE"
    assert created.json["endedAt"] is None
    assert statuses(api) == ["PAUSED", "PAUSED", "NEW"]
    assert api.get("/api/deployments/1") == {**created.json, "keptQuiet": []}
    ended = api.put("/api/deployments/1/end")
    assert (ended["status"], ended["endReason"]) == ("ENDED", "BY_REQUEST")
    assert statuses(api) == ["RESUMED", "RESUMED", "NEW"]


def test_only_the_project_is_required(api):
    created = deploy(api)
    assert created["status"] == "ACTIVE"
    assert created["autoPause"] is False
    assert created["checkIds"] == []
    assert created["name"] is None
    assert created["maxDurationSeconds"] == 86_400
    assert statuses(api) == ["NEW"] * 3, "without autoPause it is a record and touches no check"


@pytest.mark.parametrize("check_ids", [None, []])
def test_without_check_ids_it_pauses_all_checks_of_the_project_and_lists_them(api, check_ids):
    api.post("/api/projects", {"name": "Other"})
    api.post("/api/checks", {"projectId": 2, "name": "Elsewhere", "intervalSeconds": 300})
    assert deploy(api, autoPause=True, checkIds=check_ids)["checkIds"] == [1, 2, 3]
    assert statuses(api) == ["PAUSED"] * 3 + ["NEW"]


def test_a_hold_says_who_keeps_the_check_quiet_and_until_when(api):
    until = from_now(hours=2)
    created = deploy(api, autoPause=True, checkIds=[1], author="deploy-bot", scheduledEndAt=until)
    (hold,) = api.get("/api/checks/1")["holds"]
    assert hold == {
        "source": f"deployment:{created['id']}",
        "actor": "deploy-bot",
        "since": created["startedAt"],
        "until": created["scheduledEndAt"],
    }


def test_overlapping_deployments_and_a_pause_by_hand_never_undo_each_other(api):
    first = deploy(api, autoPause=True, checkIds=[1])
    second = deploy(api, autoPause=True, checkIds=[1])
    api.post("/api/checks/1/pause")
    end(api, first)
    end(api, second)
    assert statuses(api)[0] == "PAUSED", "somebody paused it by hand"
    api.post("/api/checks/1/resume")
    assert statuses(api)[0] == "RESUMED"


def test_a_resume_by_hand_wins_over_a_running_deployment(api):
    deployment = deploy(api, autoPause=True, checkIds=[1, 2])
    api.post("/api/checks/1/resume")
    Api(None).post(f"/api/signals/ping/{api.get('/api/checks/1')['token']}")
    assert statuses(api)[:2] == ["OK", "PAUSED"]
    end(api, deployment)
    assert statuses(api)[:2] == ["OK", "RESUMED"], "what it did not hold any more, it does not touch"


def test_a_finished_deployment_can_be_recorded_and_pauses_nothing(api):
    created = deploy(
        api, autoPause=True, startedAt="2025-03-10T14:00:00Z", endedAt="2025-03-10T15:30:00Z", checkIds=[1]
    )
    assert (created["status"], created["startedAt"], created["endedAt"]) == (
        "ENDED",
        "2025-03-10T14:00:00Z",
        "2025-03-10T15:30:00Z",
    )
    assert created["endReason"] == "RECORDED"
    assert statuses(api) == ["NEW"] * 3


def test_a_deployment_may_have_started_earlier(api):
    assert deploy(api, startedAt="2026-01-01T10:00:00+02:00")["startedAt"] == "2026-01-01T08:00:00Z"


def test_a_scheduled_deployment_has_not_started_and_pauses_nothing_yet(api):
    created = deploy(api, autoPause=True, scheduledStartAt=from_now(hours=1), scheduledEndAt=from_now(hours=2))
    assert (created["status"], created["startedAt"], created["checkIds"]) == ("SCHEDULED", None, [])
    assert statuses(api) == ["NEW"] * 3


def test_a_scheduled_deployment_can_be_called_off(api):
    created = deploy(api, autoPause=True, scheduledStartAt=from_now(hours=1))
    ended = end(api, created)
    assert (ended["status"], ended["startedAt"]) == ("ENDED", None)
    assert statuses(api) == ["NEW"] * 3


def test_a_start_in_the_past_starts_at_once(api):
    assert deploy(api, scheduledStartAt=from_now(hours=-1), scheduledEndAt=from_now(hours=1))["status"] == "ACTIVE"


def test_only_an_end_starts_at_once(api):
    assert deploy(api, scheduledEndAt=from_now(hours=1))["status"] == "ACTIVE"


def test_the_reporter_may_say_when_it_ended(api):
    created = deploy(api, startedAt="2026-01-01T10:00:00Z")
    assert end(api, created, {"endedAt": "2026-01-01T10:30:00Z"})["endedAt"] == "2026-01-01T10:30:00Z"


def test_a_scheduled_one_cannot_have_ended_before_it_was_scheduled(api):
    created = deploy(api, scheduledStartAt=from_now(hours=1))
    refused = api("PUT", f"/api/deployments/{created['id']}/end", {"endedAt": "2025-01-01T00:00:00Z"})
    assert refused.json["details"][0]["field"] == "endedAt"


def test_a_check_takes_a_hundred_deployments_and_says_no_to_the_next(api, monkeypatch):
    monkeypatch.setattr("lull.store.check_holds.MAX_OF_DEPLOYMENTS", 3)
    made = [deploy(api, autoPause=True, checkIds=[1]) for _ in range(3)]
    refused = api("POST", "/api/deployments", {"projectId": 1, "autoPause": True, "checkIds": [1, 2]})
    assert (refused.status, "check 1" in refused.json["message"]) == (409, True)
    assert statuses(api) == ["PAUSED", "NEW", "NEW"]
    assert api.post("/api/checks/1/pause")["status"] == "PAUSED", "a person may always"
    end(api, made[0])
    assert api("POST", "/api/deployments", {"projectId": 1, "autoPause": True, "checkIds": [2]}).status == 201


def test_more_checks_than_a_request_has_time_for_are_held_by_the_wake_ups(api, stack, monkeypatch):
    monkeypatch.setattr("lull.use_cases.deployment_windows._CHUNK", 1)
    monkeypatch.setattr("lull.use_cases.deployment_windows._STEPS_OF_A_REQUEST", 1)
    deployment = deploy(api, autoPause=True)
    assert statuses(api) == ["PAUSED", "PAUSED", "NEW"]
    stack.invoke("MonitorFunction", {})
    stack.drain()
    assert statuses(api) == ["PAUSED"] * 3
    end(api, deployment)
    stack.invoke("MonitorFunction", {})
    stack.drain()
    assert statuses(api) == ["RESUMED"] * 3


def test_ending_twice_is_a_conflict(api):
    created = deploy(api)
    end(api, created)
    again = api("PUT", f"/api/deployments/{created['id']}/end")
    assert again.status == 409
    assert again.json == {"statusCode": 409, "message": "the deployment has already ended", "error": "Conflict"}


@pytest.mark.parametrize("ended_at", ["2099-01-01T00:00:00Z", "2025-12-31T00:00:00Z"])
def test_it_cannot_end_in_the_future_or_before_its_start(api, ended_at):
    created = deploy(api, startedAt="2026-01-01T10:00:00Z")
    refused = api("PUT", f"/api/deployments/{created['id']}/end", {"endedAt": ended_at})
    assert refused.status == 400
    assert refused.json["details"][0]["field"] == "endedAt"
    assert api.get(f"/api/deployments/{created['id']}")["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"startedAt": "2099-01-01T00:00:00Z"}, "startedAt"),
        ({"startedAt": "2025-01-02T00:00:00Z", "scheduledStartAt": "2099-01-01T00:00:00Z"}, "startedAt"),
        ({"endedAt": "2099-01-01T00:00:00Z"}, "endedAt"),
        ({"startedAt": "2025-01-02T00:00:00Z", "endedAt": "2025-01-01T00:00:00Z"}, "endedAt"),
        (
            {
                "endedAt": "2025-01-02T00:00:00Z",
                "startedAt": "2025-01-01T00:00:00Z",
                "scheduledEndAt": "2099-01-01T00:00:00Z",
            },
            "endedAt",
        ),
        ({"scheduledStartAt": "2099-01-02T00:00:00Z", "scheduledEndAt": "2099-01-01T00:00:00Z"}, "scheduledEndAt"),
        ({"scheduledStartAt": "2036-01-01T00:00:00Z", "scheduledEndAt": "2036-01-01T00:00:00Z"}, "scheduledEndAt"),
        ({"scheduledEndAt": "2025-01-02T00:00:00Z"}, "scheduledEndAt"),
        ({"scheduledStartAt": "2025-01-01T00:00:00Z", "scheduledEndAt": "2025-01-02T00:00:00Z"}, "scheduledEndAt"),
        ({"checkIds": [1, 99]}, "checkIds.1"),
        ({"checkIds": [1, 4]}, "checkIds.1"),
        ({"checkIds": ["1"]}, "checkIds.0"),
        ({"checkIds": [1.0]}, "checkIds.0"),
        ({"checkIds": 1}, "checkIds"),
        ({"name": "x" * 256}, "name"),
        ({"version": "x" * 256}, "version"),
        ({"author": "x" * 256}, "author"),
        ({"link": "https://x.de/" + "x" * 2_048}, "link"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://[::1"}, "link"),
        ({"link": "https://"}, "link"),
        ({"link": "https://user:password@ci.example/1"}, "link"),
        ({"startedAt": "2025-01-01T00:00:00Z", "endedAt": "2025-01-01T00:00:00Z"}, "endedAt"),
        ({"autoPause": "true"}, "autoPause"),
        ({"autoPause": None}, "autoPause"),
        ({"maxDurationSeconds": 59}, "maxDurationSeconds"),
        ({"maxDurationSeconds": 604_801}, "maxDurationSeconds"),
        ({"status": "ENDED"}, "status"),
        ({"projectId": "1"}, "projectId"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_field_and_leaves_no_trace(api, fields, named):
    api.post("/api/projects", {"name": "Other"})
    api.post("/api/checks", {"projectId": 2, "name": "Elsewhere", "intervalSeconds": 300})
    answer = api("POST", "/api/deployments", {"projectId": 1, "autoPause": True, **fields})
    assert answer.status == 400, answer
    assert named in [detail["field"] for detail in answer.json["details"]]
    assert api.get("/api/deployments?projectId=1") == []
    assert statuses(api) == ["NEW"] * 4


@pytest.mark.parametrize("fields", [{}, {"autoPause": True}, {"autoPause": True, "checkIds": [1]}])
def test_an_unknown_or_foreign_project_is_not_found(api, fields):
    stranger = a_workspace(2)
    foreign = stranger.post("/api/projects", {"name": "Theirs"})["id"]
    unknown = api("POST", "/api/deployments", {"projectId": 999, **fields})
    assert unknown.status == 404
    assert api("POST", "/api/deployments", {"projectId": foreign, **fields}).json == unknown.json


def test_a_foreign_deployment_reads_like_an_unknown_one(api):
    stranger = a_workspace(2)
    theirs = deploy(api)
    for method, path in [("GET", ""), ("PUT", "/end")]:
        foreign = stranger(method, f"/api/deployments/{theirs['id']}{path}")
        unknown = stranger(method, f"/api/deployments/999{path}")
        assert (foreign.status, foreign.json) == (404, unknown.json)


def test_the_list_is_a_bare_array_newest_start_first(api):
    for day in (2, 1, 3):
        deploy(api, name=str(day), startedAt=f"2025-03-0{day}T00:00:00Z")
    scheduled = deploy(api, name="next", scheduledStartAt=from_now(hours=1))
    listed = api.get("/api/deployments?projectId=1")
    assert [each["name"] for each in listed] == ["next", "3", "2", "1"]
    assert listed[0] == scheduled


def test_start_and_end_bound_the_start_both_exclusive(api):
    for day in (1, 2, 3, 4):
        deploy(api, name=str(day), startedAt=f"2025-03-0{day}T00:00:00Z")
    query = "start=2025-03-01T00:00:00Z&end=2025-03-04T00:00:00Z"
    assert [each["name"] for each in api.get(f"/api/deployments?projectId=1&{query}")] == ["3", "2"]
    backwards = "start=2025-03-04T00:00:00Z&end=2025-03-04T00:00:00Z"
    assert api("GET", f"/api/deployments?projectId=1&{backwards}").json["details"][0]["field"] == "end"
    assert api("GET", "/api/deployments?projectId=1&start=yesterday").json["details"][0]["field"] == "start"
    assert api("GET", "/api/deployments").json["details"][0]["field"] == "projectId"


def test_the_list_can_be_narrowed_to_a_check(api):
    deploy(api, name="one", autoPause=True, checkIds=[1])
    deploy(api, name="two", autoPause=True, checkIds=[2])
    deploy(api, name="all", autoPause=True)
    assert [each["name"] for each in api.get("/api/deployments?projectId=1&checkId=2")] == ["all", "two"]


def test_beyond_a_hundred_the_link_header_leads_on(api):
    for minute in range(130):
        deploy(api, name=str(minute), startedAt=f"2025-03-01T{minute // 60:02d}:{minute % 60:02d}:00Z")
    first = api("GET", "/api/deployments?projectId=1")
    assert len(first.json) == 100
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    second = api("GET", link[1 : link.index(">")])
    assert [each["name"] for each in first.json + second.json] == [str(minute) for minute in reversed(range(130))]
    assert "link" not in second.headers
    elsewhere = api("GET", link[1 : link.index(">")] + "&start=2025-03-01T01:00:00Z")
    assert elsewhere.json["details"][0]["field"] == "cursor"
    forged = api("GET", "/api/deployments?projectId=1&cursor=e30")
    assert forged.json["details"][0]["field"] == "cursor"


def test_a_list_of_an_unknown_project_is_not_found(api):
    assert api("GET", "/api/deployments?projectId=999").status == 404


def test_a_deleted_check_does_not_keep_a_deployment_from_ending(api):
    deployment = deploy(api, autoPause=True)
    api.delete("/api/checks/2")
    end(api, deployment)
    assert statuses(api) == ["RESUMED", "RESUMED"]
    assert api("GET", "/api/checks/2").status == 404, "releasing it must not bring it back"


def test_five_hundred_checks_pause_and_resume(api):
    many_checks(1, 497)
    deployment = deploy(api, autoPause=True)
    assert len(deployment["checkIds"]) == 500
    assert all_statuses(api) == {"PAUSED"}
    end(api, deployment)
    assert all_statuses(api) == {"RESUMED"}


def all_statuses(api: Api) -> set[str]:
    return {check["status"] for page in range(1, 6) for check in api.get(f"/api/checks?page={page}&limit=100")["items"]}


def test_an_idempotency_key_makes_a_repeat_harmless(api):
    body = {"projectId": 1, "autoPause": True}
    first = api("POST", "/api/deployments", body, idempotency_key="run-7/1")
    again = api("POST", "/api/deployments", body, idempotency_key="run-7/1")
    assert (again.status, again.json) == (201, first.json)
    assert len(api.get("/api/deployments?projectId=1")) == 1
    other = api("POST", "/api/deployments", {**body, "version": "2"}, idempotency_key="run-7/1")
    assert other.status == 409
    assert api("POST", "/api/deployments", body, idempotency_key="run-7/2").json["id"] != first.json["id"]
    stranger = a_workspace(2)
    stranger.post("/api/projects", {"name": "Theirs"})
    assert stranger("POST", "/api/deployments", {"projectId": 2}, idempotency_key="run-7/1").status == 201


def test_an_idempotency_key_answers_with_the_deployment_as_it_is_by_now(api):
    first = api("POST", "/api/deployments", {"projectId": 1}, idempotency_key="k").json
    end(api, first)
    assert api("POST", "/api/deployments", {"projectId": 1}, idempotency_key="k").json["status"] == "ENDED"


def test_an_idempotency_key_answers_though_time_and_checks_have_moved_on(api, monkeypatch):
    body = {"projectId": 1, "autoPause": True, "checkIds": [1], "scheduledEndAt": from_now(minutes=1)}
    first = api("POST", "/api/deployments", body, idempotency_key="k")
    api.delete("/api/checks/1")
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    again = api("POST", "/api/deployments", body, idempotency_key="k")
    assert (again.status, again.json) == (201, first.json)


def test_an_idempotency_key_is_free_again_after_three_days(api, monkeypatch):
    first = api("POST", "/api/deployments", {"projectId": 1}, idempotency_key="k").json
    later = clock.now() + timedelta(days=3, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    again = api("POST", "/api/deployments", {"projectId": 1, "version": "2"}, idempotency_key="k")
    assert again.status == 201
    assert again.json["id"] != first["id"]


def test_a_refused_request_leaves_its_idempotency_key_free(api):
    assert api("POST", "/api/deployments", {"projectId": 9}, idempotency_key="k").status == 404
    assert api("POST", "/api/deployments", {"projectId": 1}, idempotency_key="k").status == 201
    too_long = api("POST", "/api/deployments", {"projectId": 1}, idempotency_key="k" * 256)
    assert too_long.json["details"][0]["field"] == "Idempotency-Key"
