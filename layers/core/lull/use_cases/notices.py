"""Telling subscribers: who is concerned, a hundred at a time; then each by itself, once, on a lease."""

import json
from datetime import datetime

from lull import randomness
from lull.domain import deliveries as sending
from lull.domain import subscribers
from lull.domain.deliveries import DeliveryState
from lull.domain.errors import StaleWrite
from lull.domain.notices import Notice
from lull.domain.subscribers import Subscriber
from lull.gateways import mail_feedback, queues, subscriber_messages
from lull.gateways.subscriber_messages import FanOut, Forget, Message, Owed, Tell
from lull.store import announcements, status_pages
from lull.store import notices as store
from lull.store import subscribers as subscriber_store
from lull.use_cases import deliveries, executor_calls, notice_sending
from lull.use_cases.subscribers import disable_address

CHUNK = 100
"""Subscribers that one message looks at; the next are for the next message."""


def handle_message(body: str, *, at: datetime) -> DeliveryState | None:
    """Do what a message of the notify queue asks for. Raises ValueError, KeyError or TypeError if that is nothing."""
    message = json.loads(body)
    if mail_feedback.is_feedback(message):
        for address, reason in mail_feedback.parse(message):
            disable_address(address, reason, at=at)
        return None
    if "kind" not in message:
        return deliveries.handle_message(body, at=at)
    if message["kind"] == queues.EXECUTOR:
        executor_calls.call(int(message["workspace_id"]), str(message["deployment_id"]), at=at)
        return None
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
        outcome = notice_sending.ask(notice, subscriber, page, at=at)
    else:
        outcome = notice_sending.announce(notice, subscriber, page, at=at)
    if outcome is None:
        return sending.dropped(notice, "it came to concern nobody")
    return sending.tried(notice, *outcome, at=at, jitter=randomness.jitter())


def _forget(message: Forget, *, at: datetime) -> None:
    """Remove the next subscribers of a page that is gone. Safe to repeat."""
    if status_pages.get_status_page(message.workspace_id, message.page_id) is not None:
        return
    chunk = subscriber_store.list_subscribers(message.workspace_id, message.page_id, after=None, most=CHUNK)
    subscriber_store.delete_subscribers(chunk.found)
    if chunk.after is not None:
        subscriber_messages.send([(message, at)], at=at)
