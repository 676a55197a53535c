"""What a pipeline asks before it deploys."""

from datetime import datetime

from lull.domain import gate as domain
from lull.domain.credentials import Caller
from lull.domain.errors import NotFound
from lull.domain.gate import Verdict
from lull.store import cells, checks, components, incidents, maintenance_windows
from lull.use_cases import watched_checks


def can_deploy(caller: Caller, *, component_id: str, environment_id: str, at: datetime) -> Verdict:
    """Whether something speaks against deploying this there now. Raises NotFound for what does not exist."""
    workspace_id = caller.workspace_id
    component, environment = components.get_target(workspace_id, component_id, environment_id)
    if component is None:
        raise NotFound("component")
    if environment is None:
        raise NotFound("environment")
    behind = watched_checks.behind(component, environment)
    named = {each for each in (component.project_id, environment.project_id) if each is not None}
    windows = [
        suppression
        for project_id in sorted(set(behind) | named)
        for suppression in maintenance_windows.list_suppressions(workspace_id, project_id)
    ]
    ids = [check_id for group in behind.values() for check_id in group]
    watching = sorted(checks.get_checks(workspace_id, ids), key=lambda each: each.id) if ids else []
    cell = cells.get_cell(workspace_id, component_id, environment_id)
    suspected = domain.suspected(watching)
    known = incidents.get_incidents(workspace_id, suspected) if suspected else []
    return domain.verdict(cell, watching, known, windows, at=at)
