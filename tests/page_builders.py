"""Status pages for tests: what a test does not name is unremarkable."""

from datetime import timedelta
from typing import Any

from lull.domain.announcements import Announcement, Status, announced
from lull.domain.health import SENTENCES, ComponentStatus
from lull.domain.status_pages import PageComponent, StatusPage
from lull.publishing.snapshot import (
    AnnouncementSnapshot,
    ComponentSnapshot,
    IncidentSnapshot,
    MaintenanceSnapshot,
    StatusSnapshot,
)
from tests.builders import NOON


def a_page(**changes: Any) -> StatusPage:
    return StatusPage(
        **{"id": 1, "workspace_id": 1, "name": "Acme Status", "slug": "acme-status", "created_at": NOON, **changes}
    )


def a_component(**changes: Any) -> PageComponent:
    """Stands for check 10 unless it is told what else."""
    source = {} if {"check_id", "project_id", "dependency_id"} & changes.keys() else {"check_id": 10}
    return PageComponent(**{"id": 5, "page_id": 1, "workspace_id": 1, "name": "API", **source, **changes})


def a_component_snapshot(**changes: Any) -> ComponentSnapshot:
    return ComponentSnapshot(
        **{
            "id": 5,
            "name": "API",
            "description": None,
            "group_name": None,
            "position": 0,
            "status": ComponentStatus.OPERATIONAL,
            "show_uptime_bar": True,
            **changes,
        }
    )


def a_maintenance_snapshot(**changes: Any) -> MaintenanceSnapshot:
    return MaintenanceSnapshot(
        **{
            "id": 4,
            "name": "Database migration",
            "description": None,
            "start_at": NOON,
            "end_at": NOON + timedelta(hours=2),
            "under_way": True,
            "component_ids": (5,),
            **changes,
        }
    )


def a_snapshot(*components: ComponentSnapshot, **changes: Any) -> StatusSnapshot:
    status = changes.get("status", ComponentStatus.OPERATIONAL)
    return StatusSnapshot(
        **{
            "id": 1,
            "name": "Acme Status",
            "slug": "acme-status",
            "created_at": NOON,
            "today": NOON.date(),
            "logo_url": None,
            "favicon_url": None,
            "primary_color": None,
            "background_color": None,
            "show_uptime_history": True,
            "uptime_history_days": 90,
            "show_incident_history": True,
            "status": status,
            "description": SENTENCES[status],
            "components": components,
            **changes,
        }
    )


def an_incident_snapshot(**changes: Any) -> IncidentSnapshot:
    fields = {"id": 3, "component_id": 5, "component_name": "API", "started_at": NOON, "resolved_at": None, **changes}
    return IncidentSnapshot(**fields)


def an_announcement(**changes: Any) -> Announcement:
    """One that is open since noon and says nothing of components."""
    body = changes.pop("body", "We look.")
    status = changes.pop("status", Status.INVESTIGATING)
    fields = {"id": 1, "page_id": 1, "workspace_id": 1, "title": "Slow answers", "created_at": NOON, **changes}
    return announced(Announcement(**fields), status=status, body=body, at=NOON)


def an_announcement_snapshot(**changes: Any) -> AnnouncementSnapshot:
    told = an_announcement(**changes)
    return AnnouncementSnapshot.of(told, told.component_ids)
