"""GitLab as the executor of applications: what its hooks tell of it, and answers that are lost."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest

from lull.domain.executor_calls import LISTEN
from lull.store import app_deployments as store
from lull.use_cases import deployment_reports, executor_calls, report_orders, wake_ups
from tests.api import Api, a_workspace
from tests.applying import an_application, read, say, triggered
from tests.deploying import a_component, an_environment
from tests.git_server import GitServer, git_server
from tests.hooking import Hook, a_hook, deliveries
from tests.killing import Cut
from tests.rest_server import Asked, RestServer, rest_server

TRIGGER = "POST /api/v4/projects/acme%2Fshop/trigger/pipeline"
_workspaces = itertools.count(1)


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with git_server(tmp_path_factory.mktemp("git")) as server:
        server.repository("acme/shop")
        server.commit("test", to="acme/shop")
        yield server


@pytest.fixture
def rest() -> Iterator[RestServer]:
    with rest_server() as server:
        server.answers = {TRIGGER: [(201, {"id": number, "project_id": 30}) for number in range(7, 99)]}
        yield server


class Shop:
    """A workspace whose application is deployed by GitLab, and a hook that maps GitLab's deployments."""

    def __init__(self, stack: Any, git: GitServer, rest: RestServer, time: Any, *, mapped: bool = True) -> None:
        self.stack, self.time, self.rest = stack, time, rest
        self.workspace_id = next(_workspaces)
        self.api: Api = a_workspace(self.workspace_id)
        self.component, self.environment = a_component(self.api), an_environment(self.api)
        ids = {"componentId": self.component, "environmentId": self.environment}
        executor = {"kind": "gitlab", "token": "glptt-x", "url": f"{rest.url}/acme/shop"}
        self.application = an_application(self.api, f"{git.url}/acme/shop.git", executor=executor, **ids)
        rules = [{"repository": "acme/*", "componentId": self.component}] if mapped else []
        self.hook: Hook = a_hook(self.api, "gitlab", rules=rules)

    def triggered(self) -> Any:
        made = triggered(self.api, self.application)
        self.stack.drain()
        return made

    def deployment_hook(self, made: Any, status: str, number: int = 15, **changes: Any) -> None:
        """GitLab tells of a deployment of the commit, in the second in which it happens."""
        told = {
            "object_kind": "deployment",
            "status": status,
            "status_changed_at": f"{self.time.at:%Y-%m-%d %H:%M:%S %z}",
            "deployment_id": number,
            "deployable_id": 796,
            "environment": "production",
            "project": {"id": 30, "path_with_namespace": "acme/shop", "web_url": "https://gitlab.example/acme/shop"},
            "short_sha": made["git_sha"][:8],
            "commit_url": f"https://gitlab.example/acme/shop/-/commit/{made['git_sha']}",
            "ref": "main",
            **changes,
        }
        assert self.hook.gitlab(told).status == 202

    def pipeline_hook(self, made: Any, status: str, number: int = 7) -> int:
        pipeline = {
            "id": number,
            "status": status,
            "ref": "main",
            "source": "trigger",
            "variables": [{"key": "LULL_DEPLOYMENT_ID", "value": made["id"]}],
        }
        project = {"id": 30, "path_with_namespace": "acme/shop", "web_url": "https://gitlab.example/acme/shop"}
        return self.hook.gitlab({"object_kind": "pipeline", "object_attributes": pipeline, "project": project}).status

    def statuses(self) -> list[str]:
        """Of all deployments of its component."""
        return [each["status"] for each in self.api.get("/api/v1/deployments")["data"]]

    def status(self, made: Any) -> str:
        return str(read(self.api, self.application, made)["status"])

    @property
    def tokens(self) -> list[str]:
        """Of the pipelines that were asked for."""
        return [parse_qs(each.body.decode())["variables[LULL_CALLBACK_TOKEN]"][0] for each in self.rest.asked]

    def sweep(self, **delta: float) -> None:
        self.time.passes(**delta)
        wake_ups.redrive_overdue(at=self.time.at)
        self.stack.drain()


@pytest.fixture(autouse=True)
def private(monkeypatch) -> None:
    monkeypatch.setenv("PRIVATE_TARGETS", "127.0.0.0/8")


@pytest.fixture
def stack(shared_stack):
    return shared_stack


@pytest.fixture
def shop(stack, git, rest, time) -> Shop:
    return Shop(stack, git, rest, time)


# ---------------------------------------------------------------- Deployment Hook


@pytest.mark.parametrize("calls_back", [False, True])
@pytest.mark.parametrize("order", list(itertools.permutations(["running", "success"])))
def test_the_deployment_hook_of_a_pipeline_that_was_asked_for_is_about_that(shop, order, calls_back):
    """Its hooks in any order, whether or not its job says itself how it went; and each of them twice."""
    made = shop.triggered()
    if calls_back:
        say(shop.api, shop.application, made, "building", "deploying", token=shop.tokens[0])
        shop.time.passes(seconds=1)
    changed_at = {}
    for status in ("running", "success"):
        shop.time.passes(seconds=5)
        changed_at[status] = f"{shop.time.at:%Y-%m-%d %H:%M:%S %z}"
        if calls_back and status == "running":
            say(shop.api, shop.application, made, "available", token=shop.tokens[0])
    for status in (*order, *order):
        shop.deployment_hook(made, status, status_changed_at=changed_at[status])
        shop.stack.drain()
    assert (shop.status(made), shop.statuses()) == ("available", ["succeeded"])
    verdicts = [str(verdict) for verdict, _ in deliveries(shop.api, shop.hook)]
    assert set(verdicts) <= {"applied", "duplicate", "late"}
    assert verdicts.count("applied") <= 2


def test_each_end_of_it_is_one_of_the_application(shop):
    for number, (said, status) in enumerate(
        [("failed", "failed"), ("canceled", "cancelled"), ("success", "available")]
    ):
        made = shop.triggered()
        for each in ("running", said):
            shop.time.passes(seconds=5)
            shop.deployment_hook(made, each, number + 1)
            shop.stack.drain()
        assert shop.status(made) == status
        assert len(shop.statuses()) == number + 1


OTHERS: list[dict[str, Any]] = [
    {"commit_url": "https://gitlab.example/acme/shop/-/commit/" + "b" * 40},
    {"environment": "staging"},
    {"project": {"id": 31, "path_with_namespace": "acme/fork", "web_url": "https://gitlab.example/acme/fork"}},
]


@pytest.mark.parametrize("other", OTHERS)
def test_what_is_of_another_commit_environment_or_project_is_a_deployment_of_its_own(shop, other):
    an_environment(shop.api, "staging")
    made = shop.triggered()
    shop.time.passes(seconds=5)
    shop.deployment_hook(made, "running", **other)
    shop.stack.drain()
    assert (shop.status(made), sorted(shop.statuses())) == ("created", ["in_progress", "pending"])


def test_what_a_person_deploys_once_it_is_over_is_theirs_and_what_it_did_stays_its_own(shop):
    made = shop.triggered()
    shop.time.passes(seconds=5)
    shop.deployment_hook(made, "running", 15)
    shop.stack.drain()
    say(shop.api, shop.application, made, "available")
    shop.stack.drain()
    shop.time.passes(minutes=30)
    # The end of the job comes late; another one of the same commit is begun by hand.
    shop.deployment_hook(made, "success", 15)
    shop.deployment_hook(made, "running", 16)
    shop.stack.drain()
    assert (shop.status(made), sorted(shop.statuses())) == ("available", ["in_progress", "succeeded"])


@pytest.mark.parametrize("first", ["running", "success"])
def test_two_hooks_of_it_that_are_applied_at_once_are_both_about_it(shop, monkeypatch, first):
    """The other one comes in between the search and the claim."""
    made = shop.triggered()
    for status in ("running", "success"):
        shop.time.passes(seconds=5)
        shop.deployment_hook(made, status)
    listed = shop.api.get(f"/api/v1/hooks/{shop.hook.id}/deliveries")["data"]
    success, running = (each["id"] for each in listed)
    one, another = (running, success) if first == "running" else (success, running)
    find, between = report_orders.find_unnamed, [another]

    def find_and_wait(*said: Any) -> Any:
        found = find(*said)
        if between:
            deployment_reports.advance(shop.workspace_id, between.pop(), at=shop.time.at)
        return found

    monkeypatch.setattr(deployment_reports, "find_unnamed", find_and_wait)
    deployment_reports.advance(shop.workspace_id, one, at=shop.time.at)
    shop.stack.drain()
    assert (shop.status(made), shop.statuses()) == ("available", ["succeeded"])
    assert {verdict for verdict, _ in deliveries(shop.api, shop.hook)} <= {"applied", "duplicate", "late"}


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_call_of_hearing_it_is_made_good_by_the_next_wake_up(stack, git, rest, time, monkeypatch, after):
    cut = Cut(monkeypatch)
    for number in itertools.count():
        shop = Shop(stack, git, rest, time)
        made = shop.triggered()
        time.passes(seconds=5)
        shop.deployment_hook(made, "success")
        (delivery,) = shop.api.get(f"/api/v1/hooks/{shop.hook.id}/deliveries")["data"]
        apply = partial(deployment_reports.advance, shop.workspace_id, delivery["id"], at=time.at)
        was_killed = cut.kills(apply, at_call=number, after=after)
        apply()
        shop.stack.drain()
        assert (shop.status(made), shop.statuses()) == ("available", ["succeeded"]), number
        assert deliveries(shop.api, shop.hook)[0][0] in ("applied", "duplicate"), number
        if not was_killed:
            break
    assert number >= 8


# ---------------------------------------------------------------- answers that are lost


def lost(_: Asked) -> tuple[int, Any]:
    return 502, b"it was started all the same"


Heard = Callable[[Shop, Any], object]
HEARD: dict[str, Heard] = {
    "a pipeline that waits": lambda shop, made: shop.pipeline_hook(made, "pending"),
    "a pipeline that runs": lambda shop, made: shop.pipeline_hook(made, "running"),
    "a deployment": lambda shop, made: shop.deployment_hook(made, "running"),
    "its job": lambda shop, made: say(shop.api, shop.application, made, "building", token=shop.tokens[0]),
}


@pytest.mark.parametrize("news", HEARD)
def test_a_pipeline_whose_answer_was_lost_is_not_started_again_once_it_is_heard_of(shop, time, news):
    shop.rest.answers[TRIGGER] = lost
    made = shop.triggered()
    time.passes(seconds=30)
    HEARD[news](shop, made)
    shop.stack.drain()
    for _ in range(5):
        shop.sweep(minutes=5)
    assert shop.rest.requests == [TRIGGER]
    if "pipeline" in news:
        assert read(shop.api, shop.application, made)["external_id"].endswith(":30:pipeline:7")
    assert shop.status(made) != "failed"
    say(shop.api, shop.application, made, *(["deploying"] if news == "its job" else []), "failed")


def test_a_pipeline_that_nothing_is_heard_of_is_started_again_after_a_while(shop):
    shop.rest.answers[TRIGGER] = [(502, b""), (201, {"id": 8, "project_id": 30})]
    made = shop.triggered()
    shop.sweep(seconds=LISTEN.total_seconds() - 1)
    assert shop.rest.requests == [TRIGGER]
    shop.sweep(seconds=2)
    assert shop.rest.requests == [TRIGGER] * 2
    assert read(shop.api, shop.application, made)["external_id"].endswith(":pipeline:8")


@pytest.mark.parametrize("answer", [(502, b""), (404, {}), (201, {"id": 7, "project_id": 30})])
def test_a_pipeline_that_is_heard_of_before_the_answer_comes_is_under_way_whatever_that_says(shop, time, answer):
    made: list[Any] = []
    said: tuple[int, Any] = answer

    def meanwhile(_: Asked) -> tuple[int, Any]:
        shop.pipeline_hook(made[0], "running")
        (delivery,) = shop.api.get(f"/api/v1/hooks/{shop.hook.id}/deliveries")["data"]
        deployment_reports.advance(shop.workspace_id, delivery["id"], at=time.at)
        return said

    shop.rest.answers[TRIGGER] = meanwhile
    made.append(triggered(shop.api, shop.application))
    shop.stack.drain()
    shop.sweep(minutes=5)
    assert shop.rest.requests == [TRIGGER]
    found = read(shop.api, shop.application, made[0])
    assert (found["status"], found["external_id"].rpartition(":")[2]) == ("deploying", "7")


def test_a_worker_that_dies_with_the_answer_is_followed_by_none_where_the_pipeline_is_heard_of(shop, time, monkeypatch):
    """Killed between the answer and the note of it."""
    cut = Cut(monkeypatch)
    made = triggered(shop.api, shop.application)
    call = partial(executor_calls.call, shop.workspace_id, made["id"], at=time.at)
    # Deployment, lease and application; then the answer is to be noted.
    assert cut.kills(call, at_call=3, after=False)
    assert shop.rest.requests == [TRIGGER]
    stored = store.get_app_deployment(shop.workspace_id, made["id"])
    assert stored is not None
    assert stored.external_id is None
    shop.pipeline_hook(made, "created")
    shop.stack.drain()
    for _ in range(5):
        shop.sweep(minutes=2)
    assert shop.rest.requests == [TRIGGER]
    assert shop.status(made) == "created"


def test_a_pipeline_that_names_no_deployment_of_ours_is_kept_only_where_a_rule_asks_for_runs(shop):
    assert shop.pipeline_hook({"id": ""}, "running") == 204
    # Whether there is such a deployment is not looked up while GitLab waits.
    assert shop.pipeline_hook({"id": "00000000-0000-4000-8000-000000000000"}, "running") == 202
    shop.stack.drain()
    assert deliveries(shop.api, shop.hook) == [("unmapped", "no rule is for runs of acme/shop")]


def test_a_pipeline_that_another_lull_asked_for_is_a_deployment_once_it_runs(shop):
    anywhere = [{"pattern": "*", "environmentId": shop.environment}]
    rule = {"repository": "*", "source": "runs", "componentId": shop.component, "environments": anywhere}
    shop.api.patch(f"/api/v1/hooks/{shop.hook.id}", {"rules": [rule]})
    theirs = {"id": "00000000-0000-4000-8000-000000000000"}
    for status in ("created", "skipped"):
        shop.pipeline_hook(theirs, status)
        shop.stack.drain()
        assert shop.statuses() == []
    assert {verdict for verdict, _ in deliveries(shop.api, shop.hook)} == {"ignored"}
    shop.pipeline_hook(theirs, "running")
    shop.stack.drain()
    assert shop.statuses() == ["in_progress"]
