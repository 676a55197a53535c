"""Sending what alert channels are owed: take a lease, send, say how it went."""

from datetime import datetime

from lull import randomness
from lull.domain import alert_channels as channels
from lull.domain import deliveries as domain
from lull.domain import messages
from lull.domain.alert_channels import AlertChannel, ChannelType
from lull.domain.answers import Answer
from lull.domain.deliveries import Delivery, DeliveryState, Result
from lull.domain.errors import NotFound, StaleWrite
from lull.domain.incidents import Event, EventType
from lull.domain.messages import Message
from lull.gateways import queues
from lull.store import alert_channels, incidents
from lull.store import deliveries as store
from lull.use_cases.retrying import on_stale_write

_PASSING_STATUSES = {408, 425, 429}


def handle_message(body: str, *, at: datetime) -> DeliveryState | None:
    """Send the delivery that a queued message asks for. Raises ValueError or KeyError if it asks for none."""
    return deliver(*queues.parse_delivery(body), at=at)


def deliver(workspace_id: int, delivery_id: int, *, at: datetime) -> DeliveryState | None:
    """Try a delivery if it is due; how it stands then, None if there is no such delivery.

    Of two that try at once, one takes the lease and the other finds nothing to do. One that came too early, or found
    another trying, is followed by whoever looks when the lease is over.
    """
    delivery = store.get_delivery(workspace_id, delivery_id)
    if delivery is None:
        return None
    taken = domain.leased(delivery, at=at)
    if taken is None:
        return delivery.state
    try:
        taken = store.save_delivery(taken)
    except StaleWrite:
        return delivery.state
    settled = _tried(taken, at=at)
    saved = store.save_delivery(settled)
    if saved.due_at and saved.due_at <= at + queues.LONGEST_DELAY:
        # What is further off is found by the sweep of its minute.
        queues.send_deliveries([(workspace_id, delivery_id, saved.due_at)], at=at)
    return saved.state


def _tried(delivery: Delivery, *, at: datetime) -> Delivery:
    if domain.is_worn_out(delivery):
        return domain.given_up(delivery, "the sender did not come to an end, time and again")
    channel = alert_channels.get_alert_channel(delivery.workspace_id, delivery.channel_id)
    incident = incidents.get_incident(delivery.workspace_id, delivery.incident_id)
    if channel is None or not channel.enabled:
        return domain.dropped(delivery, "the alert channel is gone or disabled")
    if incident is None or domain.is_outdated(delivery, incident):
        return domain.dropped(delivery, "the incident was over before it could be told of")
    message = messages.of_incident(incident, delivery.announcement, message_id=delivery.message_id)
    result, reason = send(channel, message, at=at)
    after = domain.tried(delivery, result, reason, at=at, jitter=randomness.jitter())
    _remember(channel, result, at=at)
    if after.state is DeliveryState.FAILED:
        event = Event(type=EventType.UNDELIVERED, at=at, body=f"{channel.name}: {reason}")
        incidents.add_event(delivery.workspace_id, delivery.incident_id, event)
    return after


def _remember(channel: AlertChannel, result: Result, *, at: datetime) -> None:
    """How the channel is doing: written only when that changes."""

    def decide() -> None:
        current = alert_channels.get_alert_channel(channel.workspace_id, channel.id)
        if current is None:
            return
        if result is Result.DELIVERED:
            changed = channels.succeeded(current)
        else:
            changed = channels.failed(current, at=at, gone=result is Result.GONE)
        if changed != current:
            alert_channels.save_alert_channel(changed)

    try:
        on_stale_write(decide)
    except NotFound:
        return


def send(channel: AlertChannel, message: Message, *, at: datetime) -> tuple[Result, str | None]:
    """Send a message through a channel, and why it was not delivered if it was not. Tests take the same way."""
    if channel.type is ChannelType.EMAIL:
        return _mail(channel, message)
    from lull.gateways import webhooks

    url, secret = channel.webhook_url or "", channel.secret or ""
    if channel.type is ChannelType.SLACK:
        return judged(webhooks.post(url, message.slack, {}))
    return judged(webhooks.post_signed(url, message.payload, secret=secret, message_id=message.id, at=at))


def _mail(channel: AlertChannel, message: Message) -> tuple[Result, str | None]:
    from lull.gateways import mail

    if not mail.is_configured():
        return Result.REFUSED, "no sender of mail is configured"
    try:
        mail.send_mail(channel.to, subject=message.subject, text=message.text)
    except mail.MailRefused as refused:
        return Result.REFUSED, f"the mail service refused it: {refused}"
    except mail.MailUnavailable as unavailable:
        return Result.UNREACHED, f"the mail service could not be reached: {unavailable}"
    return Result.DELIVERED, None


def judged(answer: Answer) -> tuple[Result, str | None]:
    """What an answer to a webhook comes to, and why it was not delivered if it was not."""
    status = answer.status_code
    if status is None:
        return Result.UNREACHED, answer.reason
    if 200 <= status < 300:
        return Result.DELIVERED, None
    reason = f"the receiver answered {status}"
    if status == 410:
        return Result.GONE, reason
    return (Result.UNREACHED if status >= 500 or status in _PASSING_STATUSES else Result.REFUSED), reason
