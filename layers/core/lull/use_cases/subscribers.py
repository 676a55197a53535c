"""What visitors, receivers of mail and owners can do with the subscriptions of a page."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from lull import randomness
from lull.domain import announcements, subscribers
from lull.domain.credentials import Caller
from lull.domain.errors import NotFound, invalid
from lull.domain.rate_limits import TooManyRequests
from lull.domain.status_pages import StatusPage
from lull.domain.subscribers import Channel, DisabledReason, Purpose, Subscriber, SubscriberState
from lull.store import counters, status_pages
from lull.store import subscribers as store
from lull.use_cases import public_pages, rate_limits
from lull.use_cases.public_pages import Visitor
from lull.use_cases.retrying import on_stale_write
from lull.use_cases.status_pages import get_status_page

_SECRET = 27


def subscribe(
    slug: str,
    visitor: Visitor,
    *,
    channel: Channel,
    email: str | None,
    webhook_url: str | None,
    component_ids: Sequence[int],
    at: datetime,
) -> None:
    """Ask the owner of an address to confirm. What is known of the address makes no difference that can be seen.

    Raises Invalid naming fields, Unauthenticated and NotFound as the gate does.
    """
    page = public_pages.admitted_page(slug, visitor, at=at)
    address = subscribers.address_of(channel, email, webhook_url)
    _require_reachable(channel, address)
    wanted = tuple(dict.fromkeys(component_ids))
    if wanted:
        of_page = status_pages.list_components(page.workspace_id, page.id)
        announcements.check_components(wanted, [each.id for each in of_page])
    try:
        _spend(page, channel, address, at=at)
    except TooManyRequests:
        return
    on_stale_write(lambda: _ask(page, channel, address, wanted, at=at))


def _require_reachable(channel: Channel, address: str) -> None:
    if channel is Channel.EMAIL:
        from lull.gateways import mail

        if not mail.is_configured():
            raise invalid("channel", "EMAIL is not offered: the installation has no sender")
        return
    from lull.gateways import webhooks

    if reason := webhooks.refusal(address):
        raise invalid("webhookUrl", reason)


def _spend(page: StatusPage, channel: Channel, address: str, *, at: datetime) -> None:
    """Nobody can have strangers flooded with requests, nor the sender's name ruined. Raises TooManyRequests."""
    digest = subscribers.hashed_address(channel, address)
    rate_limits.count(subscribers.REQUESTS_OF_ADDRESS, digest, "", at=at)
    rate_limits.count(subscribers.REQUESTS_OF_PAGE, str(page.id), "", at=at)


def _ask(page: StatusPage, channel: Channel, address: str, wanted: tuple[int, ...], *, at: datetime) -> None:
    known = store.list_subscriptions_of_address(channel, address)
    if any(each.is_suppressed for each in known):
        return
    own = next((each for each in known if (each.workspace_id, each.page_id) == (page.workspace_id, page.id)), None)
    if own is not None:
        store.save_subscriber(subscribers.asked(own, wanted, page.visibility, at=at), was=own)
        return
    store.create_subscriber(
        Subscriber(
            id=counters.next_id(store.KIND),
            page_id=page.id,
            workspace_id=page.workspace_id,
            channel=channel,
            address=address,
            handle=randomness.secret(_SECRET),
            key=randomness.secret(_SECRET),
            secret=randomness.signing_secret() if channel is Channel.WEBHOOK else None,
            wanted=wanted,
            asked_at=at,
            admitted=page.visibility,
            created_at=at,
        )
    )


def find_page_of(purpose: Purpose, token: str) -> StatusPage:
    """The page that a link is about. Changes nothing. Raises NotFound for a link that is not, or no more, good."""
    found = _find(purpose, token)
    if purpose is Purpose.CONFIRM and found.state in (SubscriberState.UNSUBSCRIBED, SubscriberState.DISABLED):
        raise NotFound("subscription")
    page = status_pages.get_status_page(found.workspace_id, found.page_id)
    if page is None:
        raise NotFound("subscription")
    return page


def confirm(token: str, *, at: datetime) -> None:
    """Raises NotFound for a link that is not, or no more, good; Conflict for a subscription that has ended."""
    _change(Purpose.CONFIRM, token, lambda each: subscribers.confirmed(each, at=at))


def unsubscribe(token: str, *, at: datetime) -> None:
    """Raises NotFound for a link that is none."""
    _change(Purpose.UNSUBSCRIBE, token, lambda each: subscribers.unsubscribed(each, at=at))


def _change(purpose: Purpose, token: str, change: Callable[[Subscriber], Subscriber]) -> None:
    def changed() -> None:
        was = _find(purpose, token)
        now = change(was)
        if now != was:
            store.save_subscriber(now, was=was)

    on_stale_write(changed)


def _find(purpose: Purpose, token: str) -> Subscriber:
    found = store.find_subscriber_of_handle(subscribers.handle_of(token))
    if found is None or not subscribers.is_token(found, purpose, token):
        raise NotFound("subscription")
    return found


def list_subscribers(
    caller: Caller, page_id: int, *, skip: int, take: int, at: datetime
) -> tuple[list[Subscriber], int]:
    """Some subscribers of a page, newest first, and how many there are."""
    get_status_page(caller, page_id)
    return store.list_live_subscribers(caller.workspace_id, page_id, skip=skip, take=take, at=at)


def delete_subscriber(caller: Caller, page_id: int, subscriber_id: int) -> None:
    """Nothing more is sent, and nothing of it is kept: it may subscribe again."""
    get_status_page(caller, page_id)
    found = store.get_subscriber(caller.workspace_id, page_id, subscriber_id)
    if found is None:
        raise NotFound("subscriber")
    store.delete_subscribers([found])


def disable_address(address: str, reason: DisabledReason, *, at: datetime) -> int:
    """Write to a mailbox no more, on no page; on how many it was a subscriber."""
    found = store.list_subscriptions_of_address(Channel.EMAIL, address)
    for each in found:
        on_stale_write(lambda each=each: _disable(each, reason, at=at))  # type: ignore[misc]
    return len(found)


def _disable(known: Subscriber, reason: DisabledReason, *, at: datetime) -> None:
    was = store.get_subscriber(known.workspace_id, known.page_id, known.id)
    if was is None:
        return
    now = subscribers.disabled(was, reason, at=at)
    if now != was:
        store.save_subscriber(replace(now, failing_since=None), was=was)
