"""What callers can do with components."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from lull import randomness
from lull.domain.components import Component
from lull.domain.credentials import Caller
from lull.domain.errors import Conflict, NotFound
from lull.store import cells
from lull.store import components as store
from lull.use_cases import naming, watched_checks
from lull.use_cases.retrying import on_stale_write


def create_component(caller: Caller, described: Component, *, at: datetime) -> Component:
    """Raises Conflict if the name is taken, Invalid for checks that cannot be linked."""
    component = replace(described, id=randomness.new_uuid(), workspace_id=caller.workspace_id, created_at=at)
    watched_checks.require(component.workspace_id, component.project_id, component.check_ids)
    return store.create_component(component)


def get_component(caller: Caller, component_id: str) -> Component:
    component = store.get_component(caller.workspace_id, component_id)
    if component is None:
        raise NotFound("component")
    return component


def list_components(
    caller: Caller, *, name: str | None = None, kind: str | None = None, skip: int, take: int
) -> tuple[list[Component], int]:
    """Components by name, from position `skip` on, and how many there are in all."""
    found = [
        each
        for each in store.list_components(caller.workspace_id)
        if (name is None or each.name.casefold() == name.casefold()) and (kind is None or each.kind == kind)
    ]
    return found[skip : skip + take], len(found)


def change_component(caller: Caller, component_id: str, change: Callable[[Component], Component]) -> Component:
    def decide() -> Component:
        was = get_component(caller, component_id)
        component = change(was)
        if (component.project_id, component.check_ids) != (was.project_id, was.check_ids):
            watched_checks.require(component.workspace_id, component.project_id, component.check_ids)
        return store.save_component(component, was=was)

    return on_stale_write(decide)


def delete_component(caller: Caller, component_id: str) -> None:
    """Remove a component and its row of the matrix; its deployments stay on record.

    Raises Conflict while one of them is in progress, or while an application or a hook names it.
    """
    component = get_component(caller, component_id)
    naming.require_unnamed(caller, "component", component_id)
    row = cells.list_cells(caller.workspace_id, component_id)
    if any(cell.in_flight for cell in row):
        raise Conflict("a deployment of this component is in progress")
    store.delete_component(component)
    cells.delete_cells(row)
