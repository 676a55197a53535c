"""Alert channels in the table. An item of the workspace counts them, which holds it to its limit."""

from dataclasses import replace

from lull import randomness
from lull.domain.alert_channels import MAX_CHANNELS, AlertChannel
from lull.domain.errors import Conflict, NotFound
from lull.store import keys, table
from lull.store.codec import integer
from lull.store.records import Records

KIND = "alert-channel"

_records = Records(AlertChannel, "alert channel")


def get_alert_channel(workspace_id: int, channel_id: int) -> AlertChannel | None:
    return _records.get(keys.alert_channel(workspace_id, channel_id))


def list_alert_channels(workspace_id: int) -> list[AlertChannel]:
    """Every channel of the workspace, by id."""
    return _records.list(keys.in_workspace(workspace_id), keys.CHANNEL)


def create_alert_channel(channel: AlertChannel) -> AlertChannel:
    """Write it and count it. Raises Conflict if the workspace has as many as it may."""
    token = randomness.secret(16)
    counting = table.update(
        keys.alert_channel_count(channel.workspace_id),
        "SET channels = if_not_exists(channels, :none) + :one",
        condition="attribute_not_exists(channels) OR channels < :most",
        values={":none": integer(0), ":one": integer(1), ":most": integer(MAX_CHANNELS)},
    )
    creating = _records.creating(keys.alert_channel(channel.workspace_id, channel.id), channel, token=token)
    try:
        table.transact([creating, counting], token=token)
    except table.Cancelled as refused:
        raise Conflict(f"a workspace has at most {MAX_CHANNELS} alert channels") from refused
    return replace(channel, revision=1)


def save_alert_channel(channel: AlertChannel) -> AlertChannel:
    """Raises StaleWrite if it was changed since it was read, NotFound if it is gone."""
    return _records.save(keys.alert_channel(channel.workspace_id, channel.id), channel)


def delete_alert_channel(workspace_id: int, channel_id: int) -> None:
    """Raises NotFound if there is none."""
    counting = table.update(
        keys.alert_channel_count(workspace_id),
        "SET channels = if_not_exists(channels, :none) - :one",
        condition=table.ANYHOW,
        values={":none": integer(0), ":one": integer(1)},
    )
    try:
        table.transact([table.delete(keys.alert_channel(workspace_id, channel_id)), counting])
    except table.Cancelled as refused:
        raise NotFound("alert channel") from refused
