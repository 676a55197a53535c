"""Incidents in requests and responses."""

from pydantic import ConfigDict, Field

from lull.domain.incidents import EventType, IncidentState, Reason, Severity
from schemas.base import In, Out, OutInstant, PageOut, Prose


class IncidentOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 5,
                    "workspaceId": 1,
                    "projectId": 1,
                    "checkId": 10,
                    "dependencyId": None,
                    "reason": "SERVICE_DOWN",
                    "severity": "CRITICAL",
                    "title": "Service Checkout API is down",
                    "cause": "no signal within 300 s and 20 s of grace",
                    "state": "ACTIVE",
                    "openedAt": "2026-03-01T12:35:20Z",
                    "resolvedAt": None,
                    "resolvedBy": None,
                    "acknowledgedAt": None,
                    "acknowledgedBy": None,
                    "deploymentIds": [17],
                }
            ]
        }
    )

    id: int
    workspace_id: int
    project_id: int | None
    check_id: int
    dependency_id: int | None
    reason: Reason
    severity: Severity
    title: str
    cause: str | None = Field(description="Why the check is DOWN, as its last signal says; null below the role member.")
    state: IncidentState
    opened_at: OutInstant
    resolved_at: OutInstant | None
    resolved_by: str | None = Field(description="Who resolved it by hand; null if it recovered.")
    acknowledged_at: OutInstant | None
    acknowledged_by: str | None
    deployment_ids: list[int] = Field(description="Deployments of the project that were running when it was opened.")


class IncidentPageOut(PageOut):
    items: list[IncidentOut] = Field(description="The incidents of this page, newest first.")


class EventOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"type": "NOTE", "at": "2026-03-01T12:40:00Z", "actor": "key:Ada", "body": "The disk is full."},
            ]
        }
    )

    type: EventType
    at: OutInstant
    actor: str | None = Field(description="Who did it; null for the system.")
    body: str | None


class NoteIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "The disk is full."}]})

    body: Prose
