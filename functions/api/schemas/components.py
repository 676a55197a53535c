"""Components in requests and responses: section 7 of the semantics."""

import re
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from lull.domain.components import DEFAULT_KIND, Component
from schemas.base import ABSENT, CheckIds, Id, In, Name, Out, OutInstant, Patch, Title

_EXAMPLE: dict[str, Any] = {"name": "checkout", "kind": "service", "projectId": 1, "checkIds": [10, 11]}


def _kind(text: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9-]{0,49}", text, re.ASCII):
        raise ValueError("must be 1 to 50 of a-z, 0-9 and -, beginning with a letter")
    return text


Kind = Annotated[
    str,
    AfterValidator(_kind),
    Field(description="What sort of thing it is, such as service, website, library, function or job."),
]
PROJECT = "All checks of this project watch it, unless `checkIds` names some."
CHECKS = "The checks that watch it."


class ComponentIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Title = Field(description="Unique in the workspace, whatever its case.")
    kind: Kind = DEFAULT_KIND
    description: Name | None = None
    project_id: Id | None = Field(default=None, description=PROJECT)
    check_ids: CheckIds = Field(default_factory=list, description=CHECKS)

    def described(self) -> dict[str, Any]:
        """The fields of a Component that the caller gives."""
        return {**self.model_dump(exclude={"check_ids"}), "check_ids": tuple(dict.fromkeys(self.check_ids))}


class ComponentPatch(Patch):
    """Only the fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"checkIds": [10, 11, 12]}]})

    name: Title = ABSENT
    kind: Kind = ABSENT
    description: Name | None = None
    project_id: Id | None = None
    check_ids: CheckIds = ABSENT

    def applied_to(self, component: Component) -> Component:
        said = self.said()
        if "check_ids" in said:
            said["check_ids"] = tuple(dict.fromkeys(said["check_ids"]))
        return replace(component, **said)


class ComponentOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "550e8400-e29b-41d4-a716-446655440001",
                    **_EXAMPLE,
                    "description": None,
                    "createdAt": "2026-03-01T12:30:00Z",
                }
            ]
        }
    )

    id: str
    name: str
    kind: str
    description: str | None
    project_id: int | None
    check_ids: list[int]
    created_at: OutInstant


class ComponentPageOut(Out):
    data: list[ComponentOut]
    total: int
    skip: int
    take: int
