"""The deployment matrix: what runs of each component in each environment."""

from dataclasses import dataclass

from lull.domain.cells import Cell
from lull.domain.components import Component
from lull.domain.credentials import Caller
from lull.domain.environments import Environment
from lull.domain.errors import NotFound
from lull.store import cells, components, environments


@dataclass(frozen=True, slots=True)
class Row:
    component: Component
    cells: list[tuple[Environment, Cell | None]]
    """In the order of the environments; None where nothing was ever deployed."""


def get_matrix(
    caller: Caller, *, component_id: str | None = None, environment_id: str | None = None, kind: str | None = None
) -> list[Row]:
    """Rows by the name of their component, each with every environment.

    Reads components, environments and one item for each cell, whatever lies behind them. Raises NotFound for a
    component or environment that is asked for and does not exist.
    """
    rows = [
        each
        for each in components.list_components(caller.workspace_id)
        if component_id in (None, each.id) and kind in (None, each.kind)
    ]
    columns = [
        each for each in environments.list_environments(caller.workspace_id) if environment_id in (None, each.id)
    ]
    if component_id and not rows and components.get_component(caller.workspace_id, component_id) is None:
        raise NotFound("component")
    if environment_id and not columns:
        raise NotFound("environment")
    stored = {
        (cell.component_id, cell.environment_id): cell
        for cell in cells.list_cells(caller.workspace_id, component_id)
        if cell.latest or cell.in_flight
    }
    return [Row(row, [(column, stored.get((row.id, column.id))) for column in columns]) for row in rows]
