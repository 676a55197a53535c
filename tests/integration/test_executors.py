"""Executors of applications: told once, off the stream, by receivers that are real; asked, stopped and given up."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock
from urllib.parse import parse_qs

import pytest
from botocore.exceptions import EndpointConnectionError

from local import emulator as emulators
from local.endpoint import Endpoint
from lull import aws
from lull.domain.app_deployments import Status
from lull.domain.errors import StaleWrite
from lull.domain.executor_calls import RETRY_AFTER
from lull.store import app_deployments as store
from lull.store import hook_deliveries
from lull.use_cases import app_deployments, executor_calls, wake_ups
from tests.api import Api, a_workspace
from tests.applying import SIGNING_SECRET, an_application, read, say, triggered
from tests.deploying import a_component, an_environment
from tests.git_server import GitServer, git_server
from tests.hooking import a_hook, a_status, deliveries
from tests.receiver import Receiver, receiving
from tests.rest_server import Asked, RestServer, rest_server


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with git_server(tmp_path_factory.mktemp("git")) as server:
        server.repository("acme/shop")
        server.commit("test", to="acme/shop")
        yield server


@pytest.fixture
def api(stack, time, monkeypatch) -> Api:
    monkeypatch.setenv("PRIVATE_TARGETS", "127.0.0.0/8")
    return a_workspace()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def rest() -> Iterator[RestServer]:
    with rest_server() as server:
        yield server


@pytest.fixture
def by_webhook(api, git, receiver) -> str:
    executor = {"kind": "webhook", "url": f"{receiver.url}/deploy", "secret": SIGNING_SECRET}
    return an_application(api, f"{git.url}/acme/shop.git", executor=executor)


def sweep(stack, time, **delta: float) -> None:
    """What a minute's sweep, or the message that was delayed until then, finds when that time has passed."""
    time.passes(**delta)
    wake_ups.redrive_overdue(at=time.at)
    stack.drain()


def a_retry(stack, time, number: int) -> None:
    sweep(stack, time, seconds=RETRY_AFTER[number].total_seconds() * 1.2)


# ---------------------------------------------------------------- webhook


def test_a_webhook_is_sent_what_to_deploy_signed_with_a_token_that_is_good(api, stack, receiver, by_webhook, git):
    made = triggered(api, by_webhook)
    assert receiver.bodies == [], "the request does not wait for it"
    stack.drain()
    (body,), (headers,) = receiver.bodies, receiver.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.digest(base64.b64decode(SIGNING_SECRET.removeprefix("whsec_")), signed, hashlib.sha256)
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    sent = json.loads(body)
    callback = sent["data"].pop("callback")
    assert sent["type"] == "deployment.requested"
    assert sent["data"] == {
        "application": {"id": by_webhook.rpartition("/")[2], "name": "Shop"},
        "repository": {"provider": "git", "url": f"{git.url}/acme/shop.git"},
        "deployment": {
            "id": made["id"],
            "deploy_number": 1,
            "git_sha": made["git_sha"],
            "branch": "main",
            "commit_message": "test",
            "deadline_at": sent["data"]["deployment"]["deadline_at"],
        },
    }
    assert callback["url"].endswith(f"{by_webhook}/deployments/{made['id']}")
    assert callback["token"] != made["callback_token"]
    for token, status in ((callback["token"], "building"), (made["callback_token"], "deploying")):
        assert say(api, by_webhook, made, status, token=token)["status"] == status
    stack.drain()
    assert len(receiver.bodies) == 1


def test_messages_that_come_again_send_nothing_again(api, stack, time, receiver, by_webhook):
    made = triggered(api, by_webhook)
    for _ in range(3):
        executor_calls.call(1, made["id"], at=time.at)
    stack.drain()
    sweep(stack, time, minutes=5)
    executor_calls.call(1, "00000000-0000-4000-8000-000000000000", at=time.at)
    assert len(receiver.bodies) == 1


def test_what_is_in_trouble_is_tried_again_for_minutes_under_one_id(api, stack, time, receiver, by_webhook):
    receiver.answers = [500, 429, 503]
    made = triggered(api, by_webhook)
    stack.drain()
    assert read(api, by_webhook, made)["detail"] == "the webhook answered 500"
    for number in range(3):
        a_retry(stack, time, number)
    assert len({each["webhook-id"] for each in receiver.headers}) == 1
    assert len(receiver.bodies) == 4
    tokens = [payload["data"]["callback"]["token"] for payload in receiver.payloads]
    assert len(set(tokens)) == 4
    assert read(api, by_webhook, made)["detail"] is None
    say(api, by_webhook, made, "building", token=tokens[0])
    say(api, by_webhook, made, "deploying", token=tokens[3])
    sweep(stack, time, minutes=10)
    assert len(receiver.bodies) == 4


def test_one_that_stays_in_trouble_fails_it(api, stack, time, receiver, by_webhook):
    receiver.answers = [500] * 20
    made = triggered(api, by_webhook)
    stack.drain()
    for number in range(len(RETRY_AFTER)):
        assert read(api, by_webhook, made)["status"] == "created"
        a_retry(stack, time, number)
    failed = read(api, by_webhook, made)
    assert (failed["status"], failed["reason"], failed["detail"]) == ("failed", "unreached", "the webhook answered 500")
    sweep(stack, time, hours=2)
    assert len(receiver.bodies) == len(RETRY_AFTER) + 1


@pytest.mark.parametrize("status", [400, 404, 410, 301])
def test_one_that_will_not_take_it_fails_it_at_once(api, stack, receiver, by_webhook, status):
    receiver.answers = [status]
    made = triggered(api, by_webhook)
    stack.drain()
    failed = read(api, by_webhook, made)
    assert (failed["status"], failed["reason"]) == ("failed", "refused")
    assert failed["detail"] == f"the webhook answered {status}"
    assert len(receiver.bodies) == 1, "a redirect is not followed"


def test_a_webhook_whose_name_has_come_to_lead_inside_is_sent_nothing(api, stack, receiver, by_webhook, monkeypatch):
    made = triggered(api, by_webhook)
    monkeypatch.setattr("lull.settings.private_targets", lambda: "")
    stack.drain()
    assert receiver.bodies == []
    assert "loopback" in read(api, by_webhook, made)["detail"]


def test_cancelling_tells_whoever_has_begun(api, stack, time, receiver, by_webhook):
    made = triggered(api, by_webhook)
    stack.drain()
    cancelled = api.post(f"{by_webhook}/deployments/{made['id']}/cancel")["deployment"]
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "cancelled")
    receiver.answers = [503]
    stack.drain()
    a_retry(stack, time, 0)
    sweep(stack, time, hours=2)
    kinds = [payload["type"] for payload in receiver.payloads]
    assert kinds == ["deployment.requested", "deployment.cancelled", "deployment.cancelled"]
    assert receiver.payloads[1] == receiver.payloads[2]
    assert receiver.payloads[1]["data"]["reason"] == "cancelled"
    assert "callback" not in receiver.payloads[1]["data"]


def test_cancelling_before_anybody_was_told_tells_nobody(api, stack, receiver, by_webhook):
    made = triggered(api, by_webhook)
    api.post(f"{by_webhook}/deployments/{made['id']}/cancel")
    stack.drain()
    assert receiver.bodies == []
    assert read(api, by_webhook, made)["status"] == "cancelled"


def test_a_deployment_that_nobody_ends_fails_at_its_deadline_and_its_executor_is_told(
    api, stack, time, receiver, by_webhook
):
    api.patch(by_webhook, {"maxDurationSeconds": 600})
    made = triggered(api, by_webhook)
    stack.drain()
    say(api, by_webhook, made, "building")
    stack.drain()
    time.passes(seconds=599)
    stack.fire(time.at)
    sweep(stack, time)
    assert read(api, by_webhook, made)["status"] == "building"
    sweep(stack, time, seconds=1)
    late = read(api, by_webhook, made)
    assert (late["status"], late["reason"]) == ("failed", "timed_out")
    assert receiver.payloads[-1]["type"] == "deployment.cancelled"
    assert receiver.payloads[-1]["data"]["reason"] == "timed_out"
    for _ in range(3):
        sweep(stack, time, hours=1)
    assert len(receiver.bodies) == 2


def test_its_schedule_wakes_it_at_the_deadline_and_is_gone_once_it_is_over(api, stack, time, by_webhook):
    first, second = triggered(api, by_webhook), triggered(api, by_webhook)
    stack.drain()

    def names() -> set[str]:
        found = stack.client("scheduler").list_schedules(NamePrefix="app-deployment-")["Schedules"]
        return {each["Name"] for each in found}

    assert names() == {f"app-deployment-{each['id']}" for each in (first, second)}
    say(api, by_webhook, first, "failed")
    stack.drain()
    assert names() == {f"app-deployment-{second['id']}"}


def test_an_application_or_secret_that_is_gone_fails_it(api, stack, time, receiver, by_webhook):
    made = triggered(api, by_webhook)
    api.patch(by_webhook, {"executor": {"kind": "none"}})
    stack.drain()
    failed = read(api, by_webhook, made)
    assert (failed["status"], failed["reason"]) == ("failed", "refused")
    assert receiver.bodies == []


def test_none_tells_nobody(api, stack, git):
    application = an_application(api, f"{git.url}/acme/shop.git")
    made = triggered(api, application)
    stack.drain()
    stored = store.get_app_deployment(1, made["id"])
    assert stored is not None
    assert stored.call is None
    say(api, application, made, "building", "deploying", "available", token=made["callback_token"])


# ---------------------------------------------------------------- GitHub

GITHUB = "/api/v3/repos/acme/shop"


@pytest.fixture
def by_github(api, git, rest) -> str:
    rest.answers = {
        f"GET {GITHUB}": (200, {"id": 1296269, "default_branch": "main"}),
        f"POST {GITHUB}/deployments": (201, {"id": 42}),
        f"GET {GITHUB}/deployments/42/statuses?per_page=10": (200, []),
        f"POST {GITHUB}/deployments/42/statuses": (201, {"id": 1}),
    }
    executor = {"kind": "github", "token": "ghp_x", "url": f"{rest.url}/acme/shop", "environment": "live"}
    return an_application(api, f"{git.url}/acme/shop.git", executor=executor)


def test_github_is_asked_for_a_deployment_of_the_commit(api, stack, rest, by_github):
    made = triggered(api, by_github)
    stack.drain()
    assert rest.requests == [f"GET {GITHUB}", f"POST {GITHUB}/deployments"]
    sent = rest.asked[-1]
    assert sent.headers["authorization"] == "Bearer ghp_x"
    payload = sent.json["payload"]["lull"]
    assert {name: value for name, value in sent.json.items() if name != "payload"} == {
        "ref": made["git_sha"],
        "task": "deploy",
        "auto_merge": False,
        "required_contexts": [],
        "environment": "live",
        "description": "Shop #1",
    }
    assert payload["deployment_id"] == made["id"]
    assert "lulldep_" not in sent.body.decode(), "whoever sees the repository sees it"
    found = read(api, by_github, made)
    assert (found["status"], found["external_id"]) == ("created", "github:1296269:42")
    assert found["link"] == f"{rest.url}/acme/shop/deployments"


def test_github_is_asked_each_minute_how_it_is_going(api, stack, time, rest, by_github):
    statuses = f"GET {GITHUB}/deployments/42/statuses?per_page=10"
    made = triggered(api, by_github)
    stack.drain()
    for answer, status in [
        ((200, [{"state": "queued"}]), "created"),
        ((503, {}), "created"),
        ((200, [{"state": "in_progress"}, {"state": "queued"}]), "deploying"),
        ((200, [{"state": "inactive"}, {"state": "in_progress"}]), "deploying"),
        ((200, [{"state": "success"}, {"state": "in_progress"}]), "available"),
    ]:
        rest.answers[statuses] = answer
        sweep(stack, time, minutes=1)
        assert read(api, by_github, made)["status"] == status
    asked = rest.requests.count(statuses)
    assert asked == 5
    sweep(stack, time, minutes=5)
    assert rest.requests.count(statuses) == asked


@pytest.mark.parametrize("step", ["ask", "stop"])
def test_one_that_is_under_way_stays_where_it_began_wherever_its_application_goes(
    api, stack, time, rest, by_github, step
):
    made = triggered(api, by_github)
    stack.drain()
    elsewhere = {"kind": "github", "url": f"{rest.url}/acme/other", "environment": "live"}
    api.patch(by_github, {"executor": elsewhere})
    rest.requests.clear()
    if step == "ask":
        rest.answers[f"GET {GITHUB}/deployments/42/statuses?per_page=10"] = (200, [{"state": "success"}])
        sweep(stack, time, minutes=1)
    else:
        api.post(f"{by_github}/deployments/{made['id']}/cancel", {})
        stack.drain()
    assert rest.requests, "somebody was told"
    assert all(each.split()[1].startswith(GITHUB) for each in rest.requests)
    assert read(api, by_github, made)["status"] == {"ask": "available", "stop": "cancelled"}[step]


def test_what_was_not_begun_begins_where_it_was_asked_for(api, stack, time, rest, by_github):
    rest.answers[f"POST {GITHUB}/deployments"] = (503, {})
    made = triggered(api, by_github)
    stack.drain()
    api.patch(by_github, {"executor": {"kind": "github", "url": f"{rest.url}/acme/other"}})
    rest.answers[f"GET {GITHUB}/deployments?sha={made['git_sha']}&task=deploy&environment=live&per_page=10"] = (200, [])
    rest.answers[f"POST {GITHUB}/deployments"] = (201, {"id": 42})
    a_retry(stack, time, 0)
    assert read(api, by_github, made)["external_id"] == "github:1296269:42"
    assert not [each for each in rest.requests if "other" in each]


def test_another_host_is_shown_nothing_of_what_began_before(api, stack, time, rest, by_github):
    made = triggered(api, by_github)
    stack.drain()
    api.patch(by_github, {"executor": {"kind": "github", "url": "https://github.com/acme/shop", "token": "ghp_y"}})
    rest.requests.clear()
    rest.asked.clear()
    api.post(f"{by_github}/deployments/{made['id']}/cancel", {})
    stack.drain()
    sweep(stack, time, minutes=1)
    assert rest.requests == [], "the token is of another host now"
    assert read(api, by_github, made)["status"] == "cancelled"


def test_a_start_that_meets_another_write_is_not_left_to_the_sweep(api, stack, rest, by_github, monkeypatch):
    made = triggered(api, by_github)
    real, lost = store.save_app_deployment, iter([True])

    def save(deployment: Any, **more: Any) -> Any:
        if next(lost, False):
            raise StaleWrite("deployment")
        return real(deployment, **more)

    monkeypatch.setattr(store, "save_app_deployment", save)
    stack.drain()
    assert read(api, by_github, made)["external_id"] == "github:1296269:42"


def test_odd_words_of_github_are_passed_over(api, stack, time, rest, by_github):
    made = triggered(api, by_github)
    stack.drain()
    odd: Any
    for odd in ([], {}, None, 5, "\ud800", "success\ud800", ["success"]):
        rest.answers[f"GET {GITHUB}/deployments/42/statuses?per_page=10"] = (200, [{"state": odd}, odd])
        sweep(stack, time, minutes=1)
        assert read(api, by_github, made)["status"] == "created", odd
    rest.answers[f"GET {GITHUB}/deployments/42/statuses?per_page=10"] = (200, [{"state": []}, {"state": "failure"}])
    sweep(stack, time, minutes=1)
    found = read(api, by_github, made)
    assert (found["status"], found["detail"]) == ("failed", "GitHub says failure")


def test_an_answer_that_was_lost_makes_no_second_deployment(api, stack, time, rest, by_github):
    def lost(asked: Asked) -> tuple[int, Any]:
        return 502, b"it was made all the same"

    rest.answers[f"POST {GITHUB}/deployments"] = lost
    made = triggered(api, by_github)
    stack.drain()
    search = f"GET {GITHUB}/deployments?sha={made['git_sha']}&task=deploy&environment=live&per_page=10"
    theirs = {"id": 41, "payload": "{}"}
    rest.answers[search] = (200, [theirs, {"id": 42, "payload": {"lull": {"deployment_id": made["id"]}}}])
    a_retry(stack, time, 0)
    assert read(api, by_github, made)["external_id"] == "github:1296269:42"
    assert rest.requests.count(f"POST {GITHUB}/deployments") == 1


THEIRS = [{"id": number, "payload": {}} for number in range(50, 60)]


@pytest.mark.parametrize("as_text", [False, True])
def test_one_that_was_made_is_found_behind_newer_ones_and_as_text(api, stack, time, rest, by_github, as_text):
    rest.answers[f"POST {GITHUB}/deployments"] = (502, b"it was made all the same")
    made = triggered(api, by_github)
    stack.drain()
    search = f"GET {GITHUB}/deployments?sha={made['git_sha']}&task=deploy&environment=live&per_page=10"
    payload: Any = {"lull": {"deployment_id": made["id"]}}
    ours = {"id": 42, "payload": json.dumps(payload) if as_text else payload}
    # A list that cannot be read does not say that it is not there.
    rest.answers[search] = [(200, b"[" + b" " * 70_000 + b"]"), (200, THEIRS)]
    rest.answers[f"{search}&page=2"] = (200, [*THEIRS[:3], ours])
    a_retry(stack, time, 0)
    assert read(api, by_github, made)["detail"] == "GitHub's list of deployments could not be read"
    a_retry(stack, time, 1)
    assert read(api, by_github, made)["external_id"] == "github:1296269:42"
    assert rest.requests.count(f"POST {GITHUB}/deployments") == 1


def test_a_message_that_comes_while_github_is_being_told_tells_it_nothing(api, stack, time, rest, by_github):
    made: list[Any] = []

    def meanwhile(asked: Asked) -> tuple[int, Any]:
        executor_calls.call(1, made[0]["id"], at=time.at)
        return 201, {"id": 42}

    rest.answers[f"POST {GITHUB}/deployments"] = meanwhile
    made.append(triggered(api, by_github))
    stack.drain()
    assert rest.requests == [f"GET {GITHUB}", f"POST {GITHUB}/deployments"]


@pytest.mark.parametrize("answer", [(202, {"message": "Auto-merged"}), (409, {}), (422, {}), (201, {"id": "x"})])
def test_a_deployment_that_github_does_not_make_fails(api, stack, rest, by_github, answer):
    rest.answers[f"POST {GITHUB}/deployments"] = answer
    made = triggered(api, by_github)
    stack.drain()
    failed = read(api, by_github, made)
    assert (failed["status"], failed["reason"]) == ("failed", "refused")


def test_the_last_word_of_github_counts_at_the_deadline(api, stack, time, rest, by_github):
    api.patch(by_github, {"maxDurationSeconds": 90})
    ends, hangs = triggered(api, by_github), triggered(api, by_github)
    rest.answers[f"POST {GITHUB}/deployments"] = [(201, {"id": 42}), (201, {"id": 43})]
    stack.drain()
    sweep(stack, time, seconds=60)
    numbers = {read(api, by_github, each)["external_id"].rpartition(":")[2]: each for each in (ends, hangs)}
    rest.answers[f"GET {GITHUB}/deployments/42/statuses?per_page=10"] = (200, [{"state": "success"}])
    rest.answers[f"GET {GITHUB}/deployments/43/statuses?per_page=10"] = (200, [{"state": "queued"}])
    rest.answers[f"POST {GITHUB}/deployments/43/statuses"] = (201, {})
    sweep(stack, time, seconds=30)
    assert read(api, by_github, numbers["42"])["status"] == "available"
    late = read(api, by_github, numbers["43"])
    assert (late["status"], late["reason"]) == ("failed", "timed_out")
    stack.drain()
    (said,) = [each.json for each in rest.asked if each.path == f"{GITHUB}/deployments/43/statuses" and each.body]
    assert said == {"state": "error", "description": "timed out by Lull"}


def test_cancelling_tells_github(api, stack, rest, by_github):
    made = triggered(api, by_github)
    stack.drain()
    api.post(f"{by_github}/deployments/{made['id']}/cancel")
    stack.drain()
    assert rest.requests[-1] == f"POST {GITHUB}/deployments/42/statuses"
    assert rest.asked[-1].json["state"] == "error"


@pytest.mark.parametrize("found", [True, False])
def test_one_that_is_cancelled_after_its_answer_was_lost_is_searched_for(api, stack, time, rest, by_github, found):
    rest.answers[f"POST {GITHUB}/deployments"] = (502, b"it may have been made all the same")
    made = triggered(api, by_github)
    stack.drain()
    search = f"GET {GITHUB}/deployments?sha={made['git_sha']}&task=deploy&environment=live&per_page=10"
    ours = {"id": 42, "payload": {"lull": {"deployment_id": made["id"]}}}
    rest.answers[search] = (200, [ours] if found else [])
    api.post(f"{by_github}/deployments/{made['id']}/cancel")
    sweep(stack, time, minutes=2)
    stopped = f"POST {GITHUB}/deployments/42/statuses"
    assert rest.requests[-1] == (stopped if found else search)
    asked = len(rest.requests)
    sweep(stack, time, minutes=20)
    assert len(rest.requests) == asked


def test_one_that_is_cancelled_while_github_is_being_told_is_stopped_there(api, stack, time, rest, by_github):
    """The worker is in the middle of its call: it knows the id only afterwards, and hands it on."""
    made: list[Any] = []

    def meanwhile(asked: Asked) -> tuple[int, Any]:
        app_deployments.cancel(a_caller(), by_github.rpartition("/")[2], made[0]["id"], at=time.at)
        return 201, {"id": 42}

    rest.answers[f"POST {GITHUB}/deployments"] = meanwhile
    made.append(triggered(api, by_github))
    stack.drain()
    assert read(api, by_github, made[0])["status"] == "cancelled"
    assert rest.requests[-1] == f"POST {GITHUB}/deployments/42/statuses"


def test_a_webhook_about_what_github_was_asked_for_moves_it_and_makes_no_other(api, stack, time, git, rest, by_github):
    component, environment = a_component(api), an_environment(api, "live")
    api.patch(by_github, {"componentId": component, "environmentId": environment})
    made = triggered(api, by_github)
    hook = a_hook(api, rules=[{"repository": "acme/*", "componentId": component}])
    ours = {"lull": {"deployment_id": made["id"]}}

    def heard(state: str, number: int = 42) -> str | None:
        time.passes(seconds=1)
        told = a_status(state, at=time.at, deployment=number)
        told["deployment"] |= {"payload": ours, "environment": "live", "sha": made["git_sha"]}
        assert hook.github("deployment_status", told, delivery=f"{state} {number}").status < 300
        stack.drain()
        return deliveries(api, hook)[0][0]

    # Its answer was lost, and what it tells of comes first.
    rest.answers[f"POST {GITHUB}/deployments"] = (502, b"it was made all the same")
    stack.drain()
    assert (heard("in_progress"), read(api, by_github, made)["status"]) == ("applied", "deploying")
    assert heard("queued") == "duplicate"
    assert (heard("success"), read(api, by_github, made)["status"]) == ("applied", "available")
    assert heard("failure") == "late"
    listed = api.get("/api/v1/deployments")["data"]
    assert [each["status"] for each in listed] == ["succeeded"]
    assert heard("in_progress", 43) == "applied", "somebody else may give GitHub the same words"
    assert len(api.get("/api/v1/deployments")["data"]) == 2


@pytest.mark.parametrize("answered", [False, True])
def test_who_gives_github_the_same_words_elsewhere_is_not_believed(api, stack, time, git, rest, by_github, answered):
    made = triggered(api, by_github)
    if answered:
        stack.drain()
    hooks = {"github": a_hook(api), "gitlab": a_hook(api, "gitlab")}
    told = a_status("failure", at=time.at, deployment=42, repository={"id": 999_999, "full_name": "evil/other"})
    told["deployment"] |= {"payload": {"lull": {"deployment_id": made["id"]}}, "sha": made["git_sha"]}
    assert hooks["github"].github("deployment_status", told).status < 300
    project = {"id": 1296269, "path_with_namespace": "acme/shop", "web_url": "https://gitlab.example/acme/shop"}
    pipeline = {"id": 42, "status": "failed", "variables": [{"key": "LULL_DEPLOYMENT_ID", "value": made["id"]}]}
    told = {"object_kind": "pipeline", "object_attributes": pipeline, "project": project}
    assert hooks["gitlab"].gitlab(told).status < 300
    stack.drain()
    assert read(api, by_github, made)["status"] == "created"
    assert [deliveries(api, hook)[0][0] for hook in hooks.values()] == ["unmapped", "unmapped"]


def test_a_webhook_gets_its_verdict_with_what_it_moves(api, stack, time, git, rest, by_github, monkeypatch):
    made = triggered(api, by_github)
    stack.drain()
    hook = a_hook(api)
    told = a_status("in_progress", at=time.at, deployment=42, repository={"id": 1296269, "full_name": "acme/shop"})
    told["deployment"]["payload"] = {"lull": {"deployment_id": made["id"]}}
    # Whoever applies it dies before it writes a second time.
    with monkeypatch.context() as dying:
        dying.setattr(hook_deliveries, "save_hook_delivery", mock.Mock(side_effect=RuntimeError))
        assert hook.github("deployment_status", told).status == 202
        stack.drain()
    stack.drain()
    assert (deliveries(api, hook)[0][0], read(api, by_github, made)["status"]) == ("applied", "deploying")


def a_caller() -> Any:
    from lull.domain.credentials import Caller, Role

    return Caller(workspace_id=1, role=Role.DEPLOYER, actor="somebody")


# ---------------------------------------------------------------- GitLab


def test_gitlab_starts_a_pipeline_of_the_branch_that_is_told_the_commit(api, stack, git, rest):
    trigger = "POST /api/v4/projects/acme%2Fshop/trigger/pipeline"
    rest.answers = {
        trigger: (201, {"id": 7, "project_id": 3, "web_url": "https://gitlab.example/acme/shop/-/pipelines/7"})
    }
    executor = {"kind": "gitlab", "token": "glptt-x", "url": f"{rest.url}/acme/shop"}
    application = an_application(api, f"{git.url}/acme/shop.git", executor=executor)
    made = triggered(api, application)
    stack.drain()
    (asked,) = rest.asked
    form = {name: value for name, (value,) in parse_qs(asked.body.decode()).items()}
    token = form.pop("variables[LULL_CALLBACK_TOKEN]")
    assert (form["token"], form["ref"]) == ("glptt-x", "main")
    assert form["variables[LULL_GIT_SHA]"] == made["git_sha"]
    assert form["variables[LULL_DEPLOYMENT_ID]"] == made["id"]
    assert form["variables[LULL_CALLBACK_URL]"].endswith(f"{application}/deployments/{made['id']}")
    say(api, application, made, "building", token=token)
    found = read(api, application, made)
    assert found["external_id"] == f"gitlab:{rest.url.removeprefix('http://')}:3:pipeline:7"
    assert found["link"] == "https://gitlab.example/acme/shop/-/pipelines/7"
    rest.answers[trigger] = (404, {"message": "404 Not Found"})
    second = triggered(api, application)
    stack.drain()
    assert read(api, application, second)["detail"] == "GitLab answered 404"


def test_a_link_that_is_none_is_left_out_and_the_pipeline_is_remembered(api, stack, time, git, rest):
    trigger = "POST /api/v4/projects/acme%2Fshop/trigger/pipeline"
    executor = {"kind": "gitlab", "token": "glptt-x", "url": f"{rest.url}/acme/shop"}
    application = an_application(api, f"{git.url}/acme/shop.git", executor=executor)
    for odd in ("https://x/\ud800", "https://[", "javascript:alert(1)", "https://x/" + "x" * 50_000, 5, ["https://x"]):
        rest.answers = {trigger: (201, {"id": 7, "project_id": 3, "web_url": odd})}
        rest.asked.clear()
        made = triggered(api, application)
        stack.drain()
        sweep(stack, time, minutes=3)
        found = read(api, application, made)
        assert found["external_id"] == f"gitlab:{rest.url.removeprefix('http://')}:3:pipeline:7"
        assert found["link"] is None
        assert len(rest.asked) == 1, "a second pipeline"


@pytest.mark.parametrize("odd", [True, 0, -1, 10**400, "7", None, [7], 1.5])
def test_an_id_that_is_none_makes_no_sense(api, stack, git, rest, odd):
    rest.answers = {"POST /api/v4/projects/acme%2Fshop/trigger/pipeline": (201, {"id": odd, "project_id": 3})}
    executor = {"kind": "gitlab", "token": "glptt-x", "url": f"{rest.url}/acme/shop"}
    application = an_application(api, f"{git.url}/acme/shop.git", executor=executor)
    made = triggered(api, application)
    stack.drain()
    found = read(api, application, made)
    assert (found["status"], found["detail"]) == ("failed", "GitLab's answer makes no sense")


# ---------------------------------------------------------------- CodeBuild


@pytest.fixture(scope="module")
def codebuild() -> Iterator[Any]:
    """An emulator of its own: the one of the product knows no service that might run anything."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setitem(emulators._HARDENING, "SERVICES", "codebuild")
        running = emulators.Emulator()
    client = Endpoint(running.url).client("codebuild")
    client.create_project(
        name="lull-shop",
        source={"type": "GITHUB", "location": "https://github.com/acme/shop"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole="arn:aws:iam::123456789012:role/service-role/x",
    )
    yield client
    running.stop()


@pytest.fixture
def by_codebuild(api, git, codebuild, monkeypatch) -> str:
    client = aws.client
    monkeypatch.setattr("lull.aws.client", lambda service: codebuild if service == "codebuild" else client(service))
    executor = {"kind": "codebuild", "project": "lull-shop"}
    return an_application(api, f"{git.url}/acme/shop.git", executor=executor)


def test_codebuild_builds_the_commit_and_is_asked_how_it_goes(api, stack, time, codebuild, by_codebuild):
    sent: list[Any] = []
    codebuild.meta.events.register(
        "provide-client-params.codebuild.StartBuild", lambda params, **_: sent.append(params)
    )
    made = triggered(api, by_codebuild)
    stack.drain()
    assert sent[0]["sourceVersion"] == made["git_sha"]
    assert sent[0]["idempotencyToken"] == made["id"]
    assert {"name": "LULL_GIT_SHA", "value": made["git_sha"], "type": "PLAINTEXT"} in sent[0][
        "environmentVariablesOverride"
    ]
    assert "lulldep_" not in str(sent)
    found = read(api, by_codebuild, made)
    assert found["external_id"].startswith("codebuild:lull-shop:")
    # Its builds succeed at once.
    sweep(stack, time, minutes=1)
    assert read(api, by_codebuild, made)["status"] == "available"


def test_a_build_whose_answer_was_lost_is_not_started_again(api, stack, time, codebuild, by_codebuild):
    """CodeBuild knows its idempotency token for five minutes; tries go on for eight."""
    told: list[Any] = []
    handlers = {
        "provide-client-params.codebuild.StartBuild": lambda params, **_: told.append(params),
        "after-call.codebuild.StartBuild": _losing,
        # The emulator does not say what a build was told.
        "after-call.codebuild.BatchGetBuilds": lambda parsed, **_: _said(parsed, told),
    }
    for name, handler in handlers.items():
        codebuild.meta.events.register(name, handler)
    try:
        made = triggered(api, by_codebuild)
        stack.drain()
        assert read(api, by_codebuild, made)["external_id"] is None
        sweep(stack, time, minutes=6)
    finally:
        for name, handler in handlers.items():
            codebuild.meta.events.unregister(name, handler)
    assert len(told) == 1
    assert read(api, by_codebuild, made)["external_id"].startswith("codebuild:lull-shop:")


def _losing(**_: Any) -> None:
    raise EndpointConnectionError(endpoint_url="https://codebuild.example")


def _said(parsed: Any, told: list[Any]) -> None:
    for build in parsed["builds"][:1]:
        build["environment"]["environmentVariables"] = told[-1]["environmentVariablesOverride"]


def test_a_project_that_does_not_exist_fails_it(api, stack, by_codebuild):
    api.patch(by_codebuild, {"executor": {"kind": "codebuild", "project": "lull-nothing"}})
    made = triggered(api, by_codebuild)
    stack.drain()
    failed = read(api, by_codebuild, made)
    assert (failed["status"], failed["reason"], failed["detail"]) == (
        "failed",
        "refused",
        "CodeBuild answered ResourceNotFoundException",
    )


def test_cancelling_stops_the_build(api, stack, codebuild, by_codebuild):
    stopped: list[Any] = []
    codebuild.meta.events.register(
        "provide-client-params.codebuild.StopBuild", lambda params, **_: stopped.append(params)
    )
    made = triggered(api, by_codebuild)
    stack.drain()
    api.post(f"{by_codebuild}/deployments/{made['id']}/cancel")
    stack.drain()
    assert [f"codebuild:{each['id']}" for each in stopped] == [read(api, by_codebuild, made)["external_id"]]


# ---------------------------------------------------------------- news from outside


def test_news_come_twice_out_of_order_and_leave_out_steps(api, stack, time, git):
    application = an_application(api, f"{git.url}/acme/shop.git")
    made = triggered(api, application)

    def hear(status: Status, **said: Any) -> str:
        found = store.get_app_deployment(1, made["id"])
        assert found is not None
        return app_deployments.apply_status(found, status, at=time.at, source="test", **said).status

    assert hear(Status.DEPLOYING, external_id="github:1:2") == "deploying"
    assert hear(Status.BUILDING) == "deploying"
    assert hear(Status.DEPLOYING, external_id="github:1:3") == "deploying"
    assert hear(Status.AVAILABLE) == "available"
    assert hear(Status.FAILED) == "available"
    assert read(api, application, made)["external_id"] == "github:1:2"
