"""Who a credential is, in responses."""

from typing import Any

from pydantic import ConfigDict, Field

from lull.domain.credentials import Caller, Role
from schemas.base import Out, OutInstant

_EXAMPLE: dict[str, Any] = {
    "workspaceId": 1,
    "role": "deployer",
    "actor": "ci:acme/shop by ada",
    "grant": {
        "allowances": [
            {
                "trustId": 1,
                "trustName": "Shop to production",
                "componentIds": [],
                "environmentIds": [],
                "projectIds": [1],
                "bindsEnvironment": True,
            }
        ],
        "attested": {
            "commitSha": "d77ead8cbbdc37d04aa8c3466c6e35b7c55a508e",
            "deployedBy": "ada",
            "link": "https://github.com/acme/shop/actions/runs/42",
            "ref": "refs/heads/main",
            "runId": "42",
            "repository": "acme/shop",
            "environment": "production",
        },
        "expiresAt": "2026-03-01T12:35:00Z",
    },
}


class AttestedOut(Out):
    commit_sha: str | None
    deployed_by: str | None = Field(description="Who started the run.")
    link: str | None
    ref: str | None
    run_id: str | None
    repository: str | None
    environment: str | None = Field(description="That of the CI, which the job names.")


class AllowanceOut(Out):
    trust_id: int
    trust_name: str
    component_ids: list[str] = Field(description="What may be deployed; empty for every component of the workspace.")
    environment_ids: list[str] = Field(description="Where to; empty for every environment of the workspace.")
    project_ids: list[int] = Field(description="Whose deployment windows may be opened and ended; empty for none.")
    binds_environment: bool = Field(
        description="Whether the environment that is deployed to has to have the name of the job's, since the "
        "record names environments of the CI and does not map them to one of Lull's."
    )


class GrantOut(Out):
    allowances: list[AllowanceOut] = Field(
        description="One for each trust record that takes the job, by id. What is done has to be allowed by one of "
        "them as a whole: the components of one do not go with the environments of another."
    )
    attested: AttestedOut = Field(description="What the token says of the job.")
    expires_at: OutInstant


class CiIdentityOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    workspace_id: int
    role: Role
    actor: str = Field(description="How records name you.")
    grant: GrantOut | None = Field(description="What a CI token was taken for; null for other credentials.")

    @classmethod
    def of(cls, caller: Caller) -> "CiIdentityOut":
        return cls.model_validate(caller)
