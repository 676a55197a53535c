"""What callers can do with incidents, and what opens and closes them."""

from dataclasses import replace
from datetime import datetime, timedelta

from lull.domain import incidents as domain
from lull.domain import messages
from lull.domain.checks import Check, CheckStatus
from lull.domain.credentials import Caller
from lull.domain.deliveries import Delivery
from lull.domain.dependencies import Dependency
from lull.domain.deployment_windows import State
from lull.domain.errors import NotFound
from lull.domain.incidents import Announcement, Event, EventType, Incident, IncidentState
from lull.domain.maintenance_windows import Suppression
from lull.domain.quiet import Kept, KeptQuiet
from lull.domain.signals import SignalType
from lull.store import alert_channels, checks, counters, deliveries, deployment_windows, outages, quiet, signals
from lull.store import incidents as store
from lull.use_cases.maintenance_windows import suppressions
from lull.use_cases.retrying import on_stale_write

_LONGEST_DEPLOYMENT = timedelta(days=30)
_MOST_DEPLOYMENTS = 100


def get_incident(caller: Caller, incident_id: int) -> Incident:
    incident = store.get_incident(caller.workspace_id, incident_id)
    if incident is None:
        raise NotFound("incident")
    return incident


def list_incidents(
    caller: Caller,
    *,
    state: IncidentState | None,
    project_id: int | None,
    check_id: int | None,
    first: int,
    count: int,
) -> tuple[list[Incident], int]:
    """`count` incidents from position `first` on, newest first, and how many there are in all."""
    ids = [
        listed.id
        for listed in store.list_incidents(caller.workspace_id)
        if state in (None, listed.state)
        and project_id in (None, listed.project_id)
        and check_id in (None, listed.check_id)
    ]
    return store.get_incidents(caller.workspace_id, ids[first : first + count]), len(ids)


def list_events(caller: Caller, incident_id: int) -> list[Event]:
    """The timeline of an incident, oldest first."""
    get_incident(caller, incident_id)
    return store.list_events(caller.workspace_id, incident_id)


def acknowledge_incident(caller: Caller, incident_id: int, *, at: datetime) -> Incident:
    """Say that somebody knows; nothing happens if somebody said so before. Raises Conflict once it is resolved."""

    def decide() -> Incident:
        incident = get_incident(caller, incident_id)
        acknowledged = domain.acknowledged(incident, at=at, by=caller.actor)
        if acknowledged == incident:
            return incident
        event = Event(type=EventType.ACKNOWLEDGED, at=at, actor=caller.actor)
        return store.save_incident(acknowledged, event, was=incident)

    return on_stale_write(decide)


def add_note(caller: Caller, incident_id: int, *, body: str, at: datetime) -> Event:
    """Add a note to the timeline, resolved or not."""
    event = Event(type=EventType.NOTE, at=at, actor=caller.actor, body=body)
    store.add_event(caller.workspace_id, incident_id, event)
    return event


def resolve_incident(caller: Caller, incident_id: int, *, at: datetime) -> Incident:
    """Close an incident by hand. The same outage opens no other one. Raises Conflict if it is resolved already."""

    def decide() -> Incident:
        incident = get_incident(caller, incident_id)
        resolved = domain.resolved(incident, at=at, by=caller.actor)
        check = checks.get_check(caller.workspace_id, incident.check_id)
        well = check if check and check.incident_id == incident_id and check.is_past_its_outage else None
        return store.close_incident(resolved, _resolution(resolved), was=incident, check=well)

    return on_stale_write(decide)


def begin_outage(check: Check, *, at: datetime) -> Check:
    """Open the incident of a check that is DOWN and has none; the check, which knows it then."""
    newest = signals.find_newest_signal(check.workspace_id, check.id)
    incident = domain.opened(
        check,
        incident_id=counters.next_id(store.KIND),
        cause=newest.reason if newest and newest.type is SignalType.FAIL else None,
        deployment_ids=_running_deployments(check, at=at),
        at=at,
    )
    event = Event(type=EventType.OPENED, at=incident.opened_at, body=incident.cause)
    store.open_incident(incident, event, check=check)
    return replace(outages.looked_at(check), incident_id=incident.id)


def end_outage(check: Check, *, at: datetime) -> Check:
    """Resolve the incident of a check that has recovered; the check, which has none then.

    One that went DOWN again keeps an incident that is still open, and one that was resolved since it was well.
    """
    incident = store.get_incident(check.workspace_id, check.incident_id or 0)
    if check.status is CheckStatus.DOWN and incident and not _is_of_an_earlier_outage(incident, check):
        return check
    if incident is None or incident.state is IncidentState.RESOLVED:
        outages.leave_outage(check, of=None)
    else:
        resolved = domain.resolved(incident, at=check.judged_at or at)
        store.close_incident(resolved, _resolution(resolved), was=incident, check=check)
    return replace(check, incident_id=None, recovered_at=None)


def _is_of_an_earlier_outage(incident: Incident, check: Check) -> bool:
    resolved_at, recovered_at = incident.resolved_at, check.recovered_at
    return resolved_at is not None and recovered_at is not None and recovered_at >= resolved_at


def begin_impact(check: Check, dependency: Dependency, *, at: datetime) -> Check:
    """Open the incident of a check that needs a dependency which is down; the check, which knows it then."""
    incident = domain.impacted(check, dependency, incident_id=counters.next_id(store.KIND), at=at)
    store.open_incident(incident, Event(type=EventType.OPENED, at=at), check=check)
    return replace(check, impacts={**check.impacts, dependency.id: incident.id})


def end_impact(check: Check, dependency_id: int, *, at: datetime) -> Check:
    """Resolve the incident of a dependency that is up again, or not needed any more; the check without it."""
    incident = store.get_incident(check.workspace_id, check.impacts[dependency_id])
    if incident is None or incident.state is IncidentState.RESOLVED:
        outages.leave_outage(check, of=dependency_id)
    else:
        resolved = domain.resolved(incident, at=at)
        store.close_incident(resolved, _resolution(resolved), was=incident, check=check)
    left = {each: found for each, found in check.impacts.items() if each != dependency_id}
    return replace(check, impacts=left)


def advance(workspace_id: int, incident_id: int, *, at: datetime) -> Incident | None:
    """Bring an incident to where the records say it should be: over if its check is gone, and told to people."""
    return on_stale_write(lambda: _advance(workspace_id, incident_id, at=at))


def _advance(workspace_id: int, incident_id: int, *, at: datetime) -> Incident | None:
    incident = store.get_incident(workspace_id, incident_id)
    if incident is None:
        return None
    if incident.state is IncidentState.ACTIVE and checks.get_check(workspace_id, incident.check_id) is None:
        resolved = domain.resolved(incident, at=at)
        event = _resolution(resolved, "The check was deleted.")
        incident = store.close_incident(resolved, event, was=incident, check=None)
    return announce(incident, at=at)


def announce(incident: Incident, *, at: datetime) -> Incident:
    """Tell the alert channels what they are owed, unless a maintenance window wants them left in peace."""
    owed = incident.owed
    if owed is None:
        return incident
    quiet_windows = [each for each in suppressions(incident.workspace_id, incident.project_id, at=at) if each.alerts]
    if quiet_windows:
        return _suppress(incident, owed, quiet_windows, at=at)
    channels = [each for each in alert_channels.list_alert_channels(incident.workspace_id) if each.enabled]
    ids = counters.next_ids(deliveries.KIND, len(channels)) if channels else ()
    asked = [
        deliveries.creating(
            Delivery(
                id=delivery_id,
                workspace_id=incident.workspace_id,
                channel_id=channel.id,
                incident_id=incident.id,
                announcement=owed,
                next_at=at,
                created_at=at,
            )
        )
        for delivery_id, channel in zip(ids, channels, strict=True)
    ]
    told = ", ".join(channel.name for channel in channels) or "nobody: there is no enabled alert channel"
    event = Event(type=EventType.ALERTED, at=at, body=told)
    return store.save_incident(domain.announced(incident, owed), event, was=incident, also=asked)


def _suppress(incident: Incident, owed: Announcement, windows: list[Suppression], *, at: datetime) -> Incident:
    until = max(window.end_at for window in windows)
    if (incident.suppressed, incident.suppressed_until) == (owed, until):
        return incident
    kept = KeptQuiet(
        kind=Kept.ALERT,
        check_id=incident.check_id,
        at=incident.resolved_at or incident.opened_at,
        title=messages.of_incident(incident, owed, message_id="").subject,
        incident_id=incident.id,
    )
    remembered = [
        write
        for window in windows
        for write in quiet.keeping_in_maintenance(incident.workspace_id, window.window_id, kept)
    ]
    event = Event(type=EventType.SUPPRESSED, at=at, body=", ".join(window.name for window in windows))
    hushed = domain.suppressed(incident, owed, until=until)
    return store.save_incident(hushed, event, was=incident, also=remembered)


def _resolution(incident: Incident, body: str | None = None) -> Event:
    return Event(
        type=EventType.RESOLVED, at=incident.resolved_at or incident.opened_at, actor=incident.resolved_by, body=body
    )


def _running_deployments(check: Check, *, at: datetime) -> tuple[int, ...]:
    """Deployments of the check's project that run and name it, or name no check."""
    if check.project_id is None:
        return ()
    found = deployment_windows.list_deployment_windows(
        check.workspace_id,
        check.project_id,
        start=at - _LONGEST_DEPLOYMENT,
        end=None,
        limit=_MOST_DEPLOYMENTS,
        after=None,
    )
    return tuple(
        window.id
        for window in found.windows
        if window.state is State.ACTIVE and (not window.check_ids or check.id in window.check_ids)
    )
