"""Maintenance windows: planned work during which alerts, incidents or both are kept quiet.

    SCHEDULED ──► ACTIVE ──► COMPLETED          SCHEDULED, ACTIVE ──► CANCELLED
        ▲            │
        └────────────┘  a recurring one, until its next occurrence

What a window suppresses follows from its times and the clock alone, not from its state: a wake-up that comes late
neither begins nor prolongs the quiet. Rules: seed 001 (Ionhour maintenance windows), sections 4 and 5 of the semantics.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lull.domain.cron import parsed_cron
from lull.domain.errors import Conflict, FieldError, Invalid
from lull.domain.machine import Transitions, move
from lull.domain.recurrence import check_fits, next_occurrence
from lull.domain.time_zones import parsed_zone


class State(StrEnum):
    SCHEDULED = "SCHEDULED"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Outcome(StrEnum):
    """How an occurrence ended."""

    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    """Somebody cancelled it while it ran."""


TRANSITIONS: Transitions[State] = {
    State.SCHEDULED: frozenset({State.ACTIVE, State.CANCELLED}),
    State.ACTIVE: frozenset({State.COMPLETED, State.CANCELLED, State.SCHEDULED}),
    State.COMPLETED: frozenset(),
    State.CANCELLED: frozenset(),
}

MAX_PROJECTS = 45
"""Of one window: a change of all of them fits into one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time that a window came to its end."""

    start_at: datetime
    end_at: datetime
    """When it was over: as planned, or when somebody cancelled it."""
    outcome: Outcome
    project_ids: tuple[int, ...] = ()
    """Those of the window at the time; none in records that are older than this field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow:
    """Planned work on some projects. Of a recurring one, `start_at` and `end_at` are the current or next occurrence."""

    id: int
    workspace_id: int
    name: str
    description: str | None = None
    state: State = State.SCHEDULED
    start_at: datetime
    end_at: datetime
    project_ids: tuple[int, ...]
    suppress_alerts: bool = True
    suppress_incidents: bool = True
    auto_publish_to_status_page: bool = False
    timezone: str = "UTC"
    recurring_cron: str | None = None
    """Five fields, read in `timezone`; None for one that takes place once."""
    occurrence: int = 0
    """The number of the current or next occurrence, which keeps it when it is edited."""
    edits: int = 0
    """How often it was edited: calendars take what has the higher number."""
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    created_at: datetime
    created_by: str
    revision: int = 0

    @property
    def duration(self) -> timedelta:
        """Of each occurrence, in elapsed time."""
        return self.end_at - self.start_at

    @property
    def is_over(self) -> bool:
        return self.state in (State.COMPLETED, State.CANCELLED)

    @property
    def over_at(self) -> datetime | None:
        """When the last of it was over; None while it is not."""
        if self.state is State.CANCELLED:
            return self.cancelled_at
        return self.end_at if self.state is State.COMPLETED else None

    @property
    def due_at(self) -> datetime | None:
        """When somebody must look at it next; None once it is over."""
        if self.is_over:
            return None
        return self.start_at if self.state is State.SCHEDULED else self.end_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """What one window keeps quiet in one project, when, and whether visitors of status pages may know."""

    window_id: int
    name: str
    description: str | None = None
    actor: str
    start_at: datetime
    end_at: datetime
    alerts: bool
    incidents: bool
    published: bool
    occurrence: int = 0
    edits: int = 0
    planned_at: datetime | None = None
    """When the window was created; None in records that are older than this field."""

    def is_in_effect(self, at: datetime) -> bool:
        return self.start_at <= at < self.end_at


def suppression(window: MaintenanceWindow) -> Suppression | None:
    """What a window keeps quiet, or will; None once it is over."""
    if window.is_over:
        return None
    return Suppression(
        window_id=window.id,
        name=window.name,
        description=window.description,
        actor=window.created_by,
        start_at=window.start_at,
        end_at=window.end_at,
        alerts=window.suppress_alerts,
        incidents=window.suppress_incidents,
        published=window.auto_publish_to_status_page,
        occurrence=window.occurrence,
        edits=window.edits,
        planned_at=window.created_at,
    )


def in_project(
    window: MaintenanceWindow, over: Iterable[Occurrence], project_id: int
) -> list[tuple[datetime, datetime]]:
    """From when to when a window was in effect in a project, and is or will be."""
    times = [(each.start_at, each.end_at) for each in over if project_id in (each.project_ids or window.project_ids)]
    if not window.is_over and project_id in window.project_ids:
        times.append((window.start_at, window.end_at))
    return times


def planned(window: MaintenanceWindow, *, at: datetime, was: MaintenanceWindow | None = None) -> MaintenanceWindow:
    """The window as it stands at `at`: SCHEDULED, or ACTIVE if it has begun already.

    Raises Invalid naming each field that contradicts another or the clock: of start and end, the one that differs from
    what `was`.
    """
    errors = []
    only_start_moved = was is not None and was.start_at != window.start_at and was.end_at == window.end_at
    if window.end_at <= window.start_at:
        wrong = FieldError("startAt", "must be before endAt") if only_start_moved else None
        errors.append(wrong or FieldError("endAt", "must be after startAt"))
    elif was is not None and was.start_at != window.start_at and window.end_at <= at:
        errors.append(FieldError("startAt", "is in the past, and so is endAt"))
    elif window.end_at <= at:
        errors.append(FieldError("endAt", "is in the past"))
    if not window.project_ids:
        errors.append(FieldError("projectIds", "must name at least one project"))
    if len(window.project_ids) > MAX_PROJECTS:
        errors.append(FieldError("projectIds", f"must name at most {MAX_PROJECTS} projects"))
    if errors:
        raise Invalid(*errors)
    zone = parsed_zone(window.timezone)
    if window.recurring_cron is not None:
        cron = parsed_cron(window.recurring_cron)
        try:
            check_fits(cron, zone, first_start=window.start_at, duration=window.duration)
        except Invalid as refused:
            if not only_start_moved:
                raise
            raise Invalid(
                *(replace(each, field="startAt") if each.field == "endAt" else each for each in refused.errors)
            ) from refused
    state = State.ACTIVE if window.start_at <= at else State.SCHEDULED
    return replace(window, state=state, edits=was.edits + 1 if was else 0)


def require_editable(window: MaintenanceWindow) -> None:
    """Raises Conflict unless it is SCHEDULED: others are immutable (seed 001)."""
    if window.state is not State.SCHEDULED:
        raise Conflict(f"the maintenance window is {window.state}; only SCHEDULED ones can be changed")


def cancelled(window: MaintenanceWindow, *, at: datetime, by: str) -> tuple[MaintenanceWindow, Occurrence | None]:
    """The window, called off with all that were to follow, and the occurrence that this cut short, if one had begun.

    Raises Conflict if it is over already.
    """
    state = move(TRANSITIONS, window.state, State.CANCELLED, noun="maintenance window")
    called_off = replace(window, state=state, cancelled_at=at, cancelled_by=by)
    if not window.start_at < at:
        return called_off, None
    return called_off, _ended(window, min(at, window.end_at), Outcome.CANCELLED)


def next_step(window: MaintenanceWindow, *, at: datetime) -> tuple[MaintenanceWindow, Occurrence | None] | None:
    """The window after the one change that is due at `at`, and the occurrence that this ended; None if none is due."""
    if window.due_at is None or window.due_at > at:
        return None
    if window.state is State.SCHEDULED:
        return replace(window, state=move(TRANSITIONS, window.state, State.ACTIVE, noun="maintenance window")), None
    return _rolled_over(window), _ended(window, window.end_at, Outcome.COMPLETED)


def _ended(window: MaintenanceWindow, end_at: datetime, outcome: Outcome) -> Occurrence:
    return Occurrence(start_at=window.start_at, end_at=end_at, outcome=outcome, project_ids=window.project_ids)


def _rolled_over(window: MaintenanceWindow) -> MaintenanceWindow:
    """The next occurrence follows from the definition and the last planned start, never from when anybody looked."""
    if window.recurring_cron is None:
        return replace(window, state=move(TRANSITIONS, window.state, State.COMPLETED, noun="maintenance window"))
    zone = parsed_zone(window.timezone)
    start_at = next_occurrence(parsed_cron(window.recurring_cron), zone, after=window.start_at)
    state = move(TRANSITIONS, window.state, State.SCHEDULED, noun="maintenance window")
    return replace(
        window, state=state, start_at=start_at, end_at=start_at + window.duration, occurrence=window.occurrence + 1
    )
