"""Making what maintenance windows tell on status pages what it should be: section 5 of the semantics."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from lull.domain import announced_maintenance as domain
from lull.domain.announced_maintenance import Announced
from lull.domain.announcements import Announcement
from lull.domain.errors import NotFound
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.publishing import affected
from lull.store import announcements as store
from lull.store import checks, counters, status_pages
from lull.store import maintenance_windows as windows
from lull.use_cases.retrying import on_stale_write

Places = Mapping[int, Sequence[int]]
"""Pages by id, each with the ids of its components that a window concerns."""


def tell(workspace_id: int, window_id: int, *, at: datetime) -> None:
    """Open, change and close the announcements of a window until they say what it says. Safe to repeat.

    Each write is made on the condition that the window is as it was read, so that of two that do this at once, the one
    that knows less loses.
    """
    on_stale_write(lambda: _tell(workspace_id, window_id, at=at))


def _tell(workspace_id: int, window_id: int, *, at: datetime) -> None:
    window = windows.get_maintenance_window(workspace_id, window_id)
    entries = store.list_announced(workspace_id, window_id)
    # Before the places: what somebody wrote who knew of another place is not overwritten, then.
    said = {entry.announcement_id: store.get_announcement(workspace_id, entry.announcement_id) for entry in entries}
    current: set[int] = set()
    places: Places = {}
    if window and domain.is_told(window):
        current = {each.page_id for each in entries if each.occurrence == window.occurrence}
        places = _places(window)
    for entry in entries:
        if window is None or domain.is_settled(entry, window):
            _close(workspace_id, window_id, window, entry, said[entry.announcement_id], at=at)
        else:
            _bring_up_to_date(window, entry, said[entry.announcement_id], places, at=at)
    if window and places:
        _announce_where_missing(window, places, current, at=at)


def _places(window: MaintenanceWindow) -> Places:
    """Every page that shows one of the window's projects, or one of their checks."""
    sources: set[tuple[str, int]] = set()
    for project_id in window.project_ids:
        ids = checks.list_check_ids_of_project(window.workspace_id, project_id)
        sources |= {("project", project_id), *(("check", check_id) for check_id in ids)}
    page_ids = affected.pages(sources, status_pages.list_shown_sources(window.workspace_id))
    return {
        page_id: [
            component.id
            for component in status_pages.list_components(window.workspace_id, page_id)
            if component.source in sources
        ]
        for page_id in sorted(page_ids)
    }


def _close(
    workspace_id: int,
    window_id: int,
    window: MaintenanceWindow | None,
    entry: Announced,
    was: Announcement | None,
    *,
    at: datetime,
) -> None:
    if was:
        closed = domain.closed(was, window, entry, at)
        if closed != was:
            # Whoever deletes it at the same time has closed it too.
            with suppress(NotFound):
                store.save_announcement(closed, was=was)
    store.forget_announced(workspace_id, window_id, entry)


def _bring_up_to_date(
    window: MaintenanceWindow, entry: Announced, was: Announcement | None, places: Places, *, at: datetime
) -> None:
    # Somebody deleted it: the entry stays, so that it does not come again.
    if was is None:
        return
    wanted = entry.page_id in places
    if wanted:
        components = places[entry.page_id]
        now = domain.retold(was, window, component_ids=components, withdrawn=entry.withdrawn, titled=entry.title, at=at)
        then = domain.noted(entry, now, window, withdrawn=False)
    else:
        now = domain.closed(was, window, entry, at)
        # What a person had resolved before is not opened again.
        then = domain.noted(entry, now, window, withdrawn=entry.withdrawn or now != was)
    if (now, then) != (was, entry):
        store.reannounce(now, was, then, window)


def _announce_where_missing(window: MaintenanceWindow, places: Places, current: set[int], *, at: datetime) -> None:
    missing = [page_id for page_id in places if page_id not in current]
    if not missing or window.end_at <= at:
        return
    for page in sorted(status_pages.get_status_pages(window.workspace_id, missing), key=lambda page: page.id):
        if page.enabled:
            new = domain.told(
                window,
                page_id=page.id,
                component_ids=places[page.id],
                announcement_id=counters.next_id(store.KIND),
                at=at,
            )
            store.announce(new, window)
