"""Maintenance windows in requests and responses: seed 001."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from lull.domain.maintenance_windows import MaintenanceWindow, Outcome, State
from lull.domain.recurrence import Occurrence
from lull.use_cases.maintenance_windows import Shown, local_instant, require_shown
from schemas.base import ABSENT, Id, In, LocalInstant, Name, Out, OutInstant, Patch, Prose
from schemas.projects import ProjectOut
from schemas.quiet import KeptQuietOut

_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)

ProjectIds = Annotated[list[Id], Field(max_length=1_000)]
# Checked by `domain.cron`, which says which field is wrong.
Cron = Annotated[
    str,
    Field(description="Five fields, read in `timezone`; null if it takes place once. It begins with `startAt` itself."),
]
Zone = Annotated[str, Field(description="An IANA time zone, of times without an offset and of `recurringCron`.")]

_EXAMPLE: Any = {
    "workspaceId": 1,
    "name": "Database migration - March 2025",
    "description": "Upgrading PostgreSQL from 15 to 16",
    "startAt": "2025-03-15T02:00:00Z",
    "endAt": "2025-03-15T04:00:00Z",
    "projectIds": [1, 3],
    "suppressAlerts": True,
    "suppressIncidents": True,
    "autoPublishToStatusPage": True,
}


class MaintenanceWindowIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    workspace_id: Id
    name: Name
    description: Prose | None = None
    start_at: LocalInstant
    end_at: LocalInstant
    project_ids: ProjectIds
    suppress_alerts: bool = True
    suppress_incidents: bool = True
    auto_publish_to_status_page: bool = False
    timezone: Zone = "UTC"
    recurring_cron: Cron | None = None

    def described(self) -> MaintenanceWindow:
        """Raises Invalid for an unknown time zone, and for times between which nothing is left in it."""
        described = MaintenanceWindow(
            id=0,
            workspace_id=self.workspace_id,
            name=self.name,
            description=self.description,
            start_at=local_instant(self.start_at, self.timezone),
            end_at=local_instant(self.end_at, self.timezone),
            project_ids=tuple(dict.fromkeys(self.project_ids)),
            suppress_alerts=self.suppress_alerts,
            suppress_incidents=self.suppress_incidents,
            auto_publish_to_status_page=self.auto_publish_to_status_page,
            timezone=self.timezone,
            recurring_cron=self.recurring_cron,
            created_at=_NOT_YET,
            created_by="",
        )
        return require_shown(described, {"startAt": self.start_at, "endAt": self.end_at})


class MaintenanceWindowPatch(Patch):
    """Only the fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"endAt": "2025-03-15T06:00:00Z"}]})

    workspace_id: Id = ABSENT
    name: Name = ABSENT
    description: Prose | None = None
    start_at: LocalInstant = ABSENT
    end_at: LocalInstant = ABSENT
    project_ids: ProjectIds = ABSENT
    suppress_alerts: bool = ABSENT
    suppress_incidents: bool = ABSENT
    auto_publish_to_status_page: bool = ABSENT
    timezone: Zone = ABSENT
    recurring_cron: Cron | None = None

    def applied_to(self, window: MaintenanceWindow) -> MaintenanceWindow:
        """Times without an offset are read in the time zone that the window has then. Raises Invalid as `described`."""
        said = self.said()
        said.pop("workspace_id", None)
        zone = said.get("timezone", window.timezone)
        written = {to_camel(name): said[name] for name in ("start_at", "end_at") if name in said}
        for name in said.keys() & {"start_at", "end_at"}:
            said[name] = local_instant(said[name], zone)
        if "project_ids" in said:
            said["project_ids"] = tuple(dict.fromkeys(said["project_ids"]))
        return require_shown(replace(window, **said), written)


class OccurrenceOut(Out):
    start_at: OutInstant
    end_at: OutInstant
    outcome: Outcome


class MaintenanceWindowOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "id": 1,
                    "state": "SCHEDULED",
                    "timezone": "UTC",
                    "recurringCron": None,
                    "cancelledAt": None,
                    "cancelledBy": None,
                    "createdAt": "2025-03-01T09:00:00Z",
                    "createdBy": "key:Ada",
                }
            ]
        }
    )

    id: int
    workspace_id: int
    name: str
    description: str | None
    state: State
    start_at: OutInstant = Field(description="Of a recurring window: of the current or next occurrence.")
    end_at: OutInstant
    project_ids: list[int]
    suppress_alerts: bool
    suppress_incidents: bool
    auto_publish_to_status_page: bool
    timezone: str
    recurring_cron: str | None
    cancelled_at: OutInstant | None
    cancelled_by: str | None
    created_at: OutInstant
    created_by: str


class MaintenanceWindowDetailsOut(MaintenanceWindowOut):
    projects: list[ProjectOut] = Field(description="The projects of `projectIds` that exist.")
    occurrences: list[OccurrenceOut] = Field(description="Those that are over, newest first, a hundred at most.")
    kept_quiet: list[KeptQuietOut] = Field(description="What would have been opened or told, oldest first.")

    @classmethod
    def of(cls, shown: Shown) -> "MaintenanceWindowDetailsOut":
        window = MaintenanceWindowOut.model_validate(shown.window)
        return cls(
            **{name: getattr(window, name) for name in MaintenanceWindowOut.model_fields},
            projects=[ProjectOut.model_validate(each) for each in shown.projects],
            occurrences=[OccurrenceOut.model_validate(each) for each in shown.occurrences],
            kept_quiet=[KeptQuietOut.model_validate(each) for each in shown.kept_quiet],
        )


class PreviewOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-03-29T01:00:00Z",
                    "local": "2026-03-29T03:00:00+02:00",
                    "remark": "02:30 does not exist that day; runs at 03:00",
                }
            ]
        }
    )

    at: OutInstant
    local: str = Field(description="The same instant by the clocks of the time zone, with their offset then.")
    remark: str | None = Field(description="What the change of clocks does to it.")

    @classmethod
    def of(cls, occurrence: Occurrence) -> "PreviewOut":
        return cls(at=occurrence.at, local=occurrence.local.isoformat(), remark=occurrence.remark)
