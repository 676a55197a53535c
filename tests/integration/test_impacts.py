"""Dependencies: what watches them, what needs them, and what follows when one is down."""

import pytest

from tests.api import Api, a_workspace


@pytest.fixture
def api(stack, time) -> Api:
    """Checks 1 and 2 of a project need dependency 1 or not; check 3 watches it."""
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/dependencies", {"name": "Payments"})
    client.post("/api/dependencies", {"name": "Search"})
    client.post("/api/checks", {"projectId": 1, "name": "Checkout", "intervalSeconds": 3600, "dependencyIds": [1, 1]})
    client.post("/api/checks", {"projectId": 1, "name": "Blog", "intervalSeconds": 3600})
    client.post("/api/checks", {"dependencyId": 1, "name": "Payments probe", "intervalSeconds": 3600})
    return client


@pytest.fixture
def sweep(stack, time):
    def run():
        stack.invoke("MonitorFunction", {})
        stack.drain()
        time.passes(seconds=1)

    return run


def tell(api: Api, check_id: int, up: bool) -> None:
    token = api.get(f"/api/checks/{check_id}")["token"]
    Api(None).post(f"/api/signals/ping/{token}{'' if up else '/fail'}")


def active(api: Api) -> list[tuple[str, str, str]]:
    found = api.get("/api/incidents?state=ACTIVE")["items"]
    return sorted((each["reason"], each["severity"], each["title"]) for each in found)


DOWN = ("SERVICE_DOWN", "CRITICAL", "Service Payments probe is down")
IMPACT = ("DEPENDENCY_DOWN", "WARNING", "Service Checkout is impacted by Payments")


def fields(answer) -> list[str]:
    assert answer.status == 400, answer
    return [each["field"] for each in answer.json["details"]]


def test_what_needs_a_dependency_that_is_down_is_impacted_until_that_recovers(api, sweep):
    for check_id in (1, 2, 3):
        tell(api, check_id, up=True)
    sweep()
    tell(api, 3, up=False)
    sweep()
    assert active(api) == [IMPACT, DOWN]
    check = api.get("/api/checks/1")
    incident = api.get("/api/incidents?checkId=1")["items"][0]
    assert (check["status"], check["impacts"]) == ("OK", {"1": incident["id"]})
    assert (incident["dependencyId"], incident["checkId"]) == (1, 1)
    for _ in range(3):
        tell(api, 3, up=False)
        sweep()
    assert active(api) == [IMPACT, DOWN]
    tell(api, 3, up=True)
    sweep()
    assert active(api) == []
    assert api.get("/api/checks/1")["impacts"] == {}


def test_a_dependency_that_is_only_late_impacts_nothing(api, time, sweep):
    tell(api, 3, up=True)
    time.passes(seconds=3601)
    sweep()
    assert api.get("/api/dependencies/1")["status"] == "DOWN"
    assert active(api) == []


def test_what_is_open_stays_open_while_its_watcher_is_paused(api, sweep):
    tell(api, 3, up=False)
    sweep()
    api.post("/api/checks/3/pause")
    sweep()
    assert IMPACT in active(api)
    api.post("/api/checks/3/resume")
    sweep()
    assert IMPACT in active(api)
    tell(api, 3, up=True)
    sweep()
    assert active(api) == []


def test_a_paused_check_is_told_of_no_impact_until_it_is_resumed(api, sweep):
    api.post("/api/checks/1/pause")
    tell(api, 3, up=False)
    sweep()
    assert active(api) == [DOWN]
    api.post("/api/checks/1/resume")
    sweep()
    assert active(api) == [IMPACT, DOWN]


def test_an_impact_is_kept_quiet_by_maintenance_and_not_forgotten(api, time, sweep):
    body = {"workspaceId": 1, "name": "Disks", "projectIds": [1]}
    api.post("/api/maintenance-windows", {**body, "startAt": time.after(seconds=0), "endAt": time.after(hours=1)})
    tell(api, 3, up=False)
    sweep()
    assert active(api) == [DOWN], "what watches a dependency belongs to no project"
    tell(api, 1, up=True)
    sweep()
    (kept,) = api.get("/api/maintenance-windows/1")["keptQuiet"]
    assert (kept["kind"], kept["title"]) == ("INCIDENT", "Service Checkout is impacted by Payments")
    time.passes(hours=1)
    sweep()
    assert active(api) == [IMPACT, DOWN]


def test_taking_up_and_dropping_a_need_opens_and_closes_the_incident(api, sweep):
    tell(api, 3, up=False)
    sweep()
    api.patch("/api/checks/2", {"dependencyIds": [1, 2]})
    sweep()
    assert ("DEPENDENCY_DOWN", "WARNING", "Service Blog is impacted by Payments") in active(api)
    api.patch("/api/checks/2", {"dependencyIds": [2]})
    sweep()
    assert active(api) == [IMPACT, DOWN]


def test_an_impact_that_is_resolved_by_hand_stays_so_until_the_dependency_recovers(api, sweep):
    tell(api, 3, up=False)
    sweep()
    incident = api.get("/api/checks/1")["impacts"]["1"]
    api.post(f"/api/incidents/{incident}/resolve")
    tell(api, 1, up=True)
    sweep()
    assert active(api) == [DOWN]
    tell(api, 3, up=True)
    sweep()
    tell(api, 3, up=False)
    sweep()
    assert active(api) == [IMPACT, DOWN]


def test_a_check_can_be_down_and_impacted_at_once(api, sweep):
    tell(api, 3, up=False)
    tell(api, 1, up=False)
    sweep()
    assert active(api) == sorted([IMPACT, DOWN, ("SERVICE_DOWN", "CRITICAL", "Service Checkout is down")])
    tell(api, 1, up=True)
    sweep()
    assert active(api) == sorted([IMPACT, DOWN])


@pytest.mark.parametrize("gone", [1, 3])
def test_no_incident_outlives_what_it_is_about(api, sweep, gone):
    tell(api, 3, up=False)
    sweep()
    api.delete(f"/api/checks/{gone}")
    sweep()
    assert active(api) == ([DOWN] if gone == 1 else [])


def test_a_dependency_that_is_needed_or_watched_cannot_be_deleted(api):
    assert api("DELETE", "/api/dependencies/1").status == 409
    api.delete("/api/checks/3")
    assert api("DELETE", "/api/dependencies/1").status == 409
    api.patch("/api/checks/1", {"dependencyIds": []})
    api.delete("/api/dependencies/1")
    api.patch("/api/checks/1", {"dependencyIds": [2]})
    api.delete("/api/checks/1")
    api.delete("/api/dependencies/2")


def test_a_need_for_what_does_not_exist_is_refused_by_name(api):
    body = {"projectId": 1, "name": "x", "intervalSeconds": 60}
    assert fields(api("POST", "/api/checks", {**body, "dependencyIds": [1, 99, 2, 98]})) == [
        "dependencyIds.1",
        "dependencyIds.3",
    ]
    assert fields(api("PATCH", "/api/checks/1", {"dependencyIds": [1, 99]})) == ["dependencyIds.1"]
    assert fields(api("PATCH", "/api/checks/3", {"dependencyIds": [1]})) == ["dependencyIds"]
    assert fields(api("PATCH", "/api/checks/1", {"dependencyIds": list(range(1, 22))})) == ["dependencyIds"]
    assert api.get("/api/checks/1")["dependencyIds"] == [1]
    stranger = a_workspace(2)
    stranger.post("/api/projects", {"name": "Theirs"})
    assert fields(stranger("POST", "/api/checks", {**body, "projectId": 2, "dependencyIds": [1]})) == [
        "dependencyIds.0"
    ]


def test_a_page_shows_what_is_impacted_as_degraded(api, stack, sweep):
    tell(api, 1, up=True)
    api.post("/api/status-pages", {"name": "Acme", "slug": "acme"})
    api.post("/api/status-pages/1/components", {"name": "Checkout", "checkId": 1})
    tell(api, 3, up=False)
    sweep()
    key = {"Bucket": stack.deployed.environment()["BUCKET_NAME"], "Key": "api/public/status/acme"}
    assert b'"status":"DEGRADED_PERFORMANCE"' in stack.client("s3").get_object(**key)["Body"].read()
