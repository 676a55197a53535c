"""So many of something that making them over HTTP would be most of a test."""

from datetime import timedelta
from uuid import UUID

from lull import aws, clock, settings
from lull.domain.cells import Cell, Success
from lull.domain.checks import Check
from lull.domain.component_deployments import ComponentDeployment, Status
from lull.domain.components import Component
from lull.domain.environments import Environment
from lull.store import cells, checks, component_deployments, counters, table
from lull.store import components as store_components
from lull.store import environments as store_environments
from lull.store.codec import Item


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


def many_deployments(workspace_id: int, *, first: int, count: int, components: int, environments: int) -> None:
    """Deployments that succeeded long ago in the cells of `many_cells`, each with its entries in the lists."""
    items: list[Item] = []
    for number in range(first, first + count):
        at = clock.now() - timedelta(days=1, seconds=number)
        component_id = str(UUID(int=1 << 64 | number % components))
        environment_id = str(UUID(int=2 << 64 | number // components % environments))
        deployment = ComponentDeployment(
            id=str(UUID(int=3 << 64 | number)),
            workspace_id=workspace_id,
            component_id=component_id,
            component_name="component",
            environment_id=environment_id,
            environment_name="environment",
            version=f"v{number}",
            status=Status.SUCCEEDED,
            created_at=at,
            created_by="key:CI",
            updated_at=at,
            finished_at=at,
            revision=1,
        )
        success = Success(deployment_id=deployment.id, version=deployment.version, at=at)
        cell = Cell(workspace_id=workspace_id, component_id=component_id, environment_id=environment_id)
        writes = [*component_deployments.creating(deployment, token="many"), cells.noting(cell, success)]
        items += [write["Put"]["Item"] for write in writes if "Put" in write]
    for start in range(0, len(items), 25):
        requests = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        aws.client("dynamodb").batch_write_item(RequestItems={settings.table_name(): requests})
