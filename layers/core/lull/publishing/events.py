"""What a publish tells those who follow a page: its events, numbered without gaps."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lull.domain.announcements import Status
from lull.domain.publications import MOST_EVENTS, PageEvent, Publication
from lull.publishing.renderers.markdown import plain
from lull.publishing.renderers.status_json import instant
from lull.publishing.snapshot import AnnouncementSnapshot, StatusSnapshot, UpdateSnapshot

_LONGEST_BODY = 800
"""Bytes."""
_LATE = timedelta(hours=1)
"""Longer than it takes from the making of an announcement to its publication."""


def published(
    was: Publication | None,
    snapshot: StatusSnapshot,
    left: Sequence[AnnouncementSnapshot] = (),
    *,
    workspace_id: int,
    at: datetime,
) -> Publication:
    """The publication of a snapshot after the last one; the same one if nothing has changed.

    `left` are those of `missing` that exist: they are too old to be shown, and may have been resolved just now.
    """
    if was and was.digest == snapshot.digest:
        return was
    changed_at = max(at, was.updated_at) if was else at
    told = [*snapshot.announcements, *snapshot.scheduled, *snapshot.resolved]
    now = Publication(
        page_id=snapshot.id,
        workspace_id=workspace_id,
        digest=snapshot.digest,
        content=snapshot.content_digest,
        updated_at=changed_at,
        counted_in=snapshot.counted_in,
        statuses={component.id: component.status for component in snapshot.components},
        updates={announcement.id: len(announcement.updates) for announcement in told},
    )
    if was is None:
        return now
    data = [
        json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in _events(was, snapshot, left, changed_at)
    ]
    events = [PageEvent(number=was.number + place, data=each) for place, each in enumerate(data, 1)]
    return replace(
        now,
        number=was.number + len(events),
        events=(*was.events, *events)[-MOST_EVENTS:],
        revision=was.revision,
    )


def missing(was: Publication | None, snapshot: StatusSnapshot) -> set[int]:
    """Ids of announcements that were shown and are not any more: deleted, or over and long ago."""
    shown = (*snapshot.announcements, *snapshot.scheduled, *snapshot.resolved)
    return set(was.updates) - {each.id for each in shown} if was else set()


def _events(
    was: Publication, snapshot: StatusSnapshot, left: Sequence[AnnouncementSnapshot], at: datetime
) -> Iterator[dict[str, Any]]:
    """One for each thing that somebody may wait for; `page.updated` if there is none and the page still changed."""
    found = [*_of_components(was, snapshot), *_of_announcements(was, snapshot, left)]
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


def _of_announcements(
    was: Publication, snapshot: StatusSnapshot, left: Sequence[AnnouncementSnapshot]
) -> Iterator[dict[str, Any]]:
    """One for each update that was not told yet, in the order in which they were written; then what was deleted."""
    shown = [*snapshot.announcements, *snapshot.scheduled, *snapshot.resolved, *left]
    fresh = [(announcement, update) for announcement in shown for update in _fresh(was, announcement)]
    for announcement, update in sorted(fresh, key=lambda each: (each[1].created_at, each[0].id, each[1].id)):
        kind = "announcement.created" if update.id == 1 else "announcement.updated"
        yield {"type": kind, "announcement": _about(announcement, update), "update": _text(update)}
    for announcement_id in sorted(was.updates.keys() - {each.id for each in shown}):
        yield {"type": "announcement.deleted", "announcement": {"id": announcement_id}}


def _fresh(was: Publication, announcement: AnnouncementSnapshot) -> Sequence[UpdateSnapshot]:
    known = was.updates.get(announcement.id)
    if known is None and announcement.created_at < was.updated_at - _LATE:
        # One that was told long ago, and left the page since. It is back because of its newest update, or by chance.
        return announcement.updates[-1:] if announcement.status != Status.RESOLVED else ()
    return announcement.updates[known or 0 :]


def _about(announcement: AnnouncementSnapshot, update: UpdateSnapshot) -> dict[str, Any]:
    """As of one update, but for what is edited without one."""
    begins, ends = announcement.scheduled_for, announcement.scheduled_until
    return {
        "id": announcement.id,
        "title": announcement.title,
        "status": update.status,
        "impact": announcement.impact,
        "componentIds": list(announcement.component_ids),
        "scheduledFor": instant(begins) if begins else None,
        "scheduledUntil": instant(ends) if ends else None,
        "updates": update.id,
    }


def _text(update: UpdateSnapshot) -> dict[str, Any]:
    """Its beginning, if it is long: all of it is on the page, and fifty events are one item of the table."""
    body = plain(update.body)
    if len(body.encode()) > _LONGEST_BODY:
        body = body.encode()[:_LONGEST_BODY].decode(errors="ignore").rstrip() + "…"
    return {"id": update.id, "status": update.status, "body": body, "createdAt": instant(update.created_at)}
