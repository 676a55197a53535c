"""The checks that watch a component in an environment."""

from collections import defaultdict
from collections.abc import Sequence

from lull.domain.components import Component
from lull.domain.environments import FOR_CUSTOMERS, Environment
from lull.domain.errors import FieldError, Invalid, invalid
from lull.store import checks, projects


def require(workspace_id: int, project_id: int | None, check_ids: Sequence[int]) -> None:
    """Raises Invalid for a project or checks that do not exist, and for checks that are of no or of another project."""
    if project_id is not None and projects.get_project(workspace_id, project_id) is None:
        raise invalid("projectId", f"there is no project {project_id}")
    found = {check.id: check.project_id for check in checks.get_checks(workspace_id, check_ids)} if check_ids else {}
    errors = []
    for position, check_id in enumerate(check_ids):
        if check_id not in found:
            errors.append(FieldError(f"checkIds.{position}", f"there is no check {check_id}"))
        elif found[check_id] is None:
            errors.append(FieldError(f"checkIds.{position}", f"check {check_id} watches a dependency, not a project"))
        elif project_id is not None and found[check_id] != project_id:
            errors.append(
                FieldError(f"checkIds.{position}", f"check {check_id} is not a check of project {project_id}")
            )
    if errors:
        raise Invalid(*errors)


def behind(component: Component, environment: Environment) -> dict[int, tuple[int, ...]]:
    """The checks that watch a component in an environment, by project, each in order of their ids.

    Where both name checks, those that both name; where one does, its own; where none does, none. But what is deployed
    to staging must not silence what watches production: an environment for others than customers that names no checks
    has none. Checks and projects that are gone are left out.
    """
    workspace_id = component.workspace_id
    ours = _named(workspace_id, component.project_id, component.check_ids)
    theirs = _named(workspace_id, environment.project_id, environment.check_ids)
    if theirs is None and environment.type not in FOR_CUSTOMERS:
        return {}
    if ours is None or theirs is None:
        both = ours if theirs is None else theirs
    else:
        both = {check_id: project_id for check_id, project_id in ours.items() if check_id in theirs}
    by_project: dict[int, list[int]] = defaultdict(list)
    for check_id, project_id in sorted((both or {}).items()):
        by_project[project_id].append(check_id)
    return {project_id: tuple(ids) for project_id, ids in sorted(by_project.items())}


def _named(workspace_id: int, project_id: int | None, check_ids: Sequence[int]) -> dict[int, int] | None:
    """The project of each check that a component or an environment names; None if it names nothing."""
    if check_ids:
        found = checks.get_checks(workspace_id, check_ids)
        return {check.id: check.project_id for check in found if check.project_id is not None}
    if project_id is not None:
        return dict.fromkeys(checks.list_check_ids_of_project(workspace_id, project_id), project_id)
    return None
