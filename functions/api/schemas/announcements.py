"""Announcements in requests and responses: seed 003."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from lull.domain.announcements import Announcement, Impact, Status
from lull.domain.status_pages import MAX_COMPONENTS
from schemas.base import ABSENT, Id, In, Instant, Name, Out, OutInstant, Patch, Prose

_EXAMPLE: dict[str, Any] = {
    "title": "Database maintenance window",
    "body": "We are performing scheduled maintenance on the primary database cluster.",
    "status": "INVESTIGATING",
    "impact": "MAJOR",
    "componentIds": [3, 5],
    "scheduledFor": "2025-03-15T02:00:00Z",
    "scheduledUntil": "2025-03-15T04:00:00Z",
}
_UPDATE: dict[str, Any] = {
    "body": "We have identified the root cause and are deploying a fix.",
    "status": "IDENTIFIED",
}

StatusIn = Annotated[Status, Field(strict=False)]
ImpactIn = Annotated[Impact, Field(strict=False)]
Markdown = Annotated[Prose, Field(description="Markdown, without HTML.")]
ComponentIds = Annotated[
    list[Id], Field(max_length=MAX_COMPONENTS, description="Components of the page that this concerns.")
]


class AnnouncementIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    title: Name
    body: Markdown
    status: StatusIn = Status.INVESTIGATING
    impact: ImpactIn = Impact.MINOR
    component_ids: ComponentIds = Field(default_factory=list)
    scheduled_for: Instant | None = Field(default=None, description="Together with `scheduledUntil`, or not at all.")
    scheduled_until: Instant | None = Field(
        default=None, description="It is RESOLVED then by itself; at once if that is past, for the record."
    )

    def described(self) -> dict[str, Any]:
        """The fields of an Announcement."""
        return {
            "title": self.title,
            "impact": self.impact,
            "component_ids": tuple(dict.fromkeys(self.component_ids)),
            "scheduled_for": self.scheduled_for,
            "scheduled_until": self.scheduled_until,
        }


class AnnouncementPatch(Patch):
    """Only the fields to change. Another status is recorded as an update, and so are other times."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"impact": "CRITICAL", "componentIds": [3, 5, 7]}]})

    title: Name = ABSENT
    status: StatusIn = ABSENT
    impact: ImpactIn = ABSENT
    component_ids: ComponentIds = ABSENT
    scheduled_for: Instant | None = Field(
        default=None, description="Of an announcement that is scheduled, until it begins; not null."
    )
    scheduled_until: Instant | None = Field(
        default=None, description="Of an announcement that is scheduled, until it is over: a time to come, not null."
    )

    def times(self) -> dict[str, datetime | None]:
        """Those of its schedule that are to change."""
        return {name: value for name, value in self.said().items() if name.startswith("scheduled_")}

    def applied_to(self, announcement: Announcement) -> Announcement:
        """But for the status, the components and the times, which have rules of their own."""
        said = {name: value for name, value in self.said().items() if name in ("title", "impact")}
        return replace(announcement, **said)


class UpdateIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_UPDATE]})

    body: Markdown
    status: StatusIn | None = Field(default=None, description="That of the update before, if it says none.")


class UpdateOut(Out):
    id: int
    status: Status
    body: str
    created_at: OutInstant


class AnnouncementOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 10,
                    "pageId": 1,
                    **_EXAMPLE,
                    "maintenanceWindowId": None,
                    "createdAt": "2025-03-14T09:00:00Z",
                    "updatedAt": "2025-03-14T09:00:00Z",
                    "resolvedAt": None,
                    "updates": [
                        {
                            "id": 1,
                            "status": "INVESTIGATING",
                            "body": _EXAMPLE["body"],
                            "createdAt": "2025-03-14T09:00:00Z",
                        }
                    ],
                }
            ]
        }
    )

    id: int
    page_id: int
    title: str
    body: str = Field(description="That of the first update.")
    status: Status = Field(description="That of the latest update.")
    impact: Impact
    component_ids: list[int]
    scheduled_for: OutInstant | None
    scheduled_until: OutInstant | None
    window_id: int | None = Field(
        serialization_alias="maintenanceWindowId",
        description="The maintenance window that this tells of, if it was not written by hand.",
    )
    created_at: OutInstant
    updated_at: OutInstant
    resolved_at: OutInstant | None = Field(
        description="When it was over, for planned work that ended by itself `scheduledUntil`; null while it is not."
    )
    updates: list[UpdateOut] = Field(description="Oldest first; the first is the creation.")


class AnnouncementPageOut(Out):
    data: list[AnnouncementOut]
    total: int
    skip: int
    take: int
