"""Each component deployment is in its eight lists and in no other, and every total is what its list holds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lull.domain.component_deployments import ComponentDeployment, Status
from lull.store import keys
from tests.simulation.findings import Findings
from tests.simulation.maintenance_rules import WORKSPACE
from tests.simulation.tables import Key, Table

_LISTS = f"WS#{WORKSPACE}#RELEASES#"


@dataclass
class ListingRules:
    table: Table
    findings: Findings

    def judge(self, deployments: Sequence[ComponentDeployment]) -> None:
        expected = {key for each in deployments for key in _listings(each)}
        present: set[Key] = set()
        counted: dict[tuple[str, str], int] = {}
        for key, item in self.table.items.items():
            if not key[0].startswith(_LISTS):
                continue
            if key[1] == "COUNT":
                counted |= {(key[0], status): int(item[status]["N"]) for status in Status if status in item}
            else:
                present.add(key)
        self.findings.judge("LISTS", present == expected, f"lists differ in {sorted(present ^ expected)}")
        held = Counter((partition, each.status.value) for each in deployments for partition in _partitions(each))
        found = {of: count for of, count in counted.items() if count}
        self.findings.judge("COUNTS", found == held, f"counted {found}, listed {dict(held)}")


def _partitions(deployment: ComponentDeployment) -> Iterator[str]:
    for component in ("*", deployment.component_id):
        for environment in ("*", deployment.environment_id):
            yield f"{_LISTS}{component}#{environment}"


def _listings(deployment: ComponentDeployment) -> Iterator[Key]:
    at = keys.instant(deployment.created_at)
    for partition in _partitions(deployment):
        for status in ("*", deployment.status):
            yield partition, f"LISTED#{status}#{at}#{deployment.id}"
