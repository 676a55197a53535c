"""What callers can do with environments."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from lull import randomness
from lull.domain.credentials import Caller
from lull.domain.environments import Environment
from lull.domain.errors import Conflict, NotFound
from lull.store import cells
from lull.store import environments as store
from lull.use_cases import naming, watched_checks
from lull.use_cases.retrying import on_stale_write


def create_environment(caller: Caller, described: Environment, *, at: datetime) -> Environment:
    """Raises Conflict if the name is taken, Invalid for checks that cannot be linked."""
    environment = replace(described, id=randomness.new_uuid(), workspace_id=caller.workspace_id, created_at=at)
    watched_checks.require(environment.workspace_id, environment.project_id, environment.check_ids)
    return store.create_environment(environment)


def get_environment(caller: Caller, environment_id: str) -> Environment:
    environment = store.get_environment(caller.workspace_id, environment_id)
    if environment is None:
        raise NotFound("environment")
    return environment


def list_environments(
    caller: Caller, *, name: str | None = None, skip: int, take: int
) -> tuple[list[Environment], int]:
    """Environments in their order, from position `skip` on, and how many there are in all."""
    found = [
        each
        for each in store.list_environments(caller.workspace_id)
        if name is None or each.name.casefold() == name.casefold()
    ]
    return found[skip : skip + take], len(found)


def change_environment(
    caller: Caller, environment_id: str, change: Callable[[Environment], Environment]
) -> Environment:
    def decide() -> Environment:
        was = get_environment(caller, environment_id)
        environment = change(was)
        if (environment.project_id, environment.check_ids) != (was.project_id, was.check_ids):
            watched_checks.require(environment.workspace_id, environment.project_id, environment.check_ids)
        return store.save_environment(environment, was=was)

    return on_stale_write(decide)


def delete_environment(caller: Caller, environment_id: str) -> None:
    """Remove an environment and its column of the matrix; what was deployed there stays on record.

    Raises Conflict while a deployment to it is in progress, or while an application or a hook names it.
    """
    environment = get_environment(caller, environment_id)
    naming.require_unnamed(caller, "environment", environment_id)
    column = [each for each in cells.list_cells(caller.workspace_id) if each.environment_id == environment_id]
    if any(cell.in_flight for cell in column):
        raise Conflict("a deployment to this environment is in progress")
    store.delete_environment(environment)
    cells.delete_cells(column)
