"""What must be true of heartbeats, incidents and maintenance windows once everything has been delivered."""

from datetime import datetime, timedelta

from lull.domain.checks import Check, CheckMode, CheckStatus
from lull.domain.incidents import IncidentState
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.store import keys
from lull.store.checks import decode_check
from tests.simulation.check_rules import deadline
from tests.simulation.maintenance_rules import WORKSPACE, is_in_history, window_of
from tests.simulation.world import World


def failures(world: World) -> list[str]:
    """Why this world has not settled. What only the stream tells is not asked of a world whose stream was lost."""
    checks = [decode_check(item) for key, item in sorted(world.table.items.items()) if key[1] == "CHECK"]
    found = [said for check in checks if (said := _misjudged(world, check) or _untold(world, check))]
    found += [said for window in world.watch.maintenance.windows() if (said := _misplaced(world, window))]
    found += _contradictions(world, {check.id: check for check in checks})
    return found if world.stream.discarded else found + _left_behind(world, {check.id for check in checks})


def _misjudged(world: World, check: Check) -> str:
    due = deadline(check)
    # A deadline that came after the last sweep is found by the next one.
    overdue = due is not None and due <= world.swept_at
    return f"LIV-1: check {check.id} is {check.status} and should not be since {due}" if overdue else ""


def _untold(world: World, check: Check) -> str:
    if check.status is CheckStatus.OK and check.incident_id and not world.stream.discarded:
        return f"LIV-1: check {check.id} is OK and still has incident {check.incident_id}"
    if check.status is not CheckStatus.DOWN:
        return ""
    if check.incident_id is None:
        return (
            ""
            if _is_hushed(world, check) or _is_asked_again(world, check)
            else f"LIV-1: check {check.id} is DOWN and nobody was told"
        )
    incident = world.watch.incidents.incident(check.incident_id)
    if incident is None:
        return f"LIV-1: check {check.id} has incident {check.incident_id}, which does not exist"
    resolved_in = world.watch.incidents.resolved_in.get(incident.id)
    if resolved_in is not None and resolved_in < world.watch.checks.outages[check.id]:
        return f"LIV-1: the outage of check {check.id} has no incident but {incident.id}, which was over before it"
    return ""


def _is_asked_again(world: World, check: Check) -> bool:
    """Whether a probe is still to come that would make good for a lost wake-up."""
    until = check.judged_at and check.judged_at + timedelta(seconds=check.interval_seconds)
    return check.check_mode is CheckMode.OUTBOUND and until is not None and until > world.swept_at


def _is_hushed(world: World, check: Check) -> bool:
    """Whether a window keeps the outage quiet, or did until after the last sweep."""
    return any(
        project_id == check.project_id
        and each.incidents
        and each.start_at <= world.now
        and each.end_at > world.swept_at
        for project_id, each in world.watch.maintenance.suppressions()
    )


def _misplaced(world: World, window: MaintenanceWindow) -> str:
    due: datetime | None = None if window.is_over else window.start_at
    if window.state == "ACTIVE":
        due = window.end_at
    overdue = due is not None and due <= world.swept_at
    return f"LIV-1: maintenance {window.id} is {window.state} and should not be since {due}" if overdue else ""


def _contradictions(world: World, checks: dict[int, Check]) -> list[str]:
    found = []
    for incident in world.watch.incidents.incidents():
        check = checks.get(incident.check_id)
        if incident.state is IncidentState.ACTIVE and check and check.incident_id != incident.id:
            found.append(f"LIV-1: incident {incident.id} is open and check {check.id} knows {check.incident_id}")
    return found


def _left_behind(world: World, check_ids: set[int]) -> list[str]:
    found = []
    for incident in world.watch.incidents.incidents():
        if incident.state is IncidentState.ACTIVE and incident.check_id not in check_ids:
            found.append(f"LIV-1: incident {incident.id} is open and its check is gone")
    windows = {window.id for window in world.watch.maintenance.windows()}
    for partition, sort_key in world.table.items:
        if is_in_history(partition) and window_of(partition) not in windows:
            found.append(f"GHOST: {partition} {sort_key} is left of a window that is gone")
    found += _wrong_index_entries(world)
    return found


def _wrong_index_entries(world: World) -> list[str]:
    known = keys.checks_of_workspace(WORKSPACE)
    listed = {keys.listed_check_id(sort_key) for partition, sort_key in world.table.items if partition == known}
    present = {keys.check_of({"PK": key[0]})[1] for key in world.table.items if key[1] == "CHECK"}
    return [f"GHOST: check {each} is listed or present, not both" for each in sorted(listed ^ present)]
