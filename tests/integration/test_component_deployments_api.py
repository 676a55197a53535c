"""Component deployments over HTTP: seed 002 and section 7 of the semantics."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from lull import clock
from lull.domain.component_deployments import Status
from lull.domain.credentials import Caller, Role
from lull.domain.errors import Invalid
from lull.use_cases import component_deployments as use_cases
from tests.api import Api, a_workspace
from tests.deploying import a_component, a_deployment, an_environment, deployed, move

pytestmark = pytest.mark.usefixtures("shared_stack")

UNKNOWN = "00000000-0000-4000-8000-000000000000"
_workspaces = itertools.count(1)


@pytest.fixture
def api() -> Api:
    return a_workspace(next(_workspaces))


@pytest.fixture
def component(api) -> str:
    return a_component(api)


@pytest.fixture
def environment(api) -> str:
    return an_environment(api)


def cell(api: Api, name: str = "production"):
    (row,) = api.get("/api/v1/deployments/matrix")
    return row["environments"][name]


def test_the_seeds_example_round_trips(api, component, environment):
    sent = {
        "componentId": component,
        "environmentId": environment,
        "version": "v2.3.1",
        "deployedBy": "ci-bot",
        "commitSha": "a1b2c3d4e5f6",
        "description": "Hotfix for login timeout issue",
        "metadata": {"pipelineUrl": "https://ci.example.com/runs/123"},
    }
    answer = api("POST", "/api/v1/deployments", sent)
    assert answer.status == 201
    created = answer.json
    assert {name: created[name] for name in sent} == sent
    assert (created["status"], created["attempt"], created["quiet"]) == ("pending", 1, "off")
    assert created["startedAt"] is created["finishedAt"] is created["deadlineAt"] is None
    assert api.get(f"/api/v1/deployments/{created['id']}") == created
    assert api.get("/api/v1/deployments") == {"data": [created], "total": 1, "skip": 0, "take": 20}


def test_only_component_environment_and_version_are_required(api, component, environment):
    created = api.post(
        "/api/v1/deployments", {"componentId": component.upper(), "environmentId": environment, "version": "1"}
    )
    assert created["deployedBy"] == "key:admin key"
    assert created["metadata"] == {}
    assert (created["componentName"], created["environmentName"]) == ("checkout", "production")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", None),
        ("version", ""),
        ("version", "v" * 256),
        ("componentId", "1"),
        ("environmentId", 7),
        ("commitSha", "xyz"),
        ("commitSha", "a1b2c3"),
        ("metadata", []),
        ("metadata", {"": 1}),
        ("metadata", {"n": 2**63}),
        ("metadata", {"n": [{"deep": -(2**63)}]}),
        ("metadata", {"n": "x" * 8200}),
        ("metadata", {"n": "\ud800"}),
        ("metadata", {str(number): 1 for number in range(51)}),
        ("maxDurationSeconds", 59),
        ("maxDurationSeconds", 604_801),
        ("unplanned", "no"),
        ("link", "javascript:alert(1)"),
        ("commitTimestamp", "yesterday"),
        ("commitTimestamp", "2100-01-01T00:00:00Z"),
        ("status", "succeeded"),
        ("id", UNKNOWN),
    ],
)
def test_bad_fields_are_named_and_nothing_is_recorded(api, component, environment, field, value):
    body = {"componentId": component, "environmentId": environment, "version": "1", field: value}
    answer = api("POST", "/api/v1/deployments", body)
    assert answer.status == 400
    assert {each["field"].split(".")[0] for each in answer.json["details"]} == {field}
    assert api.get("/api/v1/deployments")["total"] == 0


def test_unknown_and_foreign_components_and_environments_are_not_found(api, component, environment):
    stranger = a_workspace(next(_workspaces))
    theirs = a_component(stranger), an_environment(stranger)
    for ids in [(UNKNOWN, environment), (component, UNKNOWN), (theirs[0], environment), (component, theirs[1])]:
        answer = api("POST", "/api/v1/deployments", {"componentId": ids[0], "environmentId": ids[1], "version": "1"})
        assert answer.status == 404, ids
        noun = "component" if ids[0] != component else "environment"
        assert answer.json["message"] == f"{noun} not found"
    mine = a_deployment(api, component, environment)
    for method, path in [("GET", ""), ("PATCH", ""), ("GET", "/events")]:
        body = {"status": "in_progress"} if method == "PATCH" else None
        assert stranger(method, f"/api/v1/deployments/{mine}{path}", body).status == 404
    assert api("GET", "/api/v1/deployments/17").status == 400


def test_an_invalid_transition_is_400_and_names_both_states(api, component, environment):
    deployment = a_deployment(api, component, environment)
    answer = api("PATCH", f"/api/v1/deployments/{deployment}", {"status": "succeeded"})
    assert answer.status == 400
    assert answer.json["details"] == [
        {
            "field": "status",
            "message": "cannot become succeeded: the deployment is pending and may become failed or in_progress",
        }
    ]
    move(api, deployment, "in_progress")
    assert api("PATCH", f"/api/v1/deployments/{deployment}", {"status": "in_progress"}).status == 400
    assert api("PATCH", f"/api/v1/deployments/{deployment}", {"status": "done"}).status == 400


def test_a_key_that_was_used_answers_what_it_made(api, component, environment):
    body = {"componentId": component, "environmentId": environment, "version": "1"}
    first = api("POST", "/api/v1/deployments", body, idempotency_key="run-1")
    again = api("POST", "/api/v1/deployments", body, idempotency_key="run-1")
    assert (again.status, again.json) == (201, first.json)
    assert api.get("/api/v1/deployments")["total"] == 1
    assert api("POST", "/api/v1/deployments", body | {"version": "2"}, idempotency_key="run-1").status == 409
    for metadata in ({"a": 1, "b": [2]}, {"b": [2], "a": 1}):
        named = api("POST", "/api/v1/deployments", body | {"metadata": metadata}, idempotency_key="named")
        assert named.status == 201, "names of an object have no order"
    assert api("POST", "/api/v1/deployments", body | {"metadata": {"a": 1}}, idempotency_key="named").status == 409
    assert api("POST", "/api/v1/deployments", body, idempotency_key="run-2").json["id"] != first.json["id"]


def test_metadata_alone_is_merged_and_a_finish_alone_is_refused(api, component, environment):
    path = f"/api/v1/deployments/{a_deployment(api, component, environment, metadata={'a': 1})}"
    assert api.patch(path, {"metadata": {"b": 2}})["metadata"] == {"a": 1, "b": 2}
    assert api.patch(path, {"status": "failed", "metadata": {"a": None}})["metadata"] == {"b": 2}
    answer = api("PATCH", path, {"finishedAt": "2026-03-01T12:00:00Z"})
    assert (answer.status, answer.json["details"][0]["field"]) == (400, "finishedAt")
    assert api.patch(path, {}) == api.get(path)


def test_every_filter_finds_its_own_and_counts_them_exactly(api):
    components = [a_component(api, name) for name in ("api", "web")]
    environments = [an_environment(api, name) for name in ("staging", "production")]
    steps = [(), ("in_progress",), ("in_progress", "succeeded"), ("failed",), ("in_progress", "failed", "pending")]
    made: dict[str, tuple[str, str, str]] = {}
    for component, environment in itertools.product(components, environments):
        for statuses in steps:
            deployment = a_deployment(api, component, environment)
            move(api, deployment, *statuses)
            made[deployment] = (component, environment, statuses[-1] if statuses else "pending")
    newest_first = list(reversed(made))
    for own, place, status in itertools.product([None, *components], [None, *environments], [None, *Status]):
        asked = {"componentId": own, "environmentId": place, "status": status}
        query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
        found = api.get(f"/api/v1/deployments?take=100&{query}")
        wanted = [
            each
            for each in newest_first
            if all(want is None or want == has for want, has in zip((own, place, status), made[each], strict=True))
        ]
        assert [each["id"] for each in found["data"]] == wanted, query
        assert found["total"] == len(wanted), query
    page = api.get("/api/v1/deployments?skip=3&take=4")
    assert [each["id"] for each in page["data"]] == newest_first[3:7]
    assert (page["total"], page["skip"], page["take"]) == (20, 3, 4)
    assert api.get("/api/v1/deployments?skip=20")["data"] == []


@pytest.mark.parametrize("query", ["take=0", "take=101", "skip=-1", "take=x", "status=done", "componentId=1", "page=1"])
def test_bad_parameters_are_named(api, query):
    answer = api("GET", f"/api/v1/deployments?{query}")
    assert answer.status == 400
    assert answer.json["details"][0]["field"] == query.partition("=")[0]


def test_the_matrix_has_every_environment_of_every_component(api):
    staging = an_environment(api, "staging", order=1)
    production = an_environment(api, "production", order=2)
    an_environment(api, "development")
    web, shop = a_component(api, "web", kind="website"), a_component(api, "shop")
    deployed(api, shop, staging, "v2.4.0", commitSha="a1b2c3d4")
    running = a_deployment(api, shop, production, "v2.4.0")
    move(api, running, "in_progress")
    rows = api.get("/api/v1/deployments/matrix")
    assert [(row["componentName"], row["kind"]) for row in rows] == [("shop", "service"), ("web", "website")]
    assert [list(row["environments"]) for row in rows] == [["development", "staging", "production"]] * 2
    assert rows[1]["componentId"] == web
    assert rows[1]["environments"] == {"development": None, "staging": None, "production": None}
    tried = rows[0]["environments"]["staging"]
    assert (tried["version"], tried["status"], tried["commitSha"]) == ("v2.4.0", "succeeded", "a1b2c3d4")
    assert tried["deployedAt"].endswith("Z")
    flying = rows[0]["environments"]["production"]
    assert (flying["version"], flying["deployedAt"], flying["status"]) == (None, None, None)
    assert [each["deploymentId"] for each in flying["inProgress"]] == [running]
    assert [row["componentName"] for row in api.get("/api/v1/deployments/matrix?kind=website")] == ["web"]
    (row,) = api.get(f"/api/v1/deployments/matrix?componentId={shop}&environmentId={staging}")
    assert list(row["environments"]) == ["staging"]
    for parameter in ("componentId", "environmentId"):
        assert api("GET", f"/api/v1/deployments/matrix?{parameter}={UNKNOWN}").status == 404


def test_a_rollback_shows_the_success_before_it(api, component, environment):
    first, second, third = (deployed(api, component, environment, version) for version in ("v1", "v2", "v3"))
    move(api, second, "rolled_back")
    assert cell(api)["version"] == "v3", "it was not the one that ran"
    move(api, third, "rolled_back")
    assert (cell(api)["version"], cell(api)["deploymentId"]) == ("v1", first)
    move(api, first, "rolled_back")
    assert cell(api) is None


def test_a_retried_old_deployment_that_succeeds_is_the_latest(api, component, environment):
    old = a_deployment(api, component, environment, "v1")
    move(api, old, "in_progress", "failed")
    deployed(api, component, environment, "v2")
    again = move(api, old, "pending", "in_progress", "succeeded")
    assert again["attempt"] == 2
    assert cell(api)["version"] == "v1"
    (latest,) = api.get(f"/api/v1/deployments/latest?componentId={component}")
    assert latest == api.get(f"/api/v1/deployments/{old}")


def test_a_success_that_was_earlier_does_not_replace_a_later_one(api, component, environment):
    old, new = (a_deployment(api, component, environment, version) for version in ("v1", "v2"))
    started = move(api, old, "in_progress")["startedAt"]
    move(api, new, "in_progress", "succeeded")
    api.patch(f"/api/v1/deployments/{old}", {"status": "succeeded", "finishedAt": started})
    assert cell(api)["version"] == "v2"
    move(api, new, "rolled_back")
    assert cell(api)["version"] == "v1"


def test_latest_has_each_environment_in_order(api, component):
    environments = [an_environment(api, name, order=order) for name, order in (("production", 2), ("staging", 1))]
    made = [deployed(api, component, each) for each in environments]
    found = api.get(f"/api/v1/deployments/latest?componentId={component}")
    assert [each["id"] for each in found] == list(reversed(made))
    assert api("GET", "/api/v1/deployments/latest").json["details"][0]["field"] == "componentId"
    assert api("GET", f"/api/v1/deployments/latest?componentId={UNKNOWN}").status == 404


def test_the_history_tells_every_attempt(api, component, environment):
    deployment = a_deployment(api, component, environment)
    move(api, deployment, "in_progress", "failed", "pending", "in_progress", "succeeded")
    told = api.get(f"/api/v1/deployments/{deployment}/events")
    assert [(each["kind"], each["was"], each["status"], each["attempt"]) for each in told] == [
        ("created", None, "pending", 1),
        ("status", "pending", "in_progress", 1),
        ("status", "in_progress", "failed", 1),
        ("status", "failed", "pending", 2),
        ("status", "pending", "in_progress", 2),
        ("status", "in_progress", "succeeded", 2),
    ]
    assert {each["actor"] for each in told} == {"key:admin key"}


def test_of_two_changes_at_once_one_is_made_and_one_refused(api, component, environment):
    deployment = a_deployment(api, component, environment)
    move(api, deployment, "in_progress")
    workspace = api.get("/api/workspace")["id"]
    caller = Caller(workspace_id=workspace, role=Role.ADMIN, actor="one of two")

    def end(status: Status) -> object:
        try:
            return use_cases.change_deployment(caller, deployment, status=status, at=clock.now()).status
        except Invalid as refused:
            return refused.errors[0].field

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(end, (Status.SUCCEEDED, Status.FAILED)))
    assert sorted(map(str, outcomes)) in (["status", "succeeded"], ["failed", "status"])
    final = api.get(f"/api/v1/deployments/{deployment}")
    assert final["status"] in map(str, outcomes)
    assert (cell(api) is None) == (final["status"] == "failed")
    assert api.get(f"/api/v1/deployments?status={final['status']}")["total"] == 1


def test_who_may_record(api, component, environment):
    deployer = Api(api.post("/api/api-keys", {"name": "CI", "role": "deployer"})["key"])
    viewer = Api(api.post("/api/api-keys", {"name": "Eve", "role": "viewer"})["key"])
    body = {"componentId": component, "environmentId": environment, "version": "1"}
    made = deployer("POST", "/api/v1/deployments", body)
    assert made.status == 201
    path = f"/api/v1/deployments/{made.json['id']}"
    assert viewer("POST", "/api/v1/deployments", body).status == 403
    assert viewer("PATCH", path, {"status": "in_progress"}).status == 403
    assert viewer("GET", path).status == 200
    assert deployer("PATCH", path, {"status": "in_progress"}).status == 200
    assert deployer("POST", "/api/v1/components", {"name": "x"}).status == 403
