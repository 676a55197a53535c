"""Announcements of status pages in the table, with the list of each page, and what maintenance windows have announced.

The list of a page has those that are not resolved apart from those that are: publishing reads all of the former and the
newest of the latter, whatever a page has told in years.
"""

from dataclasses import replace

from lull import randomness
from lull.domain.announced_maintenance import Announced
from lull.domain.announcements import Announcement, Status
from lull.domain.errors import NotFound, StaleWrite
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.store import keys, table
from lull.store.codec import Codec, Item, integer, readable
from lull.store.keys import Key

KIND = "announcement"

_codec = Codec(Announcement)
_announced = Codec(Announced)

# Each is three writes, and a transaction takes a hundred.
_DELETED_AT_ONCE = 30


def decode_announcement(item: Item) -> Announcement:
    return replace(_codec.decode(item), revision=int(item["revision"]["N"]))


def get_announcement(workspace_id: int, announcement_id: int) -> Announcement | None:
    item = table.get(keys.announcement(workspace_id, announcement_id))
    return decode_announcement(item) if item else None


def get_announcements(addresses: list[tuple[int, int]], *, passing_over: bool = False) -> list[Announcement]:
    """Those that exist, by (workspace id, announcement id), in no order.

    What cannot be read is passed over for whoever works for all pages; a page is not shown without one of its own.
    """
    items = table.batch_get([keys.announcement(*address) for address in dict.fromkeys(addresses)])
    return readable(items, decode_announcement) if passing_over else [decode_announcement(item) for item in items]


def list_announcement_ids(workspace_id: int, page_id: int) -> tuple[list[int], list[int]]:
    """Ids of a page's announcements that are not resolved, and of those that are, as the records have it."""
    unresolved: list[int] = []
    resolved: list[int] = []
    for item in table.query_all(keys.announcements_of_page(workspace_id, page_id)):
        sort_key = item["SK"]["S"]
        (unresolved if sort_key.startswith(keys.UNRESOLVED) else resolved).append(keys.listed_announcement_id(sort_key))
    return unresolved, resolved


def list_announcements(workspace_id: int, page_id: int, *, resolved: int) -> list[Announcement]:
    """A page's announcements that are not resolved, and the newest that are, so many of them; newest first."""
    unresolved, over = list_announcement_ids(workspace_id, page_id)
    wanted = [*unresolved, *sorted(over, reverse=True)[:resolved]]
    found = get_announcements([(workspace_id, each) for each in wanted])
    return sorted(found, key=lambda each: each.id, reverse=True)


def create_announcement(announcement: Announcement) -> Announcement:
    """Write it and list it. Raises NotFound if the page is gone."""
    token = randomness.secret(16)
    try:
        table.transact(_creating(announcement, token), token=token)
    except table.Cancelled as refused:
        raise NotFound("status page") from refused
    return replace(announcement, revision=1)


def save_announcement(announcement: Announcement, *, was: Announcement) -> Announcement:
    """Write a changed one. Raises StaleWrite if it was changed since it was read, NotFound if it is gone."""
    token = randomness.secret(16)
    try:
        table.transact(_saving(announcement, was, token), token=token)
    except table.Cancelled as refused:
        raise (StaleWrite if refused.items[0] else NotFound)("announcement") from refused
    return replace(announcement, revision=was.revision + 1)


def delete_announcement(announcement: Announcement) -> None:
    """Remove it. Raises StaleWrite if it was changed since it was read, NotFound if it is gone."""
    unchanged = {":read": integer(announcement.revision)}
    deleting = table.delete(_key(announcement), condition="revision = :read", values=unchanged)
    try:
        table.transact([deleting, table.delete(_listing(announcement), condition=table.ANYHOW)])
    except table.Cancelled as refused:
        raise (StaleWrite if refused.items[0] else NotFound)("announcement") from refused


def delete_announcements(workspace_id: int, page_id: int) -> bool:
    """Remove all announcements of a page that is gone; whether there were any. Safe to repeat."""
    partition = keys.announcements_of_page(workspace_id, page_id)
    listed = sorted({keys.listed_announcement_id(item["SK"]["S"]) for item in table.query_all(partition)})
    for start in range(0, len(listed), _DELETED_AT_ONCE):
        writes: list[Item] = []
        for each in listed[start : start + _DELETED_AT_ONCE]:
            writes.append(table.delete(keys.announcement(workspace_id, each), condition=table.ANYHOW))
            # It may move from one half of the list to the other meanwhile.
            for resolved in (True, False):
                listing = keys.announcement_listing(workspace_id, page_id, each, resolved=resolved)
                writes.append(table.delete(listing, condition=table.ANYHOW))
        table.transact(writes)
    return bool(listed)


# ---- what maintenance windows have announced


def list_announced(workspace_id: int, window_id: int) -> list[Announced]:
    """What a maintenance window has announced and may have to change yet."""
    items = table.query_all(keys.in_maintenance_window(workspace_id, window_id), begins_with=keys.ANNOUNCED)
    return [_announced.decode(item) for item in items]


def announce(announcement: Announcement, window: MaintenanceWindow) -> None:
    """Write the announcement of a window's current occurrence, unless there is one on this page.

    Raises StaleWrite if the window or the page has changed or somebody else wrote it first.
    """
    entry = Announced(
        occurrence=window.occurrence,
        page_id=announcement.page_id,
        announcement_id=announcement.id,
        title=announcement.title,
    )
    claiming = table.put(
        _announced_key(window.workspace_id, window.id, entry),
        {"body": _announced.body(entry)},
        condition="attribute_not_exists(PK)",
    )
    token = randomness.secret(16)
    _transact_or_stale([*_creating(announcement, token), claiming, _requiring(window)], token)


def reannounce(announcement: Announcement, was: Announcement, entry: Announced, window: MaintenanceWindow) -> None:
    """Write what a window makes of its announcement. Raises StaleWrite if either was changed since it was read."""
    token = randomness.secret(16)
    key = _announced_key(window.workspace_id, window.id, entry)
    noting = table.put(key, {"body": _announced.body(entry)}, condition="attribute_exists(PK)")
    _transact_or_stale([*_saving(announcement, was, token), noting, _requiring(window)], token)


def forget_announced(workspace_id: int, window_id: int, entry: Announced) -> None:
    """Nothing can come of it any more. Safe to repeat."""
    table.write(table.delete(_announced_key(workspace_id, window_id, entry), condition=table.ANYHOW))


def _transact_or_stale(writes: list[Item], token: str) -> None:
    try:
        table.transact(writes, token=token)
    except table.Cancelled as refused:
        raise StaleWrite("announcement") from refused


def _requiring(window: MaintenanceWindow) -> Item:
    key = keys.maintenance_window(window.workspace_id, window.id)
    return table.require(key, condition="revision = :read", values={":read": integer(window.revision)})


def _announced_key(workspace_id: int, window_id: int, entry: Announced) -> Key:
    return keys.announced(workspace_id, window_id, entry.occurrence, entry.page_id)


def _key(announcement: Announcement) -> Key:
    return keys.announcement(announcement.workspace_id, announcement.id)


def _listing(announcement: Announcement) -> Key:
    return keys.announcement_listing(
        announcement.workspace_id,
        announcement.page_id,
        announcement.id,
        resolved=announcement.status is Status.RESOLVED,
    )


def _creating(announcement: Announcement, token: str) -> list[Item]:
    return [
        _put(replace(announcement, revision=1), token, condition="attribute_not_exists(PK)"),
        table.put(_listing(announcement), {}, condition=table.ANYHOW),
        table.require(keys.status_page(announcement.workspace_id, announcement.page_id)),
    ]


def _saving(announcement: Announcement, was: Announcement, token: str) -> list[Item]:
    saved = replace(announcement, revision=was.revision + 1)
    writes = [_put(saved, token, condition="revision = :read", values={":read": integer(was.revision)})]
    if _listing(saved) != _listing(was):
        writes.append(table.delete(_listing(was), condition=table.ANYHOW))
        writes.append(table.put(_listing(saved), {}, condition=table.ANYHOW))
    return writes


def _put(announcement: Announcement, token: str, *, condition: str, values: Item | None = None) -> Item:
    attributes: Item = {
        "body": _codec.body(announcement),
        "revision": integer(announcement.revision),
        "opToken": {"S": token},
    }
    if announcement.due_at:
        due = keys.due(announcement.due_at, KIND, announcement.workspace_id, announcement.id)
        attributes |= {name: {"S": value} for name, value in due.items()}
    return table.put(_key(announcement), attributes, condition=condition, values=values)
