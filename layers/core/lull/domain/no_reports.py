"""What a delivery may be, if it is no report."""

from dataclasses import dataclass

from lull.domain.errors import FieldError


@dataclass(frozen=True, slots=True)
class Ignored:
    """It speaks of deployments, but says nothing that one could become."""

    reason: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """It is of our own schema and breaks it: whoever sends it is told, and it is not kept."""

    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Ping:
    """The provider tries whether anybody is there."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It does not speak of deployments. It is not kept: a busy repository sends thousands."""
