"""What a page tells, as the incidents and scheduled maintenances of the Statuspage convention."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lull.domain.announcements import Status
from lull.publishing.renderers.identity import announcement_url, page_url
from lull.publishing.renderers.stages import running, stage, told_of
from lull.publishing.renderers.status_json import instant
from lull.publishing.snapshot import (
    AnnouncementSnapshot,
    IncidentSnapshot,
    MaintenanceSnapshot,
    StatusSnapshot,
    UpdateSnapshot,
)

Components = Mapping[str, dict[str, Any]]
"""Of the page, by id, as they are listed."""

RESOLVED = "resolved"
COMPLETED = "completed"


def incidents(snapshot: StatusSnapshot, components: Components, *, base_url: str) -> list[dict[str, Any]]:
    """Announcements that are not about planned work, and outages that checks have found, newest first."""
    told = [
        (
            each.created_at,
            each.id,
            _incident(snapshot, each, each.status.lower(), each.impact.lower(), components, base_url),
        )
        for each in (*snapshot.announcements, *_past(snapshot))
        if each.scheduled_for is None
    ]
    over = (each for each in snapshot.incidents if each.resolved_at) if snapshot.show_incident_history else ()
    found = [
        (each.started_at, each.id, _outage(snapshot, each, components, base_url)) for each in (*snapshot.ongoing, *over)
    ]
    return [each for _, _, each in sorted([*told, *found], key=lambda each: each[:2], reverse=True)]


def _outage(
    snapshot: StatusSnapshot, outage: IncidentSnapshot, components: Components, base_url: str
) -> dict[str, Any]:
    """Under an id that it keeps, and that no announcement has."""
    outage_id = f"incident-{outage.id}"
    name, began, over = outage.component_name, outage.started_at, outage.resolved_at
    updates = [_update(f"{outage_id}-1", "investigating", f"{name} is down.", outage_id, began)]
    if over:
        updates.insert(0, _update(f"{outage_id}-2", RESOLVED, f"{name} is no longer down.", outage_id, over))
    return {
        "id": outage_id,
        "name": outage.title,
        "status": RESOLVED if over else "investigating",
        "impact": "major" if outage.partial else "critical",
        "created_at": instant(began),
        "updated_at": instant(over or began),
        "started_at": instant(began),
        "monitoring_at": None,
        "resolved_at": _instant_or_none(over),
        "shortlink": page_url(snapshot, base_url, f"incident-{outage.id}"),
        "page_id": str(snapshot.id),
        "incident_updates": updates,
        "components": _named((outage.component_id,), components),
    }


def maintenances(snapshot: StatusSnapshot, components: Components, *, base_url: str) -> list[dict[str, Any]]:
    """Planned work, announced or not, latest begin first."""
    announced = [
        *((each, "scheduled") for each in snapshot.scheduled),
        *((each, running(each.updates[-1])) for each in snapshot.announcements),
        *((each, COMPLETED) for each in _past(snapshot)),
    ]
    planned = [
        {
            **_incident(snapshot, each, status, "maintenance", components, base_url),
            "scheduled_for": instant(each.scheduled_for),
            "scheduled_until": instant(each.scheduled_until),
        }
        for each, status in announced
        if each.scheduled_for and each.scheduled_until
    ]
    planned += [_window(snapshot, each, components, base_url) for each in snapshot.maintenances if not each.announced]
    return sorted(planned, key=lambda each: (each["scheduled_for"], each["id"]), reverse=True)


def _past(snapshot: StatusSnapshot) -> tuple[AnnouncementSnapshot, ...]:
    return snapshot.resolved if snapshot.show_incident_history else ()


def _incident(
    snapshot: StatusSnapshot,
    announcement: AnnouncementSnapshot,
    status: str,
    impact: str,
    components: Components,
    base_url: str,
) -> dict[str, Any]:
    incident_id = str(announcement.id)
    updates = announcement.updates
    watched = next((each.created_at for each in updates if each.status == Status.MONITORING), None)
    return {
        "id": incident_id,
        "name": announcement.title,
        "status": status,
        "impact": impact,
        "created_at": instant(announcement.created_at),
        "updated_at": instant(announcement.updated_at),
        "started_at": instant(announcement.scheduled_for or announcement.created_at),
        "monitoring_at": _instant_or_none(watched),
        "resolved_at": _instant_or_none(announcement.resolved_at),
        "shortlink": announcement_url(snapshot, base_url, announcement.id),
        "page_id": str(snapshot.id),
        "incident_updates": [
            {
                **_update(
                    f"{incident_id}-{each.id}", _stage(announcement, each), each.body, incident_id, each.created_at
                ),
                "display_at": instant(told_of(announcement, each)),
            }
            for each in reversed(updates)
        ],
        "components": _named(announcement.component_ids, components),
    }


def _stage(announcement: AnnouncementSnapshot, update: UpdateSnapshot) -> str:
    """The convention has no word for what was called off: typed clients would refuse one."""
    word = stage(announcement, update)
    return COMPLETED if word == "cancelled" else word


def _window(
    snapshot: StatusSnapshot, window: MaintenanceSnapshot, components: Components, base_url: str
) -> dict[str, Any]:
    window_id = f"window-{window.id}-{window.occurrence}"
    status = "in_progress" if window.under_way else "scheduled"
    planned_at = window.planned_at or min(snapshot.created_at, window.start_at)
    return {
        "id": window_id,
        "name": window.name,
        "status": status,
        "impact": "maintenance",
        "created_at": instant(planned_at),
        "updated_at": instant(planned_at),
        "started_at": instant(window.start_at),
        "monitoring_at": None,
        "resolved_at": None,
        "shortlink": page_url(snapshot, base_url),
        "page_id": str(snapshot.id),
        "incident_updates": [
            _update(f"{window_id}-1", "scheduled", window.description or window.name, window_id, planned_at)
        ],
        "components": _named(window.component_ids, components),
        "scheduled_for": instant(window.start_at),
        "scheduled_until": instant(window.end_at),
    }


def _update(update_id: str, status: str, body: str, incident_id: str, at: datetime) -> dict[str, Any]:
    return {
        "id": update_id,
        "status": status,
        "body": body,
        "incident_id": incident_id,
        "created_at": instant(at),
        "updated_at": instant(at),
        "display_at": instant(at),
        # How components were before and after it is not known; null is what the convention has for that.
        "affected_components": None,
    }


def _named(component_ids: Iterable[int], components: Components) -> list[dict[str, Any]]:
    return [components[str(each)] for each in component_ids if str(each) in components]


def _instant_or_none(at: datetime | None) -> str | None:
    return instant(at) if at else None
