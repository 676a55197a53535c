"""From a page, its components and the checks behind them to what visitors see."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lull.domain import health, publications
from lull.domain.announcements import Announcement, Phase, advanced
from lull.domain.checks import Check
from lull.domain.incidents import Incident, Reason
from lull.domain.maintenance_windows import Suppression
from lull.domain.status_pages import PageComponent, Source, StatusPage
from lull.domain.uptime import Timeline
from lull.publishing.snapshot import (
    FAREWELL,
    AnnouncementSnapshot,
    ComponentSnapshot,
    IncidentSnapshot,
    MaintenanceSnapshot,
    StatusSnapshot,
)

Watching = Mapping[tuple[Source, int], Sequence[Check]]
"""The checks behind each source: a check itself, those of a project, those that watch a dependency."""


Suppressions = Sequence[tuple[int, Suppression]]
"""What maintenance windows that are not over suppress, each with the id of the project."""

KEPT = timedelta(days=366)
"""How far back a page tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    timelines: Mapping[tuple[Source, int], Timeline] = field(default_factory=dict)
    """What each source showed when; without one, no uptime is shown of it."""
    incidents: Sequence[Incident] = ()
    """Newest first."""


NO_PAST = Past()


def project(
    page: StatusPage,
    components: Sequence[PageComponent],
    watching: Watching,
    suppressions: Suppressions,
    announcements: Sequence[Announcement] = (),
    past: Past = NO_PAST,
    *,
    at: datetime,
) -> StatusSnapshot:
    """The page as it stands at `at`. A component whose source is gone, or has no checks, is NOT_MONITORED.

    `announcements` are newest first, those that are over among them.
    """
    maintained = _maintained(suppressions, at)
    current = [advanced(each, at=at) for each in announcements]
    opened = [each for each in current if each.phase is Phase.OPEN]
    shown = tuple(_component(component, watching, maintained, opened, past.timelines) for component in components)
    status = health.overall((component.status for component in shown), map(health.of_announcement, opened))
    return StatusSnapshot(
        id=page.id,
        name=page.name,
        slug=page.slug,
        host=page.verified_host,
        created_at=page.created_at,
        today=at.date(),
        counted_in=publications.slot(at) if any(each.is_out(at) for each in shown) else None,
        logo_url=page.logo_url,
        favicon_url=page.favicon_url,
        primary_color=page.primary_color,
        background_color=page.background_color,
        show_uptime_history=page.show_uptime_history,
        uptime_history_days=page.uptime_history_days,
        show_incident_history=page.show_incident_history,
        header_html=page.header_html,
        footer_html=page.footer_html,
        status=status,
        description=health.sentence(status, opened),
        components=shown,
        announcements=_told(opened, components),
        scheduled=tuple(
            sorted(
                _told((each for each in current if each.phase is Phase.SCHEDULED), components),
                key=lambda each: (each.scheduled_for or at, each.id),
            )
        ),
        maintenances=_maintenances(components, watching, suppressions, current, at),
        resolved=_told((each for each in current if _is_past(each, at)), components),
        incidents=_incidents(
            past.incidents, components, watching, at, kept=KEPT if page.show_incident_history else FAREWELL
        ),
    )


def _is_past(announcement: Announcement, at: datetime) -> bool:
    return announcement.phase is Phase.RESOLVED and announcement.updates[-1].created_at > at - KEPT


def _incidents(
    incidents: Iterable[Incident],
    components: Sequence[PageComponent],
    watching: Watching,
    at: datetime,
    *,
    kept: timedelta,
) -> tuple[IncidentSnapshot, ...]:
    """Outages, each told once: of the component that stands for its check alone, or else of the first that it is in.

    Those that go on, and those that ended not longer ago than is `kept`.
    """
    by_check: dict[int, PageComponent] = {}
    for component in sorted(components, key=lambda each: each.check_id is None):
        for check in watching.get(component.source, ()):
            by_check.setdefault(check.id, component)
    return tuple(
        IncidentSnapshot(
            id=each.id,
            component_id=by_check[each.check_id].id,
            component_name=by_check[each.check_id].name,
            started_at=each.opened_at,
            resolved_at=each.resolved_at,
            partial=len(watching[by_check[each.check_id].source]) > 1,
        )
        for each in incidents
        if each.check_id in by_check and each.reason is Reason.SERVICE_DOWN and _is_kept(each, at - kept, at - KEPT)
    )


def _is_kept(incident: Incident, ended_after: datetime, began_after: datetime) -> bool:
    return incident.resolved_at is None or (incident.resolved_at > ended_after and incident.opened_at > began_after)


def _told(
    announcements: Iterable[Announcement], components: Sequence[PageComponent]
) -> tuple[AnnouncementSnapshot, ...]:
    ids = {component.id for component in components}
    return tuple(
        AnnouncementSnapshot.of(each, tuple(one for one in each.component_ids if one in ids)) for each in announcements
    )


def _maintained(suppressions: Suppressions, at: datetime) -> dict[int, datetime]:
    """Since when there has been maintenance on each project."""
    found: dict[int, datetime] = {}
    for project_id, suppression in suppressions:
        if suppression.is_in_effect(at):
            found[project_id] = min(found.get(project_id, suppression.start_at), suppression.start_at)
    return found


def _maintenances(
    components: Sequence[PageComponent],
    watching: Watching,
    suppressions: Suppressions,
    announcements: Iterable[Announcement],
    at: datetime,
) -> tuple[MaintenanceSnapshot, ...]:
    announced = {each.window_id for each in announcements if each.phase is not Phase.RESOLVED}
    concerned: dict[int, list[int]] = defaultdict(list)
    windows = {}
    for project_id, suppression in suppressions:
        if suppression.published and at < suppression.end_at:
            windows[suppression.window_id] = suppression
            concerned[suppression.window_id] += [
                component.id for component in components if project_id in _projects(component, watching)
            ]
    ordered = sorted(windows.values(), key=lambda each: (each.start_at, each.window_id))
    return tuple(
        MaintenanceSnapshot(
            id=each.window_id,
            name=each.name,
            description=each.description,
            start_at=each.start_at,
            end_at=each.end_at,
            under_way=each.is_in_effect(at),
            announced=each.window_id in announced,
            occurrence=each.occurrence,
            edits=each.edits,
            planned_at=each.planned_at,
            component_ids=tuple(sorted(set(concerned[each.window_id]))),
        )
        for each in ordered
        if concerned[each.window_id]
    )


def _projects(component: PageComponent, watching: Watching) -> set[int]:
    """The projects that a component shows something of."""
    if component.project_id is not None:
        return {component.project_id}
    return {check.project_id for check in watching.get(component.source, ()) if check.project_id is not None}


def _component(
    component: PageComponent,
    watching: Watching,
    maintained: health.Maintained,
    opened: Iterable[Announcement],
    timelines: Mapping[tuple[Source, int], Timeline],
) -> ComponentSnapshot:
    """An open announcement raises the status of the components that it names, and never lowers it."""
    told = [health.of_announcement(each) for each in opened if component.id in each.component_ids]
    return ComponentSnapshot(
        id=component.id,
        name=component.name,
        description=component.description,
        group_name=component.group_name,
        position=component.position,
        status=health.worst([health.of_checks(watching.get(component.source, ()), maintained), *told]),
        show_uptime_bar=component.show_uptime_bar,
        timeline=timelines.get(component.source) if component.show_uptime_bar else None,
    )
