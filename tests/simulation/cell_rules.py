"""A cell of the matrix shows the newest success that was not rolled back, and exactly what is in progress."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from lull.domain.cells import Cell
from lull.domain.component_deployments import ComponentDeployment, Status
from lull.store import cells, keys
from tests.simulation.findings import Findings
from tests.simulation.maintenance_rules import WORKSPACE
from tests.simulation.tables import Key, Table

_CELLS = f"WS#{WORKSPACE}#CELLS"
_SUCCESSES = f"WS#{WORKSPACE}#CELL#"


@dataclass
class CellRules:
    table: Table
    findings: Findings

    def judge(self, deployments: Sequence[ComponentDeployment]) -> None:
        stored: dict[tuple[str, str], Cell] = {}
        noted: set[Key] = set()
        for key, item in self.table.items.items():
            if key[0] == _CELLS:
                cell = cells._cells.decode(item)
                stored[cell.component_id, cell.environment_id] = cell
            elif key[0].startswith(_SUCCESSES):
                noted.add(key)
        of: dict[tuple[str, str], list[ComponentDeployment]] = defaultdict(list)
        for each in deployments:
            of[each.component_id, each.environment_id].append(each)
        for where in of.keys() | stored.keys():
            self._cell(where, stored.get(where), of[where])
        expected = {_success(each) for each in deployments if each.status is Status.SUCCEEDED}
        self.findings.judge("CELL", noted == expected, f"successes differ in {sorted(noted ^ expected)}")

    def _cell(self, where: tuple[str, str], cell: Cell | None, deployments: Sequence[ComponentDeployment]) -> None:
        successes = [each for each in deployments if each.status is Status.SUCCEEDED]
        newest = max(successes, key=lambda each: (each.finished_at, each.id), default=None)
        running = sorted(each.id for each in deployments if each.status is Status.IN_PROGRESS)
        if cell is None:
            right = not running and (newest is None or not self._exists(*where))
            self.findings.judge("CELL", right, f"there is no cell of {where}")
            return
        latest = cell.latest and (cell.latest.deployment_id, cell.latest.version, cell.latest.at)
        expected = newest and (newest.id, newest.version, newest.finished_at)
        self.findings.judge("CELL", latest == expected, f"the cell of {where} shows {latest}, not {expected}")
        flying = sorted(each.deployment_id for each in cell.in_flight)
        self.findings.judge("CELL", flying == running, f"the cell of {where} has {flying} in flight, not {running}")

    def _exists(self, component_id: str, environment_id: str) -> bool:
        names = keys.COMPONENT + component_id, keys.ENVIRONMENT + environment_id
        return all((f"WS#{WORKSPACE}", name) in self.table.items for name in names)


def _success(deployment: ComponentDeployment) -> Key:
    assert deployment.finished_at
    partition = f"{_SUCCESSES}{deployment.component_id}#{deployment.environment_id}"
    return partition, f"SUCCESS#{keys.instant(deployment.finished_at)}#{deployment.id}"
