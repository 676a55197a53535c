"""What one subscriber is sent, by mail or to a webhook: the question whether it is wanted, and the updates."""

import json
from datetime import datetime
from typing import Any

from lull import settings
from lull.domain import notices, subscribers
from lull.domain.announcements import Announcement
from lull.domain.answers import Answer
from lull.domain.deliveries import Result
from lull.domain.errors import NotFound
from lull.domain.notices import Notice, Telling
from lull.domain.status_pages import StatusPage
from lull.domain.subscribers import Channel, Purpose, Subscriber, SubscriberState
from lull.store import announcements, status_pages
from lull.store import subscribers as subscriber_store
from lull.use_cases.deliveries import judged
from lull.use_cases.retrying import on_stale_write

Outcome = tuple[Result, str | None]


def ask(notice: Notice, subscriber: Subscriber, page: StatusPage, *, at: datetime) -> Outcome | None:
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


def announce(notice: Notice, subscriber: Subscriber, page: StatusPage, *, at: datetime) -> Outcome | None:
    """Tell of an update; None if it came to concern the subscriber no more."""
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
        page,
        announcement,
        telling,
        concerned=_concerned(announcement),
        page_url=page_url(page),
        unsubscribe_url=_unsubscribe_url(subscriber),
    )
    thread = f"<announcement-{announcement.id}@{{domain}}>"
    return _mail(subscriber, page, mail, notice, {"In-Reply-To": thread, "References": thread})


def _concerned(announcement: Announcement) -> list[str]:
    """The names of its components, as far as the page still has them."""
    if not announcement.component_ids:
        return []
    of_page = status_pages.list_components(announcement.workspace_id, announcement.page_id)
    return [component.name for component in of_page if component.id in announcement.component_ids]


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
