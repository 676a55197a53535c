"""Components: what is deployed, such as a service or a web site (seed 002; section 7 of the semantics)."""

from dataclasses import dataclass
from datetime import datetime

MAX_CHECKS = 100
DEFAULT_KIND = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """`project_id` and `check_ids` say which checks watch it: these, or else all of the project."""

    id: str
    workspace_id: int
    name: str
    kind: str = DEFAULT_KIND
    description: str | None = None
    project_id: int | None = None
    check_ids: tuple[int, ...] = ()
    created_at: datetime
    revision: int = 0
