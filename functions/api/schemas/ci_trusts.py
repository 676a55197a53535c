"""CI trusts in requests and responses."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from lull.domain.ci_jobs import OWN_ISSUERS, Provider
from lull.domain.ci_trusts import MAX_ENTRIES, CiTrust
from lull.domain.errors import FieldError, Invalid
from schemas.base import ABSENT, HttpUrl, Id, In, Name, Out, OutInstant, Patch, Uuid

_EXAMPLE: dict[str, Any] = {
    "name": "Shop to production",
    "provider": "github",
    "repositoryId": "123456789",
    "repository": "acme/shop",
    "environments": ["production"],
    "refs": ["refs/heads/main", "refs/tags/v*"],
    "projectIds": [1],
}
_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)

ProviderIn = Annotated[Provider, Field(strict=False)]


def _number(text: str) -> str:
    if not re.fullmatch("[1-9][0-9]{0,19}", text, re.ASCII):
        raise ValueError("must be a number of at most 20 digits, as text")
    return text


NumberIn = Annotated[str, AfterValidator(_number)]
Names = Annotated[list[Name], Field(max_length=MAX_ENTRIES)]
Environments = Annotated[
    Names,
    Field(
        description="Those of the CI; none means any job, also one that names none. A job of one deploys to the "
        "environment of that name, or to the one of `environmentIds` if that has exactly one entry."
    ),
]
Refs = Annotated[
    Names, Field(description="`refs/heads/main`, or `refs/tags/v*` for all that begin so; none means any.")
]
WorkflowRefs = Annotated[
    Names,
    Field(
        description="`workflow_ref` or `job_workflow_ref` of GitHub, `ci_config_ref_uri` of GitLab, in full or up to a "
        "`*` at the end, such as `acme/shop/.github/workflows/deploy.yml@refs/heads/main`; none means any."
    ),
]
ProtectedRef = Annotated[bool, Field(description="Only for gitlab: GitHub documents no claim that says so.")]
Uuids = Annotated[list[Uuid], Field(max_length=MAX_ENTRIES)]
ComponentIds = Annotated[
    Uuids,
    Field(
        description="What may be deployed; empty means every component of the workspace. The checks of what is "
        "deployed are quiet as long as that deployment runs, whatever `projectIds` says."
    ),
]
EnvironmentIds = Annotated[
    Uuids,
    Field(
        description="Where to; empty means every environment of the workspace. Exactly one is what `environments` are "
        "mapped to, whatever they are called; with none or several, the names have to agree."
    ),
]
ProjectIds = Annotated[
    list[Id],
    Field(
        max_length=MAX_ENTRIES,
        description="Whose deployment windows (`/api/deployments`) may be opened and ended; empty means none, and not "
        "all: a window silences checks whether or not anything is deployed.",
    ),
]


class CiTrustIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    provider: ProviderIn
    issuer: HttpUrl | None = Field(
        default=None, description="GitHub.com or GitLab.com, unless the installation accepts further ones."
    )
    repository_id: NumberIn | None = Field(
        default=None, description="`repository_id` of GitHub, required there: a number, as a string."
    )
    project_id: NumberIn | None = Field(
        default=None, description="`project_id` of GitLab, required there: a number, as a string."
    )
    repository: Name | None = Field(default=None, description="Its name, for people; nothing is judged by it.")
    environments: Environments = Field(default_factory=list)
    refs: Refs = Field(default_factory=list)
    workflow_refs: WorkflowRefs = Field(default_factory=list)
    require_protected_ref: ProtectedRef = False
    component_ids: ComponentIds = Field(default_factory=list)
    environment_ids: EnvironmentIds = Field(default_factory=list)
    project_ids: ProjectIds = Field(default_factory=list)
    enabled: bool = True

    def described(self, *, workspace_id: int) -> CiTrust:
        """The record as the caller describes it. Raises Invalid if the number is not that of its provider."""
        rules = self.model_dump(exclude={"issuer", "repository_id", "project_id"})
        return CiTrust(
            id=0,
            workspace_id=workspace_id,
            issuer=self.issuer or OWN_ISSUERS[self.provider],
            repository_id=self._number(),
            created_at=_NOT_YET,
            **{name: _unique(value) for name, value in rules.items()},
        )

    def _number(self) -> str:
        numbers = {"repositoryId": self.repository_id, "projectId": self.project_id}
        wanted, other = (
            ("repositoryId", "projectId") if self.provider is Provider.GITHUB else ("projectId", "repositoryId")
        )
        number = numbers[wanted]
        errors = [] if number else [FieldError(wanted, f"is required for {self.provider}")]
        if numbers[other]:
            errors.append(FieldError(other, f"is not for {self.provider}"))
        if errors or number is None:
            raise Invalid(*errors)
        return number


class CiTrustPatch(Patch):
    """Only the fields to change. Another repository is another record."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refs": ["refs/heads/main"]}, {"enabled": False}]})

    name: Name = ABSENT
    repository: Name | None = ABSENT
    environments: Environments = ABSENT
    refs: Refs = ABSENT
    workflow_refs: WorkflowRefs = ABSENT
    require_protected_ref: ProtectedRef = ABSENT
    component_ids: ComponentIds = ABSENT
    environment_ids: EnvironmentIds = ABSENT
    project_ids: ProjectIds = ABSENT
    enabled: bool = ABSENT

    def applied_to(self, trust: CiTrust) -> CiTrust:
        return replace(trust, **{name: _unique(value) for name, value in self.said().items()})


def _unique(value: Any) -> Any:
    return tuple(dict.fromkeys(value)) if isinstance(value, list) else value


class CiTrustOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    **_EXAMPLE,
                    "issuer": OWN_ISSUERS[Provider.GITHUB],
                    "projectId": None,
                    "workflowRefs": [],
                    "requireProtectedRef": False,
                    "componentIds": [],
                    "environmentIds": [],
                    "enabled": True,
                    "createdAt": "2026-03-01T12:30:00Z",
                    "lastUsedAt": None,
                }
            ]
        }
    )

    id: int
    name: str
    provider: Provider
    issuer: str
    repository_id: str | None
    project_id: str | None
    repository: str | None
    environments: list[str]
    refs: list[str]
    workflow_refs: list[str]
    require_protected_ref: bool
    component_ids: list[str]
    environment_ids: list[str]
    project_ids: list[int]
    enabled: bool
    created_at: OutInstant
    last_used_at: OutInstant | None = Field(
        description="To the minute. Where several records take a job, each of its requests marks one of them: the one "
        "whose last mark is the oldest."
    )

    @classmethod
    def of(cls, trust: CiTrust) -> "CiTrustOut":
        github = trust.provider is Provider.GITHUB
        fields = {name: getattr(trust, name) for name in cls.model_fields if name != "project_id"}
        numbers = {
            "repository_id": trust.repository_id if github else None,
            "project_id": None if github else trust.repository_id,
        }
        return cls(**{name: _listed(value) for name, value in (fields | numbers).items()})


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


class CiTrustPageOut(Out):
    data: list[CiTrustOut]
    total: int
    skip: int
    take: int
