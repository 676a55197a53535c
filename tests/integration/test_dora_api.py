"""Delivery metrics and the gate over HTTP."""

import pytest

from lull.use_cases import wake_ups, watch
from tests.api import Api, a_workspace
from tests.deploying import a_component, a_deployment, an_environment, deployed, move
from tests.hooking import a_hook, a_status

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def api(stack, time) -> Api:
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "Checkout", "intervalSeconds": 300})
    return client


def goes_down(api: Api, time) -> None:
    token = api.get("/api/checks/1")["token"]
    Api(None).post(f"/api/signals/ping/{token}/fail")
    watch.advance(1, 1, at=time.at)


def recovers(api: Api, time) -> None:
    token = api.get("/api/checks/1")["token"]
    Api(None).post(f"/api/signals/ping/{token}")
    watch.advance(1, 1, at=time.at)


def metrics(api: Api, **query):
    return api.get("/api/v1/deployments/metrics?" + "&".join(f"{name}={value}" for name, value in query.items()))


def test_the_metrics_of_an_evening(api, time):
    component, production, staging = a_component(api, projectId=1), an_environment(api), an_environment(api, "staging")
    other = a_component(api, "blog")
    committed = time.at.isoformat()
    time.passes(hours=2)
    deployed(api, component, production, commitTimestamp=committed)
    deployed(api, component, staging)
    deployed(api, other, production)
    time.passes(minutes=5)
    goes_down(api, time)
    time.passes(minutes=10)
    fix = a_deployment(api, component, production, "v2")
    move(api, fix, "in_progress")
    time.passes(minutes=1)
    move(api, fix, "succeeded")
    recovers(api, time)
    time.passes(minutes=1)
    every = metrics(api)
    assert every["days"] == 30
    assert every["deploymentFrequency"] == {"deployments": 3, "perDay": 0.1, "perWeek": 0.7}
    assert every["changeLeadTime"] == {"samples": 1, "p50Seconds": 7200, "p90Seconds": 7200}
    assert every["changeFailRate"] == {"samples": 3, "count": 1, "rate": 0.3333}
    assert every["failedDeploymentRecoveryTime"] == {"samples": 1, "p50Seconds": 660, "p90Seconds": 660}
    assert every["reworkRate"] == {"samples": 3, "count": 1, "rate": 0.3333}
    assert metrics(api, componentId=other)["changeFailRate"] == {"samples": 1, "count": 0, "rate": 0.0}
    assert metrics(api, environmentId=staging)["deploymentFrequency"]["deployments"] == 1
    time.passes(days=2)
    assert metrics(api, days=1)["deploymentFrequency"] == {"deployments": 0, "perDay": None, "perWeek": None}


def test_a_deployment_belongs_to_the_moment_at_which_it_succeeded(api, time):
    component, production = a_component(api), an_environment(api)
    waiting, tried = (a_deployment(api, component, production, version) for version in ("v1", "v2"))
    move(api, tried, "in_progress")
    move(api, tried, "succeeded")
    move(api, tried, "rolled_back")
    time.passes(days=40)
    for deployment in (waiting, tried):
        if deployment == tried:
            move(api, tried, "pending")
        move(api, deployment, "in_progress")
        time.passes(minutes=1)
        move(api, deployment, "succeeded")
    counted = [metrics(api, days=days)["deploymentFrequency"]["deployments"] for days in (1, 30, 39, 41)]
    assert counted == [2, 2, 2, 3], "three changes: one was rolled back, and came again"
    assert metrics(api, days=30)["changeFailRate"] == {"samples": 2, "count": 0, "rate": 0.0}
    assert metrics(api, days=41)["changeFailRate"] == {"samples": 3, "count": 1, "rate": 0.3333}


def test_another_try_does_not_undo_a_failure(api, time):
    component, production = a_component(api), an_environment(api)
    deployment = a_deployment(api, component, production)
    failed = []
    for status in ("failed", "pending", "in_progress", "failed", "pending", "in_progress", "succeeded"):
        time.passes(minutes=1)
        move(api, deployment, status)
        failed.append(metrics(api)["failedDeployments"])
    assert failed == [1, 1, 1, 2, 2, 2, 2]
    time.passes(days=1, minutes=-4)
    assert metrics(api, days=1)["failedDeployments"] == 1, "the first failed two minutes before the day began"


def test_a_run_that_is_repeated_does_not_undo_what_users_had(api, stack, time):
    component, production = a_component(api), an_environment(api)
    hook = a_hook(api, rules=[{"repository": "acme/shop", "componentId": component}])

    def heard(state: str, attempt: int, deployment: int = 1) -> None:
        time.passes(minutes=1)
        told = a_status(state, at=time.at, deployment=deployment) | {"workflow_run": {"run_attempt": attempt}}
        assert hook.github("deployment_status", told).status == 202
        stack.drain()

    heard("success", 1)
    (first,) = api.get(f"/api/v1/deployments?environmentId={production}")["data"]
    time.passes(minutes=1)
    move(api, first["id"], "rolled_back")
    heard("in_progress", 2)
    heard("success", 2)
    again = api.get(f"/api/v1/deployments/{first['id']}")
    assert (again["status"], again["attempt"], again["rolledBackAt"]) == ("succeeded", 2, None)
    found = metrics(api)
    assert found["deploymentFrequency"]["deployments"] == 2
    assert found["changeFailRate"] == {"samples": 2, "count": 1, "rate": 0.5}
    for attempt in (1, 2, 3):
        heard("failure", attempt, deployment=2)
    assert metrics(api)["failedDeployments"] == 3


def test_what_is_heard_of_the_same_attempt_later_is_counted_instead(api, stack, time):
    a_component(api), an_environment(api)
    hook = a_hook(api, "standard")

    def heard(kind: str) -> tuple[int, int]:
        if kind:
            assert hook.deployment(kind).status == 202
        stack.drain()
        found = metrics(api)
        return found["deploymentFrequency"]["deployments"], found["failedDeployments"]

    assert heard("started") == (0, 0)
    time.passes(days=1, minutes=1)
    wake_ups.redrive_overdue(at=time.at)
    stack.drain()
    (given_up,) = api.get("/api/v1/deployments")["data"]
    assert (given_up["status"], given_up["reason"]) == ("failed", "timed_out")
    assert heard("") == (0, 1)
    assert heard("succeeded") == (1, 0), "it was given up, and had not failed"
    time.passes(minutes=1)
    assert heard("failed") == (0, 1), "of two ends of one attempt the later one counts"


@pytest.mark.parametrize("query", ["days=0", "days=366", "days=x", "componentId=x", "weeks=1"])
def test_bad_parameters_are_named(api, query):
    answer = api("GET", f"/api/v1/deployments/metrics?{query}")
    assert (answer.status, answer.json["details"][0]["field"]) == (400, query.partition("=")[0])


def test_an_incident_that_a_person_resolved_speaks_against_nothing(api, time):
    component, environment = a_component(api, projectId=1), an_environment(api)
    asked = f"/api/v1/deployments/can-deploy?componentId={component}&environmentId={environment}"
    goes_down(api, time)
    (reason,) = api.get(asked)["reasons"]
    assert (reason["code"], reason["id"]) == ("open_incident", "1")
    api.post("/api/incidents/1/acknowledge", {})
    assert not api.get(asked)["canDeploy"], "somebody works on it"
    api.post("/api/incidents/1/resolve", {})
    assert api.get("/api/checks/1")["status"] == "DOWN"
    assert api.get(asked) == {"canDeploy": True, "reasons": []}


def test_the_gate_says_what_speaks_against_it(api, time):
    component, environment = a_component(api, projectId=1), an_environment(api)
    asked = f"/api/v1/deployments/can-deploy?componentId={component}&environmentId={environment}"
    assert api.get(asked) == {"canDeploy": True, "reasons": []}
    running = a_deployment(api, component, environment, "v9")
    assert api.get(asked)["canDeploy"]
    move(api, running, "in_progress")
    goes_down(api, time)
    planned = {
        "workspaceId": 1,
        "name": "Move",
        "startAt": time.after(minutes=-1),
        "endAt": time.after(hours=1),
        "projectIds": [1],
    }
    api.post("/api/maintenance-windows", planned)
    later = {
        "workspaceId": 1,
        "name": "Later",
        "startAt": time.after(hours=2),
        "endAt": time.after(hours=3),
        "projectIds": [1],
    }
    api.post("/api/maintenance-windows", later)
    verdict = api.get(asked)
    assert not verdict["canDeploy"]
    assert [(each["code"], each["id"]) for each in verdict["reasons"]] == [
        ("in_progress", running),
        ("open_incident", "1"),
        ("maintenance_window", "1"),
    ]
    assert "v9" in verdict["reasons"][0]["message"]
    assert "Checkout" in verdict["reasons"][1]["message"]
    assert "Move" in verdict["reasons"][2]["message"]
    for ids in [(UNKNOWN, environment), (component, UNKNOWN)]:
        query = "componentId={}&environmentId={}".format(*ids)
        assert api("GET", f"/api/v1/deployments/can-deploy?{query}").status == 404
