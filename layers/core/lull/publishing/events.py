"""What a publish tells those who follow a page: its events, numbered without gaps."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from lull.domain.publications import MOST_EVENTS, PageEvent, Publication
from lull.publishing.renderers.status_json import instant
from lull.publishing.snapshot import AnnouncementSnapshot, StatusSnapshot


def published(was: Publication | None, snapshot: StatusSnapshot, *, workspace_id: int, at: datetime) -> Publication:
    """The publication of a snapshot after the last one; the same one if nothing has changed."""
    if was and was.digest == snapshot.digest:
        return was
    changed_at = max(at, was.updated_at) if was else at
    told = [*snapshot.announcements, *snapshot.scheduled]
    now = Publication(
        page_id=snapshot.id,
        workspace_id=workspace_id,
        digest=snapshot.digest,
        content=snapshot.content_digest,
        updated_at=changed_at,
        statuses={component.id: component.status for component in snapshot.components},
        updates={announcement.id: len(announcement.updates) for announcement in told},
    )
    if was is None:
        return now
    data = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in _events(was, snapshot, changed_at)]
    events = [PageEvent(number=was.number + place, data=each) for place, each in enumerate(data, 1)]
    return replace(
        now,
        number=was.number + len(events),
        events=(*was.events, *events)[-MOST_EVENTS:],
        revision=was.revision,
    )


def _events(was: Publication, snapshot: StatusSnapshot, at: datetime) -> Iterator[dict[str, Any]]:
    """One for each thing that somebody may wait for; `page.updated` if there is none and the page still changed."""
    found = [*_of_components(was, snapshot), *_of_announcements(was, snapshot)]
    if not found and was.content != snapshot.content_digest:
        found = [{"type": "page.updated"}]
    for each in found:
        yield {**each, "status": snapshot.status, "statusDescription": snapshot.description, "at": instant(at)}


def _of_components(was: Publication, snapshot: StatusSnapshot) -> Iterator[dict[str, Any]]:
    for component in snapshot.components:
        before = was.statuses.get(component.id)
        if before is not None and before != component.status:
            about = {"id": component.id, "name": component.name, "status": component.status, "previousStatus": before}
            yield {"type": "component.status", "component": about}


def _of_announcements(was: Publication, snapshot: StatusSnapshot) -> Iterator[dict[str, Any]]:
    # In the order in which they were made.
    for announcement in sorted([*snapshot.announcements, *snapshot.scheduled], key=lambda each: each.id):
        known = was.updates.get(announcement.id)
        if known is None:
            yield {"type": "announcement.created", "announcement": _about(announcement)}
        elif known < len(announcement.updates):
            yield {"type": "announcement.updated", "announcement": _about(announcement)}
    for announcement in reversed(snapshot.resolved):
        if announcement.id in was.updates:
            yield {"type": "announcement.updated", "announcement": _about(announcement)}


def _about(announcement: AnnouncementSnapshot) -> dict[str, Any]:
    """Without the texts, which may be long: they are on the page."""
    begins, ends = announcement.scheduled_for, announcement.scheduled_until
    return {
        "id": announcement.id,
        "title": announcement.title,
        "status": announcement.status,
        "impact": announcement.impact,
        "componentIds": list(announcement.component_ids),
        "scheduledFor": instant(begins) if begins else None,
        "scheduledUntil": instant(ends) if ends else None,
        "updates": len(announcement.updates),
    }
