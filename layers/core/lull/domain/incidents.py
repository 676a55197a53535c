"""Incidents: what is wrong, since when, and who knows (semantics, section 2).

ACTIVE ──► RESOLVED
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from lull.domain.checks import Check
from lull.domain.dependencies import Dependency
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


class Announcement(StrEnum):
    """What people are told of an incident: each once, and only that which they were not told of stays untold."""

    OPENED = "incident.opened"
    RESOLVED = "incident.resolved"


class EventType(StrEnum):
    OPENED = "OPENED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    NOTE = "NOTE"
    RESOLVED = "RESOLVED"
    ALERTED = "ALERTED"
    """The alert channels were told."""
    SUPPRESSED = "SUPPRESSED"
    """They would have been, but for a maintenance window."""
    UNDELIVERED = "UNDELIVERED"
    """One of them could not be told."""


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
    cause: str | None = None
    """Why the check is DOWN, as its last signal says."""
    deployment_ids: tuple[int, ...] = ()
    """The deployments of the project that were running when it was opened."""
    announced: Announcement | None = None
    """What people were told last."""
    suppressed: Announcement | None = None
    """What they would have been told, and were not, by a maintenance window."""
    suppressed_until: datetime | None = None
    revision: int = 0

    @property
    def impacted_by(self) -> int | None:
        """The dependency whose outage this is; None if it is the check's own."""
        return self.dependency_id if self.reason is Reason.DEPENDENCY_DOWN else None

    @property
    def owed(self) -> Announcement | None:
        """What people are still to be told: that it began, and that it ended if they know that it began."""
        if self.state is IncidentState.ACTIVE and self.announced is None:
            return Announcement.OPENED
        if self.state is IncidentState.RESOLVED and self.announced is Announcement.OPENED:
            return Announcement.RESOLVED
        return None

    @property
    def due_at(self) -> datetime | None:
        """When somebody must look at it; None while nothing is owed to anybody."""
        if self.owed is None:
            return None
        if self.suppressed is self.owed and self.suppressed_until:
            return self.suppressed_until
        return self.resolved_at or self.opened_at


def opened(
    check: Check, *, incident_id: int, cause: str | None, deployment_ids: tuple[int, ...], at: datetime
) -> Incident:
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
        cause=cause,
        deployment_ids=deployment_ids,
    )


def impact_title(check: Check, dependency: Dependency) -> str:
    return f"Service {check.name} is impacted by {dependency.name}"


def past_title(incident: Incident) -> str:
    """The title of one that is over.

    Not "is up again": who resolves an incident by hand says that it is over, whatever the check sees.
    """
    of_dependency = incident.reason is Reason.DEPENDENCY_DOWN
    before, present, after = (
        incident.title.partition(" is impacted by ") if of_dependency else incident.title.rpartition(" is down")
    )
    return f"{before}{present.replace('is', 'was', 1)}{after}"


def impacted(check: Check, dependency: Dependency, *, incident_id: int, at: datetime) -> Incident:
    """The incident of a check that needs a dependency which is DOWN."""
    return Incident(
        id=incident_id,
        workspace_id=check.workspace_id,
        check_id=check.id,
        project_id=check.project_id,
        dependency_id=dependency.id,
        reason=Reason.DEPENDENCY_DOWN,
        severity=SEVERITY[Reason.DEPENDENCY_DOWN],
        title=impact_title(check, dependency),
        opened_at=at,
    )


def resolved(incident: Incident, *, at: datetime, by: str | None = None) -> Incident:
    """Raises Conflict if it is resolved already."""
    state = move(TRANSITIONS, incident.state, IncidentState.RESOLVED, noun="incident")
    over = replace(incident, state=state, resolved_at=max(at, incident.opened_at), resolved_by=by)
    return replace(over, suppressed=None, suppressed_until=None)


def announced(incident: Incident, announcement: Announcement) -> Incident:
    """The incident, with people told."""
    return replace(incident, announced=announcement, suppressed=None, suppressed_until=None)


def suppressed(incident: Incident, announcement: Announcement, *, until: datetime) -> Incident:
    """The incident, with people left in peace until then; what is still owed by then is told then."""
    return replace(incident, suppressed=announcement, suppressed_until=until)


def acknowledged(incident: Incident, *, at: datetime, by: str) -> Incident:
    """The incident, known to somebody; unchanged if it was already. Raises Conflict once it is resolved."""
    if incident.state is IncidentState.RESOLVED:
        raise Conflict("the incident is already resolved")
    if incident.acknowledged_at:
        return incident
    return replace(incident, acknowledged_at=at, acknowledged_by=by)
