"""Status pages for tests: what a test does not name is unremarkable."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from lull.domain.announcements import Announcement, Status, announced
from lull.domain.health import SENTENCES, ComponentStatus
from lull.domain.status_pages import PageComponent, StatusPage
from lull.domain.uptime import Bucket, Timeline, second
from lull.publishing.snapshot import (
    AnnouncementSnapshot,
    ComponentSnapshot,
    IncidentSnapshot,
    MaintenanceSnapshot,
    StatusSnapshot,
    UpdateSnapshot,
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


def a_busy_page(count: int, *, days: int = 90, past: int = 10, **changes: Any) -> StatusSnapshot:
    """One with much to tell, the same each time: components with all sorts of days, news, plans and a past."""
    chance = random.Random(3)
    components = [
        a_component_snapshot(
            id=number,
            name=f"{chance.choice(['API', 'Web', 'Checkout', 'Search', 'Queue', 'Mail'])} {number}",
            group_name=f"Group {number // 5 + 1}" if number > 3 else None,
            description="Serves requests" if number % 3 == 0 else None,
            status=chance.choice([*[ComponentStatus.OPERATIONAL] * 6, *ComponentStatus]),
            timeline=_a_lively_timeline(chance, days),
        )
        for number in range(1, count + 1)
    ]
    incidents = [
        an_incident_snapshot(
            id=number,
            component_id=components[number % count].id,
            component_name=components[number % count].name,
            started_at=NOON - timedelta(days=3 * number, minutes=7 * number),
            resolved_at=NOON - timedelta(days=3 * number),
        )
        for number in range(1, past // 2 + 1)
    ]
    down = components[:2] = [replace(each, status=ComponentStatus.MAJOR_OUTAGE) for each in components[:2]]
    incidents += [
        an_incident_snapshot(
            id=100 + each.id, component_id=each.id, component_name=each.name, started_at=NOON - timedelta(hours=1)
        )
        for each in down
    ]
    told = an_announcement_snapshot(id=50, component_ids=(1,), body="We are **looking** into it.\n\n* first\n* second")
    found = UpdateSnapshot(id=2, status="IDENTIFIED", body="A full disk.", created_at=NOON)
    over = [
        replace(
            an_announcement_snapshot(
                id=60 + number, title=f"Trouble {number}", created_at=NOON - timedelta(days=number)
            ),
            status="RESOLVED",
        )
        for number in range(past - past // 2)
    ]
    fields = {
        "announcements": (replace(told, updates=(*told.updates, found)),),
        "maintenances": (a_maintenance_snapshot(component_ids=(1,), under_way=False),),
        "resolved": tuple(over),
        "incidents": tuple(incidents),
        "status": ComponentStatus.PARTIAL_OUTAGE,
        "uptime_history_days": days,
        "primary_color": "#4A90D9",
        **changes,
    }
    return a_snapshot(*components, **fields)


def _a_lively_timeline(chance: random.Random, days: int) -> Timeline:
    line = [(second(NOON - timedelta(days=chance.choice([days, days, days * 2 // 3]))), Bucket.OPERATIONAL)]
    for _ in range(chance.choice([0, 1, 2, 4])):
        at = second(NOON - timedelta(days=chance.random() * (days - 1)))
        trouble = chance.choice([Bucket.MAJOR, Bucket.PARTIAL, Bucket.DEGRADED, Bucket.MAINTENANCE])
        line += [(at, trouble), (at + chance.randint(60, 20_000), Bucket.OPERATIONAL)]
    return tuple(sorted(line))
