"""CI hooks and their deliveries in requests and responses."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from lull.domain.ci_hooks import (
    ID_LENGTH,
    MAX_PATTERNS,
    MAX_RULES,
    SCHEMES,
    CiHook,
    EnvironmentRule,
    Provider,
    Rule,
    Scheme,
)
from lull.domain.deployment_reports import Source
from schemas.base import ABSENT, In, Instant, Name, Out, OutInstant, Patch, Title, Uuid

_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)
_RULE: JsonDict = {
    "repository": "acme/shop",
    "path": None,
    "source": "deployments",
    "componentId": "550e8400-e29b-41d4-a716-446655440001",
    "environments": [{"pattern": "prod*", "environmentId": "550e8400-e29b-41d4-a716-446655440002"}],
}
_IN: JsonDict = {"name": "Shop at GitHub", "provider": "github", "rules": [_RULE]}
_OUT: JsonDict = {
    "id": "4Hq9sKdTz0b1Yc7Wm3LxVn8RfGp2JaQe",
    "name": "Shop at GitHub",
    "path": "/hooks/4Hq9sKdTz0b1Yc7Wm3LxVn8RfGp2JaQe",
    "provider": "github",
    "scheme": "hmac",
    "enabled": True,
    "rules": [_RULE],
    "oldSecretExpiresAt": None,
    "createdAt": "2026-03-01T12:30:00Z",
    "createdBy": "api-key:1",
}


def _printable(text: str) -> str:
    if not text.isascii() or not text.isprintable() or text != text.strip():
        raise ValueError("must be printable ASCII without blanks around it")
    return text


Secret = Annotated[
    str,
    StringConstraints(min_length=16, max_length=255),
    AfterValidator(_printable),
    Field(description="What the sender has already, if it makes secrets itself: 16 to 255 characters. Ours otherwise."),
]
Glob = Annotated[
    Name,
    Field(description="As a shell matches names (`*`, `?`, `[ab]`), whatever the case; `*` goes beyond a `/`."),
]
HookId = Annotated[str, Path(pattern=f"^[0-9A-Za-z]{{{ID_LENGTH}}}$")]


class EnvironmentRuleIn(In):
    pattern: Glob
    environment_id: Uuid


class RuleIn(In):
    repository: Glob = Field(description="`owner/name` or `group/path`, `*` for any; or the provider's numeric id.")
    path: Glob | None = Field(
        default=None, description="The file of the workflow (GitHub) or the name of the pipeline (GitLab)."
    )
    source: Annotated[Source, Field(strict=False)] = Field(
        default=Source.DEPLOYMENTS,
        description="`runs`: each run of the workflow or pipeline is a deployment, once it runs. Runs name no "
        "environment, so `environments` must then be one entry with the pattern `*`.",
    )
    component_id: Uuid
    environments: Annotated[list[EnvironmentRuleIn], Field(max_length=MAX_PATTERNS)] = Field(
        default_factory=list,
        description="The first that fits; otherwise the environment of the same name. "
        'With `"source": "runs"` it must be `[{"pattern": "*", "environmentId": …}]`.',
    )

    def rule(self) -> Rule:
        return Rule(
            repository=self.repository,
            path=self.path,
            source=self.source,
            component_id=self.component_id,
            environments=tuple(
                EnvironmentRule(pattern=each.pattern, environment_id=each.environment_id) for each in self.environments
            ),
        )


Rules = Annotated[list[RuleIn], Field(max_length=MAX_RULES)]


class CiHookIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_IN]})

    name: Title
    provider: Annotated[Provider, Field(strict=False)]
    scheme: Annotated[
        Scheme,
        Field(strict=False, description="GitLab: `token`, the default, or `signing`. The others have one each."),
    ] = ABSENT
    enabled: bool = True
    rules: Rules = Field(default_factory=list, description="The first that fits says what an event is about.")
    secret: Secret | None = None

    def described(self) -> CiHook:
        return CiHook(
            id="",
            workspace_id=0,
            name=self.name,
            provider=self.provider,
            scheme=self.scheme or SCHEMES[self.provider][0],
            enabled=self.enabled,
            rules=tuple(each.rule() for each in self.rules),
            created_at=_NOT_YET,
            created_by="",
        )


class CiHookPatch(Patch):
    """Only the fields to change. The provider stays as it was created."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    name: Title = ABSENT
    scheme: Annotated[Scheme, Field(strict=False)] = ABSENT
    enabled: bool = ABSENT
    rules: Rules = ABSENT

    def applied_to(self, hook: CiHook) -> CiHook:
        said: dict[str, Any] = self.said()
        if "rules" in said:
            said["rules"] = tuple(each.rule() for each in self.rules)
        return replace(hook, **said)


class RotateHookSecretIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"expireOldAt": "2026-03-02T12:30:00Z"}]})

    secret: Secret | None = None
    expire_old_at: Instant | None = Field(
        default=None, description="Until when the old secret is accepted too: 24 hours from now if it is not given."
    )


class EnvironmentRuleOut(Out):
    pattern: str
    environment_id: str


class RuleOut(Out):
    repository: str
    path: str | None
    source: Source
    component_id: str
    environments: list[EnvironmentRuleOut]


class CiHookOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: str
    name: str
    path: str = Field(description="Where the provider sends its events, at the host of this API.")
    provider: Provider
    scheme: Scheme
    enabled: bool
    rules: list[RuleOut]
    old_secret_expires_at: OutInstant | None = Field(description="Until when the secret before is accepted too.")
    created_at: OutInstant
    created_by: str

    @classmethod
    def of(cls, hook: CiHook, **more: Any) -> Any:
        return cls(
            id=hook.id,
            name=hook.name,
            path=f"/hooks/{hook.id}",
            provider=hook.provider,
            scheme=hook.scheme,
            enabled=hook.enabled,
            rules=[RuleOut.model_validate(each) for each in hook.rules],
            old_secret_expires_at=hook.secrets[-1].expires_at,
            created_at=hook.created_at,
            created_by=hook.created_by,
            **more,
        )


class NewCiHookOut(CiHookOut):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_OUT, "secret": "uT7Zk3QvYb0Lw9RsXe5MnDc1JgHf8PaKi2BoVq6E"}]},
    )

    secret: str = Field(description="What the provider is told to sign with. Shown now and never again.")


class CiHookPageOut(Out):
    data: list[CiHookOut]
    total: int
    skip: int
    take: int
