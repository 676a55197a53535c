"""CI trusts over HTTP: what admins may write, and what they get back."""

import json
from itertools import count
from typing import Any

import pytest

from tests.api import Api, a_workspace
from tests.deploying import a_component, an_environment

PATH = "/api/v1/ci-trusts"
GITHUB = {"name": "Shop", "provider": "github", "repositoryId": "123"}
GITLAB = {"name": "Shop", "provider": "gitlab", "projectId": "456"}
UUID = "2f1c0a9e-6a0b-4c4b-9a44-0d3d9a6f1b11"
WHOLE: dict[str, Any] = {
    **GITHUB,
    "issuer": "https://ci.example",
    "repository": "acme/shop",
    "environments": ["production", "prod/eu"],
    "refs": ["refs/heads/main", "refs/tags/v*"],
    "workflowRefs": ["acme/shop/.github/workflows/deploy.yml@refs/heads/main"],
    "requireProtectedRef": False,
    "projectIds": [],
    "enabled": False,
}
_workspaces = count(1)


@pytest.fixture
def admin(shared_stack, monkeypatch) -> Api:
    """Of a workspace of its own, in an installation that takes one issuer more."""
    further = [{"issuer": "https://ci.example", "provider": "github"}]
    monkeypatch.setenv("CI_ISSUERS", json.dumps(further))
    return a_workspace(next(_workspaces))


def test_a_record_has_all_that_was_said_and_the_issuer_of_its_provider(admin):
    made = admin.post(PATH, GITHUB)
    assert made == admin.get(f"{PATH}/{made['id']}")
    created_at, trust_id = made.pop("createdAt"), made.pop("id")
    assert isinstance(trust_id, int)
    assert created_at
    assert made == {
        **GITHUB,
        "issuer": "https://token.actions.githubusercontent.com",
        "projectId": None,
        "repository": None,
        **{name: [] for name in WHOLE if isinstance(WHOLE[name], list)},
        "componentIds": [],
        "environmentIds": [],
        "requireProtectedRef": False,
        "enabled": True,
        "lastUsedAt": None,
    }
    gitlab = admin.post(PATH, {**GITLAB, "requireProtectedRef": True})
    assert (gitlab["issuer"], gitlab["projectId"], gitlab["repositoryId"]) == ("https://gitlab.com", "456", None)
    said = {**WHOLE, "componentIds": [a_component(admin)], "environmentIds": [an_environment(admin)]}
    whole = admin.post(PATH, said)
    assert {name: whole[name] for name in said} == said


def test_records_are_listed_by_id_a_page_at_a_time(admin):
    ids = [admin.post(PATH, {**GITHUB, "name": name})["id"] for name in "ABC"]
    everything = admin.get(PATH)
    assert [each["id"] for each in everything["data"]] == ids
    assert (everything["total"], everything["skip"], everything["take"]) == (3, 0, 20)
    page = admin.get(f"{PATH}?skip=1&take=1")
    assert ([each["id"] for each in page["data"]], page["total"]) == ([ids[1]], 3)
    assert admin.get(f"{PATH}?skip=9")["data"] == []
    assert admin("GET", f"{PATH}?take=101").status == 400


def test_a_change_says_only_what_changes(admin):
    path = f"{PATH}/{admin.post(PATH, WHOLE)['id']}"
    before = admin.get(path)
    changed = admin.patch(path, {"refs": [], "repository": None, "enabled": True})
    assert changed == {**before, "refs": [], "repository": None, "enabled": True}
    assert admin.get(path) == changed


def test_what_a_record_names_exists_in_its_workspace_and_may_go_later(admin):
    stranger = a_workspace(next(_workspaces))
    component, environment, foreign = a_component(admin), an_environment(admin), a_component(stranger)
    answer = admin("POST", PATH, {**GITHUB, "componentIds": [component, foreign], "environmentIds": [foreign]})
    assert answer.json["details"] == [
        {"field": "componentIds.1", "message": f"there is no component {foreign}"},
        {"field": "environmentIds.0", "message": f"there is no environment {foreign}"},
    ]
    made = admin.post(PATH, {**GITHUB, "componentIds": [component], "environmentIds": [environment]})
    for path in (f"components/{component}", f"environments/{environment}"):
        assert admin("DELETE", f"/api/v1/{path}").status == 204
    path = f"{PATH}/{made['id']}"
    assert admin.patch(path, {"name": "Till", "componentIds": [component]})["environmentIds"] == [environment]
    assert admin("PATCH", path, {"componentIds": [foreign]}).status == 400


def test_a_record_that_is_deleted_is_gone(admin):
    path = f"{PATH}/{admin.post(PATH, GITHUB)['id']}"
    assert admin("DELETE", path).status == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert admin(method, path, {"enabled": True} if method == "PATCH" else None).status == 404
    assert admin.get(PATH)["total"] == 0


def test_a_record_of_another_workspace_reads_like_none(admin):
    path = f"{PATH}/{admin.post(PATH, GITHUB)['id']}"
    stranger = a_workspace(next(_workspaces))
    for method in ("GET", "PATCH", "DELETE"):
        assert stranger(method, path, {"enabled": False} if method == "PATCH" else None).status == 404
    assert admin.get(path)["enabled"] is True


def test_a_workspace_has_only_so_many_records(admin, monkeypatch):
    monkeypatch.setattr("lull.store.ci_trusts.MAX_TRUSTS", 3)
    made = [admin.post(PATH, GITHUB)["id"] for _ in range(3)]
    assert admin("POST", PATH, GITHUB).status == 409
    admin.delete(f"{PATH}/{made[0]}")
    assert admin("POST", PATH, GITHUB).status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Shop", "provider": "github"}, "repositoryId"),
        ({"name": "Shop", "provider": "gitlab"}, "projectId"),
        ({**GITHUB, "projectId": "1"}, "projectId"),
        ({**GITLAB, "repositoryId": "1"}, "repositoryId"),
        ({**GITHUB, "repositoryId": 123}, "repositoryId"),
        ({**GITHUB, "repositoryId": "0123"}, "repositoryId"),
        ({**GITHUB, "repositoryId": "acme/shop"}, "repositoryId"),
        ({**GITHUB, "repositoryId": "123\n"}, "repositoryId"),
        ({**GITHUB, "repositoryId": ""}, "repositoryId"),
        ({**GITHUB, "provider": "bitbucket"}, "provider"),
        ({**GITHUB, "name": None}, "name"),
        ({**GITHUB, "issuer": "https://evil.example"}, "issuer"),
        ({**GITHUB, "issuer": "https://gitlab.com"}, "issuer"),
        ({**GITHUB, "issuer": "https://token.actions.githubusercontent.com/"}, "issuer"),
        ({**GITHUB, "issuer": "http://token.actions.githubusercontent.com"}, "issuer"),
        ({**GITHUB, "requireProtectedRef": True}, "requireProtectedRef"),
        ({**GITHUB, "refs": ["main"]}, "refs.0"),
        ({**GITHUB, "refs": ["refs/heads/main", "refs/*/main"]}, "refs.1"),
        ({**GITHUB, "refs": ["*"]}, "refs.0"),
        ({**GITHUB, "refs": ["refs/heads/a b"]}, "refs.0"),
        ({**GITHUB, "refs": ["refs/heads/main\n"]}, "refs.0"),
        ({**GITHUB, "refs": "refs/heads/main"}, "refs"),
        ({**GITHUB, "refs": ["refs/heads/x"] * 51}, "refs"),
        ({**GITHUB, "workflowRefs": ["*"]}, "workflowRefs.0"),
        ({**GITHUB, "workflowRefs": ["a*b"]}, "workflowRefs.0"),
        ({**GITHUB, "environments": [""]}, "environments.0"),
        ({**GITHUB, "componentIds": [1]}, "componentIds.0"),
        ({**GITHUB, "environmentIds": ["production"]}, "environmentIds.0"),
        ({**GITHUB, "componentIds": [UUID]}, "componentIds.0"),
        ({**GITHUB, "environmentIds": [UUID]}, "environmentIds.0"),
        ({**GITHUB, "projectIds": [999_999]}, "projectIds.0"),
        ({**GITHUB, "projectIds": ["1"]}, "projectIds.0"),
        ({**GITHUB, "enabled": None}, "enabled"),
        ({**GITHUB, "sub": "repo:acme/shop:*"}, "sub"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_field(admin, body, field):
    answer = admin("POST", PATH, body)
    assert (answer.status, [each["field"] for each in answer.json["details"]]) == (400, [field])
    assert admin.get(PATH)["total"] == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"repositoryId": "1"}, "repositoryId"),
        ({"issuer": "https://ci.example"}, "issuer"),
        ({"provider": "gitlab"}, "provider"),
        ({"requireProtectedRef": True}, "requireProtectedRef"),
        ({"refs": ["x"]}, "refs.0"),
        ({"refs": None}, "refs"),
        ({"projectIds": [999_999]}, "projectIds.0"),
        ({"componentIds": [UUID]}, "componentIds.0"),
        ({"environmentIds": [UUID]}, "environmentIds.0"),
    ],
)
def test_a_change_that_breaks_a_rule_changes_nothing(admin, change: dict[str, Any], field):
    path = f"{PATH}/{admin.post(PATH, GITHUB)['id']}"
    before = admin.get(path)
    answer = admin("PATCH", path, change)
    assert (answer.status, [each["field"] for each in answer.json["details"]]) == (400, [field])
    assert admin.get(path) == before
