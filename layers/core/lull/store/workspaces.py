"""Workspaces in the table."""

from lull.domain.projects import Workspace
from lull.store import keys, table
from lull.store.codec import Codec

_codec = Codec(Workspace)


def get_workspace(workspace_id: int) -> Workspace | None:
    item = table.get(keys.workspace(workspace_id))
    return _codec.decode(item) if item else None


def create_workspace(workspace: Workspace) -> None:
    """Write it unless it exists; then nothing happens."""
    key = keys.workspace(workspace.id)
    try:
        table.write(table.put(key, {"body": _codec.body(workspace)}, condition="attribute_not_exists(PK)"))
    except table.ConditionFailed:
        return
