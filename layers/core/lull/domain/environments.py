"""Environments: where components are deployed (seed 002; section 7 of the semantics)."""

import re
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


FOR_CUSTOMERS = frozenset({EnvironmentType.PRODUCTION, EnvironmentType.OTHER})
"""Those that the checks of a component are taken to watch, unless an environment says which do."""


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


_CALLED = {
    EnvironmentType.PREVIEW: {"preview", "review", "pr", "mr"},
    EnvironmentType.TESTING: {
        *("testing", "test", "tests", "qa", "uat", "ci", "int", "integration", "acceptance", "acc"),
        *("perf", "performance", "load", "nightly", "demo"),
    },
    EnvironmentType.STAGING: {"staging", "stage", "stg", "preprod", "preproduction", "nonprod", "nonproduction"},
    EnvironmentType.DEVELOPMENT: {"development", "develop", "devel", "dev", "local", "sandbox"},
    EnvironmentType.PRODUCTION: {"production", "prod", "prd", "live"},
}
_UNSAID = {"pre", "non", "not"}
"""With one of these, "production" says what it is not."""


def type_of(name: str) -> EnvironmentType:
    """The type of an environment that says none, from the words of its name; production only where nothing else is.

    >>> [str(type_of(name)) for name in ("eu-prod1", "review/login-page", "Production test", "eu-west")]
    ['production', 'preview', 'testing', 'other']
    """
    words = set(re.split(r"[\W_]+|(?<=[^\W\d])(?=\d)", name.casefold()))
    found = next((type_ for type_, names in _CALLED.items() if words & names), EnvironmentType.OTHER)
    return EnvironmentType.STAGING if found is EnvironmentType.PRODUCTION and words & _UNSAID else found
