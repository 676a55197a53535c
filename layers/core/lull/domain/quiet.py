"""What was kept quiet: what would have been told, had no deployment or maintenance window been there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kept(StrEnum):
    OUTAGE = "OUTAGE"
    """A check that a deployment held was not heard of in time, or said that it is not well."""
    INCIDENT = "INCIDENT"
    """No incident was opened for a check that is DOWN."""
    ALERT = "ALERT"
    """Nobody was told of an incident, or of its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptQuiet:
    """One thing that was kept quiet."""

    kind: Kept
    check_id: int
    at: datetime
    title: str
    incident_id: int | None = None
