"""From a component deployment to quiet checks, through stream, queues and the real handlers."""

import itertools
from functools import partial

import pytest

from lull import settings
from lull.store import component_deployments, deployment_windows, due
from lull.use_cases import deployment_chain, wake_ups
from tests.api import Api, a_workspace
from tests.deploying import a_component, a_deployment, an_environment, move
from tests.killing import Cut


@pytest.fixture
def api(stack, time) -> Api:
    client = a_workspace()
    for project, names in ((1, ("API", "Web")), (2, ("Blog",))):
        client.post("/api/projects", {"name": f"Project {project}"})
        for name in names:
            client.post("/api/checks", {"projectId": project, "name": name, "intervalSeconds": 300})
    return client


def statuses(api: Api) -> list[str]:
    return [check["status"] for check in api.get("/api/checks")["items"]]


def a_running(api: Api, component_fields, environment_fields=None, **fields) -> str:
    number = api.get("/api/v1/components")["total"]
    component = a_component(api, f"component {number}", **component_fields)
    environment = an_environment(api, f"environment {number}", **(environment_fields or {}))
    deployment = a_deployment(api, component, environment, **fields)
    move(api, deployment, "in_progress")
    return deployment


def read(api: Api, deployment: str):
    return api.get(f"/api/v1/deployments/{deployment}")


def test_checks_are_quiet_while_it_is_in_progress(api, stack):
    deployment = a_running(api, {"projectId": 1}, version="v2.4.1", deployedBy="ci-bot")
    assert read(api, deployment)["quiet"] == "waiting"
    stack.drain()
    assert statuses(api) == ["PAUSED", "PAUSED", "NEW"]
    running = read(api, deployment)
    assert running["quiet"] == "on"
    (window,) = running["deploymentWindowIds"]
    opened = api.get(f"/api/deployments/{window}")
    assert (opened["status"], opened["name"], opened["version"], opened["author"], opened["checkIds"]) == (
        "ACTIVE",
        "component 0 to environment 0",
        "v2.4.1",
        "ci-bot",
        [1, 2],
    )
    move(api, deployment, "succeeded")
    stack.drain()
    assert statuses(api) == ["RESUMED", "RESUMED", "NEW"]
    assert api.get(f"/api/deployments/{window}")["status"] == "ENDED"
    assert read(api, deployment)["quiet"] == "off"
    told = api.get(f"/api/v1/deployments/{deployment}/events")
    quiet = [(each["message"], each["deploymentWindowIds"]) for each in told if each["kind"] == "quiet"]
    assert quiet == [("2 checks went quiet", [window]), ("Its checks are back", [window])]
    assert list(due.list_due(until=deployment_time(api, deployment))) == []


def deployment_time(api: Api, deployment: str):
    found = component_deployments.get_component_deployment(1, deployment)
    assert found is not None
    return found.updated_at


# What component and environment name; which of the checks 1, 2 (project 1) and 3 (project 2) are quiet.
LINKS = [
    ({}, {}, []),
    ({"projectId": 1}, {}, [1, 2]),
    ({}, {"projectId": 2}, [3]),
    ({"checkIds": [2]}, {}, [2]),
    ({"projectId": 1}, {"checkIds": [2, 3]}, [2]),
    ({"projectId": 1, "checkIds": [1]}, {"projectId": 1}, [1]),
    ({"projectId": 1}, {"projectId": 2}, []),
    ({}, {"checkIds": [1, 3]}, [1, 3]),
    ({"checkIds": [1, 2, 3]}, {"checkIds": [3, 1]}, [1, 3]),
]


def test_which_checks_are_behind_a_component_in_an_environment(api, stack):
    for component, environment, quiet in LINKS:
        deployment = a_running(api, component, environment)
        stack.drain()
        paused = [number for number, status in enumerate(statuses(api), start=1) if status == "PAUSED"]
        assert paused == quiet, (component, environment)
        assert read(api, deployment)["quiet"] == ("on" if quiet else "off")
        move(api, deployment, "failed")
        stack.drain()
        assert "PAUSED" not in statuses(api)


@pytest.mark.parametrize(
    ("type_", "named", "quiet"),
    [
        ("production", {}, [1, 2]),
        ("other", {}, [1, 2]),
        *((type_, {}, []) for type_ in ("staging", "testing", "development", "preview")),
        ("staging", {"checkIds": [3]}, []),
        ("staging", {"checkIds": [2]}, [2]),
        ("staging", {"projectId": 1}, [1, 2]),
    ],
)
def test_what_is_deployed_to_staging_does_not_silence_what_watches_production(api, stack, type_, named, quiet):
    deployment = a_running(api, {"projectId": 1}, {"type": type_, **named})
    stack.drain()
    paused = [number for number, status in enumerate(statuses(api), start=1) if status == "PAUSED"]
    assert paused == quiet
    shown = read(api, deployment)
    assert (shown["quiet"], len(shown["deploymentWindowIds"])) == (("on", 1) if quiet else ("off", 0))


def test_overlapping_deployments_hold_independently(api, stack):
    first = a_running(api, {"projectId": 1})
    second = a_running(api, {"checkIds": [2]})
    stack.drain()
    move(api, first, "succeeded")
    stack.drain()
    assert statuses(api) == ["RESUMED", "PAUSED", "NEW"]
    move(api, second, "failed")
    stack.drain()
    assert statuses(api) == ["RESUMED", "RESUMED", "NEW"]


def test_a_retry_is_quiet_again_even_if_nobody_looked_in_between(api, stack):
    deployment = a_running(api, {"projectId": 1})
    stack.drain()
    (first,) = read(api, deployment)["deploymentWindowIds"]
    move(api, deployment, "failed", "pending")
    assert read(api, deployment)["deploymentWindowIds"] == [first], "it has not ended yet"
    move(api, deployment, "in_progress")
    assert read(api, deployment)["quiet"] == "waiting"
    stack.drain()
    (second,) = read(api, deployment)["deploymentWindowIds"]
    assert second != first
    assert [api.get(f"/api/deployments/{each}")["status"] for each in (first, second)] == ["ENDED", "ACTIVE"]
    assert statuses(api)[:2] == ["PAUSED", "PAUSED"]
    move(api, deployment, "failed")
    stack.drain()
    assert read(api, deployment)["deploymentWindowIds"] == [second]
    move(api, deployment, "pending")
    assert read(api, deployment)["deploymentWindowIds"] == [], "those of the last attempt are in the history"


def test_a_deployment_that_nobody_ends_fails_at_its_deadline(api, stack, time):
    deployment = a_running(api, {"projectId": 1}, maxDurationSeconds=600)
    stack.drain()
    group = settings.schedule_group()
    name = f"component-deployment-{deployment}"
    assert stack.client("scheduler").get_schedule(GroupName=group, Name=name)["State"] == "ENABLED"
    time.passes(seconds=599)
    wake_ups.redrive_overdue(at=time.at)
    stack.drain()
    assert read(api, deployment)["status"] == "in_progress"
    time.passes(seconds=1)
    wake_ups.redrive_overdue(at=time.at)
    stack.drain()
    late = read(api, deployment)
    assert (late["status"], late["reason"]) == ("failed", "timed_out")
    assert statuses(api)[:2] == ["RESUMED", "RESUMED"]
    names = [each["Name"] for each in stack.client("scheduler").list_schedules(GroupName=group)["Schedules"]]
    assert name not in names


def test_a_window_that_a_person_ended_stays_ended(api, stack):
    deployment = a_running(api, {"projectId": 1})
    stack.drain()
    (window,) = read(api, deployment)["deploymentWindowIds"]
    api.put(f"/api/deployments/{window}/end")
    stack.drain()
    assert statuses(api)[:2] == ["RESUMED", "RESUMED"]
    move(api, deployment, "succeeded")
    stack.drain()
    assert read(api, deployment)["deploymentWindowIds"] == [window]


def test_what_was_deleted_meanwhile_is_left_out(api, stack):
    deployment = a_running(api, {"checkIds": [1, 3]})
    api.delete("/api/checks/3")
    stack.drain()
    assert statuses(api) == ["PAUSED", "NEW"]
    assert len(read(api, deployment)["deploymentWindowIds"]) == 1


def test_a_thousand_wake_ups_are_one(api, stack, time):
    deployment = a_running(api, {"projectId": 1}, {})
    for _ in range(5):
        deployment_chain.advance(1, deployment, at=time.at)
    stack.drain()
    assert len(api.get("/api/deployments?projectId=1")) == 1
    assert deployment_chain.advance(1, "00000000-0000-4000-8000-000000000000", at=time.at) is None


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("ends", [False, True])
def test_a_crash_at_any_call_is_made_good_by_the_next_wake_up(api, time, monkeypatch, after, ends):
    """Every table call of opening, and of ending, the windows of two projects; nothing is left open or quiet."""
    cut = Cut(monkeypatch)
    component, environment = a_component(api, checkIds=[1, 2, 3]), an_environment(api)
    for number in itertools.count():
        deployment = a_deployment(api, component, environment)
        move(api, deployment, "in_progress")
        wake = partial(deployment_chain.advance, 1, deployment, at=time.at)
        if ends:
            wake()
            move(api, deployment, "failed")
        was_killed = cut.kills(wake, at_call=number, after=after)
        found = wake()
        assert found is not None
        windows = deployment_windows.get_deployment_windows([(1, each.window_id) for each in found.chain.windows])
        assert [each.state for each in windows] == ["ENDED" if ends else "ACTIVE"] * 2, number
        assert statuses(api).count("PAUSED") == (0 if ends else 3), number
        if not ends:
            move(api, deployment, "succeeded")
            wake()
        every = [each for project in (1, 2) for each in api.get(f"/api/deployments?projectId={project}")]
        assert [each["id"] for each in every if each["status"] == "ACTIVE"] == [], number
        if not was_killed:
            break
    assert number > 8
