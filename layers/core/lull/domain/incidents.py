"""Incidents: what is wrong, since when, and who knows (semantics, section 2).

ACTIVE ──► RESOLVED
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from lull.domain.checks import Check
from lull.domain.errors import Conflict
from lull.domain.machine import Transitions, move


class IncidentState(StrEnum):
    ACTIVE = "ACTIVE"
    RESOLVED = "RESOLVED"


class Reason(StrEnum):
    SERVICE_DOWN = "SERVICE_DOWN"
    """The check itself is DOWN."""
    DEPENDENCY_DOWN = "DEPENDENCY_DOWN"
    """A dependency that the check needs is DOWN."""


class Severity(StrEnum):
    CRITICAL = "CRITICAL"
    WARNING = "WARNING"


SEVERITY = {Reason.SERVICE_DOWN: Severity.CRITICAL, Reason.DEPENDENCY_DOWN: Severity.WARNING}

TRANSITIONS: Transitions[IncidentState] = {
    IncidentState.ACTIVE: frozenset({IncidentState.RESOLVED}),
    IncidentState.RESOLVED: frozenset(),
}


class EventType(StrEnum):
    OPENED = "OPENED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    NOTE = "NOTE"
    RESOLVED = "RESOLVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of an incident's timeline. Written once, changed never."""

    type: EventType
    at: datetime
    actor: str | None = None
    """Who did it; None for the system."""
    body: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An outage of one check. A check has at most one of each reason, for each dependency, at a time."""

    id: int
    workspace_id: int
    check_id: int
    project_id: int | None = None
    """Of the check; None if it watches a dependency."""
    dependency_id: int | None = None
    """What is down, or what the check watches."""
    reason: Reason
    severity: Severity
    title: str
    state: IncidentState = IncidentState.ACTIVE
    opened_at: datetime
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    """Who resolved it by hand; None if it recovered."""
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    deployment_ids: tuple[int, ...] = ()
    """The deployments of the project that were running when it was opened."""
    revision: int = 0


def opened(check: Check, *, incident_id: int, deployment_ids: tuple[int, ...], at: datetime) -> Incident:
    """The incident of a check that is DOWN: since the signal or the silence that made it so."""
    return Incident(
        id=incident_id,
        workspace_id=check.workspace_id,
        check_id=check.id,
        project_id=check.project_id,
        dependency_id=check.dependency_id,
        reason=Reason.SERVICE_DOWN,
        severity=SEVERITY[Reason.SERVICE_DOWN],
        title=f"Service {check.name} is down",
        opened_at=check.judged_at or at,
        deployment_ids=deployment_ids,
    )


def resolved(incident: Incident, *, at: datetime, by: str | None = None) -> Incident:
    """Raises Conflict if it is resolved already."""
    state = move(TRANSITIONS, incident.state, IncidentState.RESOLVED, noun="incident")
    return replace(incident, state=state, resolved_at=max(at, incident.opened_at), resolved_by=by)


def acknowledged(incident: Incident, *, at: datetime, by: str) -> Incident:
    """The incident, known to somebody; unchanged if it was already. Raises Conflict once it is resolved."""
    if incident.state is IncidentState.RESOLVED:
        raise Conflict("the incident is already resolved")
    if incident.acknowledged_at:
        return incident
    return replace(incident, acknowledged_at=at, acknowledged_by=by)
