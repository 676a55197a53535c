"""Alert channels in the table."""

from lull.domain.alert_channels import AlertChannel
from lull.domain.errors import NotFound
from lull.store import keys, table
from lull.store.records import Records

KIND = "alert-channel"

_records = Records(AlertChannel, "alert channel")


def get_alert_channel(workspace_id: int, channel_id: int) -> AlertChannel | None:
    return _records.get(keys.alert_channel(workspace_id, channel_id))


def list_alert_channels(workspace_id: int) -> list[AlertChannel]:
    """Every channel of the workspace, by id."""
    return _records.list(keys.in_workspace(workspace_id), keys.CHANNEL)


def create_alert_channel(channel: AlertChannel) -> AlertChannel:
    return _records.create(keys.alert_channel(channel.workspace_id, channel.id), channel)


def save_alert_channel(channel: AlertChannel) -> AlertChannel:
    """Raises StaleWrite if it was changed since it was read, NotFound if it is gone."""
    return _records.save(keys.alert_channel(channel.workspace_id, channel.id), channel)


def delete_alert_channel(workspace_id: int, channel_id: int) -> None:
    """Raises NotFound if there is none."""
    try:
        table.write(table.delete(keys.alert_channel(workspace_id, channel_id)))
    except table.ConditionFailed as refused:
        raise NotFound("alert channel") from refused
