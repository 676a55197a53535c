"""Dependencies in requests and responses."""

from dataclasses import replace
from typing import Annotated

from pydantic import ConfigDict, Field

from lull.domain.dependencies import Category, Dependency
from lull.use_cases.dependencies import DependencyStatus, WatchedDependency
from schemas.base import ABSENT, HttpUrl, Id, In, Name, Out, OutInstant, PageOut, Patch

AnyCategory = Annotated[Category, Field(strict=False)]


class DependencyIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Payments API", "category": "API"}]})

    workspace_id: Id | None = None
    name: Name
    description: Name | None = None
    category: AnyCategory = Category.OTHER
    url: HttpUrl | None = None


class DependencyPatch(Patch):
    """Only the fields to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Payments"}]})

    name: Name = ABSENT
    description: Name | None = None
    category: AnyCategory = ABSENT
    url: HttpUrl | None = None

    def applied_to(self, dependency: Dependency) -> Dependency:
        return replace(dependency, **self.said())


class DependencyOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 3,
                    "workspaceId": 1,
                    "name": "Payments API",
                    "description": None,
                    "category": "API",
                    "url": None,
                    "status": "OK",
                    "createdAt": "2026-03-01T12:30:00Z",
                }
            ]
        }
    )

    id: int
    workspace_id: int
    name: str
    description: str | None
    category: Category
    url: str | None
    status: DependencyStatus
    created_at: OutInstant

    @classmethod
    def of(cls, watched: WatchedDependency) -> "DependencyOut":
        dependency = watched.dependency
        return cls(
            id=dependency.id,
            workspace_id=dependency.workspace_id,
            name=dependency.name,
            description=dependency.description,
            category=dependency.category,
            url=dependency.url,
            status=watched.status,
            created_at=dependency.created_at,
        )


class DependencyPageOut(PageOut):
    items: list[DependencyOut] = Field(description="The dependencies of this page, by id.")
