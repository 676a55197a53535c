"""Component deployments in requests and responses: seed 002 to the letter, and what section 7 of the semantics adds."""

import json
import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from lull.domain.clocks import CLOCKS_DIFFER_BY
from lull.domain.component_deployments import (
    DEFAULT_MAX_DURATION_SECONDS,
    MAX_METADATA,
    ComponentDeployment,
    Event,
    EventKind,
    Quiet,
    Reason,
    Status,
)
from lull.domain.errors import invalid
from schemas.base import ABSENT, HttpUrl, In, Instant, Name, Out, OutInstant, Patch, ShortProse, Uuid

_EXAMPLE: dict[str, Any] = {
    "componentId": "550e8400-e29b-41d4-a716-446655440001",
    "environmentId": "550e8400-e29b-41d4-a716-446655440010",
    "version": "v2.3.1",
    "deployedBy": "ci-bot",
    "commitSha": "a1b2c3d4e5f6",
    "description": "Hotfix for login timeout issue",
    "metadata": {"pipelineUrl": "https://ci.example.com/runs/123"},
}
_LARGEST_METADATA = 8 * 1024
_LARGEST_INTEGER = 2**63


def _metadata(value: dict[str, Any]) -> dict[str, Any]:
    if any(not 1 <= len(name) <= 100 for name in value):
        raise ValueError("must have names of 1 to 100 characters")
    if _holds_a_large_integer(value):
        raise ValueError("holds a number that is too large")
    try:
        size = len(json.dumps(value, ensure_ascii=False).encode())
    except UnicodeEncodeError as error:
        raise ValueError("must be valid Unicode") from error
    if size > _LARGEST_METADATA:
        raise ValueError(f"must be at most {_LARGEST_METADATA // 1024} KB of JSON")
    return value


def _holds_a_large_integer(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_a_large_integer(each) for each in value.values())
    if isinstance(value, list):
        return any(_holds_a_large_integer(each) for each in value)
    return isinstance(value, int) and abs(value) >= _LARGEST_INTEGER


Metadata = Annotated[
    dict[str, Any],
    Field(max_length=MAX_METADATA, description=f"Any JSON object, at most {_LARGEST_METADATA // 1024} KB."),
    AfterValidator(_metadata),
]


def _sha(text: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{7,64}", text, re.ASCII):
        raise ValueError("must be 7 to 64 hexadecimal digits")
    return text


CommitSha = Annotated[
    str,
    AfterValidator(_sha),
    Field(description="7 to 64 hexadecimal digits."),
]
StatusIn = Annotated[Status, Field(strict=False)]


class ComponentDeploymentIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    component_id: Uuid
    environment_id: Uuid
    version: Name
    deployed_by: Name | None = Field(default=None, description="Whoever calls, if it is not given.")
    commit_sha: CommitSha | None = None
    commit_timestamp: Instant | None = Field(default=None, description="When it was committed: for the lead time.")
    ref: Name | None = Field(default=None, description="The branch or tag it was made from.")
    description: ShortProse | None = None
    link: HttpUrl | None = None
    unplanned: bool = Field(default=False, description="It mends what an earlier deployment broke.")
    metadata: Metadata = Field(default_factory=dict)
    max_duration_seconds: Annotated[int, Field(ge=60, le=604_800)] = Field(
        default=DEFAULT_MAX_DURATION_SECONDS,
        description="Once in progress, it has failed after this long without news, and its checks come back.",
    )

    def described(self, *, at: datetime) -> ComponentDeployment:
        """The deployment as the caller describes it; its ids, names and author are yet to be given.

        Raises Invalid for a commit that is yet to be made.
        """
        if self.commit_timestamp and self.commit_timestamp > at + CLOCKS_DIFFER_BY:
            raise invalid("commitTimestamp", "must not be in the future")
        return ComponentDeployment(
            id="",
            workspace_id=0,
            component_name="",
            environment_name="",
            created_at=at,
            updated_at=at,
            created_by="",
            **{**self.model_dump(), "commit_sha": self.commit_sha.lower() if self.commit_sha else None},
        )


class ComponentDeploymentPatch(Patch):
    """What happened to the deployment."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "succeeded", "metadata": {"tests": 812}}]})

    status: StatusIn = ABSENT
    finished_at: Annotated[
        Instant,
        Field(
            description="When it ended, from its start (or its creation) until now; five minutes beside that are taken "
            "for a difference of clocks. Now, if the status ends it and this is not given."
        ),
    ] = ABSENT
    metadata: Annotated[Metadata, Field(description="Merged name by name; null removes a name.")] = ABSENT


class ComponentDeploymentOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "7f9c24e8-3b1a-4c4e-9b0a-0a4b2f1d6c3e",
                    **_EXAMPLE,
                    "componentName": "user-service",
                    "environmentName": "production",
                    "status": "in_progress",
                    "attempt": 1,
                    "reason": None,
                    "commitTimestamp": None,
                    "ref": None,
                    "link": None,
                    "unplanned": False,
                    "attested": [],
                    "quiet": "on",
                    "deploymentWindowIds": [17],
                    "maxDurationSeconds": 86400,
                    "createdAt": "2026-03-01T12:30:00Z",
                    "updatedAt": "2026-03-01T12:31:00Z",
                    "startedAt": "2026-03-01T12:31:00Z",
                    "finishedAt": None,
                    "rolledBackAt": None,
                    "deadlineAt": "2026-03-02T12:31:00Z",
                }
            ]
        }
    )

    id: str
    component_id: str
    component_name: str = Field(description="As it was called when this was recorded.")
    environment_id: str
    environment_name: str = Field(description="As it was called when this was recorded.")
    version: str
    status: Status
    attempt: int = Field(description="Which try this is, from 1.")
    reason: Reason | None = Field(description="Why it failed; null while it has not.")
    deployed_by: str | None
    commit_sha: str | None
    commit_timestamp: OutInstant | None
    ref: str | None
    description: str | None
    link: str | None
    unplanned: bool
    metadata: dict[str, Any]
    attested: list[str] = Field(description="Fields that a verified token vouches for.")
    quiet: Quiet = Field(
        description="Whether it keeps the checks behind it quiet: `on` since its windows were opened, `waiting` for "
        "a moment before. A person may have ended a window or resumed a check since; `holds` of a check knows."
    )
    deployment_window_ids: list[int] = Field(
        description="The deployment windows of this attempt, those that have ended too."
    )
    max_duration_seconds: int
    created_at: OutInstant
    updated_at: OutInstant
    started_at: OutInstant | None
    finished_at: OutInstant | None
    rolled_back_at: OutInstant | None
    deadline_at: OutInstant | None = Field(description="When it is given up; null while it is not in progress.")

    @classmethod
    def of(cls, deployment: ComponentDeployment) -> "ComponentDeploymentOut":
        own = {name for name in cls.model_fields if name not in ("attested", "deployment_window_ids")}
        return cls(
            **{name: getattr(deployment, name) for name in own},
            attested=[to_camel(name) for name in deployment.attested],
            deployment_window_ids=[each.window_id for each in deployment.windows],
        )


class ComponentDeploymentPageOut(Out):
    data: list[ComponentDeploymentOut]
    total: int
    skip: int
    take: int


class ComponentDeploymentEventOut(Out):
    at: OutInstant
    kind: EventKind
    attempt: int
    status: Status = Field(description="What it was from then on.")
    was: Status | None
    actor: str
    message: str | None
    window_ids: list[int] = Field(serialization_alias="deploymentWindowIds")

    @classmethod
    def of(cls, event: Event) -> "ComponentDeploymentEventOut":
        return cls(
            **{name: getattr(event, name) for name in cls.model_fields if name != "window_ids"},
            window_ids=list(event.window_ids),
        )
