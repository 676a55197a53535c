"""A page as JSON: "Public JSON of a page" in section 6 of the semantics."""

import json
from datetime import UTC, datetime
from typing import Any

from lull.publishing.renderers.stages import is_cancelled
from lull.publishing.snapshot import AnnouncementSnapshot, ComponentSnapshot, MaintenanceSnapshot, StatusSnapshot


def render(snapshot: StatusSnapshot, updated_at: datetime) -> bytes:
    return json.dumps(document(snapshot, updated_at), ensure_ascii=False, separators=(",", ":")).encode()


def document(snapshot: StatusSnapshot, updated_at: datetime) -> dict[str, Any]:
    return {
        "page": {
            "name": snapshot.name,
            "slug": snapshot.slug,
            "logoUrl": snapshot.logo_url,
            "faviconUrl": snapshot.favicon_url,
            "primaryColor": snapshot.primary_color,
            "backgroundColor": snapshot.background_color,
            "showUptimeHistory": snapshot.show_uptime_history,
            "uptimeHistoryDays": snapshot.uptime_history_days,
            "showIncidentHistory": snapshot.show_incident_history,
            "timeZone": "UTC",
        },
        "status": snapshot.status,
        "statusDescription": snapshot.description,
        "updatedAt": instant(updated_at),
        "components": [_component(each, snapshot, updated_at) for each in snapshot.components],
        "announcements": [_announcement(each) for each in snapshot.announcements],
        "scheduled": [_announcement(each) for each in snapshot.scheduled],
        "maintenances": [_maintenance(maintenance) for maintenance in snapshot.maintenances],
    }


def _component(component: ComponentSnapshot, snapshot: StatusSnapshot, at: datetime) -> dict[str, Any]:
    uptime = component.uptime(days=snapshot.uptime_history_days, at=at)
    return {
        "id": component.id,
        "name": component.name,
        "description": component.description,
        "groupName": component.group_name,
        "position": component.position,
        "status": component.status,
        "showUptimeBar": component.show_uptime_bar,
        "uptime": float(uptime.percentage) if uptime and uptime.percentage is not None else None,
    }


def _announcement(announcement: AnnouncementSnapshot) -> dict[str, Any]:
    begins, ends = announcement.scheduled_for, announcement.scheduled_until
    over = announcement.resolved_at
    return {
        "id": announcement.id,
        "title": announcement.title,
        "status": announcement.status,
        # RESOLVED before it began: planned work that does not take place.
        "cancelled": is_cancelled(announcement),
        "impact": announcement.impact,
        "componentIds": list(announcement.component_ids),
        "scheduledFor": instant(begins) if begins else None,
        "scheduledUntil": instant(ends) if ends else None,
        "createdAt": instant(announcement.created_at),
        "updatedAt": instant(announcement.updated_at),
        "resolvedAt": instant(over) if over else None,
        "updates": [
            {"id": each.id, "status": each.status, "body": each.body, "createdAt": instant(each.created_at)}
            for each in announcement.updates
        ],
    }


def _maintenance(maintenance: MaintenanceSnapshot) -> dict[str, Any]:
    return {
        "id": maintenance.id,
        "name": maintenance.name,
        "description": maintenance.description,
        "status": "ACTIVE" if maintenance.under_way else "SCHEDULED",
        "scheduledFor": instant(maintenance.start_at),
        "scheduledUntil": instant(maintenance.end_at),
        "componentIds": list(maintenance.component_ids),
    }


def instant(at: datetime) -> str:
    """An instant as JSON has it everywhere: UTC, with milliseconds where it has some."""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")
