"""What a page shows at one moment, and nothing that visitors may not know."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from lull.domain.announcements import Announcement
from lull.domain.health import ComponentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentSnapshot:
    id: int
    name: str
    description: str | None
    group_name: str | None
    position: int
    status: ComponentStatus
    show_uptime_bar: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceSnapshot:
    """Planned work that its owner wants visitors to know of."""

    id: int
    name: str
    description: str | None
    start_at: datetime
    end_at: datetime
    under_way: bool
    announced: bool = False
    """An announcement that is on the page tells of it already."""
    component_ids: tuple[int, ...]
    """The components of the page that it concerns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSnapshot:
    id: int
    status: str
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementSnapshot:
    """What the owner tells, with its updates, oldest first."""

    id: int
    title: str
    status: str
    impact: str
    component_ids: tuple[int, ...]
    scheduled_for: datetime | None
    scheduled_until: datetime | None
    created_at: datetime
    updates: tuple[UpdateSnapshot, ...]

    @classmethod
    def of(cls, told: Announcement, component_ids: tuple[int, ...]) -> "AnnouncementSnapshot":
        """`component_ids` are those of its components that the page still has."""
        return cls(
            id=told.id,
            title=told.title,
            status=told.status,
            impact=told.impact,
            component_ids=component_ids,
            scheduled_for=told.scheduled_for,
            scheduled_until=told.scheduled_until,
            created_at=told.created_at,
            updates=tuple(
                UpdateSnapshot(id=each.id, status=each.status, body=each.body, created_at=each.created_at)
                for each in told.updates
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSnapshot:
    """Everything the renderers may use. It never holds ids of checks, projects or workspaces, tokens or their URLs."""

    name: str
    slug: str
    logo_url: str | None
    favicon_url: str | None
    primary_color: str | None
    background_color: str | None
    show_uptime_history: bool
    uptime_history_days: int
    show_incident_history: bool
    status: ComponentStatus
    description: str
    components: tuple[ComponentSnapshot, ...]
    announcements: tuple[AnnouncementSnapshot, ...] = ()
    """Open ones, newest first."""
    scheduled: tuple[AnnouncementSnapshot, ...] = ()
    """Those to come, by their start."""
    maintenances: tuple[MaintenanceSnapshot, ...] = ()
    """Under way or ahead, by their start."""

    @property
    def digest(self) -> str:
        """The same for what shows the same, in every process: hex SHA-256."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=datetime.isoformat).encode()).hexdigest()
