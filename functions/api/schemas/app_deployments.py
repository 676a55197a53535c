"""Deployments of applications in requests and responses: seed 004 to the letter, in its snake case."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from lull.domain.app_deployments import AppDeployment, Reason, Status
from lull.use_cases.app_deployments import Triggered
from schemas.base import In

_LISTED: dict[str, Any] = {
    "id": "92955d4f-2e44-4e48-8cb6-9c6c434afebb",
    "status": "available",
    "deploy_number": 2,
    "git_sha": "d77ead8cbbdc37d04aa8c3466c6e35b7c55a508e",
    "commit_message": "test",
    "committer_name": "John Doe",
    "committer_email": "info@acme.example",
    "committer_username": "john",
    "commit_timestamp": "2022-09-17T18:12:37.000+02:00",
    "created_at": "2023-04-18T18:32:25.018+00:00",
}
_WHOLE = {**_LISTED, "updated_at": "2023-04-18T18:33:02.871+00:00"}


def _with_offset(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


OffsetInstant = Annotated[
    datetime,
    PlainSerializer(_with_offset, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant in a response with its own offset, and milliseconds always: as the seed has it."""


DeploymentKeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Repeat a request with the same key, and it changes nothing more: the answer is the deployment as "
        "it is. 409 for another status under a key of this deployment.",
    ),
]


class Said(StrEnum):
    """What a deployment may be said to be; to cancel it has a path of its own."""

    BUILDING = "building"
    DEPLOYING = "deploying"
    AVAILABLE = "available"
    FAILED = "failed"


class AppDeploymentStatusIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "building"}]})

    status: Annotated[Said, Field(strict=False)]


class ListedAppDeploymentOut(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_LISTED]})

    id: str
    status: Status
    deploy_number: int = Field(description="From 1 for each application, without a gap.")
    git_sha: str
    commit_message: str
    committer_name: str
    committer_email: str
    committer_username: str | None = Field(description="Git itself knows none.")
    commit_timestamp: OffsetInstant = Field(description="With the offset of the committer, where that is known.")
    created_at: OffsetInstant

    @classmethod
    def of(cls, deployment: AppDeployment) -> "ListedAppDeploymentOut":
        return cls(**_facts(deployment))


def _facts(deployment: AppDeployment) -> dict[str, Any]:
    commit = deployment.commit
    return {
        "id": deployment.id,
        "status": deployment.status,
        "deploy_number": deployment.deploy_number,
        "git_sha": commit.sha,
        "commit_message": commit.message,
        "committer_name": commit.committer_name,
        "committer_email": commit.committer_email,
        "committer_username": commit.committer_username,
        "commit_timestamp": commit.committed_at,
        "created_at": deployment.created_at,
    }


class TriggeredOut(ListedAppDeploymentOut):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_WHOLE, "callback_token": "lulldep_1_5tT0rQeXk8yq1YbWz3mHc7GdVnJ2sLpA"}]}
    )

    updated_at: OffsetInstant
    callback_token: str | None = Field(
        default=None,
        description="May PATCH the status of this deployment until its deadline. Shown now and never again; not there "
        "where an `Idempotency-Key` had made the deployment before.",
    )

    @classmethod
    def of_triggered(cls, made: Triggered) -> "TriggeredOut":
        said = {**_facts(made.deployment), "updated_at": made.deployment.updated_at}
        return cls(**said, callback_token=made.callback_token) if made.callback_token else cls(**said)


class AppDeploymentOut(ListedAppDeploymentOut):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_WHOLE,
                    "branch": "main",
                    "reason": None,
                    "detail": None,
                    "link": None,
                    "external_id": "github:1296269:1",
                    "component_deployment_id": "7f9c24e8-3b1a-4c4e-9b0a-0a4b2f1d6c3e",
                    "deadline_at": "2023-04-18T19:32:25.018+00:00",
                }
            ]
        }
    )

    updated_at: OffsetInstant
    branch: str | None
    reason: Reason | None = Field(description="Why it failed; null while it has not.")
    detail: str | None = Field(description="The same in words, or why its executor was not reached yet.")
    link: str | None = Field(description="Where its executor shows it.")
    external_id: str | None = Field(description="What its executor calls it.")
    component_deployment_id: str | None = Field(description="The component deployment that it drives.")
    deadline_at: OffsetInstant

    @classmethod
    def of(cls, deployment: AppDeployment) -> "AppDeploymentOut":
        own = ("updated_at", "reason", "detail", "link", "external_id", "component_deployment_id", "deadline_at")
        return cls(**_facts(deployment), branch=deployment.ref, **{name: getattr(deployment, name) for name in own})


class AppDeploymentsAnswer(BaseModel):
    deployments: list[ListedAppDeploymentOut]


class AppDeploymentAnswer(BaseModel):
    deployment: AppDeploymentOut


class TriggeredAnswer(BaseModel):
    deployment: TriggeredOut
