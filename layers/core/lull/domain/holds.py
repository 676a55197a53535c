"""Why a check is quiet: a set of holds, each owned by one source."""

from dataclasses import dataclass
from datetime import datetime

MANUAL = "manual"

MAX_OF_DEPLOYMENTS = 100
"""How many deployments may hold one check at once: an item of the table has room for so many and not for any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One reason why a check is paused (semantics, section 2).

    `source` is `manual` or `deployment:<id>`; whoever added a hold removes that one and no other, so overlapping
    deployments and a pause by hand never undo each other. `until` is when it ends by itself, if it does.
    """

    source: str
    actor: str
    since: datetime
    until: datetime | None = None


def of_deployment(window_id: int) -> str:
    """The source of the holds of one deployment window.

    >>> of_deployment(17)
    'deployment:17'
    """
    return f"deployment:{window_id}"


def deployment_id(source: str) -> int:
    """The deployment window that `of_deployment` named."""
    return int(source.partition(":")[2])


def is_of_deployment(source: str) -> bool:
    return source.startswith("deployment:")
