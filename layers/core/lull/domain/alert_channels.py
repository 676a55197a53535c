"""Alert channels: whom a workspace tells of its incidents, and how."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lull.domain.errors import FieldError, Invalid

MAX_CHANNELS = 20
"""Of one workspace: all of them are told in one transaction."""
MAX_RECIPIENTS = 10
DISABLED_AFTER = timedelta(days=3)
"""Of failures without one success in between."""


class ChannelType(StrEnum):
    EMAIL = "EMAIL"
    WEBHOOK = "WEBHOOK"
    """Signed as Standard Webhooks describe it."""
    SLACK = "SLACK"
    """An incoming webhook of Slack, or of what understands the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChannel:
    id: int
    workspace_id: int
    type: ChannelType
    name: str
    to: tuple[str, ...] = ()
    """E-mail addresses."""
    webhook_url: str | None = None
    secret: str | None = None
    """What deliveries to a WEBHOOK are signed with: `whsec_` and 256 bits in base 64."""
    enabled: bool = True
    disabled_reason: str | None = None
    """Why the system disabled it; None if a person did, or nobody."""
    failing_since: datetime | None = None
    created_at: datetime
    revision: int = 0


def validated(channel: AlertChannel) -> AlertChannel:
    """Return the channel, or raise Invalid naming each field that does not go with its type."""
    errors = []
    mail = channel.type is ChannelType.EMAIL
    if mail and not 1 <= len(channel.to) <= MAX_RECIPIENTS:
        errors.append(FieldError("to", f"1 to {MAX_RECIPIENTS} addresses are required for EMAIL channels"))
    if not mail and channel.to:
        errors.append(FieldError("to", "is only for EMAIL channels"))
    if not mail and channel.webhook_url is None:
        errors.append(FieldError("webhookUrl", f"is required for {channel.type} channels"))
    if mail and channel.webhook_url is not None:
        errors.append(FieldError("webhookUrl", "is only for WEBHOOK and SLACK channels"))
    if errors:
        raise Invalid(*errors)
    return channel


def switched(channel: AlertChannel, *, enabled: bool) -> AlertChannel:
    """The channel, enabled or disabled by a person; an enabled one starts with a clean slate."""
    if enabled:
        return replace(channel, enabled=True, disabled_reason=None, failing_since=None)
    return replace(channel, enabled=False)


def succeeded(channel: AlertChannel) -> AlertChannel:
    return replace(channel, failing_since=None)


def failed(channel: AlertChannel, *, at: datetime, gone: bool) -> AlertChannel:
    """The channel after a failure; disabled if its receiver says that it is gone, or has failed for days."""
    since = channel.failing_since or at
    failing = replace(channel, failing_since=since)
    if gone:
        return replace(failing, enabled=False, disabled_reason="its receiver answered 410 Gone")
    if at - since >= DISABLED_AFTER:
        return replace(
            failing, enabled=False, disabled_reason=f"nothing was delivered since {since:%Y-%m-%d %H:%M} UTC"
        )
    return failing
