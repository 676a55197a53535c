"""Components and environments over HTTP: section 7 of the semantics."""

import itertools
from typing import Any

import pytest

from tests.api import Api, a_workspace
from tests.deploying import a_component, a_deployment, an_environment, deployed, move

pytestmark = pytest.mark.usefixtures("shared_stack")

_workspaces = itertools.count(1)
NOUNS = [("components", a_component), ("environments", an_environment)]
both = pytest.mark.parametrize(("nouns", "make"), NOUNS)


@pytest.fixture
def api() -> Api:
    return a_workspace(next(_workspaces))


@pytest.fixture
def checks(api) -> list[int]:
    """Two of one project, one of another, one of a dependency."""
    projects = [api.post("/api/projects", {"name": name})["id"] for name in ("Shop", "Blog")]
    dependency = api.post("/api/dependencies", {"name": "Payments"})["id"]
    owners = [{"projectId": projects[0]}, {"projectId": projects[0]}, {"projectId": projects[1]}]
    return [
        api.post("/api/checks", {"name": "C", "intervalSeconds": 300, **owner})["id"]
        for owner in (*owners, {"dependencyId": dependency})
    ]


@both
def test_it_is_created_read_changed_and_deleted(api, nouns, make):
    path = f"/api/v1/{nouns}/{make(api, 'Checkout', checkIds=[])}"
    assert api.get(path)["name"] == "Checkout"
    assert api.patch(path, {"name": "CHECKOUT"})["name"] == "CHECKOUT"
    assert api.get(f"/api/v1/{nouns}?name=checkout")["data"] == [api.get(path)]
    assert api("DELETE", path).status == 204
    assert api("GET", path).status == 404
    make(api, "Checkout")


@both
def test_names_are_unique_in_a_workspace_whatever_their_case(api, nouns, make):
    make(api, "Checkout")
    other = make(api, "Basket")
    assert api("POST", f"/api/v1/{nouns}", {"name": "checkOUT"}).status == 409
    assert api("PATCH", f"/api/v1/{nouns}/{other}", {"name": "CHECKOUT"}).status == 409
    api.patch(f"/api/v1/{nouns}/{other}", {"name": "Cart"})
    make(api, "Basket")
    make(a_workspace(next(_workspaces)), "Checkout")


@both
def test_they_are_listed_page_by_page(api, nouns, make):
    for number in range(5):
        make(api, f"n{number}")
    found = api.get(f"/api/v1/{nouns}?skip=1&take=2")
    assert [each["name"] for each in found["data"]] == ["n1", "n2"]
    assert (found["total"], found["skip"], found["take"]) == (5, 1, 2)


@both
def test_one_is_found_by_its_name_however_it_is_composed(api, nouns, make):
    made = make(api, "caf\u00e9")
    for name in ("caf%C3%A9", "cafe%CC%81", "CAFE%CC%81"):
        found = api.get(f"/api/v1/{nouns}?name={name}")
        assert [each["id"] for each in found["data"]] == [made], name


def test_environments_are_listed_in_their_order_and_typed_by_their_name(api):
    for name, order in (("production", 3), ("Staging", 2), ("eu west", 2)):
        an_environment(api, name, order=order)
    found = api.get("/api/v1/environments")["data"]
    assert [(each["name"], each["type"]) for each in found] == [
        ("eu west", "other"),
        ("Staging", "staging"),
        ("production", "production"),
    ]


@both
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", "x" * 256),
        ("name", "a\u0000b"),
        ("projectId", 999),
        ("checkIds", [999]),
        ("checkIds", [0]),
        ("checkIds", list(range(1, 102))),
        ("order", 1001),
        ("kind", "No Kind"),
        ("type", "live"),
    ],
)
def test_bad_fields_are_named(api, nouns, make, field, value):
    answer = api("POST", f"/api/v1/{nouns}", {"name": "ok", field: value})
    assert answer.status == 400
    assert answer.json["details"][0]["field"].split(".")[0] == field
    assert api.get(f"/api/v1/{nouns}")["total"] == 0


@pytest.mark.parametrize("name", ["x", "x" * 51])
def test_the_name_of_an_environment_has_2_to_50_characters(api, name):
    answer = api("POST", "/api/v1/environments", {"name": name})
    assert (answer.status, answer.json["details"][0]["field"]) == (400, "name")


@both
def test_its_checks_are_of_projects_and_of_its_own_if_it_has_one(api, checks, nouns, make):
    ours, ours_too, theirs, dependency = checks
    project = api.get(f"/api/checks/{ours}")["projectId"]
    make(api, "several", checkIds=[ours, theirs])
    made = make(api, "one", projectId=project, checkIds=[ours, ours_too])
    for ids, position in [([dependency], 0), ([ours, theirs], 1)]:
        answer = api("PATCH", f"/api/v1/{nouns}/{made}", {"checkIds": ids})
        assert answer.status == 400
        assert answer.json["details"][0]["field"] == f"checkIds.{position}"
    foreign = a_workspace(next(_workspaces))
    assert foreign("POST", f"/api/v1/{nouns}", {"name": "ok", "checkIds": [ours]}).status == 400


def test_what_is_deleted_leaves_the_matrix_and_its_deployments_stay(api):
    component, other = a_component(api, "api"), a_component(api, "web")
    production, staging = an_environment(api, "production"), an_environment(api, "staging")
    for each, environment in itertools.product((component, other), (production, staging)):
        deployed(api, each, environment)
    running = a_deployment(api, component, staging)
    move(api, running, "in_progress")
    assert api("DELETE", f"/api/v1/components/{component}").status == 409
    assert api("DELETE", f"/api/v1/environments/{staging}").status == 409
    move(api, running, "failed")
    api.delete(f"/api/v1/environments/{staging}")
    api.delete(f"/api/v1/components/{component}")
    (row,) = api.get("/api/v1/deployments/matrix")
    assert (row["componentName"], list(row["environments"])) == ("web", ["production"])
    assert api.get(f"/api/v1/deployments?componentId={component}")["total"] == 3
    told = api.get(f"/api/v1/deployments?componentId={component}&status=succeeded")["data"]
    for each in told:
        assert move(api, each["id"], "rolled_back")["rolledBackAt"], "it was, whatever is gone since"
    assert len(api.get("/api/v1/deployments/matrix")) == 1
    late = api("PATCH", f"/api/v1/deployments/{running}", {"status": "pending"})
    assert late.status == 200
    assert api("PATCH", f"/api/v1/deployments/{running}", {"status": "in_progress"}).status == 404
    assert (
        api(
            "POST", "/api/v1/deployments", {"componentId": component, "environmentId": production, "version": "1"}
        ).status
        == 404
    )


@both
def test_what_an_application_or_a_hook_names_is_not_deleted(api, nouns, make):
    own = {"components": a_component, "environments": an_environment}
    ids = {each: own[each](api) for each in own}
    path = f"/api/v1/{nouns}/{ids[nouns]}"
    other = {"componentId": a_component(api, "other"), "environmentId": an_environment(api, "other")}
    field = {"components": "componentId", "environments": "environmentId"}[nouns]
    repository = {"provider": "git", "url": "https://git.example/acme/shop.git"}
    shop = {"name": "Shop", "repository": repository, "executor": {"kind": "none"}, **other, field: ids[nouns]}
    application = api.post("/v1/applications", shop)["application"]["id"]
    named = {**other, field: ids[nouns]}
    patterns = [{"pattern": "*", "environmentId": named["environmentId"]}]
    rule = {"repository": "*", "componentId": named["componentId"], "environments": patterns}
    hook = api.post("/api/v1/hooks", {"name": "At GitHub", "provider": "github", "rules": [rule]})["id"]
    noun = nouns.removesuffix("s")
    answer = api("DELETE", path)
    assert answer.status == 409
    assert answer.json["message"] == (f"this {noun} is named by the application Shop, a rule of the hook At GitHub")
    api.delete(f"/v1/applications/{application}")
    answer = api("DELETE", path)
    assert (answer.status, answer.json["message"]) == (409, f"this {noun} is named by a rule of the hook At GitHub")
    api.patch(f"/api/v1/hooks/{hook}", {"rules": []})
    assert api("DELETE", path).status == 204


@pytest.mark.parametrize("name", [" lead", "trail ", "\u00a0lead", "trail\u3000"])
def test_a_name_that_only_blanks_tell_from_another_is_refused(api, name):
    repository = {"provider": "git", "url": "https://git.example/acme/shop.git"}
    application: dict[str, Any] = {"repository": repository, "executor": {"kind": "none"}}
    bodies: dict[str, dict[str, Any]] = {
        "/api/v1/components": {},
        "/api/v1/environments": {},
        "/api/v1/hooks": {"provider": "github"},
        "/v1/applications": application,
    }
    for path, body in bodies.items():
        made = api.post(path, {**body, "name": "plain"})
        its_id = made.get("application", made)["id"]
        for answer in (api("POST", path, {**body, "name": name}), api("PATCH", f"{path}/{its_id}", {"name": name})):
            assert answer.status == 400, path
            wrong = {"field": "name", "message": "must not begin or end with white space"}
            assert answer.json["details"] == [wrong], path


@both
def test_how_many_are_left_out_may_be_none_and_never_less(api, nouns, make):
    assert api("GET", f"/api/v1/{nouns}?skip=0").status == 200
    for skip in ("-1", "x", "1.5"):
        answer = api("GET", f"/api/v1/{nouns}?skip={skip}")
        wrong = {"field": "skip", "message": "must be 0 or a positive integer"}
        assert (answer.status, answer.json["details"]) == (400, [wrong])
