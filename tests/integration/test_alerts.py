"""People are told once: announcements, deliveries, channels, and what windows and deployments keep quiet."""

import base64
import hashlib
import hmac
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from local import outbox
from lull import clock
from lull.domain.credentials import Caller, Role
from lull.domain.deliveries import DeliveryState
from lull.domain.errors import Conflict
from lull.gateways import queues
from lull.observability import logger
from lull.store import alert_channels, deliveries
from lull.use_cases.alert_channels import create_alert_channel
from lull.use_cases.deliveries import deliver
from tests.api import Api, a_workspace
from tests.receiver import Receiver, receiving


@pytest.fixture
def api(stack, time, monkeypatch) -> Api:
    monkeypatch.setenv("PRIVATE_TARGETS", "127.0.0.1")
    monkeypatch.setenv("MAIL_FROM", outbox.SENDER)
    outbox.allow_sender(stack.endpoint)
    time.at = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "Checkout <API>", "intervalSeconds": 3600})
    return client


@pytest.fixture
def receiver(api):
    with receiving() as found:
        yield found


@pytest.fixture
def hook(api, receiver):
    """A receiver that is told of everything."""
    a_channel(api, receiver)
    return receiver


@pytest.fixture
def sweep(stack):
    def run():
        stack.invoke("MonitorFunction", {})
        stack.drain()

    return run


def a_channel(api: Api, receiver: Receiver, **fields):
    return api.post(
        "/api/alert-channels", {"type": "WEBHOOK", "name": "Pager", "webhookUrl": f"{receiver.url}/hook", **fields}
    )


def tell(api: Api, up: bool) -> None:
    token = api.get("/api/checks/1")["token"]
    Api(None).post(f"/api/signals/ping/{token}{'' if up else '/fail'}")


def events(api: Api, incident_id: int = 1) -> list[str]:
    return [each["type"] for each in api.get(f"/api/incidents/{incident_id}/events")]


# ---- what is told


def test_an_outage_is_told_once_and_so_is_its_end(api, hook, time, sweep):
    tell(api, up=False)
    for _ in range(3):
        sweep()
    assert hook.types == ["opened"]
    time.passes(minutes=65, seconds=5)
    tell(api, up=True)
    for _ in range(3):
        sweep()
    assert hook.types == ["opened", "resolved"]
    assert hook.payloads[1]["data"] == {
        "incidentId": 1,
        "workspaceId": 1,
        "projectId": 1,
        "checkId": 1,
        "dependencyId": None,
        "title": "Service Checkout <API> is down",
        "cause": None,
        "state": "RESOLVED",
        "reason": "SERVICE_DOWN",
        "severity": "CRITICAL",
        "openedAt": "2026-03-01T12:00:00Z",
        "resolvedAt": "2026-03-01T13:05:05Z",
        "resolvedBy": None,
        "deploymentIds": [],
    }
    assert events(api) == ["OPENED", "ALERTED", "RESOLVED", "ALERTED"]


def test_people_are_told_why(api, hook, stack, sweep):
    api.post("/api/alert-channels", {"type": "EMAIL", "name": "Ops", "to": ["ops@acme.example"]})
    token = api.get("/api/checks/1")["token"]
    Api(None)("POST", f"/api/signals/ping/{token}/137", raw='{"error": "the\\nqueue is full"}\x07')
    sweep()
    why = 'exit code 137: {"error": "the\\nqueue is full"} '
    assert hook.payloads[0]["data"]["cause"] == why
    assert why in outbox.sent(stack.endpoint)[0].text
    assert api.get("/api/incidents/1/events")[0]["body"] == why
    viewer = a_workspace(role=Role.VIEWER)
    shown = [viewer.get(f"/api/incidents{path}") for path in ("", "/1", "/1/events")]
    assert "queue is full" not in json.dumps(shown)


def test_what_is_told_of_the_beginning_is_as_of_the_beginning(api, hook, sweep, time):
    tell(api, up=False)
    time.passes(seconds=1)
    tell(api, up=True)
    sweep()
    for payload in hook.payloads:
        over = payload["type"] == "incident.resolved"
        assert payload["timestamp"] == payload["data"]["resolvedAt" if over else "openedAt"]
        assert (payload["data"]["state"] == "RESOLVED", payload["data"]["resolvedAt"] is not None) == (over, over)


def test_a_delivery_is_signed_as_standard_webhooks_has_it(api, receiver, sweep):
    secret = a_channel(api, receiver)["secret"]
    tell(api, up=False)
    sweep()
    (headers,), (body,) = receiver.headers, receiver.bodies
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "msg_1_1"
    assert headers["webhook-timestamp"] == "1772366400"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert len(key) == 32


def test_a_rotated_secret_signs_from_then_on_and_is_shown_once(api, receiver, sweep):
    first = a_channel(api, receiver)["secret"]
    second = api.post("/api/alert-channels/1/rotate-secret")["secret"]
    assert first != second
    assert "secret" not in api.get("/api/alert-channels/1")
    tell(api, up=False)
    sweep()
    key = base64.b64decode(second.removeprefix("whsec_"))
    signed = f"msg_1_1.{receiver.headers[0]['webhook-timestamp']}.".encode() + receiver.bodies[0]
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert receiver.headers[0]["webhook-signature"] == f"v1,{digest}"


def test_slack_is_told_in_its_own_form(api, receiver, sweep):
    a_channel(api, receiver, type="SLACK")
    tell(api, up=False)
    sweep()
    (payload,) = receiver.payloads
    assert set(payload) == {"text"}
    assert payload["text"].startswith("[DOWN] Service Checkout &lt;API&gt; is down\n")
    assert "webhook-signature" not in receiver.headers[0]


def test_mail_goes_to_all_addresses_of_a_channel(api, stack, time, sweep):
    api.post("/api/alert-channels", {"type": "EMAIL", "name": "Ops", "to": ["ops@acme.example", "ada@acme.example"]})
    tell(api, up=False)
    sweep()
    time.passes(minutes=2)
    tell(api, up=True)
    sweep()
    mails = outbox.sent(stack.endpoint)
    assert {mail.to for mail in mails} == {("ops@acme.example", "ada@acme.example")}
    by_subject = {mail.subject: mail.text for mail in mails}
    assert set(by_subject) == {
        "[DOWN] Service Checkout <API> is down",
        "[RESOLVED] Service Checkout <API> was down for 2 min",
    }
    resolved = by_subject["[RESOLVED] Service Checkout <API> was down for 2 min"]
    assert "From 2026-03-01 12:00:00 UTC to 2026-03-01 12:02:00 UTC" in resolved
    assert "Lasted 2 min" in resolved
    page = outbox.page(stack.endpoint)
    assert "Service Checkout &lt;API&gt; is down" in page
    assert "<API>" not in page


def test_every_enabled_channel_is_told_and_no_other(api, receiver, sweep):
    for name, enabled in (("One", True), ("Two", False), ("Three", True)):
        a_channel(api, receiver, name=name, enabled=enabled)
    tell(api, up=False)
    sweep()
    assert receiver.types == ["opened", "opened"]
    assert len({headers["webhook-id"] for headers in receiver.headers}) == 2
    told = next(each for each in api.get("/api/incidents/1/events") if each["type"] == "ALERTED")
    assert told["body"] == "One, Three"


def test_a_channel_that_comes_later_is_not_told_of_the_past(api, receiver, time, sweep):
    tell(api, up=False)
    sweep()
    assert "nobody" in next(each for each in api.get("/api/incidents/1/events") if each["type"] == "ALERTED")["body"]
    a_channel(api, receiver)
    sweep()
    assert receiver.types == []


def test_an_incident_that_is_resolved_by_hand_is_told_to_be_over_and_by_whom(api, hook, time, sweep):
    tell(api, up=False)
    sweep()
    api.post("/api/incidents/1/resolve")
    sweep()
    time.passes(minutes=1)
    tell(api, up=True)
    sweep()
    assert hook.types == ["opened", "resolved"]
    assert hook.payloads[1]["data"]["resolvedBy"] == "key:admin key"


def test_the_incident_of_a_deleted_check_is_told_to_be_over(api, hook, sweep):
    tell(api, up=False)
    sweep()
    api.delete("/api/checks/1")
    sweep()
    assert hook.types == ["opened", "resolved"]


# ---- eight rows: up or down before, during and after what keeps quiet

STORIES = list(product([True, False], repeat=3))


def reasons() -> list[str]:
    """Why deliveries failed."""
    found = [deliveries.get_delivery(1, number) for number in range(1, 10)]
    return [each.reason for each in found if each and each.reason]


def told_in_each_phase(api, hook, time, sweep, story, begin, end) -> list[list[str]]:
    """What is told before, during, at the end of and after the quiet."""
    phases: list[list[str]] = []

    def phase(*work) -> None:
        known = len(hook.bodies)
        for each in work:
            each()
            time.passes(seconds=1)
        sweep()
        phases.append(hook.types[known:])
        assert reasons() == [], "the receiver is there"

    before, during, after = story
    phase(lambda: tell(api, before))
    phase(begin, lambda: tell(api, during))
    time.passes(minutes=30)
    phase(lambda: tell(api, during) if during else None, end)
    phase(lambda: tell(api, after))
    return phases


TOLD_AROUND_MAINTENANCE = {
    (True, True, True): [[], [], [], []],
    (True, True, False): [[], [], [], ["opened"]],
    (True, False, True): [[], [], ["opened"], ["resolved"]],
    (True, False, False): [[], [], ["opened"], []],
    (False, True, True): [["opened"], [], ["resolved"], []],
    (False, True, False): [["opened"], [], ["resolved"], ["opened"]],
    (False, False, True): [["opened"], [], [], ["resolved"]],
    (False, False, False): [["opened"], [], [], []],
}


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("incidents", [True, False])
def test_what_is_told_around_a_maintenance_window_that_suppresses_alerts(api, hook, time, sweep, story, incidents):
    def begin():
        body = {
            "workspaceId": 1,
            "name": "Migration",
            "startAt": time.after(seconds=0),
            "endAt": time.after(hours=1),
            "projectIds": [1],
            "suppressIncidents": incidents,
        }
        api.post("/api/maintenance-windows", body)

    def end():
        time.passes(minutes=30)

    assert told_in_each_phase(api, hook, time, sweep, story, begin, end) == TOLD_AROUND_MAINTENANCE[story]
    assert api.get("/api/maintenance-windows/1")["state"] == "COMPLETED"


@pytest.mark.parametrize(
    ("story", "told"),
    [
        ((True, False, True), [[], [], ["opened"], ["resolved"]]),
        ((False, True, False), [["opened"], ["resolved"], [], ["opened"]]),
    ],
)
def test_what_is_told_around_one_that_suppresses_incidents_only(api, hook, time, sweep, story, told):
    def begin():
        body = {
            "workspaceId": 1,
            "name": "Migration",
            "startAt": time.after(seconds=0),
            "endAt": time.after(hours=1),
            "projectIds": [1],
            "suppressAlerts": False,
        }
        api.post("/api/maintenance-windows", body)

    assert told_in_each_phase(api, hook, time, sweep, story, begin, lambda: time.passes(minutes=30)) == told


TOLD_AROUND_A_DEPLOYMENT = {
    (True, True, True): [[], [], [], []],
    (True, True, False): [[], [], [], ["opened"]],
    (True, False, True): [[], [], [], []],
    (True, False, False): [[], [], [], ["opened"]],
    (False, True, True): [["opened"], [], [], ["resolved"]],
    (False, True, False): [["opened"], [], [], []],
    (False, False, True): [["opened"], [], [], ["resolved"]],
    (False, False, False): [["opened"], [], [], []],
}


@pytest.mark.parametrize("story", STORIES)
def test_what_is_told_around_a_deployment(api, hook, time, sweep, story):
    def begin():
        api.post("/api/deployments", {"projectId": 1, "autoPause": True})

    def end():
        api.put("/api/deployments/1/end")

    assert told_in_each_phase(api, hook, time, sweep, story, begin, end) == TOLD_AROUND_A_DEPLOYMENT[story]


def test_a_suppressed_alert_is_on_the_record_of_the_incident_and_of_the_window(api, hook, time, sweep):
    body = {"workspaceId": 1, "name": "Migration", "projectIds": [1], "suppressIncidents": False}
    api.post("/api/maintenance-windows", {**body, "startAt": time.after(seconds=0), "endAt": time.after(hours=1)})
    tell(api, up=False)
    for _ in range(3):
        sweep()
    assert hook.types == []
    (suppressed,) = [each for each in api.get("/api/incidents/1/events") if each["type"] == "SUPPRESSED"]
    assert suppressed["body"] == "Migration"
    (kept,) = api.get("/api/maintenance-windows/1")["keptQuiet"]
    assert (kept["kind"], kept["incidentId"], kept["title"]) == ("ALERT", 1, "[DOWN] Service Checkout <API> is down")
    api.post("/api/maintenance-windows/1/cancel")
    sweep()
    assert hook.types == ["opened"]


def test_an_overlapping_window_prolongs_the_quiet_and_the_last_one_to_end_ends_it(api, hook, time, sweep):
    body = {"workspaceId": 1, "name": "Migration", "projectIds": [1], "suppressIncidents": False}
    api.post("/api/maintenance-windows", {**body, "startAt": time.after(seconds=0), "endAt": time.after(hours=1)})
    api.post("/api/maintenance-windows", {**body, "startAt": time.after(minutes=30), "endAt": time.after(hours=2)})
    tell(api, up=False)
    sweep()
    time.passes(hours=1)
    sweep()
    assert hook.types == []
    time.passes(hours=1)
    sweep()
    assert hook.types == ["opened"]


# ---- what goes wrong on the way


def a_delivery(api: Api, sweep) -> None:
    tell(api, up=False)
    sweep()


def test_what_fails_is_tried_again_with_growing_patience_and_the_same_id(api, hook, time, sweep):
    hook.answers = [500, 503, 429, 200]
    a_delivery(api, sweep)
    waits = []
    for _ in range(3):
        delivery = deliveries.get_delivery(1, 1)
        assert delivery
        assert delivery.due_at
        waits.append((delivery.due_at - time.at).total_seconds())
        time.at = delivery.due_at
        sweep()
    assert hook.types == ["opened"] * 4
    assert {headers["webhook-id"] for headers in hook.headers} == {"msg_1_1"}
    assert len({headers["webhook-timestamp"] for headers in hook.headers}) == 4
    assert len(set(hook.bodies)) == 1
    for wait, least in zip(waits, (5, 60, 300), strict=True):
        assert least <= wait <= least * 1.2
    delivery = deliveries.get_delivery(1, 1)
    assert delivery
    assert (delivery.state, delivery.tries) == (DeliveryState.SENT, 4)
    assert alert_channels.get_alert_channel(1, 1).failing_since is None  # type: ignore[union-attr]


def test_a_receiver_that_refuses_is_asked_three_times_and_the_incident_says_so(api, hook, time, sweep):
    hook.answers = [404] * 9
    a_delivery(api, sweep)
    for _ in range(5):
        time.passes(minutes=10)
        sweep()
    assert len(hook.bodies) == 3
    (undelivered,) = [each for each in api.get("/api/incidents/1/events") if each["type"] == "UNDELIVERED"]
    assert undelivered["body"] == "Pager: the receiver answered 404"
    assert api.get("/api/alert-channels/1")["failingSince"] == "2026-03-01T12:00:00Z"


def test_a_redirect_is_not_followed(api, hook, sweep):
    hook.answers = [302]
    a_delivery(api, sweep)
    assert len(hook.bodies) == 1


def test_a_receiver_that_is_gone_is_never_asked_again(api, hook, time, sweep):
    hook.answers = [410]
    a_delivery(api, sweep)
    time.passes(hours=1)
    tell(api, up=True)
    sweep()
    assert len(hook.bodies) == 1
    channel = api.get("/api/alert-channels/1")
    assert (channel["enabled"], channel["disabledReason"]) == (False, "its receiver answered 410 Gone")
    again = api.patch("/api/alert-channels/1", {"enabled": True})
    assert (again["enabled"], again["disabledReason"], again["failingSince"]) == (True, None, None)


def test_a_channel_that_fails_for_days_is_disabled(api, hook, time, sweep):
    hook.answers = [500] * 100
    for _ in range(5):
        tell(api, up=False)
        sweep()
        time.passes(hours=22)
        tell(api, up=True)
        sweep()
        time.passes(hours=2)
    channel = api.get("/api/alert-channels/1")
    assert channel["enabled"] is False
    assert "nothing was delivered since 2026-03-01 12:00 UTC" in channel["disabledReason"]


def test_an_alarm_that_could_not_be_raised_in_time_is_not_raised_when_all_is_over(api, hook, time, sweep):
    hook.answers = [500]
    a_delivery(api, sweep)
    time.passes(minutes=1)
    tell(api, up=True)
    sweep()
    time.passes(minutes=1)
    sweep()
    assert hook.types == ["opened", "resolved"]
    assert deliveries.get_delivery(1, 1).state is DeliveryState.DROPPED  # type: ignore[union-attr]


def test_one_dead_receiver_delays_nobody_else(api, hook, time, sweep):
    with receiving() as dead:
        dead.answers = [500] * 10
        a_channel(api, dead)
        a_delivery(api, sweep)
    assert hook.types == ["opened"]


def test_whoever_comes_while_another_sends_finds_nothing_to_do(api, hook, sweep, monkeypatch):
    tell(api, up=False)
    inner = []

    def sending(_channel, _message, *, at):
        inner.append(deliver(1, 1, at=clock.now()))
        return send(_channel, _message, at=at)

    from lull.use_cases import deliveries as use_cases

    send = use_cases.send
    monkeypatch.setattr(use_cases, "send", sending)
    sweep()
    assert inner == [DeliveryState.PENDING]
    assert hook.types == ["opened"]
    deliver(1, 1, at=clock.now() + timedelta(days=1))
    assert hook.types == ["opened"]


class Died(BaseException):
    """The function is gone, at this point."""


@pytest.mark.parametrize(("when", "messages"), [("before sending", 1), ("after sending", 2)])
def test_a_sender_that_dies_is_followed_by_another_when_its_lease_is_over(
    api, hook, time, sweep, monkeypatch, when, messages
):
    from lull.use_cases import deliveries as use_cases

    tell(api, up=False)
    with monkeypatch.context() as lossy:
        lossy.setattr(queues, "send_deliveries", lambda *_, **__: None)
        sweep()
    assert hook.types == []
    send = use_cases.send

    def dying(channel, message, *, at):
        if when == "after sending":
            send(channel, message, at=at)
        raise Died

    with monkeypatch.context() as dead:
        dead.setattr(use_cases, "send", dying)
        with pytest.raises(Died):
            deliver(1, 1, at=clock.now())
    assert deliver(1, 1, at=time.at + timedelta(seconds=59)) is DeliveryState.PENDING
    assert deliver(1, 1, at=time.at + timedelta(seconds=60)) is DeliveryState.SENT
    assert hook.types == ["opened"] * messages
    assert {headers["webhook-id"] for headers in hook.headers} == {"msg_1_1"}


def test_a_delivery_that_kills_whoever_sends_it_is_given_up(api, hook, time, sweep, monkeypatch):
    from lull.use_cases import deliveries as use_cases

    a_delivery_that_kills = 12

    def dying(_channel, _message, **_):
        raise Died

    tell(api, up=False)
    with monkeypatch.context() as lossy:
        lossy.setattr(queues, "send_deliveries", lambda *_, **__: None)
        sweep()
    monkeypatch.setattr(use_cases, "send", dying)
    for _ in range(a_delivery_that_kills):
        time.passes(minutes=2)
        try:
            state = deliver(1, 1, at=clock.now())
        except Died:
            continue
        break
    assert state is DeliveryState.FAILED
    assert deliveries.get_delivery(1, 1).tries == 9  # type: ignore[union-attr]


def test_an_alarm_that_the_end_has_overtaken_is_not_raised(api, hook, time, sweep, monkeypatch):
    tell(api, up=False)
    with monkeypatch.context() as lossy:
        lossy.setattr(queues, "send_deliveries", lambda *_, **__: None)
        sweep()
        time.passes(seconds=1)
        tell(api, up=True)
        sweep()
    sweep()
    assert hook.types == ["resolved"]


def test_a_lost_message_is_made_good_by_the_sweep(api, hook, time, sweep, monkeypatch):
    tell(api, up=False)
    with monkeypatch.context() as lossy:
        lossy.setattr(queues, "send_deliveries", lambda *_, **__: None)
        sweep()
    assert hook.types == []
    sweep()
    assert hook.types == ["opened"]


# ---- channels over HTTP


def fields(answer) -> list[str]:
    assert answer.status == 400, answer
    return [each["field"] for each in answer.json["details"]]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"type": "PIGEON", "name": "x"}, ["type"]),
        ({"type": "EMAIL", "name": "x"}, ["to"]),
        ({"type": "EMAIL", "name": "x", "to": ["nobody"]}, ["to.0"]),
        ({"type": "EMAIL", "name": "x", "to": ["a@b.example\r\nBcc: c@d.example"]}, ["to.0"]),
        ({"type": "EMAIL", "name": "x", "to": [f"a{n}@b.example" for n in range(11)]}, ["to"]),
        ({"type": "EMAIL", "name": "x", "to": ["a@b.example"], "webhookUrl": "https://a.example"}, ["webhookUrl"]),
        ({"type": "WEBHOOK", "name": "x"}, ["webhookUrl"]),
        ({"type": "SLACK", "name": "x", "webhookUrl": "https://a.example/x", "to": ["a@b.example"]}, ["to"]),
        ({"type": "WEBHOOK", "name": "x", "webhookUrl": "ftp://a.example"}, ["webhookUrl"]),
        ({"type": "WEBHOOK", "name": "x", "webhookUrl": "http://93.184.215.14/hook"}, ["webhookUrl"]),
        ({"type": "WEBHOOK", "name": "x", "webhookUrl": "https://169.254.169.254/latest"}, ["webhookUrl"]),
        ({"type": "WEBHOOK", "name": "x", "webhookUrl": "https://10.0.0.1/"}, ["webhookUrl"]),
        ({"type": "WEBHOOK", "name": "x", "webhookUrl": "https://user:secret@93.184.215.14/"}, ["webhookUrl"]),
        ({"type": "WEBHOOK", "name": "y" * 129, "webhookUrl": "https://93.184.215.14/"}, ["name"]),
        ({"type": "WEBHOOK", "name": "x", "webhookUrl": "https://93.184.215.14/", "secret": "mine"}, ["secret"]),
    ],
)
def test_what_is_wrong_with_a_channel_is_named(api, body, named):
    assert fields(api("POST", "/api/alert-channels", body)) == named
    assert api.get("/api/alert-channels") == []


def test_without_a_sender_there_are_no_mail_channels(api, monkeypatch):
    monkeypatch.delenv("MAIL_FROM")
    answer = api("POST", "/api/alert-channels", {"type": "EMAIL", "name": "Ops", "to": ["ops@acme.example"]})
    assert fields(answer) == ["type"]
    assert "MailFrom" in answer.json["details"][0]["message"]


def test_a_channel_is_read_changed_and_deleted_and_belongs_to_its_workspace(api, receiver):
    created = a_channel(api, receiver)
    assert created.pop("secret").startswith("whsec_")
    assert api.get("/api/alert-channels/1") == created
    assert api.get("/api/alert-channels?workspaceId=1") == [created]
    assert api.patch("/api/alert-channels/1", {"name": "Duty"}) == {**created, "name": "Duty"}
    assert fields(api("PATCH", "/api/alert-channels/1", {"webhookUrl": "https://127.0.0.2/"})) == ["webhookUrl"]
    assert fields(api("PATCH", "/api/alert-channels/1", {"webhookUrl": None})) == ["webhookUrl"]
    assert fields(api("PATCH", "/api/alert-channels/1", {"type": "SLACK"})) == ["type"]
    stranger = a_workspace(2)
    for method, path in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/rotate-secret")]:
        sent = {"name": "x"} if method == "PATCH" else None
        found, missing = (stranger(method, f"/api/alert-channels/{number}{path}", sent) for number in (1, 99))
        assert (found.status, found.json) == (missing.status, missing.json)
        assert found.status == 404
    api.delete("/api/alert-channels/1")
    assert api("GET", "/api/alert-channels/1").status == 404
    assert api("DELETE", "/api/alert-channels/1").status == 404


def test_addresses_and_secrets_are_for_those_who_may_change_them(api, receiver, stack):
    a_channel(api, receiver)
    api.post("/api/alert-channels", {"type": "EMAIL", "name": "Ops", "to": ["ops@acme.example"]})
    viewer = a_workspace(role=Role.VIEWER)
    shown = json.dumps(viewer.get("/api/alert-channels"))
    assert "127.0.0.1" not in shown
    assert "ops@acme.example" not in shown
    assert "whsec" not in json.dumps(api.get("/api/alert-channels"))


def test_a_test_takes_the_way_of_alerts_and_says_how_it_went(api, receiver):
    a_channel(api, receiver)
    assert api.post("/api/alert-channels/1/test") == {"delivered": True, "reason": None}
    assert receiver.types == ["test"]
    assert receiver.headers[0]["webhook-signature"].startswith("v1,")
    receiver.answers = [404]
    assert api.post("/api/alert-channels/1/test") == {"delivered": False, "reason": "the receiver answered 404"}
    api.post("/api/alert-channels", {"type": "EMAIL", "name": "Ops", "to": ["ops@acme.example"]})
    assert api.post("/api/alert-channels/2/test")["delivered"] is True
    a_channel(api, receiver, type="SLACK")
    assert api.post("/api/alert-channels/3/test")["delivered"] is True
    assert "Lull can reach you" in receiver.payloads[-1]["text"]


def test_mail_that_the_service_refuses_is_not_delivered_and_the_log_has_its_code(api, monkeypatch):
    logged: list[dict[str, str]] = []
    monkeypatch.setattr(logger, "warning", lambda _message, *, extra: logged.append(extra))
    api.post("/api/alert-channels", {"type": "EMAIL", "name": "Ops", "to": ["ops@acme.example"]})
    monkeypatch.setenv("MAIL_FROM", "nobody@unverified.example")
    answer = api.post("/api/alert-channels/1/test")
    assert answer["delivered"] is False
    assert answer["reason"] == "the mail service refused it: MessageRejected"
    assert logged == [{"aws_error": "MessageRejected"}]


def test_a_workspace_has_at_most_twenty_channels_however_many_are_made_at_once(api, receiver):
    for number in range(15):
        a_channel(api, receiver, name=f"Channel {number}")
    caller = Caller(workspace_id=1, role=Role.ADMIN, actor="test")
    described = replace(alert_channels.list_alert_channels(1)[0], id=0, revision=0)

    def create(_number: int) -> str:
        try:
            create_alert_channel(caller, described, at=clock.now())
        except Conflict as refused:
            return str(refused)
        return "created"

    with ThreadPoolExecutor(20) as pool:
        outcomes = Counter(pool.map(create, range(20)))
    assert outcomes == {"created": 5, "a workspace has at most 20 alert channels": 15}
    body = {"type": "WEBHOOK", "name": "One more", "webhookUrl": receiver.url}
    assert len(api.get("/api/alert-channels")) == 20
    assert api("POST", "/api/alert-channels", body).status == 409
    api.delete("/api/alert-channels/1")
    assert api("DELETE", "/api/alert-channels/1").status == 404
    assert [api("POST", "/api/alert-channels", body).status for _ in range(2)] == [201, 409]
