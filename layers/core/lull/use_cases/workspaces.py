"""What callers can know of their workspace."""

from lull.domain.credentials import Caller
from lull.domain.errors import NotFound
from lull.domain.projects import Workspace
from lull.store import workspaces as store


def get_workspace(caller: Caller) -> Workspace:
    workspace = store.get_workspace(caller.workspace_id)
    if workspace is None:
        raise NotFound("workspace")
    return workspace
