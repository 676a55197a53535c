"""CI tokens as credentials: each line of a corpus, the keys, repeats, and what they open."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lull import clock
from lull.gateways import jwks
from tests import corpora
from tests.api import Answer, Api, a_workspace
from tests.applying import an_application, triggered
from tests.ci_tokens import AUDIENCE, SHA, CiServer, ci_server, job, rsa_key, token
from tests.deploying import a_component, an_environment
from tests.git_server import git_server

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LINES = [json.loads(line) for line in (Path(corpora.__file__).parent / "ci_tokens.jsonl").read_text().splitlines()]
IDENTITY = "/api/v1/ci-identity"
RELEASE = "acme/ci/.github/workflows/release.yml@refs/tags/v*"
MUTATIONS = {
    "truncated": lambda text: text[:-40],
    "no signature": lambda text: text.rpartition(".")[0] + ".",
    "four parts": lambda text: text + ".x",
    "two parts": lambda text: text.rpartition(".")[0],
    "one part": lambda text: text.partition(".")[0],
    "padded": lambda text: text + "==",
    "blank inside": lambda text: text.replace(".", " .", 1),
    "another payload": lambda text: text.replace(text.split(".")[1], token({"repository_id": "100"}).split(".")[1]),
    "another header": lambda text: token({}, header={"x": 1}).partition(".")[0] + "." + text.partition(".")[2],
    "standard base64": lambda text: text.replace("-", "+").replace("_", "/") + "+/",
    "reversed": lambda text: text[::-1],
    "nothing": lambda text: ".",
    "dots": lambda text: "..",
    "a letter of the signature": lambda text: text[:-40] + ("A" if text[-40] != "A" else "B") + text[-39:],
}


@pytest.fixture(scope="module")
def issuing() -> Iterator[CiServer]:
    with ci_server() as server:
        yield server


@pytest.fixture
def server(shared_stack, issuing: CiServer, monkeypatch) -> CiServer:
    """The issuers of an installation at `AUDIENCE`, of whom nothing is known yet, and a clock that stands."""
    monkeypatch.setenv("CI_ISSUERS", issuing.setting())
    monkeypatch.setenv("INSTALLATION_URL", AUDIENCE)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    jwks._cache.clear()
    issuing.asked.clear()
    issuing.is_down = False
    issuing.configuration = issuing.own_configuration
    return issuing


def trust(server: CiServer, number: str, *, workspace: int = 1, provider: str = "github", **rules: Any) -> Any:
    field = "repositoryId" if provider == "github" else "projectId"
    body = {"name": "CI", "provider": provider, "issuer": f"{server.url}/{provider}", field: number, **rules}
    return a_workspace(workspace).post("/api/v1/ci-trusts", body)


@pytest.fixture(scope="module")
def records(shared_stack, issuing) -> None:
    """What the lines of the corpus are judged by."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("CI_ISSUERS", issuing.setting())
        trust(issuing, "100")
        trust(issuing, "101", environments=["production"])
        trust(issuing, "102", refs=["refs/heads/main", "refs/tags/v*"])
        deploy = "acme/shop/.github/workflows/deploy.yml@refs/heads/main"
        trust(issuing, "103", workflowRefs=[deploy, RELEASE])
        trust(issuing, "104", enabled=False)
        trust(issuing, "105", workspace=1)
        trust(issuing, "105", workspace=2)
        trust(issuing, "106", environments=["staging"])
        trust(issuing, "106", environments=["production"])
        trust(issuing, "107", workspace=1, refs=["refs/heads/main"])
        trust(issuing, "107", workspace=2, refs=["refs/tags/*"])
        trust(issuing, "108", environments=["staging", "k8s"])
        gitlab: dict[str, Any] = {"provider": "gitlab"}
        trust(issuing, "200", **gitlab)
        trust(issuing, "201", **gitlab, requireProtectedRef=True)
        trust(issuing, "202", **gitlab, environments=["production"])
        trust(issuing, "203", **gitlab, refs=["refs/heads/main", "refs/tags/v*"])
        trust(issuing, "204", **gitlab, workflowRefs=["gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main"])


def ask(text: str, path: str = IDENTITY, method: str = "GET", body: Any = None, **headers: str) -> Answer:
    return Api(text)(method, path, body, **headers)


def made(server: CiServer, line: dict[str, Any]) -> str:
    """The token that a line of the corpus describes."""
    line = json.loads(json.dumps(line).replace("{server}", server.url))
    described = {name: line[name] for name in ("claims", "seconds", "without") if name in line}
    claims = job(server, line["provider"], int(NOW.timestamp()), **described)
    header = line["raw_header"].encode("latin-1") if "raw_header" in line else _header(line.get("header", {}))
    payload = _payload(line["payload"], claims) if "payload" in line else claims
    text = token(payload, key=line.get("key", "issuer"), header=header)
    return MUTATIONS[line["mutation"]](text) if "mutation" in line else text


def _header(header: dict[str, Any]) -> dict[str, Any]:
    if header.get("jwk") != "stranger":
        return header
    from jwt.algorithms import RSAAlgorithm

    return {**header, "jwk": RSAAlgorithm.to_jwk(rsa_key("stranger").public_key(), as_dict=True)}


def _payload(said: dict[str, Any], claims: dict[str, Any]) -> bytes:
    """JSON that no library would write, with each byte as said: whole, nested, or with something else at its end."""
    begun = json.dumps(claims)[:-1]
    if "open" in said:
        nested = said["open"] * said["times"] + "1" + said["close"] * said["times"]
        return f'{begun},"x":{nested}}}'.encode("latin-1")
    return str(said.get("whole", begun + said.get("tail", ""))).encode("latin-1")


def test_every_token_of_the_corpus_has_its_verdict(server, records):
    wrong = []
    for number, line in enumerate(LINES, 1):
        workspace = {"X_Lull_Workspace": line["workspace"]} if "workspace" in line else {}
        answer = ask(made(server, line), **workspace)
        reason = line.get("reason", "").replace("{server}", server.url)
        right = answer.status == (200 if line["verdict"] == "accepted" else 401)
        if not right or reason not in (answer.json or {}).get("message", ""):
            wrong.append((number, line["kind"], answer.status, answer.json))
    assert wrong == []
    assert len(LINES) >= 120
    # All of them, whatever they named, cost one look at each issuer, and none at anybody else's.
    asked = [
        f"/{provider}/{path}"
        for provider in ("github", "gitlab")
        for path in (".well-known/openid-configuration", "jwks")
    ]
    assert sorted(server.asked) == sorted(asked)


def test_a_flood_of_unknown_key_ids_asks_once_a_minute(server, records, monkeypatch):
    claims = job(server, "github", int(NOW.timestamp()))
    for minute in range(3):
        monkeypatch.setattr(clock, "now", lambda minute=minute: NOW + timedelta(minutes=minute))
        for number in range(50):
            assert ask(token(claims, header={"kid": f"unknown-{number}"})).status == 401
    assert server.asked == ["/github/.well-known/openid-configuration", "/github/jwks"] * 3


def test_keys_that_are_known_outlive_their_issuer_and_are_looked_at_again(server, records, monkeypatch):
    claims = job(server, "github", int(NOW.timestamp()), seconds={"exp": 7_200})
    assert ask(token(claims)).status == 200
    server.is_down = True
    for minutes in (5, 11, 60):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: NOW + timedelta(minutes=minutes))
        assert ask(token(claims)).status == 200
    assert server.asked == [
        "/github/.well-known/openid-configuration",
        "/github/jwks",
        *["/github/.well-known/openid-configuration"] * 2,
    ]


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"issuer": "https://evil.example"},
        {"jwks_uri": "http://192.0.2.7/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://127.0.0.1:bad/"},
        {"jwks_uri": ["x"]},
        {"jwks_uri": "http://[/"},
    ],
)
def test_a_configuration_that_is_not_the_issuers_own_gives_no_keys(server, records, configuration):
    own = server.own_configuration("github")
    server.configuration = lambda _: {**own, **configuration} if configuration else {}
    assert ask(token(job(server, "github", int(NOW.timestamp())))).status == 401
    assert server.asked == ["/github/.well-known/openid-configuration"]


def test_an_installation_without_an_address_takes_no_ci_token(server, records, monkeypatch):
    monkeypatch.setenv("INSTALLATION_URL", "")
    answer = ask(token(job(server, "github", int(NOW.timestamp()), claims={"aud": ""})))
    assert (answer.status, "PublicUrl" in answer.json["message"], server.asked) == (401, True, [])


def test_a_token_is_no_credential_for_private_pages(server, records):
    from auth import authenticated
    from lull.domain.errors import Unauthenticated

    with pytest.raises(Unauthenticated):
        authenticated(f"Bearer {token(job(server, 'github', int(NOW.timestamp())))}")


def test_the_identity_is_what_the_token_says(server, records):
    claims = {"repository_id": "101", "environment": "Production", "ref": "refs/tags/v1"}
    shown = ask(token(job(server, "github", int(NOW.timestamp()), claims=claims))).json
    grant = shown["grant"]
    assert (shown["workspaceId"], shown["role"], shown["actor"]) == (1, "deployer", "ci:acme/shop by ada")
    (allowance,) = grant["allowances"]
    assert (allowance["bindsEnvironment"], grant["expiresAt"]) == (True, "2026-03-01T12:04:55Z")
    assert grant["attested"] == {
        "commitSha": SHA,
        "deployedBy": "ada",
        "link": f"{server.url}/acme/shop/actions/runs/4242",
        "ref": "refs/tags/v1",
        "runId": "4242",
        "repository": "acme/shop",
        "environment": "Production",
    }
    gitlab = ask(token(job(server, "gitlab", int(NOW.timestamp())))).json["grant"]["attested"]
    assert gitlab["link"] == f"{server.url}/gitlab/acme/shop/-/pipelines/4242"
    assert gitlab["environment"] is None
    assert a_workspace(1).get(IDENTITY)["grant"] is None


def test_the_last_use_is_remembered_once_a_minute(server, monkeypatch):
    path = f"/api/v1/ci-trusts/{trust(server, '300')['id']}"
    admin = a_workspace(1)
    assert admin.get(path)["lastUsedAt"] is None
    for seconds, remembered in ((0, 0), (59, 0), (61, 61)):
        at = NOW + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        assert ask(token(job(server, "github", int(NOW.timestamp()), claims={"repository_id": "300"}))).status == 200
        shown = datetime.fromisoformat(admin.get(path)["lastUsedAt"])
        assert shown == NOW + timedelta(seconds=remembered)
    admin.patch(path, {"name": "Renamed"})
    assert admin.get(path)["lastUsedAt"] == "2026-03-01T12:01:01Z"


def test_a_record_that_is_changed_or_deleted_is_obeyed_at_once(server):
    path = f"/api/v1/ci-trusts/{trust(server, '301')['id']}"
    text = token(job(server, "github", int(NOW.timestamp()), claims={"repository_id": "301"}))
    admin = a_workspace(1)
    for change, status in (({"refs": ["refs/tags/*"]}, 401), ({"refs": []}, 200), ({"enabled": False}, 401)):
        admin.patch(path, change)
        assert ask(text).status == status
    admin.patch(path, {"enabled": True})
    admin.delete(path)
    assert "no trust record" in ask(text).json["message"]


class Pipeline:
    """A job of a workspace of its own, with two projects: one that its record names, and one that it does not."""

    def __init__(self, server: CiServer, workspace: int) -> None:
        self.admin = a_workspace(workspace)
        self.own, self.other = (self.admin.post("/api/projects", {"name": name})["id"] for name in ("Shop", "Bank"))
        self.trust = trust(server, str(workspace), workspace=workspace, projectIds=[self.own])["id"]
        self.claims = job(server, "github", int(NOW.timestamp()), claims={"repository_id": str(workspace)})
        self.token = token(self.claims)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return ask(self.token, path, method, body, **headers)

    def renewed(self, jti: str) -> None:
        self.token = token({**self.claims, "jti": jti})


def test_a_job_opens_and_ends_the_windows_of_its_projects_only(server):
    pipeline = Pipeline(server, 400)
    window = pipeline("POST", "/api/deployments", {"projectId": pipeline.own, "version": "1"})
    assert window.status == 201
    assert (window.json["author"], window.json["link"]) == ("ada", f"{server.url}/acme/shop/actions/runs/4242")
    assert pipeline("PUT", f"/api/deployments/{window.json['id']}/end").json["status"] == "ENDED"
    assert pipeline("POST", "/api/deployments", {"projectId": pipeline.other}).status == 403
    assert pipeline("POST", "/api/deployments", {"projectId": 999_999}).status == 403
    theirs = pipeline.admin.post("/api/deployments", {"projectId": pipeline.other})["id"]
    assert pipeline("PUT", f"/api/deployments/{theirs}/end").status == 403
    assert pipeline.admin.get(f"/api/deployments/{theirs}")["status"] == "ACTIVE"


def test_a_job_opens_nothing_else_whatever_its_role_would(server):
    from access import ACCESS

    pipeline = Pipeline(server, 401)
    opened = {
        route
        for route, role in ACCESS.items()
        if role
        and pipeline(route[0], "/".join("1" if "{" in part else part for part in route[1].split("/"))).status != 403
    }
    prefixes = ("/api/v1/deployments", "/api/v1/components", "/api/v1/environments", "/v1/applications")
    assert {route for route in opened if not route[1].startswith(prefixes)} == {
        ("GET", IDENTITY),
        ("GET", "/api/deployments"),
        ("GET", "/api/deployments/{deployment_id}"),
        ("POST", "/api/deployments"),
        ("PUT", "/api/deployments/{deployment_id}/end"),
    }


def test_a_request_that_is_replayed_is_refused_and_others_of_the_job_pass(server):
    pipeline = Pipeline(server, 402)
    body = {"projectId": pipeline.own, "version": "1"}
    assert pipeline("POST", "/api/deployments", body).status == 201
    again = pipeline("POST", "/api/deployments", body)
    assert (again.status, "made this very request" in again.json["message"]) == (409, True)
    assert pipeline("POST", "/api/deployments", {**body, "version": "2"}).status == 201
    pipeline.renewed("another")
    assert pipeline("POST", "/api/deployments", body).status == 201
    assert len(pipeline.admin.get(f"/api/deployments?projectId={pipeline.own}")) == 3


def test_a_repeat_with_its_idempotency_key_is_answered_with_what_it_made(server):
    pipeline = Pipeline(server, 403)
    answers = [
        pipeline("POST", "/api/deployments", {"projectId": pipeline.own}, Idempotency_Key="run-1") for _ in range(3)
    ]
    assert {(answer.status, answer.json["id"]) for answer in answers} == {(201, answers[0].json["id"])}
    said = {"projectId": pipeline.own, "author": "bob", "link": "https://acme.example/1"}
    assert said.items() <= pipeline("POST", "/api/deployments", said).json.items()


def test_a_request_that_was_refused_may_be_repeated(server, monkeypatch):
    pipeline = Pipeline(server, 404)
    scheduled = {"projectId": pipeline.own, "startedAt": "2026-03-01T12:30:00Z"}
    for _ in range(2):
        assert pipeline("POST", "/api/deployments", scheduled).status == 400
        assert pipeline("PUT", "/api/deployments/999999/end").status == 404
    with monkeypatch.context() as broken:
        broken.setattr("lull.store.counters.next_id", lambda _: 1 / 0)
        assert pipeline("POST", "/api/deployments", {"projectId": pipeline.own}).status == 500
    assert pipeline("POST", "/api/deployments", {"projectId": pipeline.own}).status == 201


def test_a_job_that_tries_again_with_one_token_says_so_with_another_key(server):
    from openapi import document

    pipeline = Pipeline(server, 411)
    ids = {"componentId": a_component(pipeline.admin), "environmentId": an_environment(pipeline.admin)}
    made = pipeline("POST", "/api/v1/deployments", {**ids, "version": "v1"}).json["id"]

    def say(status: str, **headers: str) -> Answer:
        return pipeline("PATCH", f"/api/v1/deployments/{made}", {"status": status}, **headers)

    assert [say(each).status for each in ("in_progress", "failed", "pending")] == [200, 200, 200]
    again = say("in_progress")
    assert (again.status, "Idempotency-Key" in again.json["message"]) == (409, True)
    assert say("in_progress", Idempotency_Key="try-2").json["attempt"] == 2
    described = document()["paths"]["/api/v1/deployments/{deploymentId}"]["patch"]["description"]
    assert "`Idempotency-Key`" in described


def test_a_use_is_forgotten_once_its_token_has_expired(server, monkeypatch):
    from lull.store.ci_uses import UsedBefore, claim_use

    request = ("POST", "/api/deployments")
    claim_use("token", request, expires_at=NOW, at=NOW)
    with pytest.raises(UsedBefore):
        claim_use("token", request, expires_at=NOW, at=NOW + timedelta(seconds=60))
    claim_use("token", request, expires_at=NOW, at=NOW + timedelta(seconds=62))


def test_a_job_deploys_with_nothing_but_its_token_and_what_it_says_is_attested(server):
    pipeline = Pipeline(server, 405)
    component, other = a_component(pipeline.admin), a_component(pipeline.admin, "other")
    environment = an_environment(pipeline.admin)
    wanted = {"componentId": component, "environmentId": environment, "version": "v1"}
    made = pipeline("POST", "/api/v1/deployments", wanted)
    assert made.status == 201
    assert (made.json["commitSha"], made.json["deployedBy"], made.json["ref"]) == (SHA, "ada", "refs/heads/main")
    assert made.json["link"] == f"{server.url}/acme/shop/actions/runs/4242"
    assert made.json["attested"] == ["commitSha", "deployedBy", "link", "ref"]
    own = pipeline("POST", "/api/v1/deployments", {**wanted, "commitSha": "a1b2c3d4", "deployedBy": "ada"})
    assert (own.json["commitSha"], own.json["attested"]) == ("a1b2c3d4", ["deployedBy", "link", "ref"])
    by_hand = pipeline.admin.post("/api/v1/deployments", wanted)
    assert (by_hand["attested"], by_hand["commitSha"]) == ([], None)
    path = f"/api/v1/deployments/{made.json['id']}"
    assert pipeline("PATCH", path, {"status": "in_progress"}).status == 200
    pipeline.admin.patch(f"/api/v1/ci-trusts/{pipeline.trust}", {"componentIds": [other]})
    assert pipeline("PATCH", path, {"status": "succeeded"}).status == 403
    assert pipeline("POST", "/api/v1/deployments", {**wanted, "version": "v2"}).status == 403
    assert pipeline("GET", path).status == 200


def test_the_environment_of_a_job_is_the_one_it_deploys_to(server):
    pipeline = Pipeline(server, 406)
    component = a_component(pipeline.admin)
    staging, production = an_environment(pipeline.admin, "Staging"), an_environment(pipeline.admin, "production")
    pipeline.admin.patch(f"/api/v1/ci-trusts/{pipeline.trust}", {"environments": ["staging"]})
    pipeline.token = token({**pipeline.claims, "environment": "staging"})
    wanted = {"componentId": component, "version": "v1"}
    refused = pipeline("POST", "/api/v1/deployments", {**wanted, "environmentId": production})
    assert (refused.status, "environment staging to deploy to production" in refused.json["message"]) == (403, True)
    assert pipeline("POST", "/api/v1/deployments", {**wanted, "environmentId": staging}).status == 201
    # Exactly one of ours is what the record maps those of the CI to.
    for ids, statuses in ([production], [201, 403]), ([production, staging], [403, 201]):
        pipeline.admin.patch(f"/api/v1/ci-trusts/{pipeline.trust}", {"environmentIds": ids})
        bodies = [{**wanted, "version": f"v{len(ids) + 1}", "environmentId": each} for each in (production, staging)]
        assert [pipeline("POST", "/api/v1/deployments", body).status for body in bodies] == statuses
        (allowance,) = pipeline("GET", IDENTITY).json["grant"]["allowances"]
        assert allowance["bindsEnvironment"] is (len(ids) != 1)


def test_a_job_deploys_applications_that_go_where_it_may_and_no_others(server):
    pipeline = Pipeline(server, 407)
    component, other = a_component(pipeline.admin), a_component(pipeline.admin, "other")
    ids = {"environmentId": an_environment(pipeline.admin)}
    url = "https://127.0.0.2/acme/shop.git"
    reached = {"name": "Shop", "repository": {"provider": "git", "url": url}, "executor": {"kind": "none"}}
    pipeline.admin.patch(f"/api/v1/ci-trusts/{pipeline.trust}", {"componentIds": [component]})
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PRIVATE_TARGETS", "127.0.0.0/8")
        made = [
            pipeline.admin.post("/v1/applications", {**reached, "name": f"{number}", **where})["application"]["id"]
            for number, where in enumerate(({**ids, "componentId": component}, {**ids, "componentId": other}, {}))
        ]
        answers = [pipeline("POST", f"/v1/applications/{each}/deployments") for each in made]
    # Nobody is at that address: whoever may deploy is told so.
    assert [each.status for each in answers] == [400, 403, 403]
    assert answers[0].json["details"][0]["field"] == "repository.url"
    body = {**reached, **ids, "name": "mine", "componentId": component}
    assert pipeline("POST", "/v1/applications", body).status == 403


def test_an_environment_is_the_one_that_has_its_name_now_whatever_deployments_to_it_remember(server):
    pipeline = Pipeline(server, 408)
    component, moved = a_component(pipeline.admin), an_environment(pipeline.admin, "eu-old")
    pipeline.admin.patch(f"/api/v1/ci-trusts/{pipeline.trust}", {"environments": ["eu-new", "eu-old"]})

    def change(environment: str, deployment: str, body: Any) -> int:
        pipeline.token = token({**pipeline.claims, "environment": environment})
        return pipeline("PATCH", f"/api/v1/deployments/{deployment}", body).status

    pipeline.token = token({**pipeline.claims, "environment": "eu-old"})
    wanted = {"componentId": component, "environmentId": moved, "version": "v1"}
    started = pipeline("POST", "/api/v1/deployments", wanted).json["id"]
    assert change("eu-old", started, {"status": "in_progress"}) == 200
    pipeline.admin.patch(f"/api/v1/environments/{moved}", {"name": "eu-new"})
    an_environment(pipeline.admin, "eu-old")
    for body in ({"status": "succeeded"}, {"metadata": {"a": 1}}):
        assert change("eu-old", started, body) == 403
        assert change("eu-new", started, body) == 200
    for body in ({"status": "rolled_back"}, {"status": "pending"}):
        assert change("eu-old", started, body) == 403
    # Of one that is gone, the name that the deployment remembers is the last that is known.
    assert pipeline.admin("DELETE", f"/api/v1/environments/{moved}").status == 204
    assert change("eu-new", started, {"metadata": {"a": 2}}) == 403
    assert change("eu-old", started, {"metadata": {"a": 2}}) == 200


def test_a_job_moves_deployments_of_applications_by_where_they_go_and_not_by_where_the_next_will(server, tmp_path):
    pipeline = Pipeline(server, 409)
    staging, production = (an_environment(pipeline.admin, name) for name in ("staging", "production"))
    ids = {"componentId": a_component(pipeline.admin), "environmentId": production}
    pipeline.admin.patch(f"/api/v1/ci-trusts/{pipeline.trust}", {"environments": ["staging", "production"]})
    tokens = {each: token({**pipeline.claims, "environment": each}) for each in ("staging", "production")}
    with git_server(tmp_path) as git, pytest.MonkeyPatch.context() as patched:
        patched.setenv("PRIVATE_TARGETS", "127.0.0.0/8")
        git.repository()
        git.commit("test")
        application = an_application(pipeline.admin, f"{git.url}/shop.git", **ids)
        nowhere = an_application(pipeline.admin, f"{git.url}/shop.git", "nowhere")
        path = f"{application}/deployments/{triggered(pipeline.admin, application)['id']}"
        adrift = f"{nowhere}/deployments/{triggered(pipeline.admin, nowhere)['id']}"
    pipeline.admin.patch(application, {"environmentId": staging})
    pipeline.admin.patch(nowhere, {**ids, "environmentId": staging})
    building = {"status": "building"}
    assert ask(tokens["staging"], path, "PATCH", building).status == 403
    assert ask(tokens["staging"], f"{path}/cancel", "POST").status == 403
    assert ask(tokens["staging"], adrift, "PATCH", building).status == 403
    assert ask(tokens["production"], path, "PATCH", building).status == 200
    assert ask(tokens["production"], f"{path}/cancel", "POST").status == 200


def test_several_records_of_a_repository_allow_what_any_of_them_does_and_each_is_shown_and_marked(server):
    pipeline = Pipeline(server, 410)
    checkout, other, neither = (a_component(pipeline.admin, name) for name in ("checkout", "other", "neither"))
    staging, production = (an_environment(pipeline.admin, name) for name in ("staging", "production"))
    first = pipeline.trust
    pipeline.admin.patch(
        f"/api/v1/ci-trusts/{first}", {"componentIds": [checkout], "environmentIds": [production], "projectIds": []}
    )
    second = trust(
        server, "410", workspace=410, componentIds=[other], environmentIds=[staging], projectIds=[pipeline.own]
    )["id"]
    elsewhere = trust(server, "410", workspace=410, refs=["refs/tags/*"])["id"]
    shown = pipeline("GET", IDENTITY).json["grant"]["allowances"]
    assert [(each["trustId"], each["componentIds"], each["projectIds"]) for each in shown] == [
        (first, [checkout], []),
        (second, [other], [pipeline.own]),
    ]
    answers = {
        (component, environment): pipeline(
            "POST",
            "/api/v1/deployments",
            {"componentId": component, "environmentId": environment, "version": "v1"},
        )
        for component in (checkout, other, neither)
        for environment in (staging, production)
    }
    allowed = {(checkout, production), (other, staging)}
    assert {each for each, answer in answers.items() if answer.status == 201} == allowed
    assert answers[other, production].status == 403
    assert answers[other, production].json["message"] == (
        f"trust record {first} does not allow deployments of this component; "
        f"trust record {second} does not allow deployments to this environment"
    )
    started = answers[other, staging].json["id"]
    assert pipeline("PATCH", f"/api/v1/deployments/{started}", {"status": "in_progress"}).status == 200
    assert pipeline("POST", "/api/deployments", {"projectId": pipeline.own}).status == 201
    used = {each["id"]: each["lastUsedAt"] for each in pipeline.admin.get("/api/v1/ci-trusts")["data"]}
    assert used == {first: "2026-03-01T12:00:00Z", second: "2026-03-01T12:00:00Z", elsewhere: None}
    pipeline.admin.patch(f"/api/v1/ci-trusts/{second}", {"enabled": False})
    assert pipeline("PATCH", f"/api/v1/deployments/{started}", {"status": "succeeded"}).status == 403
