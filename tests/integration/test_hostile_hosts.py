"""Whatever a host says of a commit: a record that can be read back, or a reason and no record."""

import hashlib
import itertools
import json
import random
import zlib
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lull.gateways import git_packets
from tests.api import Api, a_workspace
from tests.applying import an_application
from tests.git_server import git_server
from tests.rest_server import RestServer, rest_server
from tests.web_servers import Exchange, served

_workspaces = itertools.count(1)
SHA = "d77ead8cbbdc37d04aa8c3466c6e35b7c55a508e"
DATE = "2022-09-17T18:12:37.000+02:00"
BRANCHES = {
    "github": "GET /api/v3/repos/acme/shop/branches/main",
    "gitlab": "GET /api/v4/projects/acme%2Fshop/repository/branches/main",
}
REPOSITORIES = {"github": "GET /api/v3/repos/acme/shop", "gitlab": "GET /api/v4/projects/acme%2Fshop"}
WHOLE: dict[str, dict[str, Any]] = {
    "github": {
        "name": "main",
        "commit": {
            "sha": SHA,
            "commit": {
                "message": "test",
                "committer": {"name": "John Doe", "email": "info@acme.example", "date": DATE},
            },
            "committer": {"login": "john"},
        },
    },
    "gitlab": {
        "name": "main",
        "commit": {
            "id": SHA,
            "message": "test\n",
            "committer_name": "John Doe",
            "committer_email": "info@acme.example",
            "committed_date": DATE,
        },
    },
}
PLACES: dict[str, dict[str, tuple[str, ...]]] = {
    "github": {
        "sha": ("commit", "sha"),
        "message": ("commit", "commit", "message"),
        "name": ("commit", "commit", "committer", "name"),
        "email": ("commit", "commit", "committer", "email"),
        "username": ("commit", "committer", "login"),
        "date": ("commit", "commit", "committer", "date"),
    },
    "gitlab": {
        "sha": ("commit", "id"),
        "message": ("commit", "message"),
        "name": ("commit", "committer_name"),
        "email": ("commit", "committer_email"),
        "date": ("commit", "committed_date"),
    },
}
SHOWN = {
    "sha": "git_sha",
    "message": "commit_message",
    "name": "committer_name",
    "email": "committer_email",
    "username": "committer_username",
    "date": "commit_timestamp",
}
# What is said of a field, and what is shown of it; REFUSED where the answer is 400.
REFUSED = object()
NOW = object()
NO_TEXT: list[Any] = [5, 1.5, True, None, {"a": 1}, ["x"], [], 10**400]
HOSTILE: list[tuple[str, Any, Any]] = [
    *(
        ("sha", value, REFUSED)
        for value in (*NO_TEXT, "", "<script>", "a" * 5_000, "a" * 39, "g" * 40, "\ud800", SHA[:7])
    ),
    *(("sha", value, REFUSED) for value in (f"{SHA}\n", f" {SHA}", "\u0661" * 40)),
    ("sha", SHA.upper(), SHA),
    ("sha", "b" * 64, "b" * 64),
    *(("date", value, REFUSED) for value in NO_TEXT),
    *(
        ("date", value, REFUSED)
        for value in ("", "yesterday", "2026-01-01", "2026-W01-1", "2026-01-01T00:00:00", "\ud800")
    ),
    *(
        ("date", value, REFUSED)
        for value in ("2026-02-30T00:00:00Z", "2026-01-01T00:00:00+01:02:03.5", "2026-01-01T24:00:01Z")
    ),
    *(("date", value, REFUSED) for value in ("2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Z" + "0" * 50_000)),
    ("date", "9999-12-31T23:59:59-12:00", NOW),
    ("date", "9999-12-31T23:59:59Z", NOW),
    ("date", "2099-01-01T00:00:00Z", NOW),
    ("date", "0001-01-01T00:00:00+12:00", "1970-01-01T00:00:00.000+00:00"),
    ("date", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00.000+00:00"),
    ("date", "2022-09-17T18:12:37.123456789+23:59", "2022-09-17T18:12:37.123+23:59"),
    ("date", "1970-01-01T00:00:00-12:00", "1970-01-01T00:00:00.000-12:00"),
    *(("message", value, "") for value in NO_TEXT),
    ("message", "bad \ud800 x", "bad ? x"),
    ("message", "a\u0000b\u202e\r\n\tc\u001b[31m", "ab\n\tc[31m"),
    ("message", "x" * 50_000, "x" * 10_000),
    *((field, value, "") for field in ("name", "email") for value in NO_TEXT),
    *((field, "x" * 50_000, "x" * 255) for field in ("name", "email", "username")),
    *((field, "\udfff\u202ea\nb", "?ab") for field in ("name", "email", "username")),
    *(("username", value, None) for value in NO_TEXT),
]


@pytest.fixture
def rest() -> Iterator[RestServer]:
    with rest_server() as server:
        yield server


@pytest.fixture
def api(shared_stack, monkeypatch) -> Api:
    monkeypatch.setenv("PRIVATE_TARGETS", "127.0.0.0/8")
    return a_workspace(next(_workspaces))


def put(whole: Any, place: tuple[str, ...], value: Any) -> Any:
    changed = deepcopy(whole)
    at = changed
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = value
    return changed


def raw(value: Any) -> bytes:
    """JSON as a host may send it: with half of a surrogate pair, and with numbers beyond any."""
    return json.dumps(value).encode()


class Triggering:
    """An application that is triggered again and again; each deployment is to be found in its list as it was made."""

    def __init__(self, api: Api, url: str, provider: str, **fields: Any) -> None:
        self._api = api
        self._path = an_application(api, "", repository={"provider": provider, "url": url, **fields})
        self._made = 0

    def once(self, about: Any) -> Any:
        """What was shown; None where it was refused."""
        answer = self._api("POST", f"{self._path}/deployments")
        listed = self._api("GET", f"{self._path}/deployments?take=1")
        assert listed.status == 200, about
        newest = listed.json["deployments"]
        if answer.status == 400:
            (detail,) = answer.json["details"]
            assert detail["field"] == "repository.url", about
            assert (newest[0]["deploy_number"] if newest else 0) == self._made, about
            return None
        assert answer.status == 200, (about, answer)
        self._made += 1
        shown = answer.json["deployment"]
        assert newest[0] == {name: shown[name] for name in newest[0]}, about
        self._require_sound(shown, about)
        return shown

    def _require_sound(self, shown: Any, about: Any) -> None:
        read = self._api.get(f"{self._path}/deployments/{shown['id']}")["deployment"]
        moment = datetime.fromisoformat(shown["commit_timestamp"])
        assert datetime(1970, 1, 1, tzinfo=UTC) <= moment <= datetime.now(UTC) + timedelta(minutes=5), about
        assert len(shown["git_sha"]) in (40, 64)
        assert len(shown["commit_message"]) <= 10_000
        branch = read["branch"]
        for name in ("committer_name", "committer_email", "committer_username"):
            assert len(shown[name] or "") <= 255
        assert branch is None or 0 < len(branch) <= 255


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_what_is_needed_and_wrong_is_refused_and_the_rest_is_cut_or_left_out(api, rest, provider):
    triggering = Triggering(api, f"{rest.url}/acme/shop", provider, branch="main")
    for field, value, shown in HOSTILE:
        if field not in PLACES[provider]:
            continue
        said = put(WHOLE[provider], PLACES[provider][field], value)
        rest.answers[BRANCHES[provider]] = (200, raw(said))
        found = triggering.once((field, value))
        if shown is REFUSED:
            assert found is None, (field, value)
        elif shown is NOW:
            assert found["commit_timestamp"] == found["created_at"], value
        else:
            assert found[SHOWN[field]] == shown, (field, value)


@pytest.mark.parametrize("provider", ["github", "gitlab"])
@pytest.mark.parametrize("branch", [*NO_TEXT, "", "a\ud800", "a b", "x" * 50_000, "refs/../x", "-x"])
def test_a_default_branch_that_is_none_is_refused(api, rest, provider, branch):
    rest.answers = {REPOSITORIES[provider]: (200, raw({"default_branch": branch}))}
    assert Triggering(api, f"{rest.url}/acme/shop", provider).once(branch) is None


ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "x",
    "\ud800",
    "\x00",
    "2026-01-01",
    SHA,
    "9" * 300,
    [],
    [None],
    {},
    {"": {}},
]


def mutated(value: Any, luck: random.Random) -> Any:
    """The same answer with one value of it, however deep, replaced, left out, doubled or cut."""
    if isinstance(value, dict) and value and luck.random() < 0.85:
        name = luck.choice(sorted(value))
        if luck.random() < 0.08:
            return {key: each for key, each in value.items() if key != name}
        return {**value, name: mutated(value[name], luck)}
    if isinstance(value, str) and value and luck.random() < 0.5:
        at = luck.randrange(len(value) + 1)
        return value[:at] + luck.choice(["", "\ud800", "\n", "9", "-", "Z", "\u202e"]) + value[at + luck.randrange(2) :]
    return luck.choice(ODD)


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_no_mutation_of_a_real_answer_is_kept_unread_or_breaks_anything(api, rest, provider):
    luck = random.Random(f"mutations of {provider}")
    triggering = Triggering(api, f"{rest.url}/acme/shop", provider, branch="main")
    outcomes = set()
    for _ in range(40):
        said = mutated(WHOLE[provider], luck)
        if luck.random() < 0.3:
            said = mutated(said, luck)
        content = raw(said)
        if luck.random() < 0.1:
            at = luck.randrange(len(content))
            content = content[:at] + bytes([luck.randrange(256)]) + content[at + 1 :]
        rest.answers[BRANCHES[provider]] = (200, content)
        outcomes.add(triggering.once(content) is not None)
    assert outcomes == {True, False}


OBJECT = (
    b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@x> 1663431157 +0200\n"
    b"committer John Doe <info@acme.example> 1663431157 +0200\nencoding utf-8\n\nFaster.\n"
)
PIECES = [
    *(b"\n", b"\x00", b"\xff", b"<", b">", b" ", b"-", b"9" * 12, b"+9999", b"\xed\xa0\x80", b"\xe2\x80\xae"),
    *(b"idna", b"undefined", b"unicode_escape", b"utf-7", b"punycode", b"\\ud800", b"encoding zip\n", b"\n\n"),
]


class GitHost:
    """Speaks git's protocol and has one commit, whose name is right."""

    content = OBJECT
    head = "refs/heads/main"

    @property
    def sha(self) -> str:
        return hashlib.sha1(b"commit %d\0" % len(self.content) + self.content).hexdigest()

    async def answer(self, exchange: Exchange) -> None:
        if "info/refs" in exchange.path:
            offered = map(git_packets.packet, ("version 2", "ls-refs", "fetch=shallow"))
            await exchange.answer(200, b"".join(offered) + b"0000")
            return
        asked = await exchange.reader.readuntil(b"0000")
        reference = f"{self.sha} HEAD symref-target:{self.head}\n".encode(errors="surrogateescape")
        listed = f"{len(reference) + 4:04x}".encode() + reference + b"0000"
        await exchange.answer(200, listed if b"ls-refs" in asked else self._packed())

    def _packed(self) -> bytes:
        size = len(self.content)
        header = bytes([0x90 | size & 15, size >> 4 & 0x7F | 0x80, size >> 11])
        pack = b"PACK\0\0\0\2\0\0\0\1" + header + zlib.compress(self.content)
        return b"000dpackfile\n" + f"{len(pack) + 5:04x}".encode() + b"\x01" + pack + b"0000"


def test_no_mutation_of_a_real_commit_is_kept_unread_or_breaks_anything(api):
    host, luck, outcomes = GitHost(), random.Random("mutations of a commit"), set()
    with served(host.answer) as server:
        triggering = Triggering(api, f"http://127.0.0.1:{server.port}/shop.git", "git")
        assert triggering.once("as it is")["commit_message"] == "Faster."
        for _ in range(40):
            host.content = OBJECT
            for _ in range(luck.choice((1, 1, 2))):
                at = luck.randrange(len(host.content))
                host.content = host.content[:at] + luck.choice(PIECES) + host.content[at + luck.choice((0, 1, 4, 40)) :]
            outcomes.add(triggering.once(host.content) is not None)
    assert outcomes == {True, False}


@pytest.mark.parametrize("encoding", [b"idna", b"undefined", b"unicode_escape", b"utf-7", b"punycode", b"hex"])
def test_a_commit_in_an_encoding_that_is_none_is_read_as_utf_8(api, encoding):
    host = GitHost()
    host.content = OBJECT.replace(b"encoding utf-8", b"encoding " + encoding).replace(
        b"Faster", b"Z\xc3\xbcgig \\ud800"
    )
    with served(host.answer) as server:
        shown = Triggering(api, f"http://127.0.0.1:{server.port}/shop.git", "git").once(encoding)
    assert (shown["committer_name"], shown["commit_message"]) == ("John Doe", "Zügig \\ud800.")


@pytest.mark.parametrize(
    "head", ["refs/heads/" + "x" * 5_000, "refs/heads/a\udcff", "refs/tags/v1", "refs/heads/a..b", ""]
)
def test_a_head_that_leads_to_no_branch_we_could_name_has_none(api, head):
    host = GitHost()
    host.head = head
    with served(host.answer) as server:
        assert Triggering(api, f"http://127.0.0.1:{server.port}/shop.git", "git").once(head)


@pytest.mark.parametrize("branch", ["größe", "機能/速い", "a" * 200 + "é"])
def test_a_branch_may_be_named_in_any_script(api, tmp_path, branch):
    with git_server(tmp_path) as git:
        url = git.repository("shop")
        git.commit("elsewhere")
        sha = git.commit("here", branch=branch)
        assert Triggering(api, url, "git", branch=branch).once(branch)["git_sha"] == sha


@pytest.mark.parametrize("branch", ["a\ud800", "\udfff"])
def test_a_branch_that_is_no_text_is_refused(api, branch):
    repository = {"provider": "git", "url": "https://127.0.0.1/shop.git", "branch": branch}
    answer = api("POST", "/v1/applications", {"name": "Shop", "repository": repository, "executor": {"kind": "none"}})
    assert answer.status == 400
    assert [each["field"] for each in answer.json["details"]] == ["repository.branch"]
