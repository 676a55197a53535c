"""From a deployment of an application to its component deployment, quiet checks and the matrix; and every crash."""

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from lull.domain.app_deployments import Status
from lull.store import app_deployments as store
from lull.store import component_deployments, components, due
from lull.use_cases import app_deployments, deployment_chain, executor_calls
from tests.api import Api, a_workspace
from tests.applying import SIGNING_SECRET, an_application, read, say, triggered
from tests.deploying import a_component, an_environment, move
from tests.git_server import GitServer, git_server
from tests.killing import Cut
from tests.receiver import Receiver, receiving


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with git_server(tmp_path_factory.mktemp("git")) as server:
        server.repository()
        server.commit("test")
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def api(stack, time, monkeypatch) -> Api:
    monkeypatch.setenv("PRIVATE_TARGETS", "127.0.0.0/8")
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "API", "intervalSeconds": 300})
    return client


@pytest.fixture
def application(api, git) -> str:
    ids = {"componentId": a_component(api, projectId=1), "environmentId": an_environment(api)}
    return an_application(api, f"{git.url}/shop.git", **ids)


def driven(api: Api, application: str, deployment) -> Any:
    return api.get(f"/api/v1/deployments/{read(api, application, deployment)['component_deployment_id']}")


def check(api: Api) -> Any:
    return api.get("/api/checks/1")["status"]


def test_it_drives_the_component_deployment_and_with_it_quiet_checks_and_the_matrix(api, stack, time, application):
    made = triggered(api, application)
    stack.drain()
    assert (driven(api, application, made)["status"], check(api)) == ("pending", "NEW")
    for status in ("building", "deploying"):
        say(api, application, made, status)
        stack.drain()
        assert (driven(api, application, made)["status"], check(api)) == ("in_progress", "PAUSED")
    say(api, application, made, "available")
    stack.drain()
    assert (driven(api, application, made)["status"], check(api)) == ("succeeded", "RESUMED")
    (row,) = api.get("/api/v1/deployments/matrix")
    assert row["environments"]["production"]["version"] == made["git_sha"][:12]
    events = api.get(f"/api/v1/deployments/{driven(api, application, made)['id']}/events")
    told = [(each["status"], each["actor"], each["message"]) for each in events if each["kind"] == "status"]
    assert told == [
        ("in_progress", "lull", "Deployment 1 of its application is building"),
        ("succeeded", "lull", "Deployment 1 of its application is available"),
    ]
    assert list(due.list_due(until=time.at)) == []


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize(("how", "reason"), [("failed", "failed"), ("cancel", "cancelled"), ("deadline", "timed_out")])
def test_one_that_ends_badly_says_why(api, stack, time, application, begun, how, reason):
    made = triggered(api, application)
    if begun:
        say(api, application, made, "building")
        stack.drain()
        assert check(api) == "PAUSED"
    if how == "failed":
        say(api, application, made, "failed")
    elif how == "cancel":
        api.post(f"{application}/deployments/{made['id']}/cancel")
    else:
        time.passes(hours=1, seconds=1)
        app_deployments.advance(1, made["id"], at=time.at)
    stack.drain()
    found = driven(api, application, made)
    assert (found["status"], found["reason"]) == ("failed", reason)
    assert check(api) == ("RESUMED" if begun else "NEW")


def test_steps_that_nobody_looked_at_in_between_are_caught_up_with(api, stack, application):
    made = triggered(api, application)
    say(api, application, made, "building", "deploying", "available")
    stack.drain()
    assert driven(api, application, made)["status"] == "succeeded"


@pytest.mark.parametrize(
    ("by_hand", "then"),
    [
        (("failed",), "failed"),
        (("failed", "pending"), "pending"),
        (("failed", "pending", "in_progress"), "in_progress"),
        (("in_progress", "succeeded"), "succeeded"),
        (("in_progress", "succeeded", "rolled_back"), "rolled_back"),
    ],
)
@pytest.mark.parametrize("to", ["building", "available", "failed"])
def test_what_a_person_ended_or_tries_again_is_theirs(api, stack, time, application, by_hand, then, to):
    made = triggered(api, application)
    stack.drain()
    move(api, driven(api, application, made)["id"], *by_hand)
    steps = {"building": ("building",), "available": ("building", "deploying", "available"), "failed": ("failed",)}
    say(api, application, made, *steps[to])
    stack.drain()
    assert driven(api, application, made)["status"] == then
    assert read(api, application, made)["status"] == to
    app_deployments.advance(1, made["id"], at=time.at)
    assert driven(api, application, made)["status"] == then


def test_one_that_a_person_began_goes_on(api, stack, application):
    made = triggered(api, application)
    stack.drain()
    move(api, driven(api, application, made)["id"], "in_progress")
    say(api, application, made, "building", "deploying", "available")
    stack.drain()
    assert driven(api, application, made)["status"] == "succeeded"


def test_a_component_that_is_deleted_meanwhile_stops_nothing(api, stack, time, application):
    made = triggered(api, application)
    component = driven(api, application, made)["componentId"]
    # As if the application had come to name it at the same moment.
    found = components.get_component(1, component)
    assert found is not None
    components.delete_component(found)
    say(api, application, made, "building", "deploying", "available")
    stack.drain()
    assert read(api, application, made)["status"] == "available"
    assert [each.kind for each in due.list_due(until=time.at)] == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("steps", [("building",), ("building", "deploying", "available"), ("failed",)])
def test_a_crash_at_any_call_of_driving_is_made_good_by_the_next_wake_up(
    api, time, application, monkeypatch, after, steps
):
    target = {"building": "in_progress", "available": "succeeded", "failed": "failed"}[steps[-1]]
    cut = Cut(monkeypatch)
    for number in itertools.count():
        made = triggered(api, application)
        say(api, application, made, *steps)
        wake = partial(app_deployments.advance, 1, made["id"], at=time.at)
        was_killed = cut.kills(wake, at_call=number, after=after)
        found = wake()
        assert found is not None
        assert found.drives_to is None
        component = component_deployments.get_component_deployment(1, found.component_deployment_id or "")
        assert component is not None
        assert component.status == target, number
        events = component_deployments.list_events(1, component.id)
        expected = {"in_progress": 2, "succeeded": 3, "failed": 2}[target]
        assert len(events) == expected, number
        if target == "in_progress":
            app_deployments.cancel(_caller(), found.application_id, found.id, at=time.at)
            wake()
            deployment_chain.advance(1, component.id, at=time.at)
        if not was_killed:
            break
    assert number >= 4


def _caller():
    from lull.domain.credentials import Caller, Role

    return Caller(workspace_id=1, role=Role.DEPLOYER, actor="somebody")


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_call_of_telling_is_made_good_by_the_next_message(api, git, time, receiver, monkeypatch, after):
    """The receiver hears of it once, or twice under one id; and every token that it was sent is good."""
    executor = {"kind": "webhook", "url": receiver.url, "secret": SIGNING_SECRET}
    application = an_application(api, f"{git.url}/shop.git", executor=executor)
    cut = Cut(monkeypatch)
    for number in itertools.count():
        made = triggered(api, application)
        was_killed = cut.kills(partial(executor_calls.call, 1, made["id"], at=time.at), at_call=number, after=after)
        again = receiver.bodies.copy()
        executor_calls.call(1, made["id"], at=time.at)
        left = store.get_app_deployment(1, made["id"])
        assert left is not None
        if left.call:
            assert receiver.bodies == again, "whoever died may still be at it"
            assert left.due_at == left.call.next_at, "the sweep finds it"
            time.passes(seconds=90)
            executor_calls.call(1, made["id"], at=time.at)
        found = store.get_app_deployment(1, made["id"])
        assert found is not None
        assert (found.call, found.status) == (None, Status.CREATED), number
        mine = [
            (headers["webhook-id"], payload["data"]["callback"]["token"])
            for headers, payload in zip(receiver.headers, receiver.payloads, strict=True)
            if payload["data"]["deployment"]["id"] == made["id"]
        ]
        assert 1 <= len(mine) <= 2, number
        assert len({each for each, _ in mine}) == 1
        for (_, token), status in zip(mine, ("building", "deploying"), strict=False):
            say(api, application, made, status, token=token)
        api.post(f"{application}/deployments/{made['id']}/cancel")
        if not was_killed:
            break
    assert number >= 4
