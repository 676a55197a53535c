"""The newest commit of a repository: from a real git server, from what GitHub and GitLab answer, and from worse."""

import asyncio
import itertools
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from lull.domain.answers import Answer
from lull.gateways import git_packets, outbound, repositories
from tests.api import Api, a_workspace
from tests.applying import an_application, triggered
from tests.git_server import GitServer, git_server
from tests.rest_server import RestServer, rest_server
from tests.web_servers import Exchange, served

_workspaces = itertools.count(1)


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with git_server(tmp_path_factory.mktemp("git")) as server:
        yield server


@pytest.fixture
def rest() -> Iterator[RestServer]:
    with rest_server() as server:
        yield server


@pytest.fixture
def api(shared_stack, monkeypatch) -> Api:
    monkeypatch.setenv("PRIVATE_TARGETS", "127.0.0.0/8")
    return a_workspace(next(_workspaces))


def repository(url: str, provider: str = "git", **fields: Any) -> dict[str, Any]:
    return {"repository": {"provider": provider, "url": url, **fields}}


def refusal(api: Api, url: str, provider: str = "git", **fields: Any) -> tuple[str, str]:
    """Field and message, of a trigger that leaves no trace."""
    application = an_application(api, "", **repository(url, provider, **fields))
    answer = api("POST", f"{application}/deployments")
    assert answer.status == 400, answer
    assert api.get(f"{application}/deployments")["deployments"] == []
    api.delete(application)
    (detail,) = answer.json["details"]
    return detail["field"], detail["message"]


def test_a_branch_is_found_by_its_exact_name(api, git):
    url = git.repository("names", branch="trunk")
    shas = {name: git.commit(name, to="names", branch=name) for name in ("main-old", "a/main", "main", "trunk")}
    for branch in ("main", "a/main", "main-old"):
        found = triggered(api, an_application(api, "", branch, **repository(url, branch=branch)))
        assert (found["git_sha"], found["commit_message"]) == (shas[branch], branch)
    application = an_application(api, "", "default", **repository(url))
    found = triggered(api, application)
    assert found["git_sha"] == shas["trunk"]
    assert api.get(f"{application}/deployments/{found['id']}")["deployment"]["branch"] == "trunk"
    newer = git.commit("newer", to="names", branch="trunk")
    assert triggered(api, application)["git_sha"] == newer
    assert refusal(api, url, branch="mai") == ("repository.branch", "the repository has no branch mai")
    assert refusal(api, url, branch="old") == ("repository.branch", "the repository has no branch old")


def test_among_a_thousand_branches_the_right_one_is_found(api, git):
    url = git.repository("many")
    sha = git.commit("here", to="many", branch="main")
    git._git(
        git.root / "many.git",
        "update-ref",
        "--stdin",
        given="".join(f"create refs/heads/main-{number:05d} {sha}\n" for number in range(2_000)).encode(),
    )
    assert triggered(api, an_application(api, "", "many", **repository(url, branch="main")))["git_sha"] == sha


@pytest.mark.parametrize("filters", [True, False])
def test_one_commit_is_read_and_none_of_its_files(api, git, filters, monkeypatch):
    """Of a server that cannot leave out the files, no more is read than is needed."""
    name = f"large-{filters}"
    url = git.repository(name, filters=filters)
    content = b"".join(zlib.crc32(str(number).encode()).to_bytes(4, "big") for number in range(200_000))
    sha = git.commit("with files", to=name, files={"large.bin": content})
    read: list[Answer] = []
    send = outbound.send

    async def noting(request: Any, *rest: Any) -> Answer:
        read.append(await send(request, *rest))
        return read[-1]

    monkeypatch.setattr(outbound, "send", noting)
    found = triggered(api, an_application(api, "", name, **repository(url)))
    assert (found["git_sha"], found["commit_message"]) == (sha, "with files")
    assert len(read[-1].body) < (1_000 if filters else 65_537)
    assert read[-1].truncated is not filters


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("1663431157 +0200", "2022-09-17T18:12:37.000+02:00"),
        ("1663431157 -0330", "2022-09-17T12:42:37.000-03:30"),
        ("1663431157 +0000", "2022-09-17T16:12:37.000+00:00"),
        ("946684800 +1400", "2000-01-01T14:00:00.000+14:00"),
    ],
)
def test_the_time_of_a_commit_keeps_its_offset(api, git, date, shown):
    name = f"times{date.split()[1]}"
    url = git.repository(name)
    git.commit(to=name, date=date)
    application = an_application(api, "", name, **repository(url))
    made = triggered(api, application)
    assert made["commit_timestamp"] == shown
    listed = api.get(f"{application}/deployments")["deployments"]
    assert [each["commit_timestamp"] for each in listed] == [shown]


def test_messages_come_as_they_are_and_not_longer_than_is_kept(api, git):
    url = git.repository("messages")
    for message, shown in [
        ("one\n\ntwo\n", "one\n\ntwo"),
        ("Zoë 👩‍💻", "Zoë 👩‍💻"),
        ("", ""),
        ("x" * 300_000, "x" * 10_000),
        ("".join(chr(0x4E00 + number % 20_000) for number in range(90_000)), None),
    ]:
        sha = git.commit(message, to="messages")
        made = triggered(api, an_application(api, "", str(len(message)), **repository(url)))
        assert made["git_sha"] == sha
        assert made["commit_message"] == (message[:10_000] if shown is None else shown)


def test_a_repository_of_sha_256(api, git):
    url = git.repository("sha256", sha256=True)
    sha = git.commit(to="sha256")
    assert len(sha) == 64
    made = triggered(api, an_application(api, "", "sha256", **repository(url)))
    assert made["git_sha"] == sha


def test_an_empty_repository_and_a_head_that_leads_nowhere_say_so(api, git):
    url = git.repository("empty")
    empty = "the repository has no commit yet, or its HEAD leads to none; name a branch"
    assert refusal(api, url) == ("repository.url", empty)
    assert refusal(api, url, branch="main") == ("repository.branch", "the repository has no branch main")
    git.commit(to="empty", branch="other")
    assert refusal(api, url) == ("repository.url", empty)


def test_a_private_repository_takes_its_token(api, git, monkeypatch):
    url = git.repository("private")
    sha = git.commit(to="private")
    monkeypatch.setattr(git, "password", "s3cret")
    assert triggered(api, an_application(api, "", "ours", **repository(url, token="s3cret")))["git_sha"] == sha
    assert triggered(api, an_application(api, "", "pair", **repository(url, token="me:s3cret")))["git_sha"] == sha
    field, message = refusal(api, url, token="wrong")
    assert (field, message) == ("repository.token", "the host does not accept it: it answered 401")
    assert refusal(api, url)[0] == "repository.url"
    assert "takes a token" in refusal(api, url)[1]


def test_what_is_no_repository_is_told_so(api, git):
    assert refusal(api, f"{git.url}/nothing.git")[0] == "repository.url"
    with served(_nothing) as server:
        port = server.port
    field, message = refusal(api, f"http://127.0.0.1:{port}/shop.git")
    assert (field, message) == ("repository.url", "connection refused")


async def _nothing(exchange: Exchange) -> None:
    """Closes."""


async def _hangs(exchange: Exchange) -> None:
    await asyncio.sleep(60)


async def _drips(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await exchange.send(b"0")
        await asyncio.sleep(0.01)


def _says(status: int, body: bytes, **headers: str):
    async def answer(exchange: Exchange) -> None:
        await exchange.answer(status, body, **headers)

    return answer


CAPABILITIES = b"".join(map(git_packets.packet, ("version 2", "ls-refs", "fetch=shallow"))) + b"0000"
SHA = "d77ead8cbbdc37d04aa8c3466c6e35b7c55a508e"


def _lists_then_says(body: bytes):
    async def answer(exchange: Exchange) -> None:
        if "info/refs" in exchange.path:
            await exchange.answer(200, CAPABILITIES)
            return
        asked = await exchange.reader.readuntil(b"0000")
        reference = git_packets.packet(f"{SHA} HEAD symref-target:refs/heads/main") + b"0000"
        await exchange.answer(200, reference if b"ls-refs" in asked else body)

    return answer


def _packfile(pack: bytes) -> bytes:
    return b"000dpackfile\n" + f"{len(pack) + 5:04x}".encode() + b"\x01" + pack + b"0000"


COMMIT = b"tree 0\ncommitter A <a@b> 1663431157 +0200\n\nx"
PACK = b"PACK\0\0\0\2\0\0\0\1"
NONSENSE = "the host's answer makes no sense: "
HOSTS = {
    "closes": (_nothing, "the connection was closed without an answer"),
    "hangs": (_hangs, "no complete answer within 0.3 seconds"),
    "drips": (_drips, "no complete answer within 0.3 seconds"),
    "garbage": (_says(200, b"\x00\xff garbage"), NONSENSE + "no packet begins here"),
    "html": (_says(200, b"<html>welcome</html>"), NONSENSE + "no packet begins here"),
    "nothing": (_says(200, b""), NONSENSE + "it does not speak version 2 of git's protocol"),
    "version 1": (
        _says(200, b"001e# service=git-upload-pack\n00000032" + SHA.encode() + b" HEAD\0\n0000"),
        NONSENSE,
    ),
    "breaks off": (_says(200, b"0100version 2\n"), NONSENSE + "a packet breaks off"),
    "endless": (_says(200, b"0" * 70_000), NONSENSE),
    "redirects": (
        _says(301, b"", location="http://127.0.0.1:1/shop.git"),
        "the repository is somewhere else: name the address that this one leads to",
    ),
    "in trouble": (_says(503, b""), "the host answered 503"),
    "busy": (_says(429, b""), "the host answered 429"),
    "no pack": (_lists_then_says(b"0000"), NONSENSE + "there is no pack"),
    "error": (_lists_then_says(git_packets.packet("ERR upload-pack: not our ref")), NONSENSE + "the server reports"),
    "error in the pack": (_lists_then_says(b"000dpackfile\n0009\x03oops0000"), NONSENSE + "the server reports"),
    "a blob": (_lists_then_says(_packfile(PACK + b"\x31" + zlib.compress(b"x"))), NONSENSE + "the pack does not begin"),
    "damaged": (_lists_then_says(_packfile(PACK + b"\x95\x0a" + b"no zlib at all")), NONSENSE + "the pack is damaged"),
    "endless size": (_lists_then_says(_packfile(PACK + b"\x9f" + b"\xff" * 40)), NONSENSE + "the pack is damaged"),
    "another commit": (
        _lists_then_says(_packfile(PACK + bytes([0x90 | len(COMMIT) & 15, len(COMMIT) >> 4]) + zlib.compress(COMMIT))),
        NONSENSE + "this is another commit than the one asked for",
    ),
    "half a commit": (
        _lists_then_says(_packfile(PACK + b"\x90\x7f" + zlib.compress(COMMIT))),
        NONSENSE + "the pack breaks off",
    ),
}


@pytest.mark.parametrize("host", HOSTS)
def test_whatever_a_host_does_the_answer_is_a_reason_in_time(api, host, monkeypatch):
    monkeypatch.setattr(repositories, "SECONDS", 0.3)
    handler, message = HOSTS[host]
    with served(handler) as server:
        found = refusal(api, f"http://127.0.0.1:{server.port}/shop.git")
    assert found[0] == "repository.url"
    assert found[1].startswith(message)


def test_all_requests_share_one_time_limit():
    assert repositories.SECONDS == 5


def test_a_private_address_is_refused_at_creation_and_at_each_trigger(api, git, monkeypatch):
    """What a name leads to may have changed since the application was created."""
    leads_to = {"git.acme.example": "127.0.0.1"}

    async def resolve(host: str, port: int) -> list[str]:
        return [leads_to.get(host, host)]

    monkeypatch.setattr("lull.gateways.targets._addresses_of", resolve)
    git.repository("shop")
    git.commit(to="shop")
    port = git.url.rpartition(":")[2]
    url = f"http://git.acme.example:{port}/shop.git"
    application = an_application(api, "", **repository(url))
    assert triggered(api, application)["deploy_number"] == 1
    asked = len(git.requests)
    for private in ("10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "100.100.100.200"):
        leads_to["git.acme.example"] = private
        body = {"name": "x", "executor": {"kind": "none"}, **repository(url)}
        for answer in (api("POST", "/v1/applications", body), api("POST", f"{application}/deployments")):
            assert answer.status == 400
            assert [each["field"] for each in answer.json["details"]] == ["repository.url"]
            assert "address" in answer.json["details"][0]["message"]
    leads_to["git.acme.example"] = "93.184.216.34"
    for answer in (api("POST", "/v1/applications", body), api("POST", f"{application}/deployments")):
        assert answer.status == 400
        assert "https" in answer.json["details"][0]["message"], "nothing goes to the public internet in the open"
    assert len(git.requests) == asked


# ---------------------------------------------------------------- GitHub and GitLab

GITHUB_COMMIT = {
    "sha": SHA,
    "commit": {
        "message": "test\n",
        "committer": {"name": "John Doe", "email": "info@acme.example", "date": "2022-09-17T16:12:37Z"},
    },
    "committer": {"login": "john"},
}
GITLAB_COMMIT = {
    "id": SHA,
    "message": "test\n",
    "committer_name": "John Doe",
    "committer_email": "info@acme.example",
    "committed_date": "2022-09-17T18:12:37.000+02:00",
}


def test_github_is_asked_for_the_branch(api, rest):
    repo = "GET /api/v3/repos/acme/shop"
    rest.answers = {
        repo: (200, {"default_branch": "feat/x"}),
        f"{repo}/branches/feat%2Fx": (200, {"name": "feat/x", "commit": GITHUB_COMMIT}),
    }
    application = an_application(api, "", **repository(f"{rest.url}/acme/shop.git", "github", token="ghp_x"))
    made = triggered(api, application)
    assert (made["git_sha"], made["commit_message"], made["committer_username"]) == (SHA, "test", "john")
    assert made["commit_timestamp"] == "2022-09-17T16:12:37.000+00:00"
    assert rest.requests == [repo, f"{repo}/branches/feat%2Fx"]
    assert {each.headers["authorization"] for each in rest.asked} == {"Bearer ghp_x"}


def test_gitlab_is_asked_for_the_branch(api, rest):
    project = "GET /api/v4/projects/acme%2Fweb%2Fshop"
    rest.answers = {
        project: (200, {"default_branch": "main"}),
        f"{project}/repository/branches/main": (200, {"name": "main", "commit": GITLAB_COMMIT}),
    }
    application = an_application(api, "", **repository(f"{rest.url}/acme/web/shop", "gitlab", token="glpat-x"))
    made = triggered(api, application)
    assert (made["git_sha"], made["commit_message"], made["committer_username"]) == (SHA, "test", None)
    assert made["commit_timestamp"] == "2022-09-17T18:12:37.000+02:00"
    assert {each.headers["private-token"] for each in rest.asked} == {"glpat-x"}


BRANCHES = {
    "github": "GET /api/v3/repos/acme/shop/branches/main",
    "gitlab": "GET /api/v4/projects/acme%2Fshop/repository/branches/main",
}
NO_BRANCH = {"github": {"message": "Branch not found"}, "gitlab": {"message": "404 Branch Not Found"}}
WRONG: list[tuple[Any, str, str]] = [
    ((404, {"message": "Not Found"}), "repository.url", "there is no repository here, or it takes a token"),
    ((401, {}), "repository.url", "there is no repository here, or it takes a token"),
    ((403, {}), "repository.url", "there is no repository here, or it takes a token"),
    ((301, {}), "repository.url", "the repository is somewhere else"),
    ((500, b"oops"), "repository.url", "the host answered 500"),
    ((200, b"<html>"), "repository.url", NONSENSE),
    ((200, []), "repository.url", NONSENSE),
    ((200, {"commit": None}), "repository.url", NONSENSE),
    ((200, {"commit": {**GITHUB_COMMIT, **GITLAB_COMMIT, "sha": 7, "id": 7}}), "repository.url", NONSENSE),
    ((200, b"[" * 60_000), "repository.url", NONSENSE),
]


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_an_api_that_does_not_tell_is_quoted(api, rest, provider):
    url = f"{rest.url}/acme/shop"
    for answer, field, message in WRONG:
        rest.answers[BRANCHES[provider]] = answer
        found = refusal(api, url, provider, branch="main")
        assert (found[0], found[1][: len(message)]) == (field, message), answer
    rest.answers[BRANCHES[provider]] = (404, NO_BRANCH[provider])
    assert refusal(api, url, provider, branch="main")[0] == "repository.branch"
    rest.answers[BRANCHES[provider]] = (401, {})
    assert refusal(api, url, provider, branch="main", token="x")[0] == "repository.token"
    assert refusal(api, url, provider)[0] == "repository.url", "nor is there a default branch"
