"""How much of the time checks were up: their ledgers, with maintenance windows laid over, added up."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

from lull.domain import ledger, uptime
from lull.domain import maintenance_windows as maintenance
from lull.domain.checks import Check
from lull.domain.credentials import Caller
from lull.domain.uptime import DayUptime, Timeline
from lull.store import ledger as store
from lull.store import maintenance_windows
from lull.use_cases.checks import get_check

K = TypeVar("K", bound=Hashable)
Times = list[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """Whole days, oldest first; the last is today as far as it has passed."""

    percentage: Decimal | None
    """Over all of them; None if there is no second to judge by."""
    days: tuple[DayUptime, ...]


def uptime_of_check(caller: Caller, check_id: int, *, days: int, at: datetime) -> Uptime:
    """Of the last `days` days, today included. Raises NotFound."""
    return uptime_of_checks(caller.workspace_id, [get_check(caller, check_id)], days=days, at=at)


def uptime_of_checks(workspace_id: int, checks: Sequence[Check], *, days: int, at: datetime) -> Uptime:
    """Of what several checks show together, as a project or a dependency does, in the last `days` days.

    One read for each check and, if any is of a project, one for the windows of the workspace and one for each that was
    not over before.
    """
    last = at.date()
    timeline = timelines(workspace_id, {None: checks}, days=days, at=at)[None]
    counted = uptime.days(timeline, last - timedelta(days=days - 1), last, at=at)
    return Uptime(percentage=uptime.percentage(counted), days=counted)


def timelines(workspace_id: int, groups: Mapping[K, Sequence[Check]], *, days: int, at: datetime) -> dict[K, Timeline]:
    """What each group of checks showed together, for the last `days` days. A check is read once, whoever has it."""
    last = at.date()
    first = last - timedelta(days=days - 1)
    begin = datetime.combine(first, time(), UTC)
    found = {check.id: check for checks in groups.values() for check in checks}
    projects = {check.project_id for check in found.values() if check.project_id is not None}
    maintained = _maintained(workspace_id, projects, since=begin) if projects else {}
    lines: dict[int, Timeline] = {}
    for check in found.values():
        line = ledger.timeline(store.list_day_logs(workspace_id, check.id, first, last))
        times = maintained[check.project_id] if check.project_id is not None else []
        lines[check.id] = uptime.with_maintenance(line, times)
    return {key: uptime.combined([lines[check.id] for check in checks]) for key, checks in groups.items()}


def _maintained(workspace_id: int, projects: set[int], *, since: datetime) -> dict[int, Times]:
    """When there was maintenance on each of the projects, now and at any time since.

    The windows are read before their occurrences, so that one that ends meanwhile is found twice rather than never.
    """
    found: dict[int, Times] = {project_id: [] for project_id in projects}
    for window in maintenance_windows.list_maintenance_windows(workspace_id):
        if window.over_at is None or window.over_at > since:
            over = maintenance_windows.list_occurrences_since(workspace_id, window.id, since)
            for project_id, times in found.items():
                times += maintenance.in_project(window, over, project_id)
    return found
