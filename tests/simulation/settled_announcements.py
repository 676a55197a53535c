"""What must be told of maintenance once everything has been delivered: on each page that shows it, once, as it is."""

from collections import defaultdict
from dataclasses import dataclass, field

from lull.domain.announcements import Announcement, Status
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.store import keys
from lull.store.status_pages import decode_component, decode_status_page
from tests.simulation.maintenance_rules import WORKSPACE, is_in_history, window_of
from tests.simulation.world import World


@dataclass
class _Shown:
    """Components of a page that show a window's projects, and those that may be taken for such: their check is gone."""

    surely: set[int] = field(default_factory=set)
    perhaps: set[int] = field(default_factory=set)


def failures(world: World) -> list[str]:
    """Why this world has not settled. What only the stream tells is not asked of a world whose stream was lost."""
    if world.stream.discarded:
        return []
    found: list[str] = []
    windows = {window.id: window for window in world.watch.maintenance.windows()}
    for window in windows.values():
        if window.auto_publish_to_status_page and not window.is_over:
            found += _untold(world, window)
    found += _left_open(world, windows)
    for partition, sort_key in world.table.items:
        if is_in_history(partition) and sort_key.startswith(keys.ANNOUNCED):
            occurrence = int(sort_key.split("#")[1])
            of = windows.get(window_of(partition))
            if of is None or of.is_over or of.occurrence != occurrence:
                found.append(f"GHOST: {partition} {sort_key} is noted of an occurrence that is over")
    return found + _wrong_lists(world)


def _shown(world: World, window: MaintenanceWindow) -> dict[int, _Shown]:
    pages: dict[int, _Shown] = defaultdict(_Shown)
    for key, item in world.table.items.items():
        if not key[1].startswith(keys.PAGE_COMPONENT):
            continue
        component = decode_component(item)
        source, source_id = component.source
        if source == "project" and source_id in window.project_ids:
            pages[component.page_id].surely.add(component.id)
        elif source == "check":
            check = world.watch.incidents.check(source_id)
            if check is None:
                pages[component.page_id].perhaps.add(component.id)
            elif check.project_id in window.project_ids:
                pages[component.page_id].surely.add(component.id)
    return pages


def _untold(world: World, window: MaintenanceWindow) -> list[str]:
    found, rules, pages = [], world.watch.announcements, _shown(world, window)
    for page_id, shown in pages.items():
        entry, where = (
            rules.entry((window.id, window.occurrence, page_id)),
            f"maintenance {window.id} on page {page_id}",
        )
        if entry is None:
            # One that has been over since the last sweep is not begun to be told.
            if shown.surely and _is_enabled(world, page_id) and window.end_at > world.now:
                found.append(f"TOLD: {where} is not told")
            continue
        announcement = rules.announcement(entry.announcement_id)
        if announcement and (shown.surely or not shown.perhaps):
            found += _wrongly_told(world, window, announcement, shown)
        elif announcement is None and entry.announcement_id not in rules.deleted:
            found.append(f"TOLD: {where} was told and nobody deleted that")
    return found


def _wrongly_told(world: World, window: MaintenanceWindow, told: Announcement, shown: _Shown) -> list[str]:
    if told.status is Status.RESOLVED:
        by_clock = window.end_at <= world.now
        by_hand = told.id in world.watch.announcements.resolved_by_hand
        return (
            [] if by_clock or by_hand else [f"TOLD: announcement {told.id} is closed and maintenance {window.id} not"]
        )
    found = []
    if (told.title, told.scheduled_for, told.scheduled_until) != (window.name, window.start_at, window.end_at):
        found.append(f"TOLD: announcement {told.id} is {told.scheduled_for}, maintenance {window.id} {window.start_at}")
    if not shown.surely <= set(told.component_ids) <= shown.surely | shown.perhaps:
        found.append(f"TOLD: announcement {told.id} is of components {told.component_ids}, not {sorted(shown.surely)}")
    return found


def _left_open(world: World, windows: dict[int, MaintenanceWindow]) -> list[str]:
    found = []
    for told in world.watch.announcements.announcements():
        place = world.watch.announcements.places.get(told.id)
        if place is None or told.status is Status.RESOLVED or told.id in world.watch.announcements.opened_by_hand:
            continue
        window = windows.get(place[0])
        if window is None or window.is_over or window.occurrence != place[1]:
            found.append(f"TOLD: announcement {told.id} is open and its occurrence {place} is over")
        elif not window.auto_publish_to_status_page or place[2] not in _shown(world, window):
            found.append(f"TOLD: announcement {told.id} is open and page {place[2]} does not tell of {window.id}")
    return found


def _wrong_lists(world: World) -> list[str]:
    listed = {
        keys.listed_announcement_id(sort_key)
        for partition, sort_key in world.table.items
        if sort_key.startswith((keys.RESOLVED, keys.UNRESOLVED))
    }
    present = {each.id for each in world.watch.announcements.announcements()}
    return [f"GHOST: announcement {each} is listed or present, not both" for each in sorted(listed ^ present)]


def _is_enabled(world: World, page_id: int) -> bool:
    key = keys.status_page(WORKSPACE, page_id)
    item = world.table.get((key["PK"], key["SK"]))
    return item is not None and decode_status_page(item).enabled
