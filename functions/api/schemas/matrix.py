"""The deployment matrix in responses: seed 002."""

from pydantic import ConfigDict, Field

from lull.domain.cells import Cell
from lull.domain.component_deployments import Status
from lull.domain.environments import Environment
from lull.use_cases.matrix import Row
from schemas.base import Out, OutInstant


class InFlightOut(Out):
    deployment_id: str
    version: str
    since: OutInstant


class CellOut(Out):
    environment_id: str
    deployment_id: str | None
    version: str | None
    status: Status | None
    commit_sha: str | None
    deployed_at: OutInstant | None
    in_progress: list[InFlightOut] = Field(description="Deployments that run, oldest first.")

    @classmethod
    def of(cls, environment: Environment, cell: Cell) -> "CellOut":
        latest = cell.latest
        return cls(
            environment_id=environment.id,
            deployment_id=latest.deployment_id if latest else None,
            version=latest.version if latest else None,
            status=Status.SUCCEEDED if latest else None,
            commit_sha=latest.commit_sha if latest else None,
            deployed_at=latest.at if latest else None,
            in_progress=[InFlightOut.model_validate(each) for each in cell.in_flight],
        )


class MatrixRowOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "componentId": "550e8400-e29b-41d4-a716-446655440001",
                    "componentName": "user-service",
                    "kind": "service",
                    "environments": {
                        "staging": None,
                        "production": {
                            "environmentId": "550e8400-e29b-41d4-a716-446655440010",
                            "deploymentId": "7f9c24e8-3b1a-4c4e-9b0a-0a4b2f1d6c3e",
                            "version": "v2.3.0",
                            "status": "succeeded",
                            "commitSha": "a1b2c3d4e5f6",
                            "deployedAt": "2026-03-01T12:35:00Z",
                            "inProgress": [],
                        },
                    },
                }
            ]
        }
    )

    component_id: str
    component_name: str
    kind: str
    environments: dict[str, CellOut | None] = Field(
        description="By the name of the environment, in their order; null where nothing was ever deployed."
    )

    @classmethod
    def of(cls, row: Row) -> "MatrixRowOut":
        return cls(
            component_id=row.component.id,
            component_name=row.component.name,
            kind=row.component.kind,
            environments={
                environment.name: CellOut.of(environment, cell) if cell else None for environment, cell in row.cells
            },
        )
