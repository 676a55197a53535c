"""What callers can do with projects."""

from dataclasses import replace
from datetime import datetime

from lull.domain.credentials import Caller
from lull.domain.errors import NotFound
from lull.domain.projects import Project
from lull.store import counters
from lull.store import projects as store
from lull.use_cases.retrying import on_stale_write


def create_project(caller: Caller, *, name: str, at: datetime) -> Project:
    project = Project(id=counters.next_id("project"), workspace_id=caller.workspace_id, name=name, created_at=at)
    return store.create_project(project)


def get_project(caller: Caller, project_id: int) -> Project:
    project = store.get_project(caller.workspace_id, project_id)
    if project is None:
        raise NotFound("project")
    return project


def list_projects(caller: Caller) -> list[Project]:
    return store.list_projects(caller.workspace_id)


def rename_project(caller: Caller, project_id: int, *, name: str) -> Project:
    return on_stale_write(lambda: store.save_project(replace(get_project(caller, project_id), name=name)))


def delete_project(caller: Caller, project_id: int) -> None:
    """Raises Conflict while it has checks."""
    store.delete_project(caller.workspace_id, project_id)
