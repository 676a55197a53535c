"""What a page shows at one moment, and nothing that visitors may not know."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from lull.domain import uptime
from lull.domain.announcements import Announcement, Status, ended_at
from lull.domain.health import ComponentStatus
from lull.domain.uptime import Bucket, DayUptime, Timeline

LONGEST_HISTORY = 365
"""Days of uptime that are published of each component."""


FAREWELL = timedelta(days=7)
"""How long a page that shows no past still says in its feed that something is over."""
_OUTAGES = (ComponentStatus.MAJOR_OUTAGE, ComponentStatus.PARTIAL_OUTAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentSnapshot:
    id: int
    name: str
    description: str | None
    group_name: str | None
    position: int
    status: ComponentStatus
    show_uptime_bar: bool
    timeline: Timeline | None = None
    """What it showed when, over the longest history; None where no uptime is shown."""

    def uptime(self, *, days: int, at: datetime) -> "UptimeSnapshot | None":
        """Of the last `days` days, the last of which is that of `at`, as far as it has passed then."""
        return None if self.timeline is None else _uptime(self.timeline, days, at)

    def is_out(self, at: datetime) -> bool:
        """Whether its figure falls with every second."""
        return self.timeline is not None and uptime.is_outage(uptime.bucket_at(self.timeline, at))


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeSnapshot:
    percentage: Decimal | None
    """Over all of the days; None if there is no second to judge by."""
    days: tuple[DayUptime, ...]
    """Oldest first."""
    now: Bucket | None = None
    """What has just begun may have no second yet."""


@lru_cache(maxsize=128)
def _uptime(timeline: Timeline, days: int, at: datetime) -> UptimeSnapshot:
    # Kept: page, JSON, widget and the rest ask for the same days of the same publish.
    last = at.date()
    counted = uptime.days(timeline, last - timedelta(days=days - 1), last, at=at)
    now = uptime.bucket_at(timeline, at)
    return UptimeSnapshot(percentage=uptime.percentage(counted, now=now), days=counted, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSnapshot:
    """An outage of something that the page shows, told as its component is: names of checks are nobody's business."""

    id: int
    component_id: int
    component_name: str
    started_at: datetime
    resolved_at: datetime | None
    partial: bool = False
    """Of one of several checks that the component stands for."""

    @property
    def title(self) -> str:
        return f"{self.component_name} was down" if self.resolved_at else f"{self.component_name} is down"


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
    occurrence: int = 0
    """Of a recurring one, the number of this time; it keeps it when it is moved."""
    edits: int = 0
    """How often somebody has changed it."""
    planned_at: datetime | None = None
    """When it was planned first, if that is known."""
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
    general: bool
    """Written of no component in particular, unlike one whose components are gone."""
    scheduled_for: datetime | None
    scheduled_until: datetime | None
    created_at: datetime
    updates: tuple[UpdateSnapshot, ...]
    edited_at: datetime | None = None

    @property
    def updated_at(self) -> datetime:
        return max(self.updates[-1].created_at, self.edited_at or self.created_at)

    @property
    def resolved_at(self) -> datetime | None:
        """When it was over; None while it is not."""
        if self.status != Status.RESOLVED:
            return None
        return ended_at(self.updates, created_at=self.created_at, until=self.scheduled_until)

    @classmethod
    def of(cls, told: Announcement, component_ids: tuple[int, ...]) -> "AnnouncementSnapshot":
        """`component_ids` are those of its components that the page still has."""
        return cls(
            id=told.id,
            title=told.title,
            status=told.status,
            impact=told.impact,
            component_ids=component_ids,
            general=not told.component_ids,
            scheduled_for=told.scheduled_for,
            scheduled_until=told.scheduled_until,
            created_at=told.created_at,
            edited_at=told.edited_at,
            updates=tuple(
                UpdateSnapshot(id=each.id, status=each.status, body=each.body, created_at=each.created_at)
                for each in told.updates
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSnapshot:
    """Everything the renderers may use. It never holds ids of checks, projects or workspaces, tokens or their URLs."""

    id: int
    name: str
    slug: str
    host: str | None = None
    """The owner's, proven: the page is at its root."""
    created_at: datetime
    today: date
    """The UTC day that it is of: with the next one the uptime bars move on."""
    counted_in: datetime | None = None
    """While there is an outage, the slot that it is of: with the next one the figures move on. See `publications`."""
    logo_url: str | None
    favicon_url: str | None
    primary_color: str | None
    background_color: str | None
    show_uptime_history: bool
    uptime_history_days: int
    show_incident_history: bool
    header_html: str | None = None
    """The owner's, on HTML pages only."""
    footer_html: str | None = None
    status: ComponentStatus
    description: str
    components: tuple[ComponentSnapshot, ...]
    announcements: tuple[AnnouncementSnapshot, ...] = ()
    """Open ones, newest first."""
    scheduled: tuple[AnnouncementSnapshot, ...] = ()
    """Those to come, by their start."""
    maintenances: tuple[MaintenanceSnapshot, ...] = ()
    """Under way or ahead, by their start."""
    resolved: tuple[AnnouncementSnapshot, ...] = ()
    """Those of the last twelve months that are over, newest first."""
    incidents: tuple[IncidentSnapshot, ...] = ()
    """Outages that go on, or that began in the last twelve months, newest first.

    Of a page that shows no past those that go on or have just ended."""

    @property
    def ongoing(self) -> tuple[IncidentSnapshot, ...]:
        """Outages that go on and that their components show: what maintenance explains is not told as an outage."""
        down = {component.id for component in self.components if component.status in _OUTAGES}
        return tuple(each for each in self.incidents if each.resolved_at is None and each.component_id in down)

    def component(self, component_id: int) -> ComponentSnapshot:
        """Raises LookupError if the page has none of this id."""
        for component in self.components:
            if component.id == component_id:
                return component
        raise LookupError(component_id)

    @property
    def digest(self) -> str:
        """The same for what shows the same, wherever, in every process: hex SHA-256."""
        return _digest(asdict(self))

    @property
    def content_digest(self) -> str:
        """Of everything but the uptime bars."""
        shown = asdict(self)
        del shown["today"], shown["counted_in"]
        for component in shown["components"]:
            del component["timeline"]
        return _digest(shown)


def _digest(shown: dict[str, Any]) -> str:
    del shown["host"]
    return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()
