"""So many of something that making them over HTTP would be most of a test."""

from uuid import UUID

from lull import clock
from lull.domain.cells import Cell, Success
from lull.domain.checks import Check
from lull.domain.components import Component
from lull.domain.environments import Environment
from lull.store import cells, checks, counters, table
from lull.store import components as store_components
from lull.store import environments as store_environments


def many_checks(project_id: int, count: int) -> list[int]:
    """Checks of workspace 1, as the API would have made them; their ids."""
    ids = counters.next_ids("check", count)
    for check_id in ids:
        check = Check(
            id=check_id,
            workspace_id=1,
            project_id=project_id,
            name=f"Check {check_id}",
            token=f"1-{check_id}-{'x' * 24}",
            interval_seconds=300,
            created_at=clock.now(),
        )
        checks.create_check(check)
    return list(ids)


def many_cells(workspace_id: int, *, components: int, environments: int) -> None:
    """Components and environments with a success in each cell, as so many deployments would have left them."""
    at = clock.now()
    places = [str(UUID(int=2 << 64 | number)) for number in range(environments)]
    for number, place in enumerate(places):
        store_environments.create_environment(
            Environment(id=place, workspace_id=workspace_id, name=f"environment {number}", created_at=at)
        )
    for number in range(components):
        component = Component(
            id=str(UUID(int=1 << 64 | number)), workspace_id=workspace_id, name=f"component {number}", created_at=at
        )
        store_components.create_component(component)
        for place in places:
            success = Success(deployment_id=component.id, version="v2.3.1", at=at, commit_sha="a1b2c3d4e5f6")
            cell = Cell(workspace_id=workspace_id, component_id=component.id, environment_id=place, latest=success)
            table.transact(cells.saving(cell, token="many"))
