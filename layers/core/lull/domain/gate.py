"""May a component be deployed now? A verdict with its reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lull.domain.cells import Cell
from lull.domain.checks import Check
from lull.domain.incidents import Incident, IncidentState
from lull.domain.maintenance_windows import Suppression


class ReasonCode(StrEnum):
    OPEN_INCIDENT = "open_incident"
    MAINTENANCE_WINDOW = "maintenance_window"
    IN_PROGRESS = "in_progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Something that speaks against it; `id` is that of the incident, window or deployment."""

    code: ReasonCode
    id: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    can_deploy: bool
    reasons: tuple[Reason, ...]


def suspected(checks: Iterable[Check]) -> list[int]:
    """The incidents that the checks know of. A check keeps one that a person resolved until it is well again."""
    return sorted({each for check in checks for each in _known(check)})


def _known(check: Check) -> list[int]:
    return [*([] if check.incident_id is None else [check.incident_id]), *sorted(check.impacts.values())]


def verdict(
    cell: Cell,
    checks: Iterable[Check],
    incidents: Iterable[Incident],
    windows: Iterable[Suppression],
    *,
    at: datetime,
) -> Verdict:
    """From what is in flight, the checks behind it with the incidents they know of, and maintenance windows."""
    active = {each.id for each in incidents if each.state is IncidentState.ACTIVE}
    reasons = [
        Reason(
            code=ReasonCode.IN_PROGRESS,
            id=each.deployment_id,
            message=f"version {each.version} is being deployed since {_time(each.since)}",
        )
        for each in cell.in_flight
    ]
    for check in checks:
        reasons += [
            Reason(
                code=ReasonCode.OPEN_INCIDENT, id=str(each), message=f"check {check.name} has the open incident {each}"
            )
            for each in _known(check)
            if each in active
        ]
    lasting = {each.window_id: each for each in windows if each.is_in_effect(at)}
    reasons += [
        Reason(
            code=ReasonCode.MAINTENANCE_WINDOW,
            id=str(number),
            message=f"maintenance window {each.name} lasts until {_time(each.end_at)}",
        )
        for number, each in sorted(lasting.items())
    ]
    return Verdict(can_deploy=not reasons, reasons=tuple(reasons))


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
