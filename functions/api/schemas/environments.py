"""Environments in requests and responses: section 7 of the semantics."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints

from lull.domain.environments import LONGEST_NAME, SHORTEST_NAME, Environment, EnvironmentType, type_of
from schemas.base import ABSENT, CheckIds, Id, In, Out, OutInstant, Patch, composed, plain_text, trimmed
from schemas.components import CHECKS, PROJECT

_EXAMPLE: dict[str, Any] = {"name": "production", "type": "production", "order": 3, "projectId": 1, "checkIds": []}

EnvironmentName = Annotated[
    str,
    BeforeValidator(composed),
    StringConstraints(min_length=SHORTEST_NAME, max_length=LONGEST_NAME),
    AfterValidator(plain_text),
    AfterValidator(trimmed),
    Field(description="Unique in the workspace, whatever its case."),
]
Order = Annotated[int, Field(ge=0, le=1000, description="Its place in the matrix, from the left.")]
AnyType = Annotated[EnvironmentType, Field(strict=False)]


class EnvironmentIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: EnvironmentName
    type: Annotated[AnyType, Field(description="If it is not given: what its name says, or `other`.")] = ABSENT
    order: Order = 0
    project_id: Id | None = Field(default=None, description=PROJECT)
    check_ids: CheckIds = Field(default_factory=list, description=CHECKS)

    def described(self) -> dict[str, Any]:
        """The fields of an Environment that the caller gives."""
        return {
            "name": self.name,
            "type": self.type if "type" in self.model_fields_set else type_of(self.name),
            "order": self.order,
            "project_id": self.project_id,
            "check_ids": tuple(dict.fromkeys(self.check_ids)),
        }


class EnvironmentPatch(Patch):
    """Only the fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"order": 4}]})

    name: EnvironmentName = ABSENT
    type: AnyType = ABSENT
    order: Order = ABSENT
    project_id: Id | None = None
    check_ids: CheckIds = ABSENT

    def applied_to(self, environment: Environment) -> Environment:
        said = self.said()
        if "check_ids" in said:
            said["check_ids"] = tuple(dict.fromkeys(said["check_ids"]))
        return replace(environment, **said)


class EnvironmentOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": "550e8400-e29b-41d4-a716-446655440010", **_EXAMPLE, "createdAt": "2026-03-01T12:30:00Z"}
            ]
        }
    )

    id: str
    name: str
    type: EnvironmentType
    order: int
    project_id: int | None
    check_ids: list[int]
    created_at: OutInstant


class EnvironmentPageOut(Out):
    data: list[EnvironmentOut]
    total: int
    skip: int
    take: int
