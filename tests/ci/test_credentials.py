"""Which token is shown to Lull, how it is got, and that nobody else sees it."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse

from tests.ci.command import GITHUB, Pipeline
from tests.ci.conftest import Shop
from tests.ci.lull_server import LullServer, Trouble, serving
from tests.ci_tokens import AUDIENCE, CiServer, ci_server, token
from tests.ci_tokens import job as ci_job

START = ("deploy", "start", "--component", "checkout", "--environment", "production", "--wait", "0")
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"


@dataclass
class GithubServer(LullServer):
    make: Callable[[], str] = str
    """Another token for each request."""


@pytest.fixture
def github() -> Iterator["GithubServer"]:
    """GitHub's side: each request is another token."""

    async def answer(scope, receive, send):
        if Request(scope).headers["authorization"] != "Bearer runtime-token":
            await JSONResponse({"message": "no"}, 403)(scope, receive, send)
            return
        await JSONResponse({"value": service.make()})(scope, receive, send)

    with serving(answer) as server:
        service = GithubServer(**vars(server))
        service.make = lambda: f"{JWT}{len(service.requests)}"
        yield service


def asks(github: "GithubServer") -> dict[str, str]:
    """What GitHub gives a job with the permission."""
    url = f"{github.url}/token?api-version=2.0"
    return {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runtime-token"}


@pytest.fixture
def job(nobody: Pipeline, github: GithubServer) -> Pipeline:
    """A job of GitHub's that may ask for a token, and has no API key."""
    return nobody.in_github(LULL_TOKEN="", **asks(github))


def shown(lull: LullServer) -> set[str]:
    return {each.headers["authorization"] for each in lull.requests}


def test_github_is_asked_for_the_audience_each_time(job, lull, github):
    answer = job.lull(*START)
    job.lull(*START, LULL_AUDIENCE="https://lull.example/ü&x")
    # CI tokens are for the server to judge; this one is of nobody.
    assert answer.code == 1
    assert "is there a trust record for this repository" in answer.err
    first, second = (each.query for each in github.requests)
    assert first == f"api-version=2.0&audience={lull.url.replace(':', '%3A').replace('/', '%2F')}"
    assert second == "api-version=2.0&audience=https%3A%2F%2Flull.example%2F%C3%BC%26x"
    assert [each.headers["authorization"] for each in lull.requests] == [f"Bearer {JWT}1", f"Bearer {JWT}2"]


def test_gitlab_has_its_token_in_a_variable(nobody, lull):
    job = nobody.in_gitlab(LULL_TOKEN="", LULL_ID_TOKEN=f" {JWT}\n", OTHER=f"{JWT}9", LULL_WORKSPACE="7")
    job.lull(*START)
    job.lull(*START, "--id-token-variable", "OTHER")
    assert [each.headers["authorization"] for each in lull.requests] == [f"Bearer {JWT}", f"Bearer {JWT}9"]
    assert {each.headers["x-lull-workspace"] for each in lull.requests} == {"7"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[CiServer]:
    with ci_server() as server:
        yield server


@pytest.fixture
def installation(issuer: CiServer, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> CiServer:
    """Lull is at `AUDIENCE` and trusts jobs of the shop's repository; those of others it does not."""
    monkeypatch.setenv("CI_ISSUERS", issuer.setting())
    monkeypatch.setenv("INSTALLATION_URL", AUDIENCE)
    for provider, field, number in (("github", "repositoryId", "100"), ("gitlab", "projectId", "200")):
        body = {"name": "CI", "provider": provider, "issuer": f"{issuer.url}/{provider}", field: number}
        shop.api.post("/api/v1/ci-trusts", {**body, "projectIds": [shop.project]})
    return issuer


def signed(issuer: CiServer, provider: str, **claims: str) -> str:
    claims.setdefault("jti", str(uuid.uuid4()))
    return token(ci_job(issuer, provider, int(time.time()), claims=claims))


def test_jobs_of_github_need_no_secret(pipeline, github, installation, shop):
    github.make = lambda: signed(installation, "github", sha=GITHUB["GITHUB_SHA"], run_id="7001")
    workspace = str(shop.api.get("/api/workspace")["id"])
    more = {"LULL_TOKEN": "", "LULL_AUDIENCE": AUDIENCE, "LULL_WORKSPACE": workspace}
    job = pipeline.in_github(**more, **asks(github))
    assert (job.lull(*START).code, job.lull(*START).code, job.lull("deploy", "succeed", *START[2:6]).code) == (0, 0, 0)
    (made,) = shop.deployments()
    assert (made["status"], sorted(made["attested"])) == ("succeeded", ["commitSha", "deployedBy", "ref"])
    opened = job.lull("window", "start", "--project", str(shop.project))
    ended = [job.lull("window", "end", **job.handed_on("env")).code for _ in range(2)]
    assert (opened.code, ended) == (0, [0, 0])
    # By its run, where nothing was handed on.
    another = job.lull("window", "start", "--project", str(shop.project), "--key", "2")
    found = job.lull("window", "end", "--project", str(shop.project))
    assert (found.code, found.out) == (0, another.out)
    last = job.lull("window", "start", "--project", str(shop.project), "--key", "3")
    assert job.lull("window", "end").out == last.out
    assert shop.statuses() == ["RESUMED", "RESUMED"]


def test_one_token_of_gitlab_is_good_for_a_whole_job(pipeline, installation, shop):
    workspace = str(shop.api.get("/api/workspace")["id"])
    job = pipeline.in_gitlab(LULL_TOKEN="", LULL_ID_TOKEN=signed(installation, "gitlab"), LULL_WORKSPACE=workspace)
    end = ("deploy", "fail", *START[2:6])
    # What is told in the same words is no replay: it is of another attempt.
    codes = [job.lull(*command).code for command in (START, START, end, end, START, end, end)]
    assert codes == [0] * 7
    assert [(each["status"], each["attempt"]) for each in shop.deployments()] == [("failed", 2)]


def test_a_key_goes_before_tokens_and_an_option_before_variables(job, lull, shop, github):
    assert job.lull(*START, LULL_TOKEN=str(shop.api.key)).code == 0
    assert shown(lull) == {f"Bearer {shop.api.key}"}
    assert not github.requests
    assert job.lull(*START, "--token", "lull_wrong", LULL_TOKEN=str(shop.api.key)).code == 1


def test_a_wrong_key_is_refused_with_advice(nobody, lull):
    refused = nobody.in_gitlab().lull(*START, LULL_TOKEN="lull_" + "x" * 33)
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    assert "check LULL_TOKEN" in refused.err
    assert len(lull.requests) == 1


def test_no_secret_is_printed_but_to_be_masked(job, lull, shop, github):
    secrets = ["runtime-token", JWT, str(shop.api.key)]
    github.troubles += [Trouble(500), Trouble(403, method="POST")]
    for answer in (
        job.lull(*START, "--json"),
        job.lull(*START),
        job.lull(*START, "--json", LULL_TOKEN=str(shop.api.key)),
        job.lull(*START, LULL_TOKEN=f"{JWT} {JWT}"),
        job.lull(*START, ACTIONS_ID_TOKEN_REQUEST_TOKEN="runtime-token-2"),
    ):
        printed = answer.out + "\n".join(x for x in answer.err.splitlines() if not x.startswith("::add-mask::"))
        assert not [secret for secret in secrets if secret in printed]
    files = [each.read_text() for each in job.folder.iterdir() if each.is_file()]
    assert not [secret for secret in secrets if any(secret in text for text in files)]


@pytest.mark.parametrize(
    ("trouble", "code", "said"),
    [
        (Trouble(500), 4, "GitHub's token service answers 500"),
        (Trouble(407, body=b"<html>"), 4, "GitHub's token service answers 407"),
        (Trouble(302, {"location": "https://sign-in.example"}), 4, "GitHub's token service answers 302"),
        (Trouble(403), 1, "does the job have `id-token: write`?"),
        (Trouble(200, body=b'{"count": 1}'), 4, "answers without a token"),
        (Trouble(200, body=b'{"value": ""}'), 4, "answers without a token"),
    ],
)
def test_github_may_have_no_token(job, github, trouble, code, said):
    github.troubles.append(trouble)
    answer = job.lull(*START, "--required")
    assert answer.code == code
    assert said in answer.err


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"GITHUB_ACTIONS": "true"}, "permissions: id-token: write"),
        ({"GITLAB_CI": "true"}, "id_tokens:` with LULL_ID_TOKEN for the audience https://lull.example"),
        ({}, "set LULL_TOKEN to an API key"),
        ({"LULL_URL": ""}, "set LULL_URL"),
        ({"LULL_URL": "http://lull.example"}, "must be https"),
        ({"LULL_URL": "https://me:pw@lull.example"}, "must not hold credentials"),
        ({"LULL_URL": "lull.example"}, "is not a URL"),
        ({"LULL_URL": "https://lull.example:port"}, "is not a URL"),
        ({"LULL_URL": "https://lull..example"}, "LULL_URL is not a URL"),
        ({"LULL_URL": f"https://{'a' * 64}.example"}, "LULL_URL is not a URL"),
        ({"LULL_URL": "https://xn--a.example", "LULL_TOKEN": "lull_x"}, "LULL_URL is not a URL"),
        ({"LULL_URL": "https://ü..example", "LULL_TOKEN": "lull_x"}, "LULL_URL is not a URL"),
        ({"LULL_AUDIENCE": "\udcff"}, "LULL_AUDIENCE is not text"),
        (
            {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.example", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "a\nb"},
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not a token",
        ),
        (
            {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://xn--a.example", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "a"},
            "ACTIONS_ID_TOKEN_REQUEST_URL is not a URL",
        ),
        ({"LULL_TOKEN": "two words"}, "LULL_TOKEN is not a token"),
        ({"LULL_WORKSPACE": "acme"}, "is not the number of a workspace"),
        ({"LULL_REQUIRED": "perhaps"}, "is neither true nor false"),
        ({"LULL_STARTED_DEPLOYMENT_ID": "7"}, "it is not the id of a deployment"),
        ({"LULL_TIMEOUT": "0"}, "from 1 to 600"),
    ],
)
def test_a_configuration_that_cannot_work_is_said_in_one_line(tmp_path, environment, said):
    command = ("deploy", "succeed", "--id", "7f9c24e8-3b1a-4c4e-9b0a-0a4b2f1d6c3e")
    answer = Pipeline(tmp_path, {"LULL_URL": "https://lull.example"}).lull(*command, **environment)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert said in answer.err


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"SSL_CERT_FILE": "/nope"}, "SSL_CERT_FILE is wrong: No such file"),
        ({"SSL_CERT_FILE": "/dev/null"}, "SSL_CERT_FILE is wrong: there are no certificates in it"),
        ({"http_proxy": "socks5://me:secret@proxy.example"}, "http_proxy names a SOCKS proxy"),
        ({"ALL_PROXY": "ftp://me:secret@proxy.example"}, "ALL_PROXY is not the URL of a proxy"),
        ({"HTTPS_PROXY": "proxy.example:secret"}, "HTTPS_PROXY is not the URL of a proxy"),
        ({"http_proxy": "http://me:secret@proxy..example"}, "http_proxy is not the URL of a proxy"),
        ({"no_proxy": "[::1"}, "no_proxy is not a list of hosts"),
    ],
    ids=str,
)
def test_what_a_machine_says_of_its_network_may_be_wrong(tmp_path, environment, said):
    job = Pipeline(tmp_path, {"LULL_URL": "http://127.0.0.1:1", "LULL_TOKEN": "lull_x", "LULL_TIMEOUT": "1"})
    answer = job.process("can-deploy", *START[2:6], **environment)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert said in answer.err
    assert "secret" not in answer.err


def test_json_is_what_the_api_says(pipeline, shop):
    printed = json.loads(pipeline.in_gitlab().lull(*START, "--json").out)
    (made,) = shop.deployments()
    assert {name: value for name, value in made.items() if name not in ("quiet", "deploymentWindowIds")}.items() <= (
        printed.items()
    )
