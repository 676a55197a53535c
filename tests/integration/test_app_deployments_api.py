"""Deployments of applications over HTTP: seed 004, against a real git server."""

import itertools
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lull import clock
from lull.domain.credentials import Caller, Role
from lull.store import app_deployments as store
from lull.store import components, environments
from lull.use_cases import app_deployments as use_cases
from tests.api import Api, a_workspace
from tests.applying import UNKNOWN, an_application, read, say, triggered
from tests.deploying import a_component, an_environment
from tests.git_server import GitServer, git_server

_workspaces = itertools.count(1)
LISTED = [
    "id",
    "status",
    "deploy_number",
    "git_sha",
    "commit_message",
    "committer_name",
    "committer_email",
    "committer_username",
    "commit_timestamp",
    "created_at",
]


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    """A server with one repository, whose branch `main` has one commit."""
    with git_server(tmp_path_factory.mktemp("git")) as server:
        server.repository()
        server.commit("test")
        yield server


@pytest.fixture
def api(shared_stack, monkeypatch) -> Api:
    monkeypatch.setenv("PRIVATE_TARGETS", "127.0.0.0/8")
    return a_workspace(next(_workspaces))


@pytest.fixture
def application(api, git) -> str:
    return an_application(api, f"{git.url}/shop.git")


def test_a_trigger_answers_the_seeds_fields_in_its_forms(api, git, application):
    answer = api("POST", f"{application}/deployments")
    assert answer.status == 200
    made = answer.json["deployment"]
    assert list(answer.json) == ["deployment"]
    assert list(made) == [*LISTED, "updated_at", "callback_token"]
    assert {name: made[name] for name in LISTED[1:9]} == {
        "status": "created",
        "deploy_number": 1,
        "git_sha": git.commit("test", to="shop", branch="same"),
        "commit_message": "test",
        "committer_name": "John Doe",
        "committer_email": "info@acme.example",
        "committer_username": None,
        "commit_timestamp": "2022-09-17T18:12:37.000+02:00",
    }
    for name in ("created_at", "updated_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", made[name])


def test_the_list_is_the_seeds_newest_first_and_has_no_more_fields(api, application):
    first, second = triggered(api, application), triggered(api, application)
    found = api.get(f"{application}/deployments")
    assert list(found) == ["deployments"]
    assert [list(each) for each in found["deployments"]] == [LISTED, LISTED]
    assert found["deployments"] == [{name: each[name] for name in LISTED} for each in (second, first)]
    assert api.get(f"{application}/deployments?take=1")["deployments"] == found["deployments"][:1]
    assert api.get(f"{application}/deployments?before=2")["deployments"] == found["deployments"][1:]
    assert api.get(f"{application}/deployments?before=1")["deployments"] == []


def test_one_shows_what_it_drives_and_when_it_is_given_up(api, application):
    made = triggered(api, application)
    found = read(api, application, made)
    assert {name: found[name] for name in (*LISTED, "updated_at")} == {
        name: made[name] for name in (*LISTED, "updated_at")
    }
    assert {name: found[name] for name in ("branch", "reason", "external_id", "component_deployment_id")} == {
        "branch": "main",
        "reason": None,
        "external_id": None,
        "component_deployment_id": None,
    }
    assert "callback_token" not in found


def test_statuses_move_forward_and_every_refusal_names_both(api, application):
    made = triggered(api, application)
    path = f"{application}/deployments/{made['id']}"
    assert say(api, application, made, "building", "deploying")["status"] == "deploying"
    for status in ("building", "deploying"):
        answer = api("PATCH", path, {"status": status})
        assert answer.status == 400
        message = f"cannot become {status}: the deployment is deploying and may become available or cancelled or failed"
        assert answer.json["details"] == [{"field": "status", "message": message}]
    say(api, application, made, "available")
    answer = api("POST", f"{path}/cancel")
    message = "cannot become cancelled: the deployment is available and stays so"
    assert (answer.status, answer.json["details"]) == (400, [{"field": "status", "message": message}])


@pytest.mark.parametrize("body", [{}, {"status": "created"}, {"status": "cancelled"}, {"status": None}, {"status": 1}])
def test_only_four_statuses_can_be_said(api, application, body):
    made = triggered(api, application)
    answer = api("PATCH", f"{application}/deployments/{made['id']}", body)
    if body:
        assert (answer.status, answer.json["details"][0]["field"]) == (400, "status")
    else:
        assert answer.status == 400
    answer = api("PATCH", f"{application}/deployments/{made['id']}", {"status": "failed", "deploy_number": 7})
    assert [each["field"] for each in answer.json["details"]] == ["deploy_number"]


def test_a_callback_token_says_how_its_own_deployment_is_going_and_nothing_else(api, application):
    made, other = triggered(api, application), triggered(api, application)
    token = {"authorization": f"Bearer {made['callback_token']}"}
    path = f"{application}/deployments/{made['id']}"
    nobody = Api(None)
    assert nobody("PATCH", path, {"status": "building"}, **token).json["deployment"]["status"] == "building"
    assert (
        nobody(
            "PATCH",
            path.upper().replace("/V1/APPLICATIONS", "/v1/applications").replace("DEPLOYMENTS", "deployments"),
            {"status": "deploying"},
            **token,
        ).status
        == 200
    )
    refused = [
        ("PATCH", f"{application}/deployments/{other['id']}"),
        ("PATCH", f"/v1/applications/{UNKNOWN}/deployments/{made['id']}"),
        ("PATCH", f"{application}/deployments/{'x' * 3000}"),
        ("GET", path),
        ("POST", f"{path}/cancel"),
        ("POST", f"{application}/deployments"),
        ("PATCH", application),
        ("GET", "/api/workspace"),
    ]
    for method, at in refused:
        body = {"status": "failed"} if method == "PATCH" else None
        assert nobody(method, at, body, **token).status == 401, at
    for wrong in ("lulldep_", made["callback_token"][:-1] + "_", made["callback_token"][:-1], "lulldep_1_" + "a" * 32):
        assert nobody("PATCH", path, {"status": "failed"}, authorization=f"Bearer {wrong}").status == 401
    assert read(api, application, made)["status"] == "deploying"


def test_a_callback_token_is_good_until_the_deadline(api, application, monkeypatch):
    made = triggered(api, application)
    token = {"authorization": f"Bearer {made['callback_token']}"}
    path = f"{application}/deployments/{made['id']}"
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    assert Api(None)("PATCH", path, {"status": "building"}, **token).status == 401
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=59))
    assert Api(None)("PATCH", path, {"status": "building"}, **token).status == 200


def test_no_token_is_stored(api, application):
    made = triggered(api, application)
    workspace = api.get("/api/workspace")["id"]
    stored = store.get_app_deployment(workspace, made["id"])
    assert stored is not None
    assert made["callback_token"] not in repr(stored)
    assert len(stored.callback_hashes) == 1


def test_roles_may_what_they_may(api, application):
    made = triggered(api, application)
    workspace = api.get("/api/workspace")["id"]
    path = f"{application}/deployments/{made['id']}"
    viewer, deployer = (a_workspace(workspace, role) for role in (Role.VIEWER, Role.DEPLOYER))
    assert viewer("PATCH", path, {"status": "building"}).status == 403
    assert viewer("POST", f"{application}/deployments").status == 403
    assert viewer("GET", path).status == 200
    assert deployer("PATCH", path, {"status": "building"}).status == 200
    assert deployer("POST", f"{application}/deployments").status == 200
    assert deployer("PATCH", application, {"name": "x"}).status == 403


def test_what_another_workspace_has_is_not_found(api, application):
    made = triggered(api, application)
    stranger = a_workspace(next(_workspaces))
    path = f"{application}/deployments/{made['id']}"
    for method, at, body in [
        ("GET", application, None),
        ("PATCH", application, {"name": "x"}),
        ("DELETE", application, None),
        ("GET", f"{application}/deployments", None),
        ("POST", f"{application}/deployments", None),
        ("GET", path, None),
        ("PATCH", path, {"status": "failed"}),
        ("POST", f"{path}/cancel", None),
    ]:
        assert stranger(method, at, body).status == 404, (method, at)
    other = an_application(api, api.get(application)["application"]["repository"]["url"], "Other")
    assert api("GET", f"{other}/deployments/{made['id']}").status == 404


def test_a_key_that_was_used_answers_what_it_made_and_asks_nobody(api, git, application):
    first = api("POST", f"{application}/deployments", idempotency_key="run-1")
    asked = len(git.requests)
    again = api("POST", f"{application}/deployments", idempotency_key="run-1")
    assert len(git.requests) == asked
    token = first.json["deployment"].pop("callback_token")
    assert (again.status, again.json) == (200, first.json)
    assert token.startswith("lulldep_")
    other = an_application(api, f"{git.url}/shop.git", "Other")
    assert api("POST", f"{other}/deployments", idempotency_key="run-1").status == 409
    assert len(api.get(f"{application}/deployments")["deployments"]) == 1


@pytest.mark.parametrize("by", ["key", "callback"])
def test_a_word_that_is_repeated_with_its_key_changes_nothing_more(api, application, by):
    made = triggered(api, application)
    path = f"{application}/deployments/{made['id']}"
    said = {"authorization": f"Bearer {made['callback_token']}"} if by == "callback" else {}
    first = api("PATCH", path, {"status": "building"}, idempotency_key="run-1 building", **said)
    again = api("PATCH", path, {"status": "building"}, idempotency_key="run-1 building", **said)
    assert (first.status, again.status, again.json) == (200, 200, first.json)
    assert api("PATCH", path, {"status": "building"}, **said).status == 400, "without a key it is another word"
    assert api("PATCH", path, {"status": "building"}, idempotency_key="run-2", **said).status == 400
    refused = api("PATCH", path, {"status": "deploying"}, idempotency_key="run-1 building", **said)
    assert (refused.status, refused.json["message"]) == (
        409,
        "the idempotency key was used for another status of this deployment",
    )
    moved = api("PATCH", path, {"status": "deploying"}, idempotency_key="run-1 deploying", **said)
    late = api("PATCH", path, {"status": "building"}, idempotency_key="run-1 building", **said)
    assert (late.status, late.json) == (200, moved.json), "the deployment as it is"


def test_a_cancel_that_is_repeated_with_its_key_is_one(api, application):
    made, other = triggered(api, application), triggered(api, application)
    path = f"{application}/deployments/{made['id']}"
    first = api("POST", f"{path}/cancel", idempotency_key="stop")
    again = api("POST", f"{path}/cancel", idempotency_key="stop")
    assert (first.status, again.status, again.json) == (200, 200, first.json)
    assert api("POST", f"{path}/cancel").status == 400
    assert api("PATCH", path, {"status": "failed"}, idempotency_key="stop").status == 409
    assert api("POST", f"{application}/deployments/{other['id']}/cancel", idempotency_key="stop").status == 200


def test_fifty_triggers_at_once_get_fifty_numbers_without_a_gap(api, git, application):
    workspace = api.get("/api/workspace")["id"]
    caller = Caller(workspace_id=workspace, role=Role.DEPLOYER, actor="ci")
    application_id = application.rpartition("/")[2]
    at = clock.now()

    def once(number: int) -> int:
        # Every other pair is one request that was repeated while it was under way.
        key = f"run {number // 2}" if number < 20 else None
        made = use_cases.trigger(caller, application_id, idempotency_key=key, at=at)
        return made.deployment.deploy_number

    with ThreadPoolExecutor(50) as pool:
        numbers = list(pool.map(once, range(60)))
    assert sorted(set(numbers)) == list(range(1, 51))
    assert all(numbers[each] == numbers[each + 1] for each in range(0, 20, 2))
    listed = api.get(f"{application}/deployments")["deployments"]
    assert [each["deploy_number"] for each in listed] == list(range(50, 0, -1))


def test_component_and_environment_get_their_deployment(api, git):
    component, environment = a_component(api), an_environment(api)
    application = an_application(api, f"{git.url}/shop.git", componentId=component, environmentId=environment)
    made = triggered(api, application)
    driven = api.get(f"/api/v1/deployments/{read(api, application, made)['component_deployment_id']}")
    sha = made["git_sha"]
    wanted = {
        "componentId": component,
        "environmentId": environment,
        "status": "pending",
        "version": sha[:12],
        "commitSha": sha,
        "commitTimestamp": "2022-09-17T16:12:37Z",
        "ref": "main",
        "description": "Shop #1",
        "deployedBy": "key:admin key",
        "maxDurationSeconds": 3600,
    }
    assert {name: driven[name] for name in wanted} == wanted


def test_the_date_of_a_commit_that_is_yet_to_be_made_is_not_counted_with(api, git):
    git.commit("test", to="shop", branch="ahead", date="4070908800 +0000")
    ids = {"componentId": a_component(api), "environmentId": an_environment(api)}
    repository = {"provider": "git", "url": f"{git.url}/shop.git", "branch": "ahead"}
    ahead = an_application(api, "", "Ahead", repository=repository, **ids)
    made = triggered(api, ahead)
    assert made["commit_timestamp"] == made["created_at"], "when it was found: the last that can be"
    driven = api.get(f"/api/v1/deployments/{read(api, ahead, made)['component_deployment_id']}")
    assert (driven["commitSha"], driven["commitTimestamp"]) == (made["git_sha"], None)


@pytest.mark.parametrize("gone", ["component", "environment"])
def test_what_is_deployed_may_be_gone_and_nothing_is_stored(api, git, gone):
    ids = {"component": a_component(api), "environment": an_environment(api)}
    application = an_application(
        api, f"{git.url}/shop.git", componentId=ids["component"], environmentId=ids["environment"]
    )
    # As if the application had come to name it at the same moment: what is named is not deleted.
    workspace = api.get("/api/workspace")["id"]
    component, environment = components.get_target(workspace, ids["component"], ids["environment"])
    assert component
    assert environment
    if gone == "component":
        components.delete_component(component)
    else:
        environments.delete_environment(environment)
    answer = api("POST", f"{application}/deployments")
    assert (answer.status, answer.json["details"][0]["field"]) == (400, f"{gone}Id")
    assert api.get(f"{application}/deployments")["deployments"] == []
    api.patch(application, {"componentId": None, "environmentId": None})
    assert triggered(api, application)["deploy_number"] == 1


def test_an_application_stays_while_it_is_being_deployed(api, application):
    made = triggered(api, application)
    assert api("DELETE", application).status == 409
    api.post(f"{application}/deployments/{made['id']}/cancel")
    assert api("DELETE", application).status == 204
    assert api("GET", f"{application}/deployments").status == 404


@pytest.mark.parametrize("query", ["take=0", "take=101", "before=0", "before=x", "status=created"])
def test_bad_parameters_are_named(api, application, query):
    answer = api("GET", f"{application}/deployments?{query}")
    assert (answer.status, answer.json["details"][0]["field"]) == (400, query.partition("=")[0])


def test_a_trigger_takes_no_fields(api, application):
    answer = api("POST", f"{application}/deployments", {"branch": "x"})
    assert (answer.status, answer.json["details"][0]["field"]) == (400, "branch")
    assert api("POST", f"{application}/deployments", {}).status == 200
