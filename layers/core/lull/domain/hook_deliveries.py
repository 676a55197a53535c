"""Deliveries of CI webhooks: one request of a provider, and what came of it.

A delivery is written when it is received and applied afterwards, from the table's stream; until then it has no verdict.
"""

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lull.domain.deployment_reports import Report
from lull.domain.errors import Conflict

KEPT_FOR = timedelta(days=14)


class Verdict(StrEnum):
    APPLIED = "applied"
    IGNORED = "ignored"
    """It says nothing that a deployment could become."""
    UNMAPPED = "unmapped"
    """No rule says of which component it speaks, or of which environment; kept, to be replayed."""
    DUPLICATE = "duplicate"
    """It says what was known."""
    LATE = "late"
    """It says what something newer has overtaken; the deployment's history has it."""
    REJECTED = "rejected"
    """Its signature is not ours: nothing of it was read. One a minute is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDelivery:
    id: str
    workspace_id: int
    hook_id: str
    event: str
    sender_id: str
    """What the sender calls it."""
    received_at: datetime
    asked_at: datetime
    """When it was received, or replayed last."""
    report: Report | None = None
    verdict: Verdict | None = None
    reason: str | None = None
    deployment_id: str | None = None
    revision: int = 0

    @property
    def due_at(self) -> datetime | None:
        return self.asked_at if self.verdict is None else None


def delivery_id(hook_id: str, sender_id: str) -> str:
    """The id of a delivery, the same each time that it is sent.

    >>> delivery_id("a", "b") == delivery_id("a", "b") != delivery_id("a", "c")
    True
    """
    digest = hashlib.sha256(f"{hook_id} {sender_id}".encode(errors="replace")).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def settled(delivery: HookDelivery, verdict: Verdict, reason: str | None, deployment_id: str | None) -> HookDelivery:
    return replace(delivery, verdict=verdict, reason=reason, deployment_id=deployment_id)


def replayed(delivery: HookDelivery, *, at: datetime) -> HookDelivery:
    """The delivery, to be applied once more. Raises Conflict unless it was unmapped."""
    if delivery.verdict is not Verdict.UNMAPPED:
        raise Conflict(
            f"only unmapped deliveries are replayed; this one is {delivery.verdict or 'still to be applied'}"
        )
    return replace(delivery, verdict=None, reason=None, asked_at=at)
