"""Telling subscribers: who is concerned, a hundred at a time; then each by itself, once, on a lease."""

import json
from datetime import datetime
from typing import Any

from lull import randomness, settings
from lull.domain import deliveries as sending
from lull.domain import notices, subscribers
from lull.domain.announcements import Announcement
from lull.domain.answers import Answer
from lull.domain.deliveries import DeliveryState, Result
from lull.domain.errors import NotFound, StaleWrite
from lull.domain.notices import Notice, Telling
from lull.domain.status_pages import StatusPage
from lull.domain.subscribers import Channel, Purpose, Subscriber, SubscriberState
from lull.gateways import mail_feedback, queues, subscriber_messages
from lull.gateways.subscriber_messages import FanOut, Forget, Message, Owed, Tell
from lull.store import announcements, status_pages
from lull.store import notices as store
from lull.store import subscribers as subscriber_store
from lull.use_cases import deliveries
from lull.use_cases.deliveries import judged
from lull.use_cases.retrying import on_stale_write
from lull.use_cases.subscribers import disable_address

CHUNK = 100
"""Subscribers that one message looks at; the next are for the next message."""

Outcome = tuple[Result, str | None]


def handle_message(body: str, *, at: datetime) -> DeliveryState | None:
    """Do what a message of the notify queue asks for. Raises ValueError, KeyError or TypeError if that is nothing."""
    message = json.loads(body)
    if mail_feedback.is_feedback(message):
        for address, reason in mail_feedback.parse(message):
            disable_address(address, reason, at=at)
        return None
    if "kind" not in message:
        return deliveries.handle_message(body, at=at)
    return _handle(subscriber_messages.parse(message), at=at)


def loggable(body: str) -> str:
    """What a log may hold of a message: those of SES have addresses in them."""
    return body if '"workspace_id"' in body else "feedback on mail"


def _handle(message: Message, *, at: datetime) -> DeliveryState | None:
    if isinstance(message, FanOut):
        fan_out(message, at=at)
    elif isinstance(message, Tell):
        return tell(message, at=at)
    elif isinstance(message, Owed):
        for each in store.list_pending_notices(message.workspace_id, message.subscriber_id):
            tell(_tell(each), at=at)
    else:
        _forget(message, at=at)
    return None


def fan_out(message: FanOut, *, at: datetime) -> None:
    """Ask for the next subscribers to be told, and for those after them. Safe to repeat from anywhere."""
    announcement = announcements.get_announcement(message.workspace_id, message.announcement_id)
    page = status_pages.get_status_page(message.workspace_id, message.page_id)
    if announcement is None or page is None or not page.enabled:
        return
    chunk = subscriber_store.list_subscribers(page.workspace_id, page.id, after=message.after, most=CHUNK)
    wanted: list[Message] = [
        Tell(
            workspace_id=page.workspace_id,
            page_id=page.id,
            subscriber_id=each.id,
            announcement_id=announcement.id,
            subject=message.subject,
        )
        for each in chunk.found
        if subscribers.is_concerned(each, page, announcement)
    ]
    if chunk.after is not None:
        # Last: whoever dies before does all of it again, and those who know already are not told twice.
        wanted.append(
            FanOut(
                workspace_id=page.workspace_id,
                page_id=page.id,
                announcement_id=announcement.id,
                subject=message.subject,
                after=chunk.after,
            )
        )
    subscriber_messages.send([(each, at) for each in wanted], at=at)


def tell(message: Tell, *, at: datetime) -> DeliveryState | None:
    """Try a notice if it is due; how it stands then, None if nobody is to be told."""
    subscriber = subscriber_store.get_subscriber(message.workspace_id, message.page_id, message.subscriber_id)
    if subscriber is None:
        return None
    known = store.get_notice(
        message.workspace_id, message.subscriber_id, message.announcement_id, message.subject
    ) or _new(message, at=at)
    leased = sending.leased(known, at=at)
    if leased is None:
        return known.state
    try:
        leased = store.save_notice(leased)
    except StaleWrite:
        return known.state
    saved = store.save_notice(_tried(leased, subscriber, at=at))
    if saved.due_at and saved.due_at <= at + queues.LONGEST_DELAY:
        # What is further off is found by the sweep of its minute.
        subscriber_messages.send([(message, saved.due_at)], at=at)
    return saved.state


def _new(message: Tell, *, at: datetime) -> Notice:
    return Notice(
        workspace_id=message.workspace_id,
        page_id=message.page_id,
        subscriber_id=message.subscriber_id,
        announcement_id=message.announcement_id,
        subject=message.subject,
        next_at=at,
        created_at=at,
    )


def _tell(notice: Notice) -> Tell:
    return Tell(
        workspace_id=notice.workspace_id,
        page_id=notice.page_id,
        subscriber_id=notice.subscriber_id,
        announcement_id=notice.announcement_id,
        subject=notice.subject,
    )


def _tried(notice: Notice, subscriber: Subscriber, *, at: datetime) -> Notice:
    if sending.is_worn_out(notice):
        return sending.given_up(notice, "the sender did not come to an end, time and again")
    page = status_pages.get_status_page(notice.workspace_id, notice.page_id)
    if page is None or not page.enabled:
        return sending.dropped(notice, "the page is gone or disabled")
    if notice.announcement_id is None:
        outcome = _ask(notice, subscriber, page, at=at)
    else:
        outcome = _announce(notice, subscriber, page, at=at)
    if outcome is None:
        return sending.dropped(notice, "it came to concern nobody")
    return sending.tried(notice, *outcome, at=at, jitter=randomness.jitter())


def _ask(notice: Notice, subscriber: Subscriber, page: StatusPage, *, at: datetime) -> Outcome | None:
    """Whether the address is its owner's wish; None if that was asked otherwise meanwhile."""
    open_states = (SubscriberState.PENDING, SubscriberState.CONFIRMED)
    if subscriber.request != notice.subject or subscriber.state not in open_states:
        return None
    challenge = subscribers.token(subscriber, Purpose.CONFIRM)
    if subscriber.channel is Channel.EMAIL:
        from lull.publishing.renderers import subscriber_mail

        confirm_url = f"{_links()}/{Purpose.CONFIRM}/{challenge}"
        mail = subscriber_mail.confirmation(page, confirm_url=confirm_url, unsubscribe_url=_unsubscribe_url(subscriber))
        return _mail(subscriber, page, mail, notice, {})
    data = {"challenge": challenge, "secret": subscriber.secret, "unsubscribeUrl": _unsubscribe_url(subscriber)}
    answer = _post(subscriber, "subscription.verification", subscriber.asked_at, page, data, notice, at=at)
    result, reason = judged(answer)
    if result is not Result.DELIVERED:
        return result, reason
    if not _echoes(answer, challenge):
        return Result.REFUSED, "the receiver did not echo the challenge"
    _remember(subscriber, lambda each: subscribers.confirmed(each, at=at) if each.request == notice.subject else each)
    return result, None


def _announce(notice: Notice, subscriber: Subscriber, page: StatusPage, *, at: datetime) -> Outcome | None:
    announcement = announcements.get_announcement(notice.workspace_id, notice.announcement_id or 0)
    if announcement is None or not subscribers.is_concerned(subscriber, page, announcement):
        return None
    telling = notices.telling(announcement, notice.subject)
    if telling is None:
        return None
    if subscriber.channel is Channel.EMAIL:
        return _mail_of(notice, subscriber, page, announcement, telling)
    begun = notice.subject.startswith(notices.BEGUN) and announcement.scheduled_for
    moment = begun or telling.update.created_at
    data = {"announcement": _described(announcement, telling), "unsubscribeUrl": _unsubscribe_url(subscriber)}
    outcome = judged(_post(subscriber, telling.type, moment, page, data, notice, at=at))
    delivered, gone = outcome[0] is Result.DELIVERED, outcome[0] is Result.GONE
    _remember(
        subscriber,
        lambda each: subscribers.succeeded(each) if delivered else subscribers.failed(each, gone=gone, at=at),
    )
    return outcome


def _mail_of(
    notice: Notice,
    subscriber: Subscriber,
    page: StatusPage,
    announcement: Announcement,
    telling: Telling,
) -> Outcome:
    from lull.publishing.renderers import subscriber_mail

    mail = subscriber_mail.of_telling(
        page, announcement, telling, page_url=page_url(page), unsubscribe_url=_unsubscribe_url(subscriber)
    )
    thread = f"<announcement-{announcement.id}@{{domain}}>"
    return _mail(subscriber, page, mail, notice, {"In-Reply-To": thread, "References": thread})


def _mail(subscriber: Subscriber, page: StatusPage, mail: Any, notice: Notice, headers: dict[str, str]) -> Outcome:
    from lull.gateways import mail as gateway

    if not gateway.is_configured():
        return Result.REFUSED, "no sender of mail is configured"
    lists = {
        "List-Id": f"<page-{page.id}.{{domain}}>",
        "List-Unsubscribe": f"<{_unsubscribe_url(subscriber)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    try:
        gateway.send_message(
            subscriber.address,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            message_id=notice.message_id,
            headers={**lists, **headers},
            at=notice.created_at,
        )
    except gateway.MailRefused as refused:
        return Result.REFUSED, f"the mail service refused it: {refused}"
    except gateway.MailUnavailable as unavailable:
        return Result.UNREACHED, f"the mail service could not be reached: {unavailable}"
    return Result.DELIVERED, None


def _post(
    subscriber: Subscriber,
    kind: str,
    moment: datetime,
    page: StatusPage,
    data: dict[str, Any],
    notice: Notice,
    *,
    at: datetime,
) -> Answer:
    from lull.gateways import webhooks

    shown = {"name": page.name, "url": page_url(page)}
    payload = {"type": kind, "timestamp": _instant(moment), "data": {"page": shown, **data}}
    secret = subscriber.secret or ""
    return webhooks.post_signed(subscriber.address, payload, secret=secret, message_id=notice.message_id, at=at)


def _echoes(answer: Answer, challenge: str) -> bool:
    text = answer.body.decode(errors="replace").strip()
    if text == challenge:
        return True
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("challenge") == challenge


def _remember(subscriber: Subscriber, change: Any) -> None:
    """How a subscriber is doing: written only when that changes."""

    def decide() -> None:
        was = subscriber_store.get_subscriber(subscriber.workspace_id, subscriber.page_id, subscriber.id)
        if was is not None and (now := change(was)) != was:
            subscriber_store.save_subscriber(now, was=was)

    try:
        on_stale_write(decide)
    except NotFound:
        return


def _forget(message: Forget, *, at: datetime) -> None:
    """Remove the next subscribers of a page that is gone. Safe to repeat."""
    if status_pages.get_status_page(message.workspace_id, message.page_id) is not None:
        return
    chunk = subscriber_store.list_subscribers(message.workspace_id, message.page_id, after=None, most=CHUNK)
    subscriber_store.delete_subscribers(chunk.found)
    if chunk.after is not None:
        subscriber_messages.send([(message, at)], at=at)


def _described(announcement: Announcement, telling: Telling) -> dict[str, Any]:
    begins, ends = announcement.scheduled_for, announcement.scheduled_until
    update = telling.update
    return {
        "id": announcement.id,
        "title": announcement.title,
        "status": update.status,
        "impact": announcement.impact,
        "componentIds": list(announcement.component_ids),
        "scheduledFor": _instant(begins) if begins else None,
        "scheduledUntil": _instant(ends) if ends else None,
        "update": {
            "id": update.id,
            "status": update.status,
            "body": update.body,
            "createdAt": _instant(update.created_at),
        },
    }


def page_url(page: StatusPage) -> str:
    """Where people read the page: at its own host, if it has proven one."""
    return f"https://{page.verified_host}/" if page.verified_host else f"{settings.public_url()}/status/{page.slug}"


def _links() -> str:
    return f"{settings.public_url()}/api/public/subscriptions"


def _unsubscribe_url(subscriber: Subscriber) -> str:
    return f"{_links()}/{Purpose.UNSUBSCRIBE}/{subscribers.token(subscriber, Purpose.UNSUBSCRIBE)}"


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds").replace("+00:00", "Z")
