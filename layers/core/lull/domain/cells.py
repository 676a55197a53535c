"""A cell of the deployment matrix: what runs of one component in one environment (section 7 of the semantics).

What is deployed is the newest success by the moment of success. A cell is written in the transaction that records the
success, so that it costs the same to read whatever has happened before.
"""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """A deployment that succeeded and has not been rolled back."""

    deployment_id: str
    version: str
    at: datetime
    commit_sha: str | None = None

    @property
    def order(self) -> tuple[datetime, str]:
        return self.at, self.deployment_id


@dataclass(frozen=True, slots=True, kw_only=True)
class InFlight:
    """A deployment that runs."""

    deployment_id: str
    version: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    workspace_id: int
    component_id: str
    environment_id: str
    latest: Success | None = None
    in_flight: tuple[InFlight, ...] = ()
    """Oldest first."""
    revision: int = 0


def departed(cell: Cell, flight: InFlight) -> Cell:
    """With a deployment that has begun to run."""
    flying = [*landed(cell, flight.deployment_id).in_flight, flight]
    return replace(cell, in_flight=tuple(sorted(flying, key=lambda each: (each.since, each.deployment_id))))


def landed(cell: Cell, deployment_id: str) -> Cell:
    """Without a deployment that no longer runs."""
    return replace(cell, in_flight=tuple(each for each in cell.in_flight if each.deployment_id != deployment_id))


def succeeded(cell: Cell, success: Success) -> Cell:
    """With a success, which is what runs now unless a newer one is known."""
    newest = success if cell.latest is None else max(cell.latest, success, key=lambda each: each.order)
    return replace(cell, latest=newest)
