"""Subscribers are asked, told once each, and left alone: through the real functions."""

import base64
import hashlib
import hmac
import json
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local import outbox
from local.workbench import Workbench
from lull import clock
from lull.domain.deliveries import DeliveryState
from lull.domain.subscribers import REQUESTS_OF_ADDRESS, Channel, DisabledReason, SubscriberState
from lull.gateways import mail, queues
from lull.gateways.subscriber_messages import FanOut, Tell
from lull.observability import logger
from lull.store import notices as notice_store
from lull.store import subscribers as store
from lull.use_cases import notices, wake_ups
from lull.use_cases.subscribers import disable_address
from tests.api import Api, a_workspace
from tests.receiver import receiving
from tests.subscribing import Mails, a_subscriber, ask, link, mails, stored, subscribed, text_of
from tests.visitors import enter, visit

EVENTS = Path(__file__).parents[2] / "events"


class World:
    def __init__(self, api: Api, stack, box: Mails) -> None:
        self.api, self.drain, self.stack, self.mails = api, stack.drain, stack, box
        self.number = 0

    def page(self, *components: str, **fields) -> tuple[int, str, list[int]]:
        """Id and slug of a new page, and the ids of its components."""
        self.number += 1
        slug = f"page-{self.number}"
        page = self.api.post("/api/status-pages", {"name": "Acme", "slug": slug, **fields})["id"]
        path = f"/api/status-pages/{page}/components"
        return page, slug, [self.api.post(path, {"name": name, "projectId": 1})["id"] for name in components]

    def announce(self, page: int, **fields) -> int:
        body = {"title": "Down", "body": "It **is**.", **fields}
        return int(self.api.post(f"/api/status-pages/{page}/announcements", body)["id"])

    def update(self, page: int, announcement: int, body: str, status: str | None = None) -> None:
        path = f"/api/status-pages/{page}/announcements/{announcement}/updates"
        self.api.post(path, {"body": body, **({"status": status} if status else {})})


@pytest.fixture(scope="module")
def shared(shared_stack):
    with pytest.MonkeyPatch.context() as patch, ExitStack() as open_until_the_end:
        patch.setenv("MAIL_FROM", outbox.SENDER)
        patch.setenv("PRIVATE_TARGETS", "127.0.0.1")
        outbox.allow_sender(shared_stack.endpoint)
        api = a_workspace()
        api.post("/api/projects", {"name": "Shop"})
        # Nothing here is about files.
        bench = Workbench(shared_stack.deployed, {"PublisherFunction": lambda _: {"batchItemFailures": []}})
        yield World(api, bench, open_until_the_end.enter_context(mails()))


@pytest.fixture
def world(shared):
    shared.drain()
    shared.mails.messages.clear()
    return shared


def states(page: int) -> list[SubscriberState]:
    found, _ = store.list_live_subscribers(1, page, skip=0, take=100, at=clock.now())
    return [each.state for each in found]


# ---- subscribing


def test_a_mail_asks_its_button_confirms_and_one_click_ends_it(world):
    page, slug, (first, _) = world.page("API", "Web")
    answer = ask(slug, {"email": "Me@acme.example", "channel": "EMAIL", "componentIds": [first]})
    assert answer.status == 202
    world.drain()
    (asked,) = world.mails.messages
    assert asked["To"] == "Me@acme.example"
    announcement = world.announce(page)
    world.drain()
    assert len(world.mails.messages) == 1, "nobody is told before they have confirmed"
    assert visit("POST", link(asked, "confirm")).status == 200
    world.update(page, announcement, "A disk is full.", "IDENTIFIED")
    world.drain()
    told = world.mails.messages[1]
    assert "Identified\n" in text_of(told).replace("\r", "")
    assert "A disk is full." in told.get_body(("html",)).get_content()
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link(told, "unsubscribe")
    assert told["List-Unsubscribe"].endswith(f"{path}>")
    body = "List-Unsubscribe=One-Click"
    for _ in range(2):
        assert visit("POST", path, body, content_type="application/x-www-form-urlencoded").status == 200
    world.update(page, announcement, "Fixed.", "RESOLVED")
    world.drain()
    assert len(world.mails.messages) == 2
    assert states(page) == [SubscriberState.UNSUBSCRIBED]


def test_a_mail_names_the_components_and_its_text_has_no_marks(world):
    page, _, ids = world.page("API", "Web")
    subscribed(page, 1, address="text@acme.example")
    world.announce(page, componentIds=ids[1:], impact="MAJOR")
    world.drain()
    (mail,) = world.mails.to("text@acme.example")
    assert "\nImpact: major\nAffects: Web\n\nIt is.\n" in text_of(mail).replace("\r", "")


def test_every_mail_has_the_headers_that_it_should(world):
    page, slug, _ = world.page()
    subscribed(page, 1, address="head@acme.example")
    announcement = world.announce(page, title="Grüße")
    world.update(page, announcement, "Done.", "RESOLVED")
    ask(slug, {"email": "new@acme.example", "channel": "EMAIL"})
    world.drain()
    first, second = world.mails.to("head@acme.example")
    assert first["Subject"] == second["Subject"] == "[Acme] Grüße"
    assert first["References"] == second["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"]
    for each in world.mails.messages:
        assert {"Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "From"} <= {*each.keys()}
        assert each["Auto-Submitted"] == "auto-generated"
        assert each.get_content_type() == "multipart/alternative"


def test_scanners_that_open_every_link_change_nothing(world):
    page, slug, _ = world.page()
    ask(slug, {"email": "scan@acme.example", "channel": "EMAIL"})
    world.drain()
    (asked,) = world.mails.messages
    before = stored(page, "scan@acme.example", clock.now())
    for path in (link(asked, "confirm"), link(asked, "unsubscribe")):
        for method in ("GET", "HEAD"):
            seen = visit(method, path)
            assert seen.status == 200
            assert seen.headers["cache-control"] == "private, no-store"
        seen = visit("GET", path)
        assert f'<form method="post" action="{path}">' in seen.text
        assert "default-src 'none'" in seen.headers["content-security-policy"]
    assert stored(page, "scan@acme.example", clock.now()) == before


@pytest.mark.parametrize("path", ["confirm/nobody.0", "unsubscribe/a", "other/a.b", "confirm/%00", "confirm/é.é"])
def test_a_link_that_is_none_is_404_for_everybody(world, path):
    for method in ("GET", "HEAD", "POST"):
        assert visit(method, f"/api/public/subscriptions/{path}").status == 404


def test_the_answer_is_the_same_whatever_is_known_of_the_address(world):
    page, slug, _ = world.page()
    known: dict[str, Any] = {
        "confirmed": {},
        "pending": {"state": SubscriberState.PENDING},
        "unsubscribed": {"state": SubscriberState.UNSUBSCRIBED, "ended_at": clock.now()},
        "failing": {"state": SubscriberState.DISABLED, "reason": DisabledReason.FAILING},
        "complained": {"state": SubscriberState.DISABLED, "reason": DisabledReason.COMPLAINED},
    }
    for name, fields in known.items():
        subscribed(page, 1, address=f"{name}@acme.example", at=clock.now() - timedelta(hours=1), **fields)
    world.drain()
    world.mails.messages.clear()
    answers = {}
    for name in [*known, "unknown"]:
        seen = ask(slug, {"email": f"{name}@acme.example", "channel": "EMAIL"})
        answers[name] = seen.status, seen.text, {*seen.headers}
    assert len({str(sorted(map(str, each))) for each in answers.values()}) == 1
    world.drain()
    written = [f"{name}@acme.example" for name in sorted([*known, "unknown"]) if name != "complained"]
    assert world.mails.recipients == written, "one mail each, but to those who called one spam"


def test_nobody_is_flooded_with_requests(world):
    pages = [world.page()[1] for _ in range(2)]
    for number in range(REQUESTS_OF_ADDRESS.most + 2):
        seen = ask(pages[number % 2], {"email": "Flood@acme.example", "channel": "EMAIL"})
        assert seen.status == 202
        world.drain()
    assert len(world.mails.messages) == REQUESTS_OF_ADDRESS.most


def test_one_address_may_ask_five_times_a_minute(world):
    _, slug, _ = world.page()
    body = {"email": "rate@acme.example", "channel": "EMAIL"}
    seen = [ask(slug, body, address="192.0.2.77") for _ in range(6)]
    assert [each.status for each in seen] == [202] * 5 + [429]
    assert seen[0].headers["ratelimit-remaining"] == "4"
    assert 1 <= int(seen[5].headers["retry-after"]) <= 60


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"channel": "EMAIL"}, ["email"]),
        ({"channel": "EMAIL", "email": "nonsense"}, ["email"]),
        ({"channel": "EMAIL", "email": "a@b.example\r\nBcc: x@y.example"}, ["email"]),
        ({"channel": "SMS", "email": "a@b.example"}, ["channel"]),
        ({"email": "a@b.example"}, ["channel"]),
        ({"channel": "WEBHOOK"}, ["webhookUrl"]),
        ({"channel": "WEBHOOK", "webhookUrl": "http://example.com/hook"}, ["webhookUrl"]),
        ({"channel": "WEBHOOK", "webhookUrl": "https://169.254.169.254/"}, ["webhookUrl"]),
        ({"channel": "WEBHOOK", "webhookUrl": "https://10.0.0.1/", "email": "a@b.example"}, ["email"]),
        ({"channel": "EMAIL", "email": "a@b.example", "componentIds": [999]}, ["componentIds.0"]),
        ({"channel": "EMAIL", "email": "a@b.example", "componentIds": ["1"]}, ["componentIds.0"]),
        ({"channel": "EMAIL", "email": "a@b.example", "more": 1}, ["more"]),
        ([], ["body"]),
    ],
)
def test_what_is_wrong_is_named(world, body, fields):
    world.slug = getattr(world, "slug", None) or world.page("API")[1]
    seen = ask(world.slug, body)
    assert (seen.status, [each["field"] for each in seen.json["details"]]) == (400, fields)


def test_the_form_of_the_page_needs_no_script(world):
    page, slug, (first, _) = world.page("API", "Web")
    form = {"content_type": "application/x-www-form-urlencoded"}
    path = f"/api/public/status/{slug}/subscribe"
    seen = visit("POST", path, f"email=form%40acme.example&webhookUrl=&componentIds={first}", **form)
    assert seen.status == 202
    assert seen.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in seen.headers["content-security-policy"]
    assert stored(page, "form@acme.example", clock.now()).wanted == (first,)
    webhook = "channel=WEBHOOK&webhookUrl=http%3A%2F%2Facme.example"
    for body, words in (
        ("email=nonsense", "enter an e-mail address"),
        (webhook, "the webhook URL must be an https URL"),
    ):
        assert words in visit("POST", path, body, **form).text
    for body, status in (("email=nonsense", 400), ("", 400), ("email=a%40b.example&componentIds=x", 400)):
        seen = visit("POST", path, body, **form)
        assert (seen.status, seen.headers["content-type"].partition(";")[0]) == (status, "text/html")
    assert visit("POST", "/api/public/status/nobody/subscribe", "email=a%40b.example", **form).status == 404


def test_the_gate_is_before_it(world):
    page, slug, _ = world.page(visibility="PASSWORD_PROTECTED", password="x")
    body = {"email": "door@acme.example", "channel": "EMAIL"}
    assert ask(slug, body).status == 401
    token = enter(slug, "x").json["token"]
    assert ask(slug, body, authorization=f"Bearer {token}").status == 202
    assert stored(page, "door@acme.example", clock.now()).admitted == "PASSWORD_PROTECTED"
    world.api.patch(f"/api/status-pages/{page}", {"visibility": "PRIVATE"})
    assert ask(slug, body).status == 404
    world.api.patch(f"/api/status-pages/{page}", {"visibility": "PUBLIC", "enabled": False})
    assert ask(slug, body).status == ask("nobody", body).status == 404


def test_without_a_sender_there_is_no_mail_to_ask_for(world, monkeypatch):
    _, slug, _ = world.page()
    monkeypatch.setenv("MAIL_FROM", "")
    assert ask(slug, {"email": "a@b.example", "channel": "EMAIL"}).json["details"][0]["field"] == "channel"


# ---- webhooks


def verified(receiver, number: int, secret: str) -> bool:
    """As the specification of Standard Webhooks says, with nothing of ours."""
    headers, body = receiver.headers[number], receiver.bodies[number]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return bool(headers["webhook-signature"] == f"v1,{expected}")


def test_a_webhook_that_echoes_is_told_and_everything_is_signed(world):
    page, slug, _ = world.page()
    with receiving() as receiver:
        assert ask(slug, {"channel": "WEBHOOK", "webhookUrl": f"{receiver.url}/hook"}).status == 202
        world.drain()
        assert states(page) == [SubscriberState.CONFIRMED]
        announcement = world.announce(page)
        world.drain()
        world.update(page, announcement, "Fixed.", "RESOLVED")
        world.drain()
        kinds = ["subscription.verification", "announcement.created", "announcement.resolved"]
        assert [each["type"] for each in receiver.payloads] == kinds
        secret = receiver.payloads[0]["data"]["secret"]
        assert all(verified(receiver, number, secret) for number in range(3))
        assert not verified(receiver, 0, "whsec_" + base64.b64encode(b"x" * 32).decode())
        assert receiver.payloads[2]["data"]["announcement"]["update"]["body"] == "Fixed."
        receiver.answers = [410]
        world.announce(page)
        world.drain()
    assert stored(page, f"{receiver.url}/hook", clock.now()).reason is DisabledReason.GONE


def test_a_webhook_that_does_not_echo_is_told_nothing(world):
    page, slug, _ = world.page()
    with receiving() as receiver:
        receiver.echoes = False
        ask(slug, {"channel": "WEBHOOK", "webhookUrl": receiver.url})
        world.drain()
        world.announce(page)
        world.drain()
        assert len(receiver.bodies) == 1
    assert states(page) == [SubscriberState.PENDING]


def test_a_receiver_that_is_down_is_told_later_and_knows_the_repetition(world, monkeypatch):
    page, _, _ = world.page()
    with receiving() as receiver:
        secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
        (hook,) = subscribed(page, 1, channel=Channel.WEBHOOK, address=receiver.url, secret=secret)
        receiver.answers = [503]
        world.announce(page)
        world.drain()
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=10))
        wake_ups.redrive_overdue(at=clock.now())
        world.drain()
        assert len(receiver.bodies) == 2
        assert receiver.headers[0]["webhook-id"] == receiver.headers[1]["webhook-id"]
    assert stored(page, hook.address, clock.now()).failing_since is None


# ---- told once


def test_what_comes_twice_is_told_once(world):
    page, _, (first, second) = world.page("API", "Web")
    for address, chosen in (("all", ()), ("first", (first,)), ("second", (second,))):
        subscribed(page, 1, address=f"{address}@acme.example", component_ids=chosen)
    announcement = world.announce(page, componentIds=[first])
    world.drain()
    again = FanOut(workspace_id=1, page_id=page, announcement_id=announcement, subject="update-1")
    for _ in range(2):
        notices.fan_out(again, at=clock.now())
        world.drain()
    assert world.mails.recipients == ["all@acme.example", "first@acme.example"]


def test_a_fan_out_goes_on_in_chunks_and_from_wherever_it_died(world, monkeypatch):
    page, _, _ = world.page()
    monkeypatch.setattr(notices, "CHUNK", 3)
    everybody = subscribed(page, 8)
    real, calls = queues.send_to_notifier, []

    def dying(bodies, *, at):
        calls.append(len(bodies))
        if len(calls) == 3:
            # The second chunk: some are asked for, and then the function dies.
            real(bodies[:2], at=at)
            raise RuntimeError("killed")
        real(bodies, at=at)

    announcement = world.announce(page)
    with monkeypatch.context() as deadly:
        deadly.setattr(queues, "send_to_notifier", dying)
        deadly.setattr(logger, "exception", lambda *_, **__: None)
        world.drain(expect_failures=True)
    world.stack.failures.clear()
    assert len(world.mails.messages) == 5, "nobody beyond what had been asked for"
    again = FanOut(
        workspace_id=1, page_id=page, announcement_id=announcement, subject="update-1", after=everybody[2].id
    )
    notices.fan_out(again, at=clock.now())
    world.drain()
    assert calls == [1, 4, 4], "a chunk and the message that goes on"
    assert world.mails.recipients == sorted(each.address for each in everybody)


def test_who_leaves_during_a_fan_out_gets_nothing_more(world):
    page, _, _ = world.page()
    (gone,) = subscribed(page, 1)
    announcement = world.announce(page)
    tell = Tell(workspace_id=1, page_id=page, subscriber_id=gone.id, announcement_id=announcement, subject="update-1")
    store.save_subscriber(a_subscriber(**{**_fields(gone), "state": SubscriberState.UNSUBSCRIBED}), was=gone)
    assert notices.tell(tell, at=clock.now()) is DeliveryState.DROPPED
    assert notices.tell(tell, at=clock.now()) is DeliveryState.DROPPED
    assert not world.mails.messages


def _fields(subscriber):
    return {name: getattr(subscriber, name) for name in subscriber.__dataclass_fields__}


def test_a_mail_service_that_is_away_is_asked_again_and_a_sender_that_died_is_followed(world, monkeypatch):
    page, _, _ = world.page()
    (reader,) = subscribed(page, 1)
    announcement = world.announce(page)
    tell = Tell(workspace_id=1, page_id=page, subscriber_id=reader.id, announcement_id=announcement, subject="update-1")
    now = clock.now()
    with monkeypatch.context() as away:
        away.setattr(mail, "send_message", _raising(mail.MailUnavailable("Throttling")))
        assert notices.tell(tell, at=now) is DeliveryState.PENDING
        assert notices.tell(tell, at=now) is DeliveryState.PENDING, "not due yet"
        away.setattr(mail, "send_message", _raising(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            notices.tell(tell, at=now + timedelta(seconds=10))
    assert notices.tell(tell, at=now + timedelta(seconds=20)) is DeliveryState.PENDING, "on its lease"
    assert notices.tell(tell, at=now + timedelta(seconds=90)) is DeliveryState.SENT
    assert not notice_store.list_pending_notices(1, reader.id)
    assert len(world.mails.messages) == 1


def _raising(error: BaseException):
    def fail(*_, **__):
        raise error

    return fail


def test_planned_work_is_told_when_it_is_planned_begins_and_ends(world, monkeypatch):
    page, _, _ = world.page()
    subscribed(page, 1)
    start = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    end = start + timedelta(hours=1)
    announcement = world.announce(page, title="Disks", scheduledFor=start.isoformat(), scheduledUntil=end.isoformat())
    world.drain()
    for moment in (start, end):
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        wake_ups.handle_wake_up(queues.WakeUp(kind="announcement", workspace_id=1, record_id=announcement), at=moment)
        world.drain()
    words = [text_of(each).split("\n")[2].strip() for each in world.mails.messages]
    assert words == ["Scheduled", "Started", "Ended"]


def test_that_planned_work_has_moved_is_told_by_its_new_times(world):
    page, _, _ = world.page()
    subscribed(page, 1)
    times = [f"2030-01-01T0{hour}:00:00Z" for hour in range(4)]
    announcement = world.announce(page, title="Disks", scheduledFor=times[0], scheduledUntil=times[1])
    world.drain()
    moved = {"scheduledFor": times[2], "scheduledUntil": times[3]}
    world.api.patch(f"/api/status-pages/{page}/announcements/{announcement}", moved)
    world.drain()
    found = [text_of(each).replace("\r", "") for each in world.mails.messages]
    assert len(found) == 2
    assert "Update\n2030-01-01 02:00 UTC to 2030-01-01 03:00 UTC\nImpact: minor\n\nThe time has changed: " in found[1]


# ---- bounces, owners, ends


def test_bounces_and_complaints_end_it_on_every_page_and_no_log_has_the_address(world, monkeypatch):
    pages = [world.page()[0] for _ in range(2)]
    for page in pages:
        subscribed(page, 1, address="bounce@acme.example")
    logged = []
    monkeypatch.setattr(logger, "info", lambda *args, **kwargs: logged.append((args, kwargs)))
    event = json.loads((EVENTS / "sqs-mail-bounce.json").read_text())
    for _ in range(2):
        assert world.stack.invoke("NotifierFunction", event) == {"batchItemFailures": []}
    for page in pages:
        assert stored(page, "bounce@acme.example", clock.now()).reason is DisabledReason.BOUNCED
    assert "acme.example" not in str(logged)
    assert disable_address("Nobody@acme.example", DisabledReason.COMPLAINED, at=clock.now()) == 0


def test_owners_see_and_remove_subscribers(world):
    page, slug, _ = world.page()
    others = world.page()[0]
    made = subscribed(page, 3)
    expired = clock.now() - timedelta(hours=49)
    subscribed(page, 1, state=SubscriberState.PENDING, at=expired)
    path = f"/api/status-pages/{page}/subscribers"
    listed = world.api.get(f"{path}?take=2&skip=1")
    ids = [each.id for each in reversed(made)]
    assert [each["id"] for each in listed["data"]] == ids[1:]
    assert (listed["total"], listed["skip"], listed["take"]) == (3, 1, 2)
    assert {"handle", "key", "secret"}.isdisjoint(listed["data"][0])
    assert world.api("DELETE", f"/api/status-pages/{others}/subscribers/{ids[0]}").status == 404
    assert world.api("DELETE", f"{path}/{ids[0]}").status == 204
    assert world.api("DELETE", f"{path}/{ids[0]}").status == 404
    assert ask(slug, {"email": made[-1].address, "channel": "EMAIL"}).status == 202, "it may come again"
    assert a_workspace(2)("GET", path).status == 404


def test_a_page_that_is_deleted_forgets_its_subscribers(world, monkeypatch):
    page, _, _ = world.page()
    monkeypatch.setattr(notices, "CHUNK", 2)
    made = subscribed(page, 5)
    world.api.delete(f"/api/status-pages/{page}")
    world.drain()
    assert states(page) == []
    assert not any(store.list_subscriptions_of_address(Channel.EMAIL, each.address) for each in made)
    assert not any(store.find_subscriber_of_handle(each.handle) for each in made)
