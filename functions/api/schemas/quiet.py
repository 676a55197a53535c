"""What was kept quiet, in responses."""

from pydantic import Field

from lull.domain.quiet import Kept
from schemas.base import Out, OutInstant


class KeptQuietOut(Out):
    kind: Kept = Field(
        description="OUTAGE: a paused check would have been DOWN. INCIDENT: none was opened. ALERT: nobody was told."
    )
    check_id: int
    at: OutInstant
    title: str
    incident_id: int | None
