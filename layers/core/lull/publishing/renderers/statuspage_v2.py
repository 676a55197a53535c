"""A page in the convention of Statuspage, for the clients that know it: the files below `/api/v2`.

Incidents are what the owner has announced, and the outages that checks have found. The convention has no word for
what is not monitored: nothing is known to be wrong with it.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lull.domain import health
from lull.domain.health import ComponentStatus
from lull.domain.uptime import Timeline
from lull.publishing.renderers.identity import page_url
from lull.publishing.renderers.status_json import instant
from lull.publishing.renderers.statuspage_incidents import COMPLETED, RESOLVED, incidents, maintenances
from lull.publishing.snapshot import ComponentSnapshot, StatusSnapshot

MOST_LISTED = 50
_INDICATORS = {
    ComponentStatus.OPERATIONAL: "none",
    ComponentStatus.DEGRADED_PERFORMANCE: "minor",
    ComponentStatus.PARTIAL_OUTAGE: "major",
    ComponentStatus.MAJOR_OUTAGE: "critical",
    ComponentStatus.UNDER_MAINTENANCE: "maintenance",
}


def render(snapshot: StatusSnapshot, updated_at: datetime, *, base_url: str) -> dict[str, bytes]:
    """Every file by its name below `/api/v2`, without `.json`. `base_url` has no slash at its end."""
    page = {
        "id": str(snapshot.id),
        "name": snapshot.name,
        "url": page_url(snapshot, base_url),
        "time_zone": "Etc/UTC",
        "updated_at": instant(updated_at),
    }
    status = {"indicator": _INDICATORS[snapshot.status], "description": snapshot.description}
    components = _components(snapshot, updated_at)
    by_id = {each["id"]: each for each in components}
    told = incidents(snapshot, by_id, base_url=base_url)
    unresolved = [each for each in told if each["status"] != RESOLVED]
    planned = maintenances(snapshot, by_id, base_url=base_url)
    upcoming = sorted((each for each in planned if each["status"] == "scheduled"), key=_begin)
    active = [each for each in planned if each["status"] in ("in_progress", "verifying")]
    ahead = [each for each in planned if each["status"] != COMPLETED]
    documents: dict[str, dict[str, Any]] = {
        "summary": {
            "status": status,
            "components": components,
            "incidents": unresolved[:MOST_LISTED],
            "scheduled_maintenances": sorted(ahead, key=_begin)[:MOST_LISTED],
        },
        "status": {"status": status},
        "components": {"components": components},
        "incidents": {"incidents": told[:MOST_LISTED]},
        "incidents/unresolved": {"incidents": unresolved[:MOST_LISTED]},
        "scheduled-maintenances": {"scheduled_maintenances": planned[:MOST_LISTED]},
        "scheduled-maintenances/upcoming": {"scheduled_maintenances": upcoming[:MOST_LISTED]},
        "scheduled-maintenances/active": {"scheduled_maintenances": active[:MOST_LISTED]},
    }
    return {name: _json({"page": page, **document}) for name, document in documents.items()}


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _begin(maintenance: dict[str, Any]) -> str:
    begin: str = maintenance["scheduled_for"]
    return begin


def _components(snapshot: StatusSnapshot, updated_at: datetime) -> list[dict[str, Any]]:
    """In the order of the page, each group before the first of its components."""
    groups: dict[str, list[ComponentSnapshot]] = {}
    for component in snapshot.components:
        if component.group_name:
            groups.setdefault(component.group_name, []).append(component)
    return list(_listed(snapshot, groups, updated_at))


def _listed(
    snapshot: StatusSnapshot, groups: dict[str, list[ComponentSnapshot]], updated_at: datetime
) -> Iterator[dict[str, Any]]:
    for component in snapshot.components:
        members = groups.get(component.group_name or "", ())
        if members and members[0] is component:
            yield _group(snapshot, members, updated_at)
        yield _component(snapshot, component, updated_at)


def _group(snapshot: StatusSnapshot, members: list[ComponentSnapshot], updated_at: datetime) -> dict[str, Any]:
    shown = [_component(snapshot, each, updated_at) for each in members]
    name = members[0].group_name or ""
    return {
        **shown[0],
        "id": _group_id(name),
        "name": name,
        "status": _word(health.combined(each.status for each in members)),
        "description": None,
        "showcase": False,
        "start_date": None,
        "updated_at": max(each["updated_at"] for each in shown),
        "group_id": None,
        "group": True,
        "components": [each["id"] for each in shown],
    }


def _group_id(name: str) -> str:
    """All that a group has is its name."""
    return f"group-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _component(snapshot: StatusSnapshot, component: ComponentSnapshot, updated_at: datetime) -> dict[str, Any]:
    began, changed = _known(component.timeline)
    return {
        "id": str(component.id),
        "name": component.name,
        "status": _word(component.status),
        "created_at": instant(snapshot.created_at),
        "updated_at": instant(min(changed or updated_at, updated_at)),
        "position": component.position,
        "description": component.description,
        "showcase": component.show_uptime_bar,
        "start_date": began.date().isoformat() if began else None,
        "group_id": _group_id(component.group_name) if component.group_name else None,
        "page_id": str(snapshot.id),
        "group": False,
        "only_show_if_degraded": False,
    }


def _known(timeline: Timeline | None) -> tuple[datetime | None, datetime | None]:
    """Since when something is known of a component, and when it changed last."""
    if not timeline:
        return None, None
    return datetime.fromtimestamp(timeline[0][0], UTC), datetime.fromtimestamp(timeline[-1][0], UTC)


def _word(status: ComponentStatus) -> str:
    return (ComponentStatus.OPERATIONAL if status is ComponentStatus.NOT_MONITORED else status).lower()
