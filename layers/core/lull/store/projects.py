"""Projects in the table. `checks` counts a project's checks, so that it cannot be deleted under them."""

from collections.abc import Sequence

from lull.domain.projects import Project
from lull.store import keys
from lull.store.codec import integer
from lull.store.records import Records

KIND = "project"

_records = Records(Project, "project")


def get_project(workspace_id: int, project_id: int) -> Project | None:
    return _records.get(keys.project(workspace_id, project_id))


def get_projects(workspace_id: int, project_ids: Sequence[int]) -> list[Project]:
    """Those that exist, by id."""
    found = _records.get_many([keys.project(workspace_id, each) for each in dict.fromkeys(project_ids)])
    return sorted(found, key=lambda project: project.id)


def list_projects(workspace_id: int) -> list[Project]:
    return _records.list(keys.in_workspace(workspace_id), keys.PROJECT)


def create_project(project: Project) -> Project:
    return _records.create(keys.project(project.workspace_id, project.id), project, checks=integer(0))


def save_project(project: Project) -> Project:
    return _records.save(keys.project(project.workspace_id, project.id), project)


def delete_project(workspace_id: int, project_id: int) -> None:
    """Raises Conflict while it has checks, NotFound if there is none."""
    _records.delete_unused(
        keys.project(workspace_id, project_id), otherwise="the project still has checks; delete them first"
    )
