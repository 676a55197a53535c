"""CI hooks through the API, and deliveries through the real handlers to deployments and quiet checks."""

import base64
import itertools
import json
from datetime import timedelta, timezone
from typing import Any

import pytest

from lull import clock
from lull.domain.ci_hooks import MAX_HOOKS
from lull.store import due
from lull.use_cases import wake_ups
from tests.api import Api, a_workspace
from tests.deploying import a_component, an_environment
from tests.hooking import a_hook, a_status, deliveries, post, standard_headers

_workspaces = itertools.count(1)


@pytest.fixture
def stack(shared_stack):
    return shared_stack


@pytest.fixture
def workspace_id() -> int:
    return next(_workspaces)


@pytest.fixture
def api(stack, workspace_id, time) -> Api:
    return a_workspace(workspace_id)


@pytest.fixture
def shop(api) -> dict[str, Any]:
    """What is deployed where, with a rule for its repository."""
    project = api.post("/api/projects", {"name": "Shop"})["id"]
    api.post("/api/checks", {"projectId": project, "name": "API", "intervalSeconds": 300})
    component, environment = a_component(api, projectId=project), an_environment(api)
    return {"repository": "acme/shop", "componentId": component, "environments": [], "environment": environment}


def rule(shop, **changes):
    return {name: value for name, value in {**shop, **changes}.items() if name != "environment"}


def only(api: Api) -> Any:
    (found,) = api.get("/api/v1/deployments")["data"]
    return found


def check_status(api: Api) -> str:
    (check,) = api.get("/api/checks")["items"]
    return str(check["status"])


def test_a_hook_shows_its_secret_once_and_is_changed_and_deleted(api, shop):
    made = api.post("/api/v1/hooks", {"name": "Shop", "provider": "github", "rules": [rule(shop)]})
    assert len(made["id"]) == 32
    assert made["path"] == f"/hooks/{made['id']}"
    assert (made["scheme"], made["enabled"], made["oldSecretExpiresAt"]) == ("hmac", True, None)
    secret = made.pop("secret")
    assert len(secret) == 40
    assert api.get(f"/api/v1/hooks/{made['id']}") == made
    assert api.get("/api/v1/hooks") == {"data": [made], "total": 1, "skip": 0, "take": 20}
    changed = api.patch(f"/api/v1/hooks/{made['id']}", {"name": "Other", "rules": []})
    assert changed == {**made, "name": "Other", "rules": []}
    assert secret not in str([changed, api.get("/api/v1/hooks")])
    api.delete(f"/api/v1/hooks/{made['id']}")
    assert api("GET", f"/api/v1/hooks/{made['id']}").status == 404
    assert api.get("/api/v1/hooks")["total"] == 0


WRONG = [
    ({"provider": "bitbucket"}, "provider"),
    ({"scheme": "signing"}, "scheme"),
    ({"secret": "short"}, "secret"),
    ({"secret": "long enough but ünprintable"}, "secret"),
    ({"rules": [{"repository": "a/b", "componentId": "x"}]}, "rules.0.componentId"),
    ({"rules": [{"repository": "a/b", "componentId": "0" * 8 + "-0000-4000-8000-" + "0" * 12}]}, "rules.0.componentId"),
    ({"rules": [{"componentId": "550e8400-e29b-41d4-a716-446655440001"}]}, "rules.0.repository"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG)
def test_a_field_that_is_wrong_is_named(api, wrong, field):
    answer = api("POST", "/api/v1/hooks", {"name": "Shop", "provider": "github", **wrong})
    assert (answer.status, [each["field"] for each in answer.json["details"]]) == (400, [field])


def test_rules_that_do_not_go_with_the_provider_are_refused(api, shop):
    environment = [{"pattern": "prod", "environmentId": shop["environment"]}]
    for provider, changes, field in (
        ("gitlab", {"path": "deploy"}, "rules.0.path"),
        ("standard", {"source": "runs"}, "rules.0.source"),
        ("github", {"source": "runs", "environments": environment}, "rules.0.environments"),
    ):
        body = {"name": "x", "provider": provider, "rules": [rule(shop, **changes)]}
        answer = api("POST", "/api/v1/hooks", body)
        assert (answer.status, answer.json["details"][0]["field"]) == (400, field)
    assert answer.json["details"][0]["message"] == "must be one entry with the pattern *: runs name no environment"
    elsewhere = [{"pattern": "*", "environmentId": shop["componentId"]}]
    answer = api(
        "POST", "/api/v1/hooks", {"name": "x", "provider": "github", "rules": [rule(shop, environments=elsewhere)]}
    )
    assert answer.json["details"][0]["field"] == "rules.0.environments.0.environmentId"


def test_a_workspace_has_so_many_hooks(api):
    for _ in range(MAX_HOOKS):
        a_hook(api)
    assert api("POST", "/api/v1/hooks", {"name": "x", "provider": "github"}).status == 409
    page = api.get("/api/v1/hooks?skip=98&take=20")
    assert (len(page["data"]), page["total"]) == (2, MAX_HOOKS)
    api.delete(f"/api/v1/hooks/{page['data'][0]['id']}")
    a_hook(api)


def test_the_hook_of_another_workspace_is_not_there(api):
    hook, other = a_hook(api), a_workspace(next(_workspaces))
    for method, rest in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/rotate-secret"),
        ("GET", "/deliveries"),
    ):
        assert other(method, f"/api/v1/hooks/{hook.id}{rest}", {} if method == "PATCH" else None).status == 404


def test_a_deployment_of_github_appears_moves_and_keeps_checks_quiet(api, stack, shop, time, workspace_id):
    hook = a_hook(api, rules=[rule(shop)])
    answer = hook.github("ping", {"zen": "Keep it logically awesome."})
    assert (answer.status, answer.json["outcome"]) == (200, "pong")
    begun = time.at - timedelta(minutes=2)
    assert hook.github("deployment", {**a_status("", at=begun), "deployment_status": None}).status == 202
    stack.drain()
    pending = only(api)
    assert (pending["status"], pending["version"], pending["componentName"]) == ("pending", "9fceb02", "checkout")
    assert (pending["deployedBy"], pending["ref"]) == ("octocat", "main")
    assert pending["metadata"] == {"externalId": "github:42:1", "repository": "acme/shop"}
    hook.github("deployment_status", a_status("in_progress", at=begun))
    stack.drain()
    running = only(api)
    assert (running["status"], running["link"]) == ("in_progress", "https://github.com/acme/shop/runs/1")
    assert check_status(api) == "PAUSED"
    hook.github("deployment_status", a_status("success", at=begun + timedelta(minutes=1)))
    stack.drain()
    done = only(api)
    ended = (begun + timedelta(minutes=1)).replace(microsecond=0)
    assert (done["status"], done["finishedAt"]) == ("succeeded", ended.isoformat().replace("+00:00", "Z"))
    assert check_status(api) == "RESUMED"
    (row,) = api.get("/api/v1/deployments/matrix")
    assert row["environments"]["production"]["version"] == "9fceb02"
    hook.github("deployment_status", a_status("inactive", at=time.at))
    stack.drain()
    assert only(api)["status"] == "succeeded"
    assert sorted(str(verdict) for verdict, _ in deliveries(api, hook)) == ["applied"] * 3 + ["ignored"]
    assert [each for each in due.list_due(until=time.at) if each.workspace_id == workspace_id] == []


def test_what_comes_twice_is_applied_once(api, stack, shop, time):
    hook = a_hook(api, rules=[rule(shop)])
    for outcome in ("received", "duplicate", "duplicate"):
        answer = hook.github("deployment_status", a_status("success", at=time.at), delivery="same")
        assert answer.json["outcome"] == outcome
        stack.drain()
    hook.github("deployment_status", a_status("success", at=time.at), delivery="other")
    stack.drain()
    assert only(api)["status"] == "succeeded"
    assert sorted(str(verdict) for verdict, _ in deliveries(api, hook)) == ["applied", "duplicate"]
    events = api.get(f"/api/v1/deployments/{only(api)['id']}/events")
    told = [(each["kind"], each["status"]) for each in events if each["kind"] != "quiet"]
    assert told == [("created", "pending"), ("status", "in_progress"), ("status", "succeeded")]
    assert len({each["at"] for each in events if each["kind"] == "status"}) == 1


def test_what_is_told_of_a_component_that_was_deleted_is_kept_and_nothing_begins_there(api, stack, shop, time):
    hook = a_hook(api, rules=[rule(shop)])

    def heard(state: str, deployment: int = 1, attempt: int = 1) -> str | None:
        time.passes(seconds=1)
        told = a_status(state, at=time.at, deployment=deployment) | {"workflow_run": {"run_attempt": attempt}}
        assert hook.github("deployment_status", told).status == 202
        stack.drain()
        return deliveries(api, hook)[0][0]

    assert [heard("failure"), heard("success", 2), heard("success", 3)] == ["applied"] * 3
    api.patch(f"/api/v1/hooks/{hook.id}", {"rules": []})
    api.delete(f"/api/v1/components/{shop['componentId']}")
    assert heard("in_progress", attempt=2) == "ignored"
    assert [heard("success", attempt=2), heard("failure", 2), heard("success", 3)] == ["applied"] * 3
    assert wake_ups.redrive_overdue(at=time.at) == 0
    statuses = sorted(each["status"] for each in api.get("/api/v1/deployments")["data"])
    assert statuses == ["failed", "succeeded", "succeeded"]


def test_what_no_rule_is_for_is_kept_and_replayed_once_there_is_one(api, stack, shop, time):
    hook = a_hook(api)
    hook.github("deployment_status", a_status("success", at=time.at))
    stack.drain()
    assert deliveries(api, hook) == [("unmapped", "no rule is for deployments of acme/shop")]
    (delivery,) = api.get(f"/api/v1/hooks/{hook.id}/deliveries")["data"]
    assert (delivery["repository"], delivery["environment"], delivery["status"]) == (
        "acme/shop",
        "production",
        "succeeded",
    )
    replay = f"/api/v1/hooks/{hook.id}/deliveries/{delivery['id']}/replay"
    api.post(replay)
    stack.drain()
    assert deliveries(api, hook)[0][0] == "unmapped"
    api.patch(f"/api/v1/hooks/{hook.id}", {"rules": [rule(shop)]})
    time.passes(days=3)
    assert api.post(replay)["verdict"] is None
    stack.drain()
    assert deliveries(api, hook) == [("applied", None)]
    assert only(api)["status"] == "succeeded"
    assert api("POST", replay).status == 409
    time.passes(days=12)
    assert api.get(f"/api/v1/hooks/{hook.id}/deliveries")["data"] == []
    assert api("POST", replay).status == 404


def test_a_delivery_that_the_stream_lost_is_found_by_the_sweep(api, stack, shop, time):
    hook = a_hook(api, rules=[rule(shop)])
    hook.github("deployment_status", a_status("success", at=time.at))
    assert wake_ups.redrive_overdue(at=time.at) >= 1
    stack.drain()
    assert only(api)["status"] == "succeeded"


def test_deliveries_are_listed_a_page_at_a_time(api, stack, time):
    hook = a_hook(api)
    for number in range(5):
        time.passes(seconds=1)
        hook.github("deployment_status", a_status("inactive", at=time.at), delivery=f"n{number}")
    page = api.get(f"/api/v1/hooks/{hook.id}/deliveries?skip=1&take=2")
    assert ([each["senderId"] for each in page["data"]], page["hasMore"]) == (["n3", "n2"], True)
    assert api.get(f"/api/v1/hooks/{hook.id}/deliveries?skip=3&take=2")["hasMore"] is False


RULES = [
    # What a rule says, and whether acme/shop in `production` of the environments staging and production is for it.
    ({"repository": "acme/shop"}, "production"),
    ({"repository": "ACME/Shop"}, "production"),
    ({"repository": "acme/*"}, "production"),
    ({"repository": "42"}, "production"),
    ({"repository": "43"}, None),
    ({"repository": "acme/blog"}, None),
    ({"repository": "*", "path": ".github/workflows/deploy.yml"}, "production"),
    ({"repository": "*", "path": "*/test.yml"}, None),
    ({"repository": "*", "environments": "prod*"}, "staging"),
    ({"repository": "*", "environments": "PRODUCTION"}, "staging"),
    ({"repository": "*", "environments": "review/*"}, "production"),
    ({"repository": "*", "source": "runs", "environments": "*"}, None),
]


def test_which_rule_is_for_what(api, stack, shop, time):
    staging = an_environment(api, "staging")
    for number, (changes, expected) in enumerate(RULES):
        said: Any = dict(changes)
        if pattern := said.pop("environments", None):
            said["environments"] = [{"pattern": pattern, "environmentId": staging}]
        hook = a_hook(api, rules=[rule(shop, **said)])
        run = {"run_attempt": 1, "path": ".github/workflows/deploy.yml", "actor": {"login": "hubot"}}
        hook.github("deployment_status", a_status("success", at=time.at, deployment=number + 1, workflow_run=run))
        stack.drain()
        ((verdict, _),) = deliveries(api, hook)
        assert verdict == ("applied" if expected else "unmapped"), changes
        if expected:
            newest = api.get("/api/v1/deployments?take=1")["data"][0]
            assert (newest["environmentName"], newest["deployedBy"]) == (expected, "hubot"), changes
        time.passes(seconds=1)


def test_the_first_rule_that_names_the_environment_goes_before_those_that_do_not(api, stack, shop, time):
    other = a_component(api, "blog")
    named = [{"pattern": "prod*", "environmentId": shop["environment"]}]
    hook = a_hook(api, rules=[rule(shop), rule(shop, componentId=other, environments=named)])
    hook.github("deployment_status", a_status("success", at=time.at))
    stack.drain()
    assert only(api)["componentName"] == "blog"


def test_a_run_of_a_workflow_is_a_deployment_where_a_rule_says_so(api, stack, shop, time):
    anywhere = [{"pattern": "*", "environmentId": shop["environment"]}]
    path = ".github/workflows/deploy.yml"
    hook = a_hook(api, rules=[rule(shop, source="runs", path=path, environments=anywhere)])
    at = time.at.isoformat()
    run = {
        "id": 9,
        "run_attempt": 1,
        "path": path,
        "head_sha": "9fceb02d0ae598e95dc970b74767f19372d61af8",
        "head_branch": "v2.4.1",
        "event": "push",
        "run_started_at": at,
        "updated_at": at,
        "head_commit": {"timestamp": "2026-03-01T12:00:00Z"},
        "triggering_actor": {"login": "octocat"},
        "html_url": "https://github.com/acme/shop/actions/runs/9",
        "head_repository": {"id": 42},
    }
    about = {"repository": {"id": 42, "full_name": "acme/shop"}}

    def tell(action: str, **changes: Any) -> int:
        return hook.github("workflow_run", {**about, "action": action, "workflow_run": {**run, **changes}}).status

    assert [tell("requested"), tell("in_progress")] == [202, 202]
    stack.drain()
    assert (only(api)["status"], only(api)["version"], only(api)["commitTimestamp"]) == (
        "in_progress",
        "v2.4.1",
        "2026-03-01T12:00:00Z",
    )
    tell("completed", conclusion="cancelled")
    stack.drain()
    assert (only(api)["status"], only(api)["reason"]) == ("failed", "cancelled")
    tell("in_progress", run_attempt=2)
    stack.drain()
    assert (only(api)["status"], only(api)["attempt"]) == ("in_progress", 2)
    tell("completed", conclusion="success", run_attempt=2)
    # Neither another workflow nor the same file in a fork or a pull request.
    tell("completed", id=10, path=".github/workflows/test.yml", conclusion="success")
    tell("completed", id=11, head_repository={"id": 43}, conclusion="success")
    tell("completed", id=12, event="pull_request", conclusion="success")
    stack.drain()
    assert only(api)["status"] == "succeeded"
    verdicts = [str(verdict) for verdict, _ in deliveries(api, hook)]
    assert (verdicts.count("ignored"), verdicts.count("unmapped"), len(verdicts)) == (3, 1, 8)


def test_a_run_that_is_only_announced_leaves_nothing(api, stack, shop, time):
    anywhere = [{"pattern": "*", "environmentId": shop["environment"]}]
    hooks = {
        name: a_hook(api, name, rules=[rule(shop, source="runs", environments=anywhere)])
        for name in ("github", "gitlab")
    }
    about = {"repository": {"id": 42, "full_name": "acme/shop"}}

    def tell(action: str, **run: Any) -> None:
        told = {**about, "action": action, "workflow_run": {"run_attempt": 1, **run}}
        assert hooks["github"].github("workflow_run", told).status == 202

    def tell_of_pipeline(number: int, status: str) -> None:
        pipeline = {"id": number, "status": status, "ref": "main"}
        told = {"object_kind": "pipeline", "project": GITLAB["project"], "object_attributes": pipeline}
        assert hooks["gitlab"].gitlab(told).status == 202

    stories = [["requested"], *(["requested", each] for each in ("skipped", "neutral", "stale", "action_required"))]
    orders = [order for story in stories for order in itertools.permutations(story)]
    for number, order in enumerate(orders, 1):
        for said in order:
            tell("requested", id=number) if said == "requested" else tell("completed", id=number, conclusion=said)
    waiting = ["created", "waiting_for_resource", "preparing", "pending", "scheduled", "manual"]
    for number, statuses in enumerate([waiting, [*waiting, "skipped"], ["skipped", *waiting]], 1):
        for status in statuses:
            tell_of_pipeline(number, status)
    stack.drain()
    assert api.get("/api/v1/deployments")["data"] == []
    # Nor does another attempt that never runs make a failed one wait for ever.
    tell("completed", id=99, conclusion="failure")
    tell("requested", id=99, run_attempt=2)
    tell("completed", id=99, conclusion="skipped", run_attempt=2)
    stack.drain()
    assert (only(api)["status"], only(api)["attempt"]) == ("failed", 1)


GITLAB = {
    "object_kind": "deployment",
    "status": "running",
    "status_changed_at": "2021-04-28 21:50:00 +0200",
    "deployment_id": 15,
    "deployable_id": 796,
    "deployable_url": "https://gitlab.example/acme/shop/-/jobs/796",
    "environment": "production",
    "project": {"id": 30, "path_with_namespace": "acme/shop", "web_url": "https://gitlab.example/acme/shop"},
    "short_sha": "279484c0",
    "user": {"username": "root"},
    "commit_url": "https://gitlab.example/acme/shop/-/commit/279484c09fbe69ededfced8c1bb6e6d24616b468",
    "commit_title": "Add new file",
    "ref": "main",
}


def test_a_deployment_of_gitlab(api, stack, shop, time):
    hook = a_hook(api, "gitlab", rules=[rule(shop)])
    berlin = time.at.astimezone(timezone(timedelta(hours=2)))
    changed_at = f"{berlin - timedelta(minutes=1):%Y-%m-%d %H:%M:%S %z}"
    hook.gitlab({**GITLAB, "status_changed_at": changed_at})
    stack.drain()
    found = only(api)
    assert (found["status"], found["version"], found["commitSha"], found["deployedBy"], found["link"]) == (
        "in_progress",
        "279484c0",
        "279484c09fbe69ededfced8c1bb6e6d24616b468",
        "root",
        "https://gitlab.example/acme/shop/-/jobs/796",
    )
    assert found["startedAt"] == f"{time.at - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
    assert found["metadata"]["externalId"] == "gitlab:https://gitlab.example:30:15"
    hook.gitlab({**GITLAB, "status": "success", "status_changed_at": f"{berlin:%Y-%m-%d %H:%M:%S %z}"})
    hook.gitlab({**GITLAB, "status": "failed", "deployment_id": 16}, **{"x-gitlab-instance": "https://other.example"})
    stack.drain()
    statuses = {each["metadata"]["externalId"]: each["status"] for each in api.get("/api/v1/deployments")["data"]}
    assert statuses == {
        "gitlab:https://gitlab.example:30:15": "succeeded",
        "gitlab:https://other.example:30:16": "failed",
    }


def test_a_pipeline_of_gitlab_is_a_deployment_where_a_rule_says_so(api, stack, shop):
    anywhere = [{"pattern": "*", "environmentId": shop["environment"]}]
    hook = a_hook(api, "gitlab", rules=[rule(shop, source="runs", path="Deploy*", environments=anywhere)])
    pipeline = {"id": 31, "name": "Deploy shop", "ref": "v2.0", "tag": True, "sha": "bcbb5ec3" * 5, "status": "running"}
    about = {
        "object_kind": "pipeline",
        "project": GITLAB["project"],
        "commit": {"timestamp": "2021-04-28T12:00:00+02:00"},
    }
    assert hook.gitlab({**about, "object_attributes": pipeline}).status == 202
    hook.gitlab({**about, "object_attributes": {**pipeline, "id": 32, "source": "merge_request_event"}})
    hook.gitlab({**about, "object_attributes": {**pipeline, "id": 33, "name": "Test"}})
    stack.drain()
    assert (only(api)["status"], only(api)["version"]) == ("in_progress", "v2.0")
    ended = {**pipeline, "status": "canceled", "finished_at": "2021-04-28 12:05:00 UTC"}
    hook.gitlab({**about, "object_attributes": ended})
    stack.drain()
    assert (only(api)["status"], only(api)["reason"]) == ("failed", "cancelled")
    # Where no rule asks for runs, they are nothing that is kept.
    assert a_hook(api, "gitlab", rules=[rule(shop)]).gitlab({**about, "object_attributes": pipeline}).status == 204


def test_whatever_speaks_standard_webhooks(api, stack, shop, time):
    hook = a_hook(api, "standard")
    facts = {"commitSha": "9FCEB02", "deployedBy": "argo", "link": "https://argo.example/1", "attempt": 1}
    hook.deployment("started", **facts)
    stack.drain()
    found = only(api)
    assert (found["status"], found["version"], found["commitSha"], found["deployedBy"]) == (
        "in_progress",
        "v1",
        "9fceb02",
        "argo",
    )
    hook.deployment("failed")
    hook.deployment("started", attempt=2)
    hook.deployment("succeeded", attempt=2)
    ids = {"componentId": shop["componentId"], "environmentId": shop["environment"]}
    hook.deployment("started", externalId=2, **ids)
    hook.deployment("started", externalId="3", component="nobody")
    hook.deployment("started", externalId="4", environment="nowhere")
    stack.drain()
    assert {reason for _, reason in deliveries(api, hook) if reason} == {
        "no environment is called nowhere, and no rule says which it is",
        "no rule is for deployments of nobody",
    }
    found = {each["metadata"]["externalId"].rpartition(":")[2]: each for each in api.get("/api/v1/deployments")["data"]}
    assert {name: (each["status"], each["attempt"]) for name, each in found.items()} == {
        "1": ("succeeded", 2),
        "2": ("in_progress", 1),
    }
    assert hook.standard({"type": "invoice.paid", "data": {}}).status == 204


def test_a_gitlab_hook_may_sign(api, stack, shop, time):
    hook = a_hook(api, "gitlab", rules=[rule(shop)], scheme="signing", secret="a word that GitLab made up")
    body = json.dumps(GITLAB).encode()
    encoded = "whsec_" + base64.b64encode(hook.secret.encode()).decode()
    assert post(hook.id, body, **{"x-gitlab-token": hook.secret}).status == 401
    assert post(hook.id, body, **standard_headers(encoded, "m1", time.at, body)).status == 202


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_any_other_method_is_answered_in_the_one_shape(shared_stack, method):
    answer = post("abc", b"", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert answer.json == {"statusCode": 405, "message": "this path answers POST", "error": "Method Not Allowed"}


def test_a_wrong_signature_is_refused_and_seen_once_a_minute(api, shop, time):
    hook = a_hook(api, rules=[rule(shop)])
    for _ in range(3):
        answer = hook.github("ping", {}, **{"x-hub-signature-256": "sha256=" + "0" * 64})
        assert answer.status == 401
        assert set(answer.json) == {"statusCode", "message", "error"}
    assert deliveries(api, hook) == [("rejected", "X-Hub-Signature-256 is not the signature of this body")]
    time.passes(minutes=1)
    hook.github("ping", {}, **{"x-hub-signature-256": ""})
    assert deliveries(api, hook)[0] == ("rejected", "there is no X-Hub-Signature-256")
    assert post("0" * 32, b"{}").status == post("x", b"{}").status == 404
    api.patch(f"/api/v1/hooks/{hook.id}", {"enabled": False})
    assert hook.github("ping", {}).status == 404


def test_two_secrets_are_valid_while_one_takes_the_place_of_the_other(api, time):
    hook = a_hook(api)

    def accepted(secret: str) -> bool:
        return type(hook)(hook.id, "github", secret).github("ping", {}).status == 200

    first = hook.secret
    second = api.post(f"/api/v1/hooks/{hook.id}/rotate-secret")["secret"]
    assert (accepted(first), accepted(second)) == (True, True)
    time.passes(hours=23, minutes=59)
    assert (accepted(first), accepted(second)) == (True, True)
    time.passes(minutes=1)
    assert (accepted(first), accepted(second)) == (False, True)
    until = time.after(minutes=5)
    rotated = api.post(f"/api/v1/hooks/{hook.id}/rotate-secret", {"secret": "of the provider's", "expireOldAt": until})
    assert (rotated["secret"], accepted(second), accepted("of the provider's")) == ("of the provider's", True, True)
    time.passes(minutes=5)
    assert (accepted(second), accepted("of the provider's")) == (False, True)
    third = api.post(f"/api/v1/hooks/{hook.id}/rotate-secret", {"expireOldAt": clock.now().isoformat()})["secret"]
    assert (accepted("of the provider's"), accepted(third)) == (False, True)
    path = f"/api/v1/hooks/{hook.id}/rotate-secret"
    assert api("POST", path, {"secret": third}).status == 409
    assert api("POST", path, {"expireOldAt": time.after(days=31)}).status == 400


def test_the_api_reads_like_the_hook_it_made(api, shop):
    """Whoever may only look sees rules and deliveries, and never a secret."""
    hook = a_hook(api, rules=[rule(shop)])
    key = api.post("/api/api-keys", {"name": "viewer", "role": "viewer"})["key"]
    viewer = Api(key)
    assert viewer.get(f"/api/v1/hooks/{hook.id}")["rules"][0]["repository"] == "acme/shop"
    assert hook.secret not in str(viewer.get("/api/v1/hooks"))
    assert viewer("POST", f"/api/v1/hooks/{hook.id}/rotate-secret").status == 403
