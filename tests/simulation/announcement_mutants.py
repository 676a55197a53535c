"""Planted bugs of what is told of maintenance."""

from dataclasses import replace
from typing import Any
from unittest import mock

from lull.domain import announced_maintenance as domain
from lull.domain import consequences, effects
from lull.domain.announced_maintenance import Announced
from lull.domain.announcements import Announcement
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.store import announcements as store
from lull.store import keys, table
from lull.store import maintenance_windows as windows
from lull.store.codec import Item
from lull.use_cases import announced_maintenance as use_cases
from lull.use_cases import effects as following
from tests.simulation.mutants import Mutant


def _tells_without_a_claim() -> Any:
    """Two that find nothing told both tell."""

    def put(key: Any, attributes: Item, *, condition: str, values: Any = None) -> Item:
        claims = key["SK"].startswith(keys.ANNOUNCED)
        return real(key, attributes, condition=table.ANYHOW if claims else condition, values=values)

    real = table.put
    return mock.patch.object(table, "put", put)


def _tells_what_it_read() -> Any:
    """The window may be another one by the time it is told."""

    def requiring(window: MaintenanceWindow) -> Item:
        return table.require(keys.maintenance_window(window.workspace_id, window.id), condition=table.ANYHOW)

    return mock.patch.object(store, "_requiring", requiring)


def _closes_what_it_does_not_know() -> Any:
    def is_settled(entry: Announced, window: MaintenanceWindow | None) -> bool:
        return window is None or window.is_over or entry.occurrence != window.occurrence

    return mock.patch.object(domain, "is_settled", is_settled)


def _forgets_what_a_removed_window_told() -> Any:
    def delete_history(workspace_id: int, window_id: int) -> None:
        for item in table.query_all(keys.in_maintenance_window(workspace_id, window_id)):
            table.write(table.delete({"PK": item["PK"]["S"], "SK": item["SK"]["S"]}, condition=table.ANYHOW))

    return mock.patch.object(windows, "delete_history", delete_history)


def _lets_what_was_put_off_end() -> Any:
    return mock.patch.object(domain, "OVER", "-")


def _tells_no_page_that_is_enabled() -> Any:
    def of_status_page(before: Any, after: Any) -> list[effects.Effect]:
        return [each for each in real(before, after) if not isinstance(each, effects.AnnounceMaintenance)]

    real = consequences.of_status_page
    return mock.patch.object(consequences, "of_status_page", of_status_page)


def _leaves_a_list_behind() -> Any:
    """Only the half of a page's list in which an announcement was seen is cleared."""

    def delete_announcements(workspace_id: int, page_id: int) -> bool:
        partition = keys.announcements_of_page(workspace_id, page_id)
        for sort_key in [item["SK"]["S"] for item in table.query_all(partition)]:
            key = keys.announcement(workspace_id, keys.listed_announcement_id(sort_key))
            listing = {"PK": partition, "SK": sort_key}
            table.transact([table.delete(each, condition=table.ANYHOW) for each in (key, listing)])
        return True

    return mock.patch.object(store, "delete_announcements", delete_announcements)


def _plans_no_wake_up() -> Any:
    return mock.patch.dict(following._DUE, {store.KIND: lambda _addresses: {}})


def _notes_nothing_before_it_tells() -> Any:
    """First the announcement, then the note of it: whoever comes after a crash in between tells once more."""

    def announce(announcement: Announcement, window: MaintenanceWindow) -> None:
        store.create_announcement(announcement)
        entry = Announced(occurrence=window.occurrence, page_id=announcement.page_id, announcement_id=announcement.id)
        key = keys.announced(window.workspace_id, window.id, entry.occurrence, entry.page_id)
        table.write(table.put(key, {"body": store._announced.body(entry)}, condition=table.ANYHOW))

    return mock.patch.object(store, "announce", announce)


def _overrules_people() -> Any:
    """What somebody has resolved is opened again with each edit."""

    def retold(announcement: Announcement, window: MaintenanceWindow, **rest: Any) -> Announcement:
        return real(announcement, window, **{**rest, "withdrawn": True})

    real = domain.retold
    return mock.patch.object(domain, "retold", retold)


def _closes_nothing_hidden() -> Any:
    """Only a window that is over closes what it told."""

    def bring_up_to_date(window: MaintenanceWindow, entry: Announced, was: Any, places: Any, *, at: Any) -> None:
        if entry.page_id in places:
            real(window, replace(entry), was, places, at=at)

    real = use_cases._bring_up_to_date
    return mock.patch.object(use_cases, "_bring_up_to_date", bring_up_to_date)


MUTANTS = [
    Mutant("tells without a claim", _tells_without_a_claim, (), ("announcing twice",)),
    Mutant("tells what it read", _tells_what_it_read, (), ("announcing and cancel",)),
    Mutant(
        "closes what it does not know",
        _closes_what_it_does_not_know,
        (),
        ("announcing and rolling over",),
        is_long=True,
    ),
    Mutant("forgets what a removed window told", _forgets_what_a_removed_window_told, ("close what was removed",)),
    Mutant(
        "lets what was put off end",
        _lets_what_was_put_off_end,
        ("announce maintenance anew that was over unnoticed",),
    ),
    Mutant("tells no page that is enabled", _tells_no_page_that_is_enabled, ("enable a page",)),
    Mutant("leaves a list behind", _leaves_a_list_behind, (), ("closing and end of a page",)),
    Mutant("plans no wake-up of announcements", _plans_no_wake_up, ("announce maintenance",)),
    Mutant("notes nothing before it tells", _notes_nothing_before_it_tells, ("announce maintenance",)),
    Mutant("overrules people", _overrules_people, (), ("announcing anew and resolution by hand",)),
    Mutant("closes nothing hidden", _closes_nothing_hidden, ("hide what is worked on",)),
]
