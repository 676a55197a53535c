"""What deployments and maintenance windows kept quiet, in the partition of each."""

from collections.abc import Iterable

from lull.domain.errors import StaleWrite
from lull.domain.quiet import KeptQuiet
from lull.store import keys, table
from lull.store.codec import Codec, Item

_codec = Codec(KeptQuiet)

MOST = 1_000
"""How many are listed."""


def of_deployment(workspace_id: int, window_id: int) -> str:
    """The partition of what a deployment kept quiet."""
    return keys.deployment_window(workspace_id, window_id)["PK"]


def of_maintenance(workspace_id: int, window_id: int) -> str:
    """The partition of what a maintenance window kept quiet."""
    return keys.in_maintenance_window(workspace_id, window_id)


def _keeping(partition: str, kept: KeptQuiet) -> Item:
    """The write that remembers it; writing it again changes nothing."""
    key = keys.quiet(partition, kept.at, kept.kind, kept.check_id)
    return table.put(key, {"body": _codec.body(kept)}, condition=table.ANYHOW)


def keep_quiet(partitions: Iterable[str], kept: KeptQuiet) -> None:
    """Remember it with each of the deployments that kept it quiet. Safe to repeat."""
    for partition in partitions:
        table.write(_keeping(partition, kept))


def keeping_in_maintenance(workspace_id: int, window_id: int, kept: KeptQuiet) -> list[Item]:
    """The writes that remember it with a maintenance window; refused if that is gone, and its history with it."""
    window = keys.maintenance_window(workspace_id, window_id)
    return [_keeping(of_maintenance(workspace_id, window_id), kept), table.require(window)]


def keep_quiet_in_maintenance(workspace_id: int, window_ids: Iterable[int], kept: KeptQuiet) -> None:
    """Remember it with each of the windows that kept it quiet. Safe to repeat. Raises StaleWrite if one is gone."""
    for window_id in window_ids:
        try:
            table.transact(keeping_in_maintenance(workspace_id, window_id, kept))
        except table.Cancelled as refused:
            raise StaleWrite("maintenance window") from refused


def list_kept_quiet(partition: str) -> list[KeptQuiet]:
    """The newest, oldest of them first."""
    page = table.query(partition, begins_with=keys.QUIET, limit=MOST, descending=True)
    return [_codec.decode(item) for item in reversed(page.items)]
