"""What a wake-up does: look at the record, do what is due, wait for what is not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from lull.domain.checks import CheckStatus
from lull.gateways import queues, subscriber_messages
from lull.gateways.queues import WakeUp
from lull.store import (
    announcements,
    app_deployments,
    checks,
    component_deployments,
    deliveries,
    deployment_windows,
    due,
    hook_deliveries,
    incidents,
    keys,
    maintenance_windows,
    notices,
    projects,
    secret_notes,
    status_pages,
)
from lull.use_cases import announced_maintenance, deployment_chain, deployment_reports, running_outages, watch
from lull.use_cases import announcements as announcing
from lull.use_cases import app_deployments as releases
from lull.use_cases import deployment_windows as deployments
from lull.use_cases import incidents as outages
from lull.use_cases import maintenance_windows as maintenance

# The sweep comes each minute, and not to the second.
_LOOK_AHEAD = timedelta(seconds=75)


def handle_message(body: str, *, at: datetime) -> None:
    """Act on the wake-up that a queued message carries. Raises ValueError or KeyError if it is none."""
    handle_wake_up(queues.parse_wake_up(body), at=at)


def handle_wake_up(wake_up: WakeUp, *, at: datetime) -> None:
    """Do what is due of the record; if it came early, put the wake-up back for the rest of the time.

    Late, doubled, orphaned and unwanted wake-ups find nothing to do. Raises ValueError for an unknown kind.
    """
    advance = _ADVANCE.get(wake_up.kind)
    if advance is None:
        raise ValueError(f"no record is of kind {wake_up.kind!r}")
    due_at = advance(wake_up.workspace_id, wake_up.record_id, at)
    if due_at and at < due_at <= at + queues.LONGEST_DELAY:
        queues.send_wake_up(wake_up, due_at=due_at, at=at)


def _advance_deployment(workspace_id: int, window_id: int, at: datetime) -> datetime | None:
    window = deployments.advance(workspace_id, window_id, at=at)
    return window.due_at if window else None


def _advance_component_deployment(workspace_id: int, deployment_id: str, at: datetime) -> datetime | None:
    deployment = deployment_chain.advance(workspace_id, deployment_id, at=at)
    return deployment.due_at if deployment else None


def _advance_app_deployment(workspace_id: int, deployment_id: str, at: datetime) -> datetime | None:
    deployment = releases.advance(workspace_id, deployment_id, at=at)
    return deployment.wake_at if deployment else None


def _advance_hook_delivery(workspace_id: int, delivery_id: str, at: datetime) -> None:
    deployment_reports.advance(workspace_id, delivery_id, at=at)


def _advance_secret_note(workspace_id: int, note_id: str, at: datetime) -> None:
    # Few wake-ups are of this kind.
    from lull.use_cases import secret_notes

    secret_notes.advance(workspace_id, note_id, at=at)


def _advance_check(workspace_id: int, check_id: int, at: datetime) -> datetime | None:
    check = watch.advance(workspace_id, check_id, at=at)
    # A grace may be over before the next sweep. Every other deadline is left to the sweeps: signals move it, and each
    # message that were put back for it would meet the one that the next sweep sends.
    return check.watch_at if check and check.status is CheckStatus.LATE else None


def _advance_maintenance(workspace_id: int, window_id: int, at: datetime) -> datetime | None:
    window = maintenance.advance(workspace_id, window_id, at=at)
    announced_maintenance.tell(workspace_id, window_id, at=at)
    return window.due_at if window else None


def _advance_announcement(workspace_id: int, announcement_id: int, at: datetime) -> datetime | None:
    announcement = announcing.advance(workspace_id, announcement_id, at=at)
    return announcement.due_at if announcement else None


def _advance_project(workspace_id: int, project_id: int, at: datetime) -> None:
    watch.advance_project(workspace_id, project_id, at=at)


def _advance_incident(workspace_id: int, incident_id: int, at: datetime) -> None:
    outages.advance(workspace_id, incident_id, at=at)


def _advance_page(workspace_id: int, page_id: int, at: datetime) -> None:
    running_outages.publish_again(workspace_id, page_id, at=at)


# The id of a record is a number or, of some kinds, a UUID.
_ADVANCE: dict[str, Callable[[int, Any, datetime], datetime | None]] = {
    announcements.KIND: _advance_announcement,
    app_deployments.KIND: _advance_app_deployment,
    deployment_windows.KIND: _advance_deployment,
    checks.KIND: _advance_check,
    component_deployments.KIND: _advance_component_deployment,
    hook_deliveries.KIND: _advance_hook_delivery,
    incidents.KIND: _advance_incident,
    maintenance_windows.KIND: _advance_maintenance,
    projects.KIND: _advance_project,
    secret_notes.KIND: _advance_secret_note,
    status_pages.KIND: _advance_page,
}


def redrive_overdue(*, at: datetime) -> int:
    """Wake whatever is overdue; how many there were. The net under lost schedules and lost messages."""
    overdue = list(due.list_due(until=at))
    wake_ups = [
        WakeUp(kind=each.kind, workspace_id=each.workspace_id, record_id=each.record_id)
        for each in overdue
        if each.kind not in (deliveries.KIND, notices.KIND)
    ]
    queues.send_wake_ups([(wake_up, at) for wake_up in wake_ups], at=at)
    unsent = [(each.workspace_id, int(each.record_id), at) for each in overdue if each.kind == deliveries.KIND]
    queues.send_deliveries(unsent, at=at)
    # What is overdue may be in the table or outside: whoever finds nothing to do is done.
    untold = [(each.workspace_id, str(each.record_id), at) for each in overdue if each.kind == app_deployments.KIND]
    queues.send_executor_calls(untold, at=at)
    owed = {(each.workspace_id, int(each.record_id)) for each in overdue if each.kind == notices.KIND}
    subscriber_messages.send(
        [(subscriber_messages.Owed(workspace_id=of, subscriber_id=each), at) for of, each in sorted(owed)], at=at
    )
    return len(overdue)


def wake_heartbeats(*, at: datetime) -> int:
    """Wake each check whose signal is missing now, or will be before the next sweep, at its moment; how many."""
    found = [
        (WakeUp(kind=checks.KIND, workspace_id=each.workspace_id, record_id=each.check_id), each.watch_at)
        for each in due.list_watched(keys.HEARTBEATS, until=at + _LOOK_AHEAD)
    ]
    queues.send_wake_ups(found, at=at)
    return len(found)
