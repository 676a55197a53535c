"""The first workspace and the first key of an installation: nobody can ask for them over HTTP."""

from datetime import datetime

from lull.domain.credentials import Caller, Role
from lull.domain.projects import Workspace
from lull.store import workspaces
from lull.use_cases import api_keys

WORKSPACE_ID = 1


def first_api_key(*, at: datetime) -> str:
    """Make sure that workspace 1 exists, and mint an admin key for it. Each call mints another."""
    workspaces.create_workspace(Workspace(id=WORKSPACE_ID, name="Default", created_at=at))
    caller = Caller(workspace_id=WORKSPACE_ID, role=Role.ADMIN, actor="bootstrap")
    _, secret = api_keys.create_api_key(caller, name="first", role=Role.ADMIN, at=at)
    return secret
