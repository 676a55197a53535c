"""Projects in requests and responses."""

from pydantic import ConfigDict, Field

from schemas.base import In, Name, Out, OutInstant, PageOut


class ProjectIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Shop"}]})

    name: Name


class ProjectOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": 1, "workspaceId": 1, "name": "Shop", "createdAt": "2026-03-01T12:30:00Z"}]
        }
    )

    id: int
    workspace_id: int
    name: str
    created_at: OutInstant


class ProjectPageOut(PageOut):
    items: list[ProjectOut] = Field(description="The projects of this page, by id.")


class WorkspaceOut(Out):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": 1, "name": "Default", "createdAt": "2026-03-01T12:30:00Z"}]}
    )

    id: int
    name: str
    created_at: OutInstant
