"""Applications over HTTP: section 8 of the semantics; their secrets, which are kept elsewhere."""

import itertools
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from lull import aws
from lull.domain.applications import Secrets
from lull.domain.credentials import Caller, Role
from lull.domain.errors import StaleWrite
from lull.gateways import secrets
from lull.store import applications as store
from lull.store import due
from lull.store import secret_notes as notes
from lull.use_cases import applications, secret_notes, wake_ups
from schemas.applications import ApplicationIn, ApplicationPatch
from tests.api import Api, a_workspace
from tests.applying import SIGNING_SECRET, UNKNOWN, an_application
from tests.deploying import a_component, an_environment
from tests.killing import Cut

_workspaces = itertools.count(1)
URL = "https://git.example/acme/shop.git"
WEBHOOK = {"kind": "webhook", "url": "https://ci.example/deploy", "secret": SIGNING_SECRET}
BODY: dict[str, Any] = {"name": "Shop", "repository": {"provider": "git", "url": URL}, "executor": {"kind": "none"}}


@pytest.fixture
def api(shared_stack) -> Api:
    return a_workspace(next(_workspaces))


def kept(api: Api) -> dict[str, Any]:
    """Every secret of the workspace, by its name."""
    workspace = api.get("/api/workspace")["id"]
    client = aws.client("secretsmanager")
    names = [each["Name"] for each in client.list_secrets(MaxResults=100)["SecretList"]]
    mine = [name for name in names if name.startswith(f"lull/applications/{workspace}/")]
    return {name: json.loads(client.get_secret_value(SecretId=name)["SecretString"]) for name in mine}


def test_it_is_created_read_listed_changed_and_deleted(api):
    answer = api("POST", "/v1/applications", {**BODY, "name": "Web", "maxDurationSeconds": 600})
    assert (answer.status, list(answer.json)) == (201, ["application"])
    made = answer.json["application"]
    assert {name: value for name, value in made.items() if name not in ("id", "createdAt")} == {
        "name": "Web",
        "repository": {"provider": "git", "url": URL, "branch": None, "hasToken": False},
        "executor": {"kind": "none", "url": None, "environment": None, "project": None, "hasSecret": False},
        "componentId": None,
        "environmentId": None,
        "maxDurationSeconds": 600,
    }
    path = f"/v1/applications/{made['id']}"
    assert api.get(path) == answer.json
    other = api.post("/v1/applications", {**BODY, "name": "api"})["application"]
    assert api.get("/v1/applications") == {"applications": [other, made]}
    changed = api.patch(path, {"name": "WEB", "repository": {"provider": "git", "url": URL, "branch": "main"}})
    assert changed["application"] == {**made, "name": "WEB", "repository": {**made["repository"], "branch": "main"}}
    assert api("DELETE", path).status == 204
    assert api("GET", path).status == 404
    assert api.get("/v1/applications") == {"applications": [other]}


def test_names_are_unique_in_a_workspace_whatever_their_case(api):
    an_application(api, URL, "Shop")
    other = an_application(api, URL, "Other")
    assert api("POST", "/v1/applications", {**BODY, "name": "SHOP"}).status == 409
    assert api("PATCH", other, {"name": "shop"}).status == 409
    assert api("POST", "/v1/applications", {**BODY, "executor": WEBHOOK}).status == 409
    assert kept(api) == {}, "a refused one leaves no secret"
    a_workspace(next(_workspaces)).post("/v1/applications", BODY)


def in_repository(**fields: Any) -> dict[str, Any]:
    return {"repository": {**BODY["repository"], **fields}}


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "x" * 256}, "name"),
    ({"name": None}, "name"),
    ({"repository": None}, "repository"),
    ({"repository": {}}, "repository.provider"),
    ({"repository": {"provider": "git"}}, "repository.url"),
    (in_repository(provider="svn"), "repository.provider"),
    (in_repository(url="git@github.com:acme/shop.git"), "repository.url"),
    (in_repository(url="ftp://git.example/shop"), "repository.url"),
    (in_repository(url="http://git.example/shop.git"), "repository.url"),
    (in_repository(url="https://me:pw@git.example/shop.git"), "repository.url"),
    (in_repository(url="https://git.example/shop.git?x=1"), "repository.url"),
    (in_repository(url="https://git.example/shop.git#x"), "repository.url"),
    (in_repository(url="https://127.0.0.1/shop.git"), "repository.url"),
    (in_repository(url="https://10.1.2.3/shop.git"), "repository.url"),
    (in_repository(url="https://169.254.169.254/latest"), "repository.url"),
    (in_repository(url="https://[::1]/shop.git"), "repository.url"),
    (in_repository(url="https://2130706433/shop.git"), "repository.url"),
    (in_repository(url="https://x/" + "x" * 2048), "repository.url"),
    (in_repository(provider="github", url="https://github.com/acme"), "repository.url"),
    (in_repository(provider="github", url="https://github.com/acme/../shop"), "repository.url"),
    (in_repository(provider="github", url="https://github.com/a/b/c"), "repository.url"),
    (in_repository(provider="gitlab", url="https://gitlab.com/a b/shop"), "repository.url"),
    (in_repository(branch=""), "repository.branch"),
    (in_repository(branch="refs/heads/main"), "repository.branch"),
    (in_repository(branch="a..b"), "repository.branch"),
    (in_repository(branch="a b"), "repository.branch"),
    (in_repository(branch="a\nref-prefix x"), "repository.branch"),
    (in_repository(branch="x" * 256), "repository.branch"),
    (in_repository(branch=7), "repository.branch"),
    (in_repository(token=""), "repository.token"),
    (in_repository(token="a b"), "repository.token"),
    (in_repository(token="a\r\nx: y"), "repository.token"),
    (in_repository(token="é"), "repository.token"),
    (in_repository(hasToken=True), "repository.hasToken"),
    ({"executor": None}, "executor"),
    ({"executor": {}}, "executor.kind"),
    ({"executor": {"kind": "ftp"}}, "executor.kind"),
    ({"executor": {"kind": "none", "url": "https://x.example"}}, "executor.url"),
    ({"executor": {"kind": "webhook", "secret": SIGNING_SECRET}}, "executor.url"),
    ({"executor": {**WEBHOOK, "url": "http://ci.example/deploy"}}, "executor.url"),
    ({"executor": {**WEBHOOK, "url": "https://192.168.1.1/"}}, "executor.url"),
    ({"executor": {**WEBHOOK, "token": "x"}}, "executor.token"),
    ({"executor": {**WEBHOOK, "project": "lull-x"}}, "executor.project"),
    ({"executor": {"kind": "webhook", "url": "https://ci.example"}}, "executor.secret"),
    ({"executor": {**WEBHOOK, "secret": "hunter2"}}, "executor.secret"),
    ({"executor": {**WEBHOOK, "secret": "whsec_c2hvcnQ="}}, "executor.secret"),
    ({"executor": {"kind": "github", "token": "x"}}, "executor.url"),
    ({"executor": {"kind": "github", "url": "https://github.com/acme/shop"}}, "executor.token"),
    ({"executor": {"kind": "github", "url": "https://github.com/acme", "token": "x"}}, "executor.url"),
    ({"executor": {"kind": "github", "url": "https://github.com/a/b/c", "token": "x"}}, "executor.url"),
    ({"executor": {"kind": "gitlab", "token": "x"}}, "executor.url"),
    ({"executor": {"kind": "gitlab", "url": "https://gitlab.com/a/b", "environment": "x"}}, "executor.environment"),
    ({"executor": {"kind": "codebuild"}}, "executor.project"),
    ({"executor": {"kind": "codebuild", "project": "a b"}}, "executor.project"),
    ({"executor": {"kind": "none", "hasSecret": False}}, "executor.hasSecret"),
    ({"componentId": UNKNOWN}, "environmentId"),
    ({"environmentId": UNKNOWN}, "componentId"),
    ({"componentId": UNKNOWN, "environmentId": UNKNOWN}, "componentId"),
    ({"componentId": "7", "environmentId": UNKNOWN}, "componentId"),
    ({"maxDurationSeconds": 59}, "maxDurationSeconds"),
    ({"maxDurationSeconds": 604_801}, "maxDurationSeconds"),
    ({"id": UNKNOWN}, "id"),
    ({"component_id": UNKNOWN}, "component_id"),
]


@pytest.mark.parametrize(("fields", "named"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_bad_fields_are_named_and_leave_no_trace(api, fields, named):
    answer = api("POST", "/v1/applications", {**BODY, **fields})
    assert answer.status == 400
    assert named in [each["field"] for each in answer.json["details"]]
    assert api.get("/v1/applications") == {"applications": []}
    assert kept(api) == {}
    application = an_application(api, URL)
    before = api.get(application)
    answer = api("PATCH", application, fields)
    assert answer.status == 400
    assert named in [each["field"] for each in answer.json["details"]]
    assert api.get(application) == before


def test_what_is_left_out_is_named(api):
    answer = api("POST", "/v1/applications", {})
    assert [each["field"] for each in answer.json["details"]] == ["name", "repository", "executor"]


def test_components_of_others_are_none(api):
    stranger = a_workspace(next(_workspaces))
    ids = {"componentId": a_component(stranger), "environmentId": an_environment(stranger)}
    assert api("POST", "/v1/applications", {**BODY, **ids}).json["details"][0]["field"] == "componentId"
    ids["componentId"] = a_component(api)
    assert api("POST", "/v1/applications", {**BODY, **ids}).json["details"][0]["field"] == "environmentId"


def test_secrets_are_kept_elsewhere_and_never_shown(api):
    body = {**BODY, "executor": WEBHOOK, **in_repository(token="t0ken")}
    answer = api("POST", "/v1/applications", body)
    path = f"/v1/applications/{answer.json['application']['id']}"
    shown = [answer, api("GET", path), api("GET", "/v1/applications"), api("PATCH", path, {"name": "x"})]
    for each in shown:
        assert "t0ken" not in str(each)
        assert SIGNING_SECRET not in str(each)
    assert answer.json["application"]["repository"]["hasToken"]
    assert answer.json["application"]["executor"]["hasSecret"]
    (value,) = kept(api).values()
    assert value == {"repository": "t0ken", "executor": SIGNING_SECRET}
    stored = store.get_application(api.get("/api/workspace")["id"], answer.json["application"]["id"])
    assert "t0ken" not in repr(stored)
    assert SIGNING_SECRET not in repr(stored)
    api.delete(path)
    assert kept(api) == {}


def secret_of(api: Api) -> Any:
    found = list(kept(api).values())
    assert len(found) <= 1
    return found[0] if found else None


def test_a_secret_that_is_not_sent_again_is_kept_unless_what_it_is_for_moves_to_another_host(api):
    application = an_application(api, URL, **in_repository(token="t0ken"), executor=WEBHOOK)
    both = {"repository": "t0ken", "executor": SIGNING_SECRET}
    api.patch(application, in_repository(branch="main", url="https://git.example/other.git"))
    assert secret_of(api) == both
    api.patch(application, {"executor": {"kind": "webhook", "url": "https://ci.example/other"}})
    assert secret_of(api) == both
    answer = api("PATCH", application, {"executor": {"kind": "webhook", "url": "https://evil.example/"}})
    assert (answer.status, answer.json["details"][0]["field"]) == (400, "executor.secret")
    for host in ("https://evil.example/shop.git", "https://git.example:8443/shop.git"):
        moved = api.patch(application, in_repository(url=host))["application"]
        assert not moved["repository"]["hasToken"]
        assert secret_of(api) == {"repository": None, "executor": SIGNING_SECRET}
        api.patch(application, in_repository(token="t0ken"))
    assert secret_of(api) == both
    api.patch(application, in_repository(token=None))
    assert secret_of(api) == {"repository": None, "executor": SIGNING_SECRET}
    assert not api.patch(application, {"executor": {"kind": "none"}})["application"]["executor"]["hasSecret"]
    assert secret_of(api) is None


def test_the_token_of_an_executor_goes_with_the_repository_it_is_for(api):
    github = {"provider": "github", "url": "https://github.com/acme/shop"}
    executor = {"kind": "github", "token": "ghp_x"}
    application = an_application(api, "", repository=github, executor=executor)
    answer = api("PATCH", application, {"repository": {**github, "url": "https://github.evil.example/acme/shop"}})
    assert (answer.status, answer.json["details"][0]["field"]) == (400, "executor.token")
    answer = api("PATCH", application, {"executor": {"kind": "github", "url": "https://evil.example/a/b"}})
    assert (answer.status, answer.json["details"][0]["field"]) == (400, "executor.token")
    api.patch(application, {"executor": {"kind": "github", "environment": "live"}})
    assert secret_of(api) == {"repository": None, "executor": "ghp_x"}


def test_a_change_that_loses_leaves_the_secret_that_won(api, monkeypatch):
    application = an_application(api, URL, executor=WEBHOOK)
    save = store.save_application
    lost = iter([True, True])

    def losing(value: Any, *, was: Any) -> Any:
        if next(lost, False):
            raise StaleWrite("application")
        return save(value, was=was)

    monkeypatch.setattr(store, "save_application", losing)
    api.patch(application, in_repository(token="t0ken"))
    assert secret_of(api) == {"repository": "t0ken", "executor": SIGNING_SECRET}


def test_a_secret_that_is_gone_is_none():
    assert secrets.read("lull/applications/1/x/nothing") == Secrets()
    secrets.delete("lull/applications/1/x/nothing")


# ---------------------------------------------------------------- a process that dies


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("work", ["create", "change", "take away", "delete"])
def test_a_crash_at_any_call_leaves_no_secret_that_nobody_names(shared_stack, time, monkeypatch, work, after):
    """Each call of the table and of the vault; an hour later there is what is named, and nothing else."""
    cut = Cut(monkeypatch, services=("dynamodb", "secretsmanager"))
    for number in itertools.count():
        api = a_workspace(next(_workspaces))
        bystander = an_application(api, URL, "Bystander", executor=WEBHOOK)
        workspace_id = api.get("/api/workspace")["id"]
        do = _work(api, workspace_id, work, time)
        # What was written before has been looked at.
        _look(shared_stack, time)
        was_killed = cut.kills(do, at_call=number, after=after)
        _look(shared_stack, time)
        named = {each.secret_name for each in store.list_applications(workspace_id)} - {None}
        assert set(kept(api)) == named, number
        assert api.get(bystander)["application"]["executor"]["hasSecret"]
        assert _notes(workspace_id, time) == []
        if not was_killed:
            break
    assert number >= 3


def _work(api: Api, workspace_id: int, work: str, time: Any) -> Callable[[], object]:
    """What the API does for a request."""
    caller = Caller(workspace_id=workspace_id, role=Role.ADMIN, actor="somebody")
    if work == "create":
        body = ApplicationIn.model_validate({**BODY, "executor": WEBHOOK})
        return lambda: applications.create_application(caller, *body.described(), at=time.at)
    application_id = an_application(api, URL, executor=WEBHOOK).rpartition("/")[2]
    if work == "delete":
        return lambda: applications.delete_application(caller, application_id, at=time.at)
    fields = in_repository(token="t0ken") if work == "change" else {"executor": {"kind": "none"}}
    patch = ApplicationPatch.model_validate(fields)
    return lambda: applications.change_application(caller, application_id, patch.applied_to, at=time.at)


def _look(stack: Any, time: Any) -> None:
    """What the sweeps of the next hour find."""
    for _ in range(2):
        time.passes(minutes=31)
        wake_ups.redrive_overdue(at=time.at)
        stack.drain()


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_while_somebody_looks_is_made_good_by_the_next_look(api, time, monkeypatch, after):
    cut = Cut(monkeypatch, services=("dynamodb", "secretsmanager"))
    workspace_id = api.get("/api/workspace")["id"]
    for number in itertools.count():
        name = secrets.new_name(workspace_id, UNKNOWN)
        secret_notes.note(workspace_id, UNKNOWN, name, at=time.at)
        secrets.create(name, Secrets(repository="t0ken"))
        time.passes(hours=1)
        (noted,) = _notes(workspace_id, time)
        look = partial(secret_notes.advance, workspace_id, str(noted.record_id), at=time.at)
        was_killed = cut.kills(look, at_call=number, after=after)
        look()
        assert (kept(api), _notes(workspace_id, time)) == ({}, []), number
        if not was_killed:
            break
    assert number == 4


def test_a_secret_is_left_alone_until_whoever_wrote_it_is_done(api, shared_stack, time):
    workspace_id = api.get("/api/workspace")["id"]
    name = secrets.new_name(workspace_id, UNKNOWN)
    secret_notes.note(workspace_id, UNKNOWN, name, at=time.at)
    secrets.create(name, Secrets(repository="t0ken"))
    time.passes(minutes=59)
    (noted,) = _notes(workspace_id, time, minutes=1)
    secret_notes.advance(noted.workspace_id, str(noted.record_id), at=time.at)
    # Somebody else is about to decide, and is given an hour as well; then a note of long ago is made late.
    secret_notes.note(noted.workspace_id, UNKNOWN, name, at=time.at)
    secret_notes.note(noted.workspace_id, UNKNOWN, name, at=time.at - timedelta(hours=1))
    time.passes(minutes=59)
    wake_ups.redrive_overdue(at=time.at)
    shared_stack.drain()
    assert list(kept(api)) == [name]
    time.passes(minutes=1)
    for _ in range(2):
        secret_notes.advance(noted.workspace_id, str(noted.record_id), at=time.at)
    assert kept(api) == {}


def test_a_note_that_is_moved_while_somebody_looks_stays(api, time, monkeypatch):
    """Between the look at the application and the end of the note, another request is about to change it."""
    workspace_id = api.get("/api/workspace")["id"]
    application = an_application(api, URL, executor=WEBHOOK)
    ((name, _),) = kept(api).items()
    time.passes(hours=1)
    (noted,) = _notes(workspace_id, time)
    delete = notes.delete_secret_note

    def meanwhile(note: Any) -> None:
        monkeypatch.setattr(notes, "delete_secret_note", delete)
        secret_notes.note(noted.workspace_id, application.rpartition("/")[2], name, at=time.at)
        delete(note)

    monkeypatch.setattr(notes, "delete_secret_note", meanwhile)
    secret_notes.advance(noted.workspace_id, str(noted.record_id), at=time.at)
    assert list(kept(api)) == [name]
    time.passes(hours=1)
    assert _notes(workspace_id, time) == [noted]
    secret_notes.advance(noted.workspace_id, str(noted.record_id), at=time.at)
    assert (list(kept(api)), _notes(workspace_id, time)) == ([name], [])


def _notes(workspace_id: int, time: Any, **ahead: float) -> list[due.Due]:
    """Those that are due."""
    found = due.list_due(until=time.at + timedelta(**ahead))
    return [each for each in found if (each.kind, each.workspace_id) == (notes.KIND, workspace_id)]
