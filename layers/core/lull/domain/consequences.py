"""The one place that says what must happen outside the table for a change (before, after)."""

from datetime import datetime

from lull.domain import holds, notices
from lull.domain.announcements import Announcement
from lull.domain.app_deployments import AppDeployment, Task
from lull.domain.checks import Check, CheckMode, CheckStatus, Health
from lull.domain.component_deployments import ComponentDeployment
from lull.domain.deliveries import Delivery
from lull.domain.deployment_windows import DeploymentWindow, Edge
from lull.domain.effects import (
    AnnounceMaintenance,
    ApplyDelivery,
    AskSubscriber,
    CallExecutor,
    Effect,
    ForgetSubscribers,
    PublishPage,
    PublishProject,
    PublishSlug,
    PublishSource,
    ReconcileAnnouncement,
    ReconcileAppDeployment,
    ReconcileComponentDeployment,
    ReconcileMaintenance,
    ReconcileWindow,
    RecordSignal,
    RecordUptime,
    ResumeWork,
    SendDelivery,
    TellSubscribers,
    WakeCheck,
    WakeDependents,
    WakeIncident,
    WakeMaintenance,
    WakeProbe,
    WakeProject,
)
from lull.domain.hook_deliveries import HookDelivery
from lull.domain.incidents import Incident
from lull.domain.ledger import changed
from lull.domain.maintenance_windows import MaintenanceWindow, suppression
from lull.domain.status_pages import PageComponent, StatusPage
from lull.domain.subscribers import Subscriber, SubscriberState


def of_deployment_window(before: DeploymentWindow | None, after: DeploymentWindow | None) -> list[Effect]:
    """Wake-ups for the edges that moved; work for what a crash may have left."""
    window = after or before
    if window is None:
        return []
    was = before.wakeups if before else {}
    now = after.wakeups if after else {}
    moved = frozenset(edge for edge in Edge if was.get(edge) != now.get(edge))
    effects: list[Effect] = []
    if moved:
        effects.append(ReconcileWindow(window.workspace_id, window.id, moved))
    if after and (after.to_hold or after.to_release):
        effects.append(ResumeWork(after.workspace_id, after.id))
    return effects


def of_component_deployment(before: ComponentDeployment | None, after: ComponentDeployment | None) -> list[Effect]:
    """Its wake-up, if that moved; one that has just come into being, or left, has checks to be seen to."""
    deployment = after or before
    was, now = ((side.due_at, side.status) if side else (None, None) for side in (before, after))
    # One that ends in the very millisecond of its deadline is due when it was.
    if deployment is None or was == now:
        return []
    return [ReconcileComponentDeployment(deployment.workspace_id, deployment.id)]


def of_app_deployment(before: AppDeployment | None, after: AppDeployment | None) -> list[Effect]:
    """Its wake-up, if that moved; and its executor, if that is to begin or to stop. Sweeps see to asking it."""
    deployment = after or before
    if deployment is None:
        return []
    effects: list[Effect] = []
    if (before and before.wake_at) != (after and after.wake_at):
        effects.append(ReconcileAppDeployment(deployment.workspace_id, deployment.id))
    call = after.call if after else None
    known = before.call.task if before and before.call else None
    if call and call.task is not known and call.task is not Task.ASK:
        effects.append(CallExecutor(deployment.workspace_id, deployment.id, call.next_at))
    return effects


def of_maintenance_window(before: MaintenanceWindow | None, after: MaintenanceWindow | None) -> list[Effect]:
    """Its wake-up, if that moved; what it kept quiet, once that is over; what it tells and left behind."""
    window = after or before
    if window is None:
        return []
    effects: list[Effect] = []
    if (before and before.due_at) != (after and after.due_at):
        effects.append(ReconcileMaintenance(window.workspace_id, window.id))
    if after is None or any(side.auto_publish_to_status_page for side in (before, after) if side):
        effects.append(WakeMaintenance(window.workspace_id, window.id))
    if before and suppression(before) != (after and suppression(after)):
        effects += [WakeProject(before.workspace_id, project_id) for project_id in before.project_ids]
    concerned = {project_id for side in (before, after) if side for project_id in side.project_ids}
    effects += [PublishProject(window.workspace_id, project_id) for project_id in sorted(concerned)]
    return effects


def of_incident(before: Incident | None, after: Incident | None) -> list[Effect]:
    """People are told what they are owed. What is suppressed is looked at once more: its window may be over by now.

    Pages tell that it began and that it is over.
    """
    if after is None:
        return []
    shown = _of_shown_incident(after) if (before and before.state) != after.state else []
    return shown + _of_owed_incident(before, after)


def _of_shown_incident(incident: Incident) -> list[Effect]:
    effects: list[Effect] = [PublishSource(incident.workspace_id, "check", incident.check_id)]
    if incident.project_id is not None:
        effects.append(PublishSource(incident.workspace_id, "project", incident.project_id))
    elif incident.dependency_id is not None:
        effects.append(PublishSource(incident.workspace_id, "dependency", incident.dependency_id))
    return effects


def _of_owed_incident(before: Incident | None, after: Incident) -> list[Effect]:
    if after.owed is None:
        return []
    suppressed = (after.suppressed, after.suppressed_until)
    if after.suppressed is after.owed and before and (before.suppressed, before.suppressed_until) == suppressed:
        return []
    return [WakeIncident(after.workspace_id, after.id)]


def of_delivery(before: Delivery | None, after: Delivery | None) -> list[Effect]:
    """A new one is sent. Whoever fails to send it sees to the next try."""
    return [SendDelivery(after.workspace_id, after.id)] if after and before is None else []


def of_hook_delivery(before: HookDelivery | None, after: HookDelivery | None) -> list[Effect]:
    """One that was received, or is to be replayed, is applied."""
    if after is None or after.due_at is None or (before and before.due_at == after.due_at):
        return []
    return [ApplyDelivery(after.workspace_id, after.id)]


def of_check(before: Check | None, after: Check | None) -> list[Effect]:
    """What its outage asks for; and pages that show the check or its owner, if what they show of it changed."""
    check = after or before
    if check is None:
        return []
    effects = _of_outage(before, after) + _of_probing(before, after)
    if before and after and _shown(before) == _shown(after):
        return effects
    effects.append(PublishSource(check.workspace_id, "check", check.id))
    for owner in {_owner(side) for side in (before, after) if side}:
        effects.append(PublishSource(check.workspace_id, *owner))
    return effects


def of_uptime(before: Check | None, after: Check | None, *, sequence: int, written_at: datetime) -> list[Effect]:
    """One entry in the uptime ledger, if the check shows something else."""
    check = after or before
    change = changed(before, after, sequence=sequence, written_at=written_at)
    return [RecordUptime(check.workspace_id, check.id, change)] if check and change else []


def of_holds(before: Check | None, after: Check | None, *, written_at: datetime) -> list[Effect]:
    """Who paused a check and who released it is in its timeline: why was it quiet yesterday?"""
    if before is None or after is None or before.holds == after.holds:
        return []
    released = after.released_at if after.released_at != before.released_at else None
    found = holds.told(before.holds, after.holds, released_at=released or written_at)
    return [RecordSignal(after.workspace_id, after.id, name, signal) for name, signal in found]


def _of_outage(before: Check | None, after: Check | None) -> list[Effect]:
    """An outage gets its incident, a recovery ends it, and an incident does not outlive its check.

    Checks that need a dependency are weighed again with each change of one that watches it.
    """
    effects: list[Effect] = []
    check = after or before
    if check and check.dependency_id is not None and (before and before.status) != (after and after.status):
        effects.append(WakeDependents(check.workspace_id, check.dependency_id))
    if after and _needs_weighing(before, after):
        effects.append(WakeCheck(after.workspace_id, after.id))
    if before and after is None:
        ids = [*before.impacts.values(), *([before.incident_id] if before.incident_id else [])]
        effects += [WakeIncident(before.workspace_id, incident_id) for incident_id in ids]
    return effects


def _needs_weighing(before: Check | None, after: Check) -> bool:
    begins = after.status is CheckStatus.DOWN and after.incident_id is None
    begins = begins or (after.is_held_by_deployment and after.health is Health.DOWN)
    was = (before.status, before.dependency_ids) if before else (None, ())
    needs = bool(after.dependency_ids or after.impacts) and was != (after.status, after.dependency_ids)
    return begins or after.has_recovered or needs


def _of_probing(before: Check | None, after: Check | None) -> list[Effect]:
    """What is new, released or edited is probed at once, unless it is held."""
    if after is None or after.check_mode is not CheckMode.OUTBOUND or after.holds:
        return []
    if before and (before.released_at, before.revision) == (after.released_at, after.revision):
        return []
    return [WakeProbe(after.workspace_id, after.id)]


def _owner(check: Check) -> tuple[str, int]:
    if check.project_id is not None:
        return "project", check.project_id
    return "dependency", check.dependency_id or 0


def _shown(check: Check) -> tuple[object, ...]:
    return check.status, check.is_held_by_deployment, bool(check.impacts)


def of_status_page(before: StatusPage | None, after: StatusPage | None) -> list[Effect]:
    """Every slug and host it has or had: old ones have to disappear. A page that is enabled tells what is planned."""
    both = [page for page in (before, after) if page]
    names = dict.fromkeys([*(page.slug for page in both), *(page.verified_host for page in both)])
    effects: list[Effect] = [PublishSlug(name) for name in names if name]
    if after and after.enabled and before and not before.enabled:
        effects.append(AnnounceMaintenance(after.workspace_id))
    if after is None and before:
        effects.append(ForgetSubscribers(before.workspace_id, before.id))
    return effects


def of_subscriber(before: Subscriber | None, after: Subscriber | None) -> list[Effect]:
    """Each request is put to the owner of the address."""
    if after is None or (before and before.asked_at == after.asked_at):
        return []
    if before is None and after.state is not SubscriberState.PENDING:
        return []
    return [AskSubscriber(after.workspace_id, after.page_id, after.id, after.request)]


def of_page_component(before: PageComponent | None, after: PageComponent | None) -> list[Effect]:
    component = after or before
    if component is None:
        return []
    effects: list[Effect] = [PublishPage(component.workspace_id, component.page_id)]
    if (before and before.source) != (after and after.source):
        effects.append(AnnounceMaintenance(component.workspace_id))
    return effects


def of_announcement(before: Announcement | None, after: Announcement | None) -> list[Effect]:
    """Its wake-up, if that moved; its page; and what subscribers are told."""
    announcement = after or before
    if announcement is None:
        return []
    effects: list[Effect] = [PublishPage(announcement.workspace_id, announcement.page_id)]
    if (before and before.due_at) != (after and after.due_at):
        effects.append(ReconcileAnnouncement(announcement.workspace_id, announcement.id))
    effects += [
        TellSubscribers(announcement.workspace_id, announcement.page_id, announcement.id, subject)
        for subject in notices.subjects(before, after)
    ]
    return effects
