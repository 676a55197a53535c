"""Subscribers of status pages: seed 003, sections 3.6 and 7.7 to 7.8 of the background, ADR 12.

    PENDING ──► CONFIRMED ──► UNSUBSCRIBED ──► PENDING
       └──────────┴──────► DISABLED

Nobody is told anything before they have shown that the address is theirs: by the button of a page that a mail leads to,
or by echoing a challenge. Who asks for an address is told the same whatever is known of it.
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lull.domain.announcements import Announcement
from lull.domain.errors import FieldError, Invalid, NotFound
from lull.domain.machine import Transitions, move
from lull.domain.rate_limits import Limit
from lull.domain.status_pages import StatusPage, Visibility


class Channel(StrEnum):
    EMAIL = "EMAIL"
    WEBHOOK = "WEBHOOK"


class SubscriberState(StrEnum):
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    UNSUBSCRIBED = "UNSUBSCRIBED"
    DISABLED = "DISABLED"


TRANSITIONS: Transitions[SubscriberState] = {
    SubscriberState.PENDING: frozenset(SubscriberState),
    SubscriberState.CONFIRMED: frozenset({SubscriberState.UNSUBSCRIBED, SubscriberState.DISABLED}),
    SubscriberState.UNSUBSCRIBED: frozenset({SubscriberState.PENDING, SubscriberState.DISABLED}),
    SubscriberState.DISABLED: frozenset({SubscriberState.PENDING}),
}


class DisabledReason(StrEnum):
    BOUNCED = "BOUNCED"
    """There is no such mailbox."""
    COMPLAINED = "COMPLAINED"
    """Its owner called a mail spam."""
    GONE = "GONE"
    """The receiver answered 410."""
    FAILING = "FAILING"
    """Nothing could be delivered for days."""


SUPPRESSING = frozenset({DisabledReason.BOUNCED, DisabledReason.COMPLAINED})
"""Such an address is written to no more, whatever is asked for, and on no page."""
CONFIRM_WITHIN = timedelta(hours=48)
FORGOTTEN_AFTER = timedelta(days=30)
"""How long the links in the mails of somebody who has unsubscribed say so."""
DISABLED_AFTER = timedelta(days=3)
"""Of failures without one success in between."""
REQUESTS_OF_ADDRESS = Limit("subscriber-address", 3, timedelta(days=1))
"""Confirmations that one address is sent, over all pages."""
REQUESTS_OF_PAGE = Limit("subscriber-page", 200, timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    id: int
    page_id: int
    workspace_id: int
    channel: Channel
    address: str
    """An e-mail address or a URL. It is in no log, no public file and no key."""
    handle: str
    """Random: what the tokens of its links begin with."""
    key: str
    """Random: what its tokens are signed with."""
    secret: str | None = None
    """What a WEBHOOK is signed with: `whsec_` and 256 bits in base 64."""
    state: SubscriberState = SubscriberState.PENDING
    component_ids: tuple[int, ...] = ()
    """What it is told of; all of the page if there are none."""
    wanted: tuple[int, ...] = ()
    """What was asked for last, and holds once that is confirmed."""
    asked_at: datetime
    admitted: Visibility = Visibility.PUBLIC
    """How the page was when it was asked for: who came by no password is not told what takes one."""
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    reason: DisabledReason | None = None
    failing_since: datetime | None = None
    created_at: datetime
    revision: int = 0

    @property
    def expires_at(self) -> datetime | None:
        """When it is forgotten by itself."""
        if self.state is SubscriberState.PENDING:
            return self.asked_at + CONFIRM_WITHIN
        if self.state is SubscriberState.UNSUBSCRIBED and self.ended_at:
            return self.ended_at + FORGOTTEN_AFTER
        return None

    @property
    def is_suppressed(self) -> bool:
        return self.state is SubscriberState.DISABLED and self.reason in SUPPRESSING

    @property
    def request(self) -> str:
        """Names what was asked for last; another request has another name."""
        return f"confirm-{int(self.asked_at.timestamp() * 1000)}"


class Purpose(StrEnum):
    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"


def hashed_address(channel: Channel, address: str) -> str:
    """What an address is found by. Mailboxes that differ in case only are one to everybody.

    >>> hashed_address(Channel.EMAIL, "Me@acme.example") == hashed_address(Channel.EMAIL, "me@acme.example")
    True
    """
    known_as = address.lower() if channel is Channel.EMAIL else address
    return hashlib.sha256(f"{channel} {known_as}".encode()).hexdigest()


def address_of(channel: Channel, email: str | None, webhook_url: str | None) -> str:
    """The address that goes with the channel. Raises Invalid naming the one that is missing or of no use."""
    fields = {Channel.EMAIL: ("email", email), Channel.WEBHOOK: ("webhookUrl", webhook_url)}
    errors = [
        FieldError(name, f"is required for {channel}" if of is channel else f"is not for {channel}")
        for of, (name, value) in fields.items()
        if (of is channel) != (value is not None)
    ]
    if errors:
        raise Invalid(*errors)
    return fields[channel][1] or ""


def asked(subscriber: Subscriber, wanted: tuple[int, ...], admitted: Visibility, *, at: datetime) -> Subscriber:
    """After another request for the same address: nothing that holds changes before it is confirmed."""
    if subscriber.state is SubscriberState.CONFIRMED:
        return replace(subscriber, wanted=wanted, admitted=admitted, asked_at=at)
    state = move(TRANSITIONS, subscriber.state, SubscriberState.PENDING, noun="subscription")
    return replace(subscriber, state=state, wanted=wanted, admitted=admitted, asked_at=at, ended_at=None, reason=None)


def confirmed(subscriber: Subscriber, *, at: datetime) -> Subscriber:
    """Raises NotFound if it was not confirmed in time, Conflict if it has come to its end meanwhile."""
    is_new = subscriber.state is not SubscriberState.CONFIRMED
    if at >= subscriber.asked_at + CONFIRM_WITHIN and (is_new or subscriber.wanted != subscriber.component_ids):
        raise NotFound("subscription")
    if not is_new:
        return replace(subscriber, component_ids=subscriber.wanted)
    state = move(TRANSITIONS, subscriber.state, SubscriberState.CONFIRMED, noun="subscription")
    return replace(
        subscriber, state=state, component_ids=subscriber.wanted, confirmed_at=at, failing_since=None, reason=None
    )


def unsubscribed(subscriber: Subscriber, *, at: datetime) -> Subscriber:
    """Twice is once, and what is disabled stays so."""
    if subscriber.state in (SubscriberState.UNSUBSCRIBED, SubscriberState.DISABLED):
        return subscriber
    state = move(TRANSITIONS, subscriber.state, SubscriberState.UNSUBSCRIBED, noun="subscription")
    return replace(subscriber, state=state, ended_at=at)


def disabled(subscriber: Subscriber, reason: DisabledReason, *, at: datetime) -> Subscriber:
    """A complaint after a failure is kept: it weighs more."""
    if subscriber.state is SubscriberState.DISABLED:
        return replace(subscriber, reason=reason) if reason in SUPPRESSING else subscriber
    state = move(TRANSITIONS, subscriber.state, SubscriberState.DISABLED, noun="subscription")
    return replace(subscriber, state=state, reason=reason, ended_at=at)


def succeeded(subscriber: Subscriber) -> Subscriber:
    return replace(subscriber, failing_since=None)


def failed(subscriber: Subscriber, *, gone: bool, at: datetime) -> Subscriber:
    """After a try that failed: disabled if the receiver is gone, or a WEBHOOK has failed for days."""
    if subscriber.state is not SubscriberState.CONFIRMED or subscriber.channel is not Channel.WEBHOOK:
        return subscriber
    failing = replace(subscriber, failing_since=subscriber.failing_since or at)
    if gone:
        return disabled(failing, DisabledReason.GONE, at=at)
    if at - (failing.failing_since or at) >= DISABLED_AFTER:
        return disabled(failing, DisabledReason.FAILING, at=at)
    return failing


def is_concerned(subscriber: Subscriber, page: StatusPage, announcement: Announcement) -> bool:
    """Whether it is told of this announcement: what names no components is for all."""
    if subscriber.state is not SubscriberState.CONFIRMED or not may_see(subscriber, page):
        return False
    chosen: Collection[int] = subscriber.component_ids
    return not chosen or not announcement.component_ids or not set(chosen).isdisjoint(announcement.component_ids)


def may_see(subscriber: Subscriber, page: StatusPage) -> bool:
    return page.enabled and page.visibility in (Visibility.PUBLIC, subscriber.admitted)


def token(subscriber: Subscriber, purpose: Purpose) -> str:
    """What a link carries. One that confirms is for one request; one that unsubscribes is good for ever."""
    return f"{subscriber.handle}.{_signature(subscriber, purpose)}"


def handle_of(text: str) -> str:
    return text.partition(".")[0][:64]


def is_token(subscriber: Subscriber, purpose: Purpose, text: str) -> bool:
    return hmac.compare_digest(token(subscriber, purpose).encode(), text.encode(errors="replace"))


def _signature(subscriber: Subscriber, purpose: Purpose) -> str:
    about = subscriber.request if purpose is Purpose.CONFIRM else ""
    return hmac.new(subscriber.key.encode(), f"{purpose} {about}".encode(), hashlib.sha256).hexdigest()[:40]
