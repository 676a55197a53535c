"""What callers can do with alert channels."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from lull import randomness
from lull.domain import alert_channels as domain
from lull.domain import messages
from lull.domain.alert_channels import AlertChannel, ChannelType
from lull.domain.credentials import Caller
from lull.domain.deliveries import Result
from lull.domain.errors import Conflict, NotFound, invalid
from lull.store import alert_channels as store
from lull.store import counters
from lull.use_cases.deliveries import send
from lull.use_cases.retrying import on_stale_write


def create_alert_channel(caller: Caller, described: AlertChannel, *, at: datetime) -> AlertChannel:
    """Raises Invalid naming fields, Conflict if the workspace has as many as it may."""
    channel = _validated(described)
    created = replace(
        channel,
        id=counters.next_id(store.KIND),
        workspace_id=caller.workspace_id,
        secret=randomness.signing_secret() if channel.type is ChannelType.WEBHOOK else None,
        created_at=at,
    )
    return on_stale_write(lambda: store.create_alert_channel(created))


def _validated(channel: AlertChannel) -> AlertChannel:
    domain.validated(channel)
    if channel.type is ChannelType.EMAIL:
        from lull.gateways import mail

        if not mail.is_configured():
            raise invalid("type", "EMAIL needs a sender; set the parameter MailFrom of the installation")
    if channel.webhook_url is not None:
        from lull.gateways import webhooks

        if reason := webhooks.refusal(channel.webhook_url):
            raise invalid("webhookUrl", reason)
    return channel


def get_alert_channel(caller: Caller, channel_id: int) -> AlertChannel:
    channel = store.get_alert_channel(caller.workspace_id, channel_id)
    if channel is None:
        raise NotFound("alert channel")
    return channel


def list_alert_channels(caller: Caller) -> list[AlertChannel]:
    return store.list_alert_channels(caller.workspace_id)


def change_alert_channel(
    caller: Caller, channel_id: int, change: Callable[[AlertChannel], AlertChannel]
) -> AlertChannel:
    """Write what `change` makes of the settings. Raises Invalid naming fields."""

    def decide() -> AlertChannel:
        channel = get_alert_channel(caller, channel_id)
        changed = change(channel)
        moved = (changed.webhook_url, changed.to) != (channel.webhook_url, channel.to)
        return store.save_alert_channel(_validated(changed) if moved else domain.validated(changed))

    return on_stale_write(decide)


def rotate_secret(caller: Caller, channel_id: int) -> AlertChannel:
    """A new secret for a WEBHOOK; deliveries are signed with it from now on. Raises Conflict for other channels."""
    secret = randomness.signing_secret()

    def decide() -> AlertChannel:
        channel = get_alert_channel(caller, channel_id)
        if channel.type is not ChannelType.WEBHOOK:
            raise Conflict(f"{channel.type} channels have no secret")
        return store.save_alert_channel(replace(channel, secret=secret))

    return on_stale_write(decide)


def delete_alert_channel(caller: Caller, channel_id: int) -> None:
    """What it was still owed is not sent."""
    on_stale_write(lambda: store.delete_alert_channel(caller.workspace_id, channel_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How a test message fared."""

    delivered: bool
    reason: str | None


def test_alert_channel(caller: Caller, channel_id: int, *, at: datetime) -> Tried:
    """Send a test message, the way that alerts take, enabled or not."""
    channel = get_alert_channel(caller, channel_id)
    message_id = f"msg_{caller.workspace_id}_test_{randomness.secret(12)}"
    result, reason = send(channel, messages.test_message(channel.name, message_id=message_id, at=at), at=at)
    return Tried(delivered=result is Result.DELIVERED, reason=reason)
