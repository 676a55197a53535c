"""What callers and wake-ups can do with the announcements of a status page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from lull.domain import announcements as domain
from lull.domain.announcements import Announcement, Phase, Status
from lull.domain.credentials import Caller
from lull.domain.errors import Conflict, NotFound
from lull.domain.rescheduling import rescheduled
from lull.store import announcements as store
from lull.store import counters
from lull.store import status_pages as pages
from lull.use_cases.retrying import on_stale_write
from lull.use_cases.status_pages import get_status_page

Change = Callable[[Announcement], Announcement]


def create_announcement(
    caller: Caller, page_id: int, described: Announcement, *, status: Status, body: str, at: datetime
) -> Announcement:
    """`described` is as the caller wants it; its ids, time and first update are set here.

    Raises Invalid naming fields, NotFound if there is no such page, Conflict if it has no room.
    """
    get_status_page(caller, page_id)
    described = replace(described, page_id=page_id, workspace_id=caller.workspace_id)
    new = domain.announced(described, status=status, body=body, at=at)
    _check_components(new)
    unresolved, _ = store.list_announcement_ids(caller.workspace_id, page_id)
    if len(unresolved) >= domain.MAX_OPEN and new.phase is not Phase.RESOLVED:
        raise Conflict(f"a status page has at most {domain.MAX_OPEN} announcements that are not resolved")
    return store.create_announcement(replace(new, id=counters.next_id(store.KIND)))


def _check_components(announcement: Announcement) -> None:
    if announcement.component_ids:
        of_page = pages.list_components(announcement.workspace_id, announcement.page_id)
        domain.check_components(announcement.component_ids, [component.id for component in of_page])


def _shown(found: Sequence[Announcement]) -> list[Announcement]:
    """Announcements of one page with those of their components that it still has."""
    if not any(each.component_ids for each in found):
        return list(found)
    ids = {component.id for component in pages.list_components(found[0].workspace_id, found[0].page_id)}
    return [replace(each, component_ids=tuple(one for one in each.component_ids if one in ids)) for each in found]


def get_announcement(caller: Caller, page_id: int, announcement_id: int, *, at: datetime) -> Announcement:
    """One announcement of the page, as the clock has it."""
    (shown,) = _shown([domain.advanced(_get(caller, page_id, announcement_id), at=at)])
    return shown


def _get(caller: Caller, page_id: int, announcement_id: int) -> Announcement:
    found = store.get_announcement(caller.workspace_id, announcement_id)
    if found is None or found.page_id != page_id:
        raise NotFound("announcement")
    return found


def list_announcements(
    caller: Caller, page_id: int, *, phase: Phase | None, skip: int, take: int, at: datetime
) -> tuple[list[Announcement], int]:
    """Some announcements of a page, newest first, and how many there are in this phase; as the clock has them."""
    get_status_page(caller, page_id)
    unresolved, resolved = store.list_announcement_ids(caller.workspace_id, page_id)
    if phase is not None:
        current = _current(caller.workspace_id, unresolved, at)
        unresolved = [each.id for each in current if each.phase is phase]
        if phase is not Phase.RESOLVED:
            resolved = []
    # One that moves from one half of the list to the other meanwhile may be in both.
    ids = sorted({*unresolved, *resolved}, reverse=True)
    return _shown(_current(caller.workspace_id, ids[skip : skip + take], at)), len(ids)


def _current(workspace_id: int, ids: list[int], at: datetime) -> list[Announcement]:
    found = store.get_announcements([(workspace_id, each) for each in ids])
    return sorted((domain.advanced(each, at=at) for each in found), key=lambda each: each.id, reverse=True)


def change_announcement(
    caller: Caller,
    page_id: int,
    announcement_id: int,
    change: Change,
    *,
    component_ids: Sequence[int] | None,
    status: Status | None,
    times: Mapping[str, datetime | None],
    at: datetime,
) -> Announcement:
    """Write what `change` makes of it, and its components if they are given; another status is an update.

    `times` are those of `scheduled_for` and `scheduled_until` that are given; others are an update as well. Raises
    Invalid naming fields, Conflict if it is too late for them.
    """

    def changed() -> Announcement:
        was = _get(caller, page_id, announcement_id)
        current = domain.advanced(was, at=at)
        new = change(current)
        begins, ends = (times.get(name, getattr(new, name)) for name in ("scheduled_for", "scheduled_until"))
        new = rescheduled(new, begins, ends, at=at)
        if component_ids is not None:
            new = replace(new, component_ids=tuple(dict.fromkeys(component_ids)))
            _check_components(new)
        new = domain.edited(new, current, at=at)
        return store.save_announcement(domain.with_status(new, status, at=at), was=was)

    (shown,) = _shown([on_stale_write(changed)])
    return shown


def add_update(
    caller: Caller, page_id: int, announcement_id: int, *, status: Status | None, body: str, at: datetime
) -> Announcement:
    """Tell more. Raises Invalid naming `body` if the announcement is full."""

    def added() -> Announcement:
        was = _get(caller, page_id, announcement_id)
        new = domain.updated(domain.advanced(was, at=at), status=status, body=body, at=at)
        return store.save_announcement(new, was=was)

    (shown,) = _shown([on_stale_write(added)])
    return shown


def delete_announcement(caller: Caller, page_id: int, announcement_id: int) -> None:
    on_stale_write(lambda: store.delete_announcement(_get(caller, page_id, announcement_id)))


def advance(workspace_id: int, announcement_id: int, *, at: datetime) -> Announcement | None:
    """Write down what the clock has made of an announcement; None if there is no such one."""

    def advanced() -> Announcement | None:
        was = store.get_announcement(workspace_id, announcement_id)
        if was is None:
            return None
        now = domain.advanced(was, at=at)
        return was if now == was else store.save_announcement(now, was=was)

    try:
        return on_stale_write(advanced)
    except NotFound:
        return None
