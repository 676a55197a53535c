"""What callers and wake-ups can do with a maintenance window, and what windows keep quiet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from lull.domain import maintenance_windows as domain
from lull.domain import recurrence
from lull.domain.credentials import Caller
from lull.domain.cron import parsed_cron
from lull.domain.errors import FieldError, Invalid, NotFound
from lull.domain.maintenance_windows import MaintenanceWindow, State, Suppression
from lull.domain.projects import Project
from lull.domain.quiet import KeptQuiet
from lull.domain.time_zones import end_of_gap, instants, parsed_zone
from lull.store import counters, projects, quiet
from lull.store import maintenance_windows as store
from lull.use_cases.retrying import on_stale_write

Change = Callable[[MaintenanceWindow], MaintenanceWindow]


@dataclass(frozen=True, slots=True)
class Shown:
    """A window with what belongs to it."""

    window: MaintenanceWindow
    projects: list[Project]
    occurrences: list[domain.Occurrence]
    kept_quiet: list[KeptQuiet]


def create_maintenance_window(caller: Caller, described: MaintenanceWindow, *, at: datetime) -> Shown:
    """Plan a window; it is in effect at once if it has begun. Raises Invalid naming the fields."""
    window = domain.planned(
        replace(described, workspace_id=caller.workspace_id, created_at=at, created_by=caller.actor), at=at
    )
    known = _known_projects(window)
    created = store.create_maintenance_window(replace(window, id=counters.next_id(store.KIND)))
    return Shown(created, known, [], [])


def _known_projects(window: MaintenanceWindow) -> list[Project]:
    """The projects of a window. Raises Invalid naming those that do not exist."""
    found = projects.get_projects(window.workspace_id, window.project_ids)
    missing = set(window.project_ids) - {project.id for project in found}
    if missing:
        raise Invalid(
            *(
                FieldError(f"projectIds.{position}", f"there is no project {project_id}")
                for position, project_id in enumerate(window.project_ids)
                if project_id in missing
            )
        )
    return found


def get_maintenance_window(caller: Caller, window_id: int) -> Shown:
    window = _get(caller, window_id)
    return Shown(
        window,
        projects.get_projects(window.workspace_id, window.project_ids),
        store.list_occurrences(window.workspace_id, window.id),
        quiet.list_kept_quiet(quiet.of_maintenance(window.workspace_id, window.id)),
    )


def _get(caller: Caller, window_id: int) -> MaintenanceWindow:
    window = store.get_maintenance_window(caller.workspace_id, window_id)
    if window is None:
        raise NotFound("maintenance window")
    return window


def list_maintenance_windows(caller: Caller, *, state: State | None) -> list[MaintenanceWindow]:
    """Windows of the workspace, latest start first."""
    found = [each for each in store.list_maintenance_windows(caller.workspace_id) if state in (None, each.state)]
    return sorted(found, key=lambda window: (window.start_at, window.id), reverse=True)


def change_maintenance_window(caller: Caller, window_id: int, change: Change, *, at: datetime) -> Shown:
    """Write what `change` makes of a window that has not begun.

    Raises Invalid naming the fields, Conflict unless it is SCHEDULED.
    """

    def decide() -> None:
        window = _current(caller, window_id, at=at)
        domain.require_editable(window)
        changed = domain.planned(change(window), at=at, was=window)
        _known_projects(changed)
        store.save_maintenance_window(changed, was=window)

    on_stale_write(decide)
    return get_maintenance_window(caller, window_id)


def _current(caller: Caller, window_id: int, *, at: datetime) -> MaintenanceWindow:
    """The window as the clock has it, though its wake-up may still be on its way."""
    _get(caller, window_id)
    window = advance(caller.workspace_id, window_id, at=at)
    if window is None:
        raise NotFound("maintenance window")
    return window


def cancel_maintenance_window(caller: Caller, window_id: int, *, at: datetime) -> Shown:
    """Call it off, with all occurrences that were to follow: nothing is suppressed any more when this returns.

    Raises Conflict if it is over already.
    """
    on_stale_write(lambda: _cancel(caller, _current(caller, window_id, at=at), at=at))
    return get_maintenance_window(caller, window_id)


def _cancel(caller: Caller, window: MaintenanceWindow, *, at: datetime) -> MaintenanceWindow:
    cancelled, cut_short = domain.cancelled(window, at=at, by=caller.actor)
    return store.save_maintenance_window(cancelled, was=window, over=cut_short)


def delete_maintenance_window(caller: Caller, window_id: int, *, at: datetime) -> None:
    """Remove a window and its history; one that is not over is cancelled first."""

    def decide() -> None:
        window = _current(caller, window_id, at=at)
        store.delete_maintenance_window(window if window.is_over else _cancel(caller, window, at=at))

    on_stale_write(decide)


def preview(cron: str, timezone: str, *, at: datetime) -> tuple[recurrence.Occurrence, ...]:
    """The next ten times that a window would recur. Raises Invalid naming `cron` or `timezone`."""
    try:
        parsed = parsed_cron(cron)
    except Invalid as refused:
        raise Invalid(*(FieldError("cron", error.message) for error in refused.errors)) from refused
    return recurrence.preview(parsed, parsed_zone(timezone), after=at)


def local_instant(moment: datetime, timezone: str) -> datetime:
    """A time as a caller wrote it: with an offset as it is, without one read in `timezone`.

    A local time that does not exist is the next instant that does; of one that happens twice, the first is meant.
    Raises Invalid naming `timezone`.
    """
    if moment.tzinfo is not None:
        return moment
    zone = parsed_zone(timezone)
    found = instants(moment, zone)
    return found[0] if found else end_of_gap(moment, zone)


def require_shown(window: MaintenanceWindow, written: Mapping[str, datetime]) -> MaintenanceWindow:
    """The window, unless nothing of it is left between times that clocks never show.

    `written` are its times as a caller wrote them, by their fields. Raises Invalid naming each that does not exist.
    """
    if window.end_at > window.start_at:
        return window
    zone = parsed_zone(window.timezone)
    errors = [
        FieldError(field, f"{moment:%Y-%m-%d %H:%M} does not exist in {zone.key}, where clocks go forward then")
        for field, moment in written.items()
        if moment.tzinfo is None and not instants(moment, zone)
    ]
    if errors:
        raise Invalid(*errors)
    return window


def advance(workspace_id: int, window_id: int, *, at: datetime) -> MaintenanceWindow | None:
    """Bring a window to where the record and the clock say it should be; None if there is no such window."""
    window, moving = on_stale_write(lambda: _step(workspace_id, window_id, at=at))
    while moving:
        window, moving = on_stale_write(lambda: _step(workspace_id, window_id, at=at))
    return window


def _step(workspace_id: int, window_id: int, *, at: datetime) -> tuple[MaintenanceWindow | None, bool]:
    window = store.get_maintenance_window(workspace_id, window_id)
    if window is None:
        store.delete_history(workspace_id, window_id)
        return None, False
    step = domain.next_step(window, at=at)
    if step is None:
        return window, False
    moved, over = step
    return store.save_maintenance_window(moved, was=window, over=over), True


def suppressions(workspace_id: int, project_id: int | None, *, at: datetime) -> list[Suppression]:
    """What keeps the checks of a project quiet at this moment: the one question that judging, alerting and showing ask.

    Nothing does where there is no project: what watches a dependency belongs to none.
    """
    if project_id is None:
        return []
    found = store.list_suppressions(workspace_id, project_id)
    return [each for each in found if each.is_in_effect(at) and (each.alerts or each.incidents)]
