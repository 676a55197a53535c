"""Applications in requests and responses: section 8 of the semantics."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from lull.domain import applications as domain
from lull.domain.applications import (
    DEFAULT_MAX_DURATION_SECONDS,
    SECRET_FIELDS,
    UNSAID,
    Application,
    Executor,
    ExecutorKind,
    Provider,
    Repository,
    Secrets,
    Unsaid,
)
from schemas.base import ABSENT, HttpUrl, In, Name, Out, OutInstant, Patch, Title, Uuid

_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)
_EXAMPLE: dict[str, Any] = {
    "name": "Shop",
    "repository": {"provider": "git", "url": "https://git.acme.example/web/shop.git", "branch": "main"},
    "executor": {"kind": "webhook", "url": "https://ci.acme.example/deploy"},
    "componentId": "550e8400-e29b-41d4-a716-446655440001",
    "environmentId": "550e8400-e29b-41d4-a716-446655440010",
}
_SIGNING_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw3yZ0y9uAqVA="  # noqa: S105 of an example


def _token(text: str) -> str:
    if not domain.is_token(text):
        raise ValueError("must be 1 to 1,000 visible ASCII characters")
    return text


def _signing_secret(text: str) -> str:
    if not domain.is_signing_secret(text):
        raise ValueError("must be whsec_ and 24 to 64 random bytes in base 64")
    return text


def _branch(text: str) -> str:
    if not domain.is_branch(text):
        raise ValueError("must be the name of a branch, without refs/heads/")
    return text


def _project(text: str) -> str:
    if not domain.is_project(text):
        raise ValueError("must be the name of a project of CodeBuild")
    return text


def _plain_branch(text: str) -> str:
    return _branch("" if text.startswith("refs/") else text)


Token = Annotated[str, AfterValidator(_token)]
SigningSecret = Annotated[str, AfterValidator(_signing_secret)]
Branch = Annotated[str, AfterValidator(_plain_branch)]
ProjectName = Annotated[str, AfterValidator(_project)]
MaxDuration = Annotated[
    int, Field(ge=60, le=604_800, description="A deployment that is not over after this long has failed.")
]


class RepositoryIn(In):
    provider: Annotated[Provider, Field(strict=False)]
    url: HttpUrl = Field(description="Of https; for `git` what `git clone` takes.")
    branch: Branch | None = Field(default=None, description="The default branch, if none is named.")
    token: Token | None = Field(
        default=None, description="For private repositories; of `git` hosts also `user:password`. Never shown."
    )

    def described(self) -> Repository:
        return Repository(provider=self.provider, url=self.url, branch=self.branch)

    def secret(self, *, otherwise: Unsaid | None) -> str | Unsaid | None:
        return self.token if "token" in self.model_fields_set else otherwise


class ExecutorIn(In):
    kind: Annotated[ExecutorKind, Field(strict=False)]
    url: HttpUrl | None = Field(
        default=None,
        description="`webhook`: where it is sent. `github`, `gitlab`: the address of the repository there; "
        "if `repository` is at that provider, it is that one by default.",
    )
    secret: SigningSecret | None = Field(
        default=None,
        description="`webhook`: signs what is sent; `whsec_` and 24 to 64 random bytes in base64. Never shown.",
    )
    token: Token | None = Field(
        default=None, description="`github`: may write deployments. `gitlab`: of a pipeline trigger. Never shown."
    )
    environment: Name | None = Field(
        default=None, description="`github`: the environment; `production` if none is named."
    )
    project: ProjectName | None = Field(default=None, description="`codebuild`: the name of the project.")

    def described(self) -> Executor:
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        domain.require_executor(self.kind, given - {"kind"})
        return Executor(kind=self.kind, url=self.url, environment=self.environment, project=self.project)

    def given(self, *, otherwise: Unsaid | None) -> str | Unsaid | None:
        """Its secret, whatever its kind calls it."""
        name = SECRET_FIELDS.get(self.kind, "")
        return getattr(self, name) if name in self.model_fields_set else otherwise


class ApplicationIn(In):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_EXAMPLE, "executor": {**_EXAMPLE["executor"], "secret": _SIGNING_SECRET}}]}
    )

    name: Title = Field(description="Unique in the workspace, whatever its case.")
    repository: RepositoryIn
    executor: ExecutorIn = Field(description="Who carries deployments out; `none`: whoever asks for them.")
    component_id: Uuid | None = Field(default=None, description="What is deployed, as the matrix calls it.")
    environment_id: Uuid | None = Field(default=None, description="Where it is deployed to.")
    max_duration_seconds: MaxDuration = DEFAULT_MAX_DURATION_SECONDS

    def described(self) -> tuple[Application, Secrets]:
        """The application as the caller describes it, and its secrets."""
        application = Application(
            id="",
            workspace_id=0,
            name=self.name,
            repository=self.repository.described(),
            executor=self.executor.described(),
            component_id=self.component_id,
            environment_id=self.environment_id,
            max_duration_seconds=self.max_duration_seconds,
            created_at=_NOT_YET,
        )
        said = Secrets(repository=self.repository.secret(otherwise=None), executor=self.executor.given(otherwise=None))
        return application, said


class ApplicationPatch(Patch):
    """Only the fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"executor": {"kind": "none"}}]})

    name: Title = ABSENT
    repository: RepositoryIn = ABSENT
    executor: ExecutorIn = ABSENT
    component_id: Uuid | None = None
    environment_id: Uuid | None = None
    max_duration_seconds: MaxDuration = ABSENT

    def applied_to(self, application: Application) -> tuple[Application, Secrets]:
        said = self.said()
        repository, executor = said.pop("repository", None), said.pop("executor", None)
        secrets = Secrets(
            repository=repository.secret(otherwise=UNSAID) if repository else UNSAID,
            executor=executor.given(otherwise=UNSAID) if executor else UNSAID,
        )
        changed = replace(application, **said)
        if repository:
            changed = replace(changed, repository=repository.described())
        return (replace(changed, executor=executor.described()) if executor else changed), secrets


class RepositoryOut(Out):
    provider: Provider
    url: str
    branch: str | None
    has_token: bool


class ExecutorOut(Out):
    kind: ExecutorKind
    url: str | None
    environment: str | None
    project: str | None
    has_secret: bool


class ApplicationOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d",
                    **_EXAMPLE,
                    "repository": {**_EXAMPLE["repository"], "hasToken": False},
                    "executor": {**_EXAMPLE["executor"], "environment": None, "project": None, "hasSecret": True},
                    "maxDurationSeconds": 3600,
                    "createdAt": "2026-03-01T12:30:00Z",
                }
            ]
        }
    )

    id: str
    name: str
    repository: RepositoryOut
    executor: ExecutorOut
    component_id: str | None
    environment_id: str | None
    max_duration_seconds: int
    created_at: OutInstant

    @classmethod
    def of(cls, application: Application) -> "ApplicationOut":
        return cls.model_validate(application)


class ApplicationAnswer(Out):
    application: ApplicationOut


class ApplicationsAnswer(Out):
    applications: list[ApplicationOut]
