"""Cells of the deployment matrix in the table, and the successes that led to what they show."""

from collections.abc import Sequence
from datetime import datetime

from lull.domain.cells import Cell, Success
from lull.store import components, keys, table
from lull.store.codec import Codec, Item
from lull.store.records import Records

_cells = Records(Cell, "cell")
_successes = Codec(Success)


def get_cell(workspace_id: int, component_id: str, environment_id: str) -> Cell:
    """The cell; an empty one of revision 0 where nothing was ever deployed."""
    found = _cells.get(keys.cell(workspace_id, component_id, environment_id))
    return found or Cell(workspace_id=workspace_id, component_id=component_id, environment_id=environment_id)


def list_cells(workspace_id: int, component_id: str | None = None) -> list[Cell]:
    """Every cell that something was deployed to, of all components or of one."""
    prefix = keys.cells_of_component(component_id) if component_id else "CELL"
    return _cells.list(keys.cells_of_workspace(workspace_id), prefix)


def list_successes(workspace_id: int, component_id: str, environment_id: str, *, limit: int) -> list[Success]:
    """The newest successes of a cell that were not rolled back."""
    partition = keys.successes_of_cell(workspace_id, component_id, environment_id)
    page = table.query(partition, begins_with=keys.SUCCESS, limit=limit, descending=True)
    return [_successes.decode(item) for item in page.items]


def saving(cell: Cell, *, token: str) -> list[Item]:
    """The write of a changed cell; a new one takes that its component and environment exist."""
    key = keys.cell(cell.workspace_id, cell.component_id, cell.environment_id)
    if cell.revision:
        return [_cells.saving(key, cell, token=token)]
    return [
        _cells.creating(key, cell, token=token),
        *components.requiring(cell.workspace_id, cell.component_id, cell.environment_id),
    ]


def noting(cell: Cell, success: Success) -> Item:
    """The write that adds a success to those of a cell."""
    return table.put(
        _key(cell, success.at, success.deployment_id), {"body": _successes.body(success)}, condition=table.ANYHOW
    )


def forgetting(cell: Cell, at: datetime, deployment_id: str) -> Item:
    """The write that removes a success that was rolled back."""
    return table.delete(_key(cell, at, deployment_id), condition=table.ANYHOW)


def delete_cells(cells: Sequence[Cell]) -> None:
    """Remove cells whose component or environment is gone, unless something was deployed meanwhile."""
    for cell in cells:
        key = keys.cell(cell.workspace_id, cell.component_id, cell.environment_id)
        try:
            table.write(table.delete(key, condition="revision = :read", values={":read": {"N": str(cell.revision)}}))
        except table.ConditionFailed:
            continue


def _key(cell: Cell, at: datetime, deployment_id: str) -> keys.Key:
    return keys.success(cell.workspace_id, cell.component_id, cell.environment_id, at, deployment_id)
