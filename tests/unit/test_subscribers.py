"""The life of a subscription, what its links are good for, and what is told to whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lull.domain.announcements import Announcement, Stage, Status, advanced, announced, updated
from lull.domain.errors import Conflict, Invalid, NotFound
from lull.domain.notices import Telling, subjects, telling
from lull.domain.status_pages import Visibility
from lull.domain.subscribers import (
    CONFIRM_WITHIN,
    DISABLED_AFTER,
    FORGOTTEN_AFTER,
    Channel,
    DisabledReason,
    Purpose,
    Subscriber,
    SubscriberState,
    address_of,
    asked,
    confirmed,
    disabled,
    failed,
    is_concerned,
    is_token,
    succeeded,
    token,
    unsubscribed,
)
from lull.gateways import mail_feedback
from lull.gateways.webhooks import signature_headers
from tests.builders import NOON
from tests.page_builders import a_page, an_announcement
from tests.subscribing import a_subscriber

PENDING, CONFIRMED = SubscriberState.PENDING, SubscriberState.CONFIRMED
UNSUBSCRIBED, DISABLED = SubscriberState.UNSUBSCRIBED, SubscriberState.DISABLED
SOON = NOON + timedelta(hours=1)


def _ask(subscriber: Subscriber) -> Subscriber:
    return asked(subscriber, (5,), Visibility.PUBLIC, at=SOON)


@pytest.mark.parametrize(
    ("state", "asks", "confirms", "unsubscribes", "bounces"),
    [
        (PENDING, PENDING, CONFIRMED, UNSUBSCRIBED, DISABLED),
        (CONFIRMED, CONFIRMED, CONFIRMED, UNSUBSCRIBED, DISABLED),
        (UNSUBSCRIBED, PENDING, Conflict, UNSUBSCRIBED, DISABLED),
        (DISABLED, PENDING, Conflict, DISABLED, DISABLED),
    ],
)
def test_what_follows_from_what(state, asks, confirms, unsubscribes, bounces):
    subscriber = a_subscriber(state=state)
    changes = [
        (asks, _ask),
        (unsubscribes, lambda each: unsubscribed(each, at=SOON)),
        (bounces, lambda each: disabled(each, DisabledReason.BOUNCED, at=SOON)),
    ]
    for expected, change in changes:
        assert change(subscriber).state is expected
        assert change(change(subscriber)).state is expected, "twice is once"
    if confirms is Conflict:
        with pytest.raises(Conflict):
            confirmed(subscriber, at=SOON)
    else:
        assert confirmed(subscriber, at=SOON).state is confirms


def test_nothing_that_holds_changes_before_it_is_confirmed():
    wanted = _ask(a_subscriber(component_ids=(1,), wanted=(1,)))
    assert wanted.component_ids == (1,)
    assert confirmed(wanted, at=SOON).component_ids == (5,)
    late = wanted.asked_at + CONFIRM_WITHIN
    with pytest.raises(NotFound):
        confirmed(wanted, at=late)
    assert confirmed(confirmed(wanted, at=SOON), at=late).state is CONFIRMED, "the same button pressed again"
    with pytest.raises(NotFound):
        confirmed(a_subscriber(state=PENDING), at=NOON + CONFIRM_WITHIN)


def test_who_does_not_confirm_or_has_left_is_forgotten():
    assert a_subscriber(state=PENDING).expires_at == NOON + CONFIRM_WITHIN
    assert a_subscriber().expires_at is None
    assert unsubscribed(a_subscriber(), at=SOON).expires_at == SOON + FORGOTTEN_AFTER
    assert disabled(a_subscriber(), DisabledReason.COMPLAINED, at=SOON).expires_at is None


def test_a_complaint_outweighs_a_failure():
    failing = disabled(a_subscriber(), DisabledReason.FAILING, at=NOON)
    assert not failing.is_suppressed
    assert disabled(failing, DisabledReason.COMPLAINED, at=SOON).is_suppressed
    complained = disabled(a_subscriber(), DisabledReason.COMPLAINED, at=NOON)
    assert disabled(complained, DisabledReason.GONE, at=SOON) == complained


def test_a_webhook_that_fails_for_days_or_is_gone_is_told_no_more():
    hook = a_subscriber(channel=Channel.WEBHOOK, address="https://hook.example")
    once = failed(hook, gone=False, at=NOON)
    assert (once.state, once.failing_since) == (CONFIRMED, NOON)
    assert succeeded(once) == hook
    assert failed(once, gone=False, at=NOON + DISABLED_AFTER).reason is DisabledReason.FAILING
    assert failed(hook, gone=True, at=NOON).reason is DisabledReason.GONE
    assert failed(a_subscriber(), gone=False, at=NOON) == a_subscriber(), "mailboxes are judged by what SES says"


def test_a_link_is_good_for_what_it_says_and_one_that_confirms_for_one_request():
    subscriber = a_subscriber()
    again = _ask(subscriber)
    confirms, leaves = token(subscriber, Purpose.CONFIRM), token(subscriber, Purpose.UNSUBSCRIBE)
    assert is_token(subscriber, Purpose.CONFIRM, confirms)
    assert is_token(again, Purpose.UNSUBSCRIBE, leaves)
    for given in (
        leaves,
        confirms[:-1],
        confirms + "0",
        "",
        "\udcff",
        token(replace(subscriber, key="k"), Purpose.CONFIRM),
    ):
        assert not is_token(subscriber, Purpose.CONFIRM, given)
    assert not is_token(again, Purpose.CONFIRM, confirms)
    assert subscriber.address not in confirms


@pytest.mark.parametrize(
    ("channel", "email", "url", "fields"),
    [
        (Channel.EMAIL, None, None, ["email"]),
        (Channel.EMAIL, "a@b.example", "https://x", ["webhookUrl"]),
        (Channel.WEBHOOK, None, None, ["webhookUrl"]),
        (Channel.WEBHOOK, "a@b.example", "https://x", ["email"]),
        (Channel.EMAIL, None, "https://x", ["email", "webhookUrl"]),
    ],
)
def test_the_address_goes_with_the_channel(channel, email, url, fields):
    with pytest.raises(Invalid) as refused:
        address_of(channel, email, url)
    assert [each.field for each in refused.value.errors] == fields


@pytest.mark.parametrize(
    ("chosen", "told_of", "concerned"),
    [((), (), True), ((), (5,), True), ((5,), (), True), ((5, 6), (6, 7), True), ((5,), (6,), False)],
)
def test_components_choose_what_is_told(chosen, told_of, concerned):
    announcement = an_announcement(component_ids=told_of)
    assert is_concerned(a_subscriber(component_ids=chosen), a_page(), announcement) is concerned
    assert not is_concerned(a_subscriber(state=UNSUBSCRIBED, component_ids=chosen), a_page(), announcement)


@pytest.mark.parametrize(
    ("page", "admitted", "told"),
    [
        ({}, Visibility.PUBLIC, True),
        ({}, Visibility.PASSWORD_PROTECTED, True),
        ({"visibility": Visibility.PASSWORD_PROTECTED}, Visibility.PASSWORD_PROTECTED, True),
        ({"visibility": Visibility.PASSWORD_PROTECTED}, Visibility.PUBLIC, False),
        ({"visibility": Visibility.PRIVATE}, Visibility.PUBLIC, False),
        ({"enabled": False}, Visibility.PUBLIC, False),
    ],
)
def test_who_came_by_no_password_is_not_told_what_takes_one(page, admitted, told):
    assert is_concerned(a_subscriber(admitted=admitted), a_page(**page), an_announcement()) is told


def _told(announcement: Announcement, subject: str) -> Telling:
    found = telling(announcement, subject)
    assert found
    return found


def _planned() -> Announcement:
    described = Announcement(
        id=1,
        page_id=1,
        workspace_id=1,
        title="Disks",
        scheduled_for=SOON,
        scheduled_until=SOON + timedelta(hours=1),
        created_at=NOON,
    )
    return announced(described, status=Status.INVESTIGATING, body="We swap disks.", at=NOON)


def test_each_step_of_an_announcement_is_told_once():
    first = an_announcement()
    second = updated(first, status=Status.IDENTIFIED, body="A disk.", at=SOON)
    third = updated(second, status=Status.RESOLVED, body="Swapped.", at=SOON)
    steps = [(None, first), (first, second), (second, third), (third, replace(third, title="New")), (third, None)]
    told = [subjects(*step) for step in steps]
    assert told == [["update-1"], ["update-2"], ["update-3"], [], []]
    types = [_told(third, f"update-{number}").type for number in (1, 2, 3)]
    assert types == ["announcement.created", "announcement.updated", "announcement.resolved"]
    assert telling(third, "update-4") is None


def test_planned_work_is_told_when_planned_begun_and_over():
    ahead = _planned()
    begun = advanced(ahead, at=SOON)
    over = advanced(begun, at=SOON + timedelta(hours=1))
    begins = f"begun-{int(SOON.timestamp())}"
    assert [subjects(*each) for each in ((None, ahead), (ahead, begun), (begun, over))] == [
        ["update-1"],
        [begins],
        ["update-2"],
    ]
    assert [_told(over, each).type for each in ("update-1", begins, "update-2")] == [
        "maintenance.scheduled",
        "maintenance.started",
        "maintenance.ended",
    ]
    cancelled = updated(ahead, status=Status.RESOLVED, body="The maintenance was cancelled.", at=NOON)
    assert subjects(ahead, cancelled) == ["update-2"]
    told = _told(cancelled, "update-2")
    assert (told.type, told.heading, told.body) == (
        "maintenance.cancelled",
        "Cancelled",
        "The maintenance was cancelled.",
    )
    assert subjects(ahead, over) == ["update-2"], "a late wake-up tells the end, and not the beginning too"
    put_off = replace(begun, stage=Stage.AHEAD, scheduled_for=SOON + timedelta(days=1))
    again = replace(put_off, stage=Stage.BEGUN)
    assert subjects(put_off, again) not in ([], [begins]), "what was put off begins again"


BOUNCE = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "Me <me@acme.example>"}]}
COMPLAINT = {"complainedRecipients": [{"emailAddress": "me@acme.example"}]}


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ({"eventType": "Bounce", "bounce": BOUNCE}, [("me@acme.example", DisabledReason.BOUNCED)]),
        ({"notificationType": "Bounce", "bounce": BOUNCE}, [("me@acme.example", DisabledReason.BOUNCED)]),
        ({"eventType": "Bounce", "bounce": {**BOUNCE, "bounceType": "Transient"}}, []),
        ({"eventType": "Complaint", "complaint": COMPLAINT}, [("me@acme.example", DisabledReason.COMPLAINED)]),
        ({"eventType": "Complaint", "complaint": {**COMPLAINT, "complaintFeedbackType": "not-spam"}}, []),
        ({"eventType": "Delivery", "delivery": {}}, []),
    ],
)
def test_what_ses_says_of_mail(event, found):
    assert mail_feedback.is_feedback(event)
    assert mail_feedback.parse(event) == found


def test_signatures_are_those_of_the_published_example():
    """The vector that libraries of Standard Webhooks are tested with."""
    headers = signature_headers(
        b'{"test": 2432232314}',
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330, UTC),
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
