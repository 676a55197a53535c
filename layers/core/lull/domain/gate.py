"""May a component be deployed now? A verdict with its reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lull.domain.cells import Cell
from lull.domain.checks import Check
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


def verdict(cell: Cell, checks: Iterable[Check], windows: Iterable[Suppression], *, at: datetime) -> Verdict:
    """From what is in flight, the checks behind it, and the maintenance windows of their projects."""
    reasons = [
        Reason(
            code=ReasonCode.IN_PROGRESS,
            id=each.deployment_id,
            message=f"version {each.version} is being deployed since {_time(each.since)}",
        )
        for each in cell.in_flight
    ]
    for check in checks:
        ids = [check.incident_id] if check.incident_id is not None else []
        reasons += [
            Reason(
                code=ReasonCode.OPEN_INCIDENT, id=str(each), message=f"check {check.name} has the open incident {each}"
            )
            for each in [*ids, *sorted(check.impacts.values())]
        ]
    active = {each.window_id: each for each in windows if each.is_in_effect(at)}
    reasons += [
        Reason(
            code=ReasonCode.MAINTENANCE_WINDOW,
            id=str(number),
            message=f"maintenance window {each.name} lasts until {_time(each.end_at)}",
        )
        for number, each in sorted(active.items())
    ]
    return Verdict(can_deploy=not reasons, reasons=tuple(reasons))


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
