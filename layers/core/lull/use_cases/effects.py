"""From changes of the table to what follows from them: schedules, wake-ups, publishes."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from lull.domain import consequences, effects
from lull.domain.announcements import Announcement
from lull.domain.app_deployments import AppDeployment
from lull.domain.checks import Check
from lull.domain.component_deployments import ComponentDeployment
from lull.domain.deliveries import Delivery
from lull.domain.deployment_windows import DeploymentWindow, Edge
from lull.domain.effects import Effect
from lull.domain.hook_deliveries import HookDelivery
from lull.domain.incidents import Incident
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.domain.status_pages import StatusPage
from lull.domain.subscribers import Subscriber
from lull.gateways import queues, schedules, subscriber_messages
from lull.publishing import affected
from lull.store import (
    announcements,
    app_deployments,
    checks,
    component_deployments,
    deployment_windows,
    hook_deliveries,
    incidents,
    ledger,
    maintenance_windows,
    projects,
    signals,
    status_pages,
)
from lull.store.changes import Change
from lull.use_cases import probe_calls
from lull.use_cases.retrying import on_stale_write

# Nearer than this a wake-up goes straight to the queue: Scheduler's early minute has passed or nearly so.
_TOO_NEAR_TO_SCHEDULE = timedelta(seconds=90)
# A request is most likely still holding or releasing the next checks itself.
_GRACE_FOR_THE_REQUEST = timedelta(seconds=2)


def of_change(change: Change) -> list[Effect]:
    """What must happen for one change."""
    before, after, entity = change.before, change.after, change.entity
    # Both images of a record are of one kind, which `entity` has.
    if isinstance(entity, DeploymentWindow):
        return consequences.of_deployment_window(before, after)  # type: ignore[arg-type]
    if isinstance(entity, ComponentDeployment):
        return consequences.of_component_deployment(before, after)  # type: ignore[arg-type]
    if isinstance(entity, AppDeployment):
        return consequences.of_app_deployment(before, after)  # type: ignore[arg-type]
    if isinstance(entity, Incident):
        return consequences.of_incident(before, after)  # type: ignore[arg-type]
    if isinstance(entity, Delivery):
        return consequences.of_delivery(before, after)  # type: ignore[arg-type]
    if isinstance(entity, HookDelivery):
        return consequences.of_hook_delivery(before, after)  # type: ignore[arg-type]
    if isinstance(entity, MaintenanceWindow):
        return consequences.of_maintenance_window(before, after)  # type: ignore[arg-type]
    if isinstance(entity, Check):
        return _of_check(before, after, change)  # type: ignore[arg-type]
    if isinstance(entity, StatusPage):
        return consequences.of_status_page(before, after)  # type: ignore[arg-type]
    if isinstance(entity, Subscriber):
        return consequences.of_subscriber(before, after)  # type: ignore[arg-type]
    if isinstance(entity, Announcement):
        return consequences.of_announcement(before, after)  # type: ignore[arg-type]
    return consequences.of_page_component(before, after)  # type: ignore[arg-type]


def _of_check(before: Check | None, after: Check | None, change: Change) -> list[Effect]:
    sequence, written_at = int(change.sequence_number), change.written_at
    return [
        *consequences.of_check(before, after),
        *consequences.of_uptime(before, after, sequence=sequence, written_at=written_at),
        *consequences.of_holds(before, after, written_at=written_at),
    ]


def dispatch_changes(changes: Sequence[Change], *, at: datetime) -> None:
    """Make true what follows from a batch of changes, grouped so that each record and page is looked at once."""
    if not changes:
        return
    wanted = [effect for change in changes for effect in of_change(change)]
    _reconcile_windows([effect for effect in wanted if isinstance(effect, effects.ReconcileWindow)], at=at)
    _resume_work({effect for effect in wanted if isinstance(effect, effects.ResumeWork)}, at=at)
    _reconcile_records(wanted, at=at)
    _call_executors(wanted, at=at)
    _wake(wanted, at=at)
    _send(wanted, at=at)
    _tell(wanted, at=at)
    _probe(wanted, at=at)
    cause = changes[0].sequence_number
    # Pages show it. What is refused here makes the batch come again, and nobody wait for it.
    try:
        _record_signals([effect for effect in wanted if isinstance(effect, effects.RecordSignal)])
        _record_uptime([effect for effect in wanted if isinstance(effect, effects.RecordUptime)])
    except Exception:
        _publish(wanted, cause=f"{cause} unrecorded")
        raise
    _publish(wanted, cause=cause)


def _reconcile_windows(wanted: list[effects.ReconcileWindow], *, at: datetime) -> None:
    edges: dict[tuple[int, int], set[Edge]] = defaultdict(set)
    for effect in wanted:
        edges[effect.workspace_id, effect.window_id] |= effect.edges
    current = {
        (window.workspace_id, window.id): window for window in deployment_windows.get_deployment_windows(list(edges))
    }
    for address, moved in edges.items():
        window = current.get(address)
        for edge in sorted(moved):
            due_at = window.wakeups.get(edge) if window else None
            wake_up = queues.WakeUp(kind=deployment_windows.KIND, workspace_id=address[0], record_id=address[1])
            _set_wake_up(schedule_name(address[1], edge), wake_up, due_at, at=at)


def _reconcile_records(wanted: list[Effect], *, at: datetime) -> None:
    """The wake-up of each record that has one at most: what it is due for now, or none any more."""
    found: dict[str, set[Any]] = defaultdict(set)
    for effect in wanted:
        if isinstance(effect, effects.ReconcileMaintenance):
            found[maintenance_windows.KIND].add((effect.workspace_id, effect.window_id))
        elif isinstance(effect, effects.ReconcileAnnouncement):
            found[announcements.KIND].add((effect.workspace_id, effect.announcement_id))
        elif isinstance(effect, effects.ReconcileComponentDeployment):
            found[component_deployments.KIND].add((effect.workspace_id, effect.deployment_id))
        elif isinstance(effect, effects.ReconcileAppDeployment):
            found[app_deployments.KIND].add((effect.workspace_id, effect.deployment_id))
    for kind, addresses in found.items():
        ordered = sorted(addresses)
        due = _DUE[kind](ordered)
        for address in ordered:
            wake_up = queues.WakeUp(kind=kind, workspace_id=address[0], record_id=address[1])
            _set_wake_up(f"{kind}-{address[1]}", wake_up, due.get(address), at=at)


_Due = Mapping[Any, datetime | None]
_DUE: dict[str, Callable[[list[Any]], _Due]] = {
    maintenance_windows.KIND: lambda addresses: {
        (each.workspace_id, each.id): each.due_at for each in maintenance_windows.get_maintenance_windows(addresses)
    },
    announcements.KIND: lambda addresses: {
        (each.workspace_id, each.id): each.due_at
        for each in announcements.get_announcements(addresses, passing_over=True)
    },
    component_deployments.KIND: lambda addresses: {
        (each.workspace_id, each.id): each.due_at for each in component_deployments.get_component_deployments(addresses)
    },
    app_deployments.KIND: lambda addresses: {
        (each.workspace_id, each.id): each.wake_at for each in app_deployments.get_app_deployments(addresses)
    },
}
"""When each of some records, by workspace id and id, is to be woken; those that are gone are left out."""


def _call_executors(wanted: list[Effect], *, at: datetime) -> None:
    # Of two for the same deployment the earlier one is enough: the sweep sees to what is not due by then.
    asked: dict[tuple[int, str], datetime] = {}
    for effect in wanted:
        if isinstance(effect, effects.CallExecutor):
            address = effect.workspace_id, effect.deployment_id
            asked[address] = min(asked.get(address, effect.due_at), effect.due_at)
    queues.send_executor_calls([(*address, due_at) for address, due_at in sorted(asked.items())], at=at)


def _set_wake_up(name: str, wake_up: queues.WakeUp, due_at: datetime | None, *, at: datetime) -> None:
    if due_at is None:
        schedules.delete_schedule(name)
    elif due_at - at < _TOO_NEAR_TO_SCHEDULE:
        queues.send_wake_up(wake_up, due_at=due_at, at=at)
    else:
        schedules.put_schedule(name, wake_up, due_at=due_at)


def schedule_name(window_id: int, edge: Edge) -> str:
    """The name of a window's wake-up.

    >>> schedule_name(17, Edge.START)
    'deployment-17-start'
    """
    return f"{deployment_windows.KIND}-{window_id}-{edge}"


def _resume_work(wanted: set[effects.ResumeWork], *, at: datetime) -> None:
    for effect in sorted(wanted, key=lambda each: (each.workspace_id, each.window_id)):
        wake_up = queues.WakeUp(
            kind=deployment_windows.KIND, workspace_id=effect.workspace_id, record_id=effect.window_id
        )
        queues.send_wake_up(wake_up, due_at=at + _GRACE_FOR_THE_REQUEST, at=at)


def _wake(wanted: list[Effect], *, at: datetime) -> None:
    woken = {_wake_up(effect) for effect in wanted if isinstance(effect, effects.Wake)}
    for effect in {each for each in wanted if isinstance(each, effects.WakeDependents)}:
        woken |= {
            queues.WakeUp(kind=checks.KIND, workspace_id=effect.workspace_id, record_id=check_id)
            for check_id in checks.list_check_ids_in_need(effect.workspace_id, effect.dependency_id)
        }
    for workspace_id in {each.workspace_id for each in wanted if isinstance(each, effects.AnnounceMaintenance)}:
        woken |= {
            queues.WakeUp(kind=maintenance_windows.KIND, workspace_id=workspace_id, record_id=suppression.window_id)
            for _, suppression in maintenance_windows.list_all_suppressions(workspace_id)
            if suppression.published
        }
    ordered = sorted(woken, key=lambda each: (each.kind, each.workspace_id, each.record_id))
    queues.send_wake_ups([(wake_up, at) for wake_up in ordered], at=at)


def _send(wanted: list[Effect], *, at: datetime) -> None:
    found = {(each.workspace_id, each.delivery_id) for each in wanted if isinstance(each, effects.SendDelivery)}
    queues.send_deliveries([(*address, at) for address in sorted(found)], at=at)


def _tell(wanted: list[Effect], *, at: datetime) -> None:
    asked = dict.fromkeys(_subscriber_message(each) for each in wanted if isinstance(each, effects.Subscribing))
    subscriber_messages.send([(each, at) for each in asked], at=at)


def _subscriber_message(effect: effects.Subscribing) -> subscriber_messages.Message:
    if isinstance(effect, effects.TellSubscribers):
        return subscriber_messages.FanOut(
            workspace_id=effect.workspace_id,
            page_id=effect.page_id,
            announcement_id=effect.announcement_id,
            subject=effect.subject,
        )
    if isinstance(effect, effects.AskSubscriber):
        return subscriber_messages.Tell(
            workspace_id=effect.workspace_id,
            page_id=effect.page_id,
            subscriber_id=effect.subscriber_id,
            subject=effect.request,
        )
    return subscriber_messages.Forget(workspace_id=effect.workspace_id, page_id=effect.page_id)


def _probe(wanted: list[Effect], *, at: datetime) -> None:
    asked = {(each.workspace_id, each.check_id) for each in wanted if isinstance(each, effects.WakeProbe)}
    probe_calls.call_now(sorted(asked), at=at)


def _wake_up(effect: effects.Wake) -> queues.WakeUp:
    if isinstance(effect, effects.WakeCheck):
        return queues.WakeUp(kind=checks.KIND, workspace_id=effect.workspace_id, record_id=effect.check_id)
    if isinstance(effect, effects.WakeMaintenance):
        return queues.WakeUp(
            kind=maintenance_windows.KIND, workspace_id=effect.workspace_id, record_id=effect.window_id
        )
    if isinstance(effect, effects.ApplyDelivery):
        return queues.WakeUp(kind=hook_deliveries.KIND, workspace_id=effect.workspace_id, record_id=effect.delivery_id)
    if isinstance(effect, effects.WakeProject):
        return queues.WakeUp(kind=projects.KIND, workspace_id=effect.workspace_id, record_id=effect.project_id)
    return queues.WakeUp(kind=incidents.KIND, workspace_id=effect.workspace_id, record_id=effect.incident_id)


def _sources_of_project(workspace_id: int, project_id: int) -> set[tuple[str, int]]:
    ids = checks.list_check_ids_of_project(workspace_id, project_id)
    return {("project", project_id), *(("check", check_id) for check_id in ids)}


def _publish(wanted: list[Effect], *, cause: str) -> None:
    slugs = {effect.slug for effect in wanted if isinstance(effect, effects.PublishSlug)}
    page_ids: dict[int, set[int]] = defaultdict(set)
    sources: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for effect in wanted:
        if isinstance(effect, effects.PublishPage):
            page_ids[effect.workspace_id].add(effect.page_id)
        elif isinstance(effect, effects.PublishSource):
            sources[effect.workspace_id].add((effect.source, effect.source_id))
        elif isinstance(effect, effects.PublishProject):
            sources[effect.workspace_id] |= _sources_of_project(effect.workspace_id, effect.project_id)
    for workspace_id, changed in sources.items():
        page_ids[workspace_id] |= affected.pages(changed, status_pages.list_shown_sources(workspace_id))
    for workspace_id, ids in page_ids.items():
        slugs |= {page.slug for page in status_pages.get_status_pages(workspace_id, sorted(ids))}
    if slugs:
        queues.send_publishes(sorted(slugs), cause=cause)


def _record_signals(wanted: list[effects.RecordSignal]) -> None:
    for effect in wanted:
        signals.record_signal(effect.workspace_id, effect.check_id, effect.signal, name=effect.name)


def _record_uptime(wanted: list[effects.RecordUptime]) -> None:
    for effect in wanted:
        on_stale_write(partial(ledger.record_change, effect.workspace_id, effect.check_id, effect.change))
