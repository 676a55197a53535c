"""Environments: where components are deployed (seed 002; section 7 of the semantics)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SHORTEST_NAME = 2
LONGEST_NAME = 50


class EnvironmentType(StrEnum):
    """What an environment is for. Production is what the DORA metrics are about."""

    PRODUCTION = "production"
    STAGING = "staging"
    TESTING = "testing"
    DEVELOPMENT = "development"
    PREVIEW = "preview"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """`project_id` and `check_ids` say which checks watch it: these, or else all of the project."""

    id: str
    workspace_id: int
    name: str
    type: EnvironmentType = EnvironmentType.OTHER
    order: int = 0
    """The place in the matrix, from the left; by name where these are equal."""
    project_id: int | None = None
    check_ids: tuple[int, ...] = ()
    created_at: datetime
    revision: int = 0


def type_of(name: str) -> EnvironmentType:
    """The type of an environment that says none: the one it is named after.

    >>> type_of("Production")
    <EnvironmentType.PRODUCTION: 'production'>
    >>> type_of("eu-west")
    <EnvironmentType.OTHER: 'other'>
    """
    return next((each for each in EnvironmentType if each == name.casefold()), EnvironmentType.OTHER)
