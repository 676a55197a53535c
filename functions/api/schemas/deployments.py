"""Deployment windows in requests and responses: seed 000 to the letter, and what section 3 of the semantics adds."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from lull.domain.deployment_windows import (
    DEFAULT_MAX_DURATION_SECONDS,
    MAX_CHECKS,
    DeploymentWindow,
    EndReason,
    State,
)
from lull.domain.quiet import KeptQuiet
from schemas.base import HttpUrl, Id, In, Instant, Name, Out, OutInstant
from schemas.quiet import KeptQuietOut

_EXAMPLE: JsonDict = {
    "projectId": 1,
    "name": "Backend Release",
    "version": "v2.4.1",
    "author": "deploy-bot",
    "link": "https://github.com/acme/api/actions/runs/123456",
    "autoPause": True,
    "checkIds": [10, 11, 12],
}


class DeploymentIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    project_id: Id
    name: Name | None = None
    version: Name | None = None
    author: Name | None = None
    link: HttpUrl | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    auto_pause: bool = False
    check_ids: Annotated[list[Id], Field(max_length=MAX_CHECKS)] | None = Field(
        default=None,
        description="Checks to pause; none means all checks of the project, taken when it starts.",
    )
    scheduled_start_at: Instant | None = None
    scheduled_end_at: Instant | None = None
    max_duration_seconds: Annotated[int, Field(ge=60, le=604_800)] = Field(
        default=DEFAULT_MAX_DURATION_SECONDS,
        description="A deployment that nobody ends, and that has no scheduled end, is ended after this long.",
    )

    def described(self, *, workspace_id: int, at: datetime) -> DeploymentWindow:
        """The window as the caller describes it; its id and state are yet to be given."""
        return DeploymentWindow(
            id=0,
            workspace_id=workspace_id,
            project_id=self.project_id,
            state=State.SCHEDULED,
            name=self.name,
            version=self.version,
            author=self.author,
            link=self.link,
            auto_pause=self.auto_pause,
            check_ids=tuple(self.check_ids or ()),
            started_at=self.started_at,
            ended_at=self.ended_at,
            scheduled_start_at=self.scheduled_start_at,
            scheduled_end_at=self.scheduled_end_at,
            max_duration_seconds=self.max_duration_seconds,
            created_at=at,
            created_by="",
        )


class EndDeploymentIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"endedAt": "2026-03-01T13:00:00Z"}]})

    ended_at: Instant | None = None


class DeploymentOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 17,
                    **_EXAMPLE,
                    "status": "ACTIVE",
                    "startedAt": "2026-03-01T12:30:00Z",
                    "endedAt": None,
                    "scheduledStartAt": None,
                    "scheduledEndAt": None,
                    "maxDurationSeconds": 86400,
                    "endReason": None,
                    "createdAt": "2026-03-01T12:30:00Z",
                }
            ]
        }
    )

    id: int
    project_id: int
    name: str | None
    version: str | None
    author: str | None
    link: str | None
    state: State = Field(serialization_alias="status")
    started_at: OutInstant | None
    ended_at: OutInstant | None
    auto_pause: bool
    check_ids: list[int]
    scheduled_start_at: OutInstant | None
    scheduled_end_at: OutInstant | None
    max_duration_seconds: int
    end_reason: EndReason | None = Field(description="Why it ended; null while it has not.")
    created_at: OutInstant


class DeploymentDetailsOut(DeploymentOut):
    kept_quiet: list[KeptQuietOut] = Field(description="What would have been told, had it paused nothing.")

    @classmethod
    def of(cls, window: DeploymentWindow, kept: list[KeptQuiet]) -> "DeploymentDetailsOut":
        out = DeploymentOut.model_validate(window)
        return cls(
            **{name: getattr(out, name) for name in DeploymentOut.model_fields},
            kept_quiet=[KeptQuietOut.model_validate(each) for each in kept],
        )
