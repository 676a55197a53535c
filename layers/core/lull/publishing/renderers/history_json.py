"""What a page has told in the last twelve months, and its outages, by month."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from lull.domain.errors import invalid
from lull.publishing.renderers import status_json
from lull.publishing.renderers.stages import began_at
from lull.publishing.snapshot import IncidentSnapshot, StatusSnapshot

MOST_MONTHS = 12
DEFAULT_MONTHS = 3


def render(snapshot: StatusSnapshot, updated_at: datetime) -> bytes:
    """All twelve months, of which `document` takes what somebody asks for."""
    document = {"months": _months(snapshot, updated_at)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def document(published: Mapping[str, Any], *, months: int = DEFAULT_MONTHS, offset: int = 0) -> dict[str, Any]:
    """So many months of what `render` has written, newest first, the first of them `offset` before the current one.

    Fewer where it does not go back so far. Raises Invalid naming `months` or `offset`.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise invalid("months", f"must be 1 to {MOST_MONTHS}")
    if not 0 <= offset < MOST_MONTHS:
        raise invalid("offset", f"must be 0 to {MOST_MONTHS - 1}")
    return {"months": published["months"][offset : offset + months]}


def _months(snapshot: StatusSnapshot, updated_at: datetime) -> list[dict[str, Any]]:
    past = (*snapshot.announcements, *snapshot.resolved) if snapshot.show_incident_history else ()
    told = sorted(past, key=lambda each: (began_at(each), each.id), reverse=True)
    # As the JSON of the page has them.
    written = status_json.document(replace(snapshot, announcements=tuple(told)), updated_at)["announcements"]
    months = [_month(began_at(each)) for each in told]
    return [
        {
            "month": month,
            "announcements": [each for each, begun in zip(written, months, strict=True) if begun == month],
            "incidents": [_incident(each) for each in snapshot.incidents if _month(each.started_at) == month],
        }
        for month in _names(snapshot.today)
    ]


def _names(today: date) -> list[str]:
    """The months of a year, newest first."""
    newest = today.year * 12 + today.month - 1
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(newest, newest - MOST_MONTHS, -1)]


def _month(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m}"


def _incident(incident: IncidentSnapshot) -> dict[str, Any]:
    return {
        "id": incident.id,
        "componentId": incident.component_id,
        "title": incident.title,
        "startedAt": status_json.instant(incident.started_at),
        "resolvedAt": status_json.instant(incident.resolved_at) if incident.resolved_at else None,
    }
