"""Deliveries and what becomes of them, on the table: any order, any crash, any body."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest

from lull.domain.hook_deliveries import Verdict, settled
from lull.store import cells, component_deployments, external_keys, hook_deliveries, table
from lull.store.external_keys import External
from lull.use_cases import deployment_reports
from tests.api import a_workspace
from tests.deploying import a_component, an_environment
from tests.hooking import Hook, a_hook, a_status, deliveries, github_time, post
from tests.killing import Cut
from tests.unit.test_ci_events import github_examples

_workspaces = itertools.count(1)


class World:
    """A workspace with one component, one environment and a hook for them."""

    def __init__(self, time: Any, provider: str = "standard") -> None:
        self.number = next(_workspaces)
        self.api = a_workspace(self.number)
        self.component, self.environment = a_component(self.api), an_environment(self.api)
        rule = {"repository": "*", "componentId": self.component}
        self.hook = a_hook(self.api, provider, rules=[rule])
        self.time = time

    def apply(self) -> None:
        """Whatever is still to be applied, twice."""
        listed = self.api.get(f"/api/v1/hooks/{self.hook.id}/deliveries?take=100")["data"]
        for each in listed * 2:
            deployment_reports.advance(self.number, each["id"], at=self.time.at)

    def deployments(self) -> list[Any]:
        return list(self.api.get("/api/v1/deployments?take=100")["data"])

    def shown(self) -> str | None:
        """The version that the matrix shows."""
        cell = cells.get_cell(self.number, self.component, self.environment)
        return cell.latest.version if cell.latest else None


@pytest.fixture
def world(shared_stack, time) -> World:
    return World(time)


# What a workflow may do: kind, minutes ago, attempt.
Told = tuple[str, int, int]


class Subject:
    """A component of its own in a world, with one deployment that is told of."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.name = world, f"component {number}"
        self.component = a_component(world.api, self.name)

    def hears(self, told: Told) -> Callable[[], Any]:
        """Receive a delivery; what it gives back applies it."""
        kind, minutes, attempt = told
        at = (self.world.time.at - timedelta(minutes=minutes)).isoformat()
        said = {"component": self.name, "externalId": self.name, "attempt": attempt, "timestamp": at}
        received = self.world.hook.deployment(kind, **said)
        return partial(
            deployment_reports.advance, self.world.number, received.json["deliveryId"], at=self.world.time.at
        )

    def outcome(self) -> tuple[list[tuple[int, str]], str | None]:
        """Attempt and status of each record, and the version that the matrix shows."""
        cell = cells.get_cell(self.world.number, self.component, self.world.environment)
        records = sorted((each["attempt"], each["status"]) for each in self.records())
        return records, cell.latest.version if cell.latest else None

    def records(self) -> list[Any]:
        return list(self.world.api.get(f"/api/v1/deployments?componentId={self.component}")["data"])

    def total(self, status: str) -> int:
        return int(self.world.api.get(f"/api/v1/deployments?componentId={self.component}&status={status}")["total"])


STORIES: list[tuple[Sequence[Told], list[tuple[int, str]]]] = [
    # Tried again after a failure: one record.
    ([("failed", 8, 1), ("started", 7, 2), ("succeeded", 6, 2)], [(2, "succeeded")]),
    # Run again after a success: another one, whatever becomes of it.
    ([("succeeded", 8, 1), ("started", 7, 2), ("failed", 6, 2)], [(1, "succeeded"), (2, "failed")]),
    ([("succeeded", 9, 1), ("failed", 8, 2), ("succeeded", 7, 3)], [(1, "succeeded"), (3, "succeeded")]),
    ([("started", 8, 1), ("succeeded", 7, 1), ("started", 6, 2)], [(1, "succeeded"), (2, "in_progress")]),
    # What succeeded turns out to have failed, and the other way round.
    ([("started", 9, 1), ("succeeded", 8, 1), ("failed", 7, 1)], [(1, "failed")]),
    ([("started", 9, 1), ("failed", 8, 1), ("succeeded", 7, 1)], [(1, "succeeded")]),
]


@pytest.mark.parametrize(("story", "expected"), STORIES)
def test_every_order_makes_the_same_records_and_the_same_matrix(shared_stack, time, story, expected):
    world = World(time)
    for number, order in enumerate(itertools.permutations(story)):
        subject = Subject(world, number)
        for told in (*order, order[0]):
            apply = subject.hears(told)
            apply()
            apply()
        assert subject.outcome() == (expected, "v1" if expected[0] != (1, "failed") else None), order
        assert subject.total("succeeded") == sum(1 for _, status in expected if status == "succeeded"), order


def test_an_earlier_attempt_that_has_a_record_of_its_own_is_heard_by_that(world):
    subject = Subject(world, 1)
    for told in (("succeeded", 8, 1), ("started", 5, 2), ("succeeded", 4, 2), ("failed", 6, 1), ("started", 9, 1)):
        subject.hears(told)()
    found = {each["attempt"]: each for each in subject.records()}
    assert {attempt: each["status"] for attempt, each in found.items()} == {1: "failed", 2: "succeeded"}
    assert found[1]["startedAt"] < found[1]["finishedAt"] < found[2]["startedAt"]


def test_two_that_are_applied_at_once_are_both_applied(world, monkeypatch):
    """Another delivery comes in between each read and each write."""
    for kind in ("started", "succeeded"):
        world.hook.deployment(kind)
    listed = world.api.get(f"/api/v1/hooks/{world.hook.id}/deliveries")["data"]
    first, second = (each["id"] for each in listed)
    create, between = component_deployments.create_component_deployment, [second]

    def create_after_another(*arguments: Any, **named: Any) -> Any:
        if between:
            deployment_reports.advance(world.number, between.pop(), at=world.time.at)
        return create(*arguments, **named)

    monkeypatch.setattr("lull.store.component_deployments.create_component_deployment", create_after_another)
    deployment_reports.advance(world.number, first, at=world.time.at)
    (found,) = world.deployments()
    assert found["status"] == "succeeded"
    assert world.shown() == "v1"
    assert None not in {verdict for verdict, _ in deliveries(world.api, world.hook)}


CRASHES: list[Sequence[Told]] = [
    [("started", 6, 1), ("succeeded", 5, 1)],
    [("succeeded", 6, 1), ("failed", 5, 1)],
    [("succeeded", 6, 1), ("started", 5, 2)],
    [("started", 5, 2), ("succeeded", 6, 1)],
    [("succeeded", 5, 1), ("started", 6, 1)],
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("story", CRASHES)
def test_a_crash_at_any_call_is_made_good_by_the_next_wake_up(shared_stack, time, monkeypatch, story, after):
    """Every table call of applying the last delivery: nothing is done twice, and nothing is left undone."""
    cut, world = Cut(monkeypatch), World(time)
    expected: Any = None
    for number in itertools.count():
        subject = Subject(world, number)
        subject.hears(story[0])()
        apply = subject.hears(story[1])
        was_killed = cut.kills(apply, at_call=number, after=after)
        settled = apply()
        histories = [component_deployments.list_events(world.number, each["id"]) for each in subject.records()]
        outcome = (
            settled.verdict,
            subject.outcome(),
            sorted(len(each) for each in histories),
            [subject.total(each) for each in ("in_progress", "succeeded")],
        )
        expected = expected or outcome
        assert outcome == expected, number
        if not was_killed:
            break
    assert number >= 4


def test_a_name_that_means_a_record_of_another_kind_is_heard_by_that(world, monkeypatch):
    """Of deployments that Lull itself has asked a provider for."""
    heard = []

    def take(told: Any, external: External) -> Any:
        heard.append((told.report.status, external.records["app-deployment"]))
        return hook_deliveries.save_hook_delivery(settled(told.delivery, Verdict.APPLIED, None, None))

    takes = {**deployment_reports._TAKE, "app-deployment": take}
    monkeypatch.setattr(deployment_reports, "_TAKE", takes)
    records = {"app-deployment": "a1", component_deployments.KIND: "c1"}
    named = External(workspace_id=world.number, key=f"standard:{world.hook.id}:1", records=records)
    table.write(external_keys.claiming(named))
    assert external_keys.find_external(world.number, named.key) == named
    world.hook.deployment("succeeded")
    world.apply()
    assert heard == [("succeeded", "a1")]
    assert world.deployments() == []


def test_every_real_event_of_github_is_answered_by_rule(shared_stack, time):
    world = World(time, "github")
    for number, example in enumerate(github_examples()):
        answer = world.hook.github(example["event"], example["payload"], delivery=f"n{number}")
        expected = {"ping": 200, "deployment": 202, "deployment_status": 202}.get(example["event"], 204)
        assert answer.status == expected, example["event"]
    world.apply()
    statuses = {each["metadata"]["externalId"]: each["status"] for each in world.deployments()}
    assert set(statuses.values()) == {"succeeded"}
    assert {verdict for verdict, _ in deliveries(world.api, world.hook)} <= {"applied", "duplicate", "late", "unmapped"}


BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"x"',
    b"\xff\xfe",
    b"\x00" * 100,
    b'{"a":' + b"[" * 100_000,
    b'{"a": 1' + b"0" * 5_000 + b"}",
    b"payload=",
    b"<xml/>",
]


def signed(hook: Hook, body: bytes, **headers: str) -> int:
    signature = "sha256=" + hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
    named = {"x-github-event": "deployment_status", "x-hub-signature-256": signature}
    return post(hook.id, body, **{**named, **headers}).status


def test_a_body_that_is_no_object_is_400_when_signed_and_401_when_not(shared_stack, time):
    hook = World(time, "github").hook
    for body in BODIES:
        assert signed(hook, body) == 400, body[:20]
        assert signed(hook, body, **{"content-type": "application/x-www-form-urlencoded"}) == 400, body[:20]
        assert post(hook.id, body, **{"x-github-event": "ping"}).status == 401, body[:20]


def test_a_form_as_github_sends_it_by_default(shared_stack, time):
    hook = World(time, "github").hook
    body = urlencode({"payload": json.dumps(a_status("success", at=time.at))}).encode()
    assert signed(hook, body, **{"content-type": "application/x-www-form-urlencoded"}) == 202


def test_a_body_may_have_a_megabyte(shared_stack, time):
    hook = World(time, "github").hook
    payload = a_status("success", at=time.at, filler="x" * (1024 * 1024 - 2000))
    assert hook.github("deployment_status", payload).status == 202
    assert hook.github("deployment_status", {**payload, "filler": "x" * 1024 * 1024}).status == 413


def test_what_cannot_be_is_named_and_nothing_of_it_is_kept(world):
    odd = {"version": 5, "link": "javascript:alert(1)", "commitSha": "zz!", "attempt": 0}
    answer = world.hook.deployment("succeeded", **odd, timestamp="yesterday")
    assert (answer.status, answer.json["error"]) == (400, "Bad Request")
    named = {each["field"] for each in answer.json["details"]}
    assert named == {"timestamp", *(f"data.{name}" for name in odd)}
    assert deliveries(world.api, world.hook) == []
    # Whoever cannot sign is told nothing of it.
    unsigned = world.hook.standard({"type": "deployment.started", "data": odd}, **{"webhook-signature": "v1,AAAA"})
    assert (unsigned.status, "details" in unsigned.json) == (401, False)


def test_names_that_nobody_could_have_are_unmapped(world):
    for name in ("🚀" * 255, "a#b", "x" * 255):
        answer = world.hook.deployment("started", externalId=name, component=name)
        settled = deployment_reports.advance(world.number, answer.json["deliveryId"], at=world.time.at)
        assert settled is not None
        assert settled.verdict == "unmapped"


def test_a_late_report_stays_in_the_history(world, time):
    for kind in ("succeeded", "started"):
        world.hook.deployment(kind)
        world.apply()
    (found,) = world.deployments()
    told = world.api.get(f"/api/v1/deployments/{found['id']}/events")
    assert [each["kind"] for each in told] == ["created", "status", "status", "ignored"]
    assert told[-1]["message"].startswith("in_progress at ")
    assert sorted(str(verdict) for verdict, _ in deliveries(world.api, world.hook)) == ["applied", "late"]


def test_a_later_event_that_names_another_component_is_told_so(world):
    other = a_component(world.api, "other")

    def verdict(kind: str, **said: Any) -> tuple[Any, Any]:
        answer = world.hook.deployment(kind, **said)
        settled = deployment_reports.advance(world.number, answer.json["deliveryId"], at=world.time.at)
        assert settled is not None
        return settled.verdict, settled.reason

    def hint(name: str) -> str:
        return f"it names the component {name}, but this deployment is of checkout"

    assert verdict("pending") == ("applied", None)
    assert verdict("started", component="other") == ("applied", hint("other"))
    assert verdict("pending", component="nobody") == ("late", hint("nobody"))
    assert verdict("started", component="Checkout") == ("duplicate", None)
    assert verdict("started", componentId=other) == ("duplicate", hint(other))
    assert verdict("started", componentId=world.component.upper(), component="other") == ("duplicate", None)
    # The rule says what the repository is; a name beside it says nothing, now as at first.
    assert verdict("succeeded", component="other", repository="acme/shop") == ("applied", None)
    # It was called otherwise when this began.
    world.api.patch(f"/api/v1/components/{world.component}", {"name": "till"})
    assert verdict("succeeded", component="till")[1] is verdict("succeeded", component="checkout")[1] is None
    (found,) = world.deployments()
    assert (found["componentId"], found["status"]) == (world.component, "succeeded")


def test_deliveries_of_a_hook_that_is_gone_are_ignored(world):
    answer = world.hook.deployment("started")
    world.api.delete(f"/api/v1/hooks/{world.hook.id}")
    settled = deployment_reports.advance(world.number, answer.json["deliveryId"], at=world.time.at)
    assert settled is not None
    assert (settled.verdict, settled.reason) == ("ignored", "its hook was deleted")


def test_a_component_that_is_gone_leaves_its_deliveries_unmapped(world):
    gone = a_component(world.api, "gone")
    answer = world.hook.deployment("started", componentId=gone)
    world.api.delete(f"/api/v1/components/{gone}")
    settled = deployment_reports.advance(world.number, answer.json["deliveryId"], at=world.time.at)
    assert settled is not None
    assert (settled.verdict, settled.reason) == ("unmapped", "its component does not exist")


def test_a_success_that_was_none_does_not_come_back(world, time):
    """The matrix shows the one before; and once that is rolled back, nothing."""

    def tell(kind: str, name: str, minutes: int) -> None:
        at = (time.at - timedelta(minutes=minutes)).isoformat()
        world.hook.deployment(kind, externalId=name, version=name, timestamp=at)
        world.apply()

    tell("succeeded", "first", 9)
    tell("succeeded", "second", 8)
    assert world.shown() == "second"
    tell("failed", "second", 7)
    assert world.shown() == "first"
    tell("succeeded", "first", 6)
    (first,) = [each for each in world.deployments() if each["version"] == "first"]
    world.api.patch(f"/api/v1/deployments/{first['id']}", {"status": "rolled_back"})
    assert world.shown() is None


def test_what_it_says_of_time_is_what_is_shown(shared_stack, time):
    world = World(time, "github")
    ended = time.at - timedelta(minutes=3)
    world.hook.github("deployment_status", a_status("success", at=ended))
    world.apply()
    (found,) = world.deployments()
    assert found["finishedAt"] == found["startedAt"] == github_time(ended)
    (row,) = world.api.get("/api/v1/deployments/matrix")
    assert row["environments"]["production"]["deployedAt"] == github_time(ended)
