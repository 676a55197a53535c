"""Maintenance windows in the table, with what they suppress in each project.

What is suppressed stands by itself, with its times, for as long as the window is not over, and is written in the
transaction that changes the window: whoever judges a check reads one short list and its own clock.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from lull import randomness
from lull.domain import maintenance_windows as domain
from lull.domain.errors import StaleWrite
from lull.domain.maintenance_windows import MaintenanceWindow, Occurrence, Suppression
from lull.store import keys, table
from lull.store.codec import Codec, Item, integer, readable

KIND = "maintenance"

_codec = Codec(MaintenanceWindow)
_occurrences = Codec(Occurrence)
_suppressions = Codec(Suppression)

MOST_OCCURRENCES = 100
"""How many past occurrences are listed."""


def decode_maintenance_window(item: Item) -> MaintenanceWindow:
    return replace(_codec.decode(item), revision=int(item["revision"]["N"]))


def get_maintenance_window(workspace_id: int, window_id: int) -> MaintenanceWindow | None:
    item = table.get(keys.maintenance_window(workspace_id, window_id))
    return decode_maintenance_window(item) if item else None


def get_maintenance_windows(addresses: Sequence[tuple[int, int]]) -> list[MaintenanceWindow]:
    """Those that exist and can be read, by (workspace id, window id)."""
    return readable(
        table.batch_get([keys.maintenance_window(*address) for address in dict.fromkeys(addresses)]),
        decode_maintenance_window,
    )


def list_maintenance_windows(workspace_id: int) -> list[MaintenanceWindow]:
    """Every window of the workspace, by id."""
    items = table.query_all(keys.in_workspace(workspace_id), begins_with=keys.MAINTENANCE)
    return [decode_maintenance_window(item) for item in items]


def list_occurrences(workspace_id: int, window_id: int) -> list[Occurrence]:
    """Those that are over, newest first."""
    page = table.query(
        keys.in_maintenance_window(workspace_id, window_id),
        begins_with=keys.OCCURRENCE,
        descending=True,
        limit=MOST_OCCURRENCES,
    )
    return [_occurrences.decode(item) for item in page.items]


def list_occurrences_since(workspace_id: int, window_id: int, since: datetime) -> list[Occurrence]:
    """Those that were not over before `since`, newest first: each begins when the one before is over."""
    found = (
        _occurrences.decode(item)
        for item in table.query_all(
            keys.in_maintenance_window(workspace_id, window_id), begins_with=keys.OCCURRENCE, descending=True
        )
    )
    return list(takewhile(lambda occurrence: occurrence.end_at > since, found))


def list_suppressions(workspace_id: int, project_id: int) -> list[Suppression]:
    """What the windows that are not over suppress in a project, now, before or later."""
    items = table.query_all(
        keys.suppressions_of_workspace(workspace_id), begins_with=keys.listed_under_project(project_id)
    )
    return [_suppressions.decode(item) for item in items]


def list_all_suppressions(workspace_id: int) -> list[tuple[int, Suppression]]:
    """What the windows that are not over suppress, each with the id of the project."""
    items = table.query_all(keys.suppressions_of_workspace(workspace_id))
    return [(keys.suppressed_project(item["SK"]["S"]), _suppressions.decode(item)) for item in items]


def create_maintenance_window(window: MaintenanceWindow) -> MaintenanceWindow:
    token = randomness.secret(16)
    created = replace(window, revision=1)
    putting = _put(created, token, condition="attribute_not_exists(PK)")
    table.transact([putting, *_suppressing(created, None)], token=token)
    return created


def save_maintenance_window(
    window: MaintenanceWindow, *, was: MaintenanceWindow, over: Occurrence | None = None
) -> MaintenanceWindow:
    """Write the next revision, what it suppresses from now on, and the occurrence that it ended.

    Raises StaleWrite if somebody else wrote or removed it first.
    """
    token = randomness.secret(16)
    saved = replace(window, revision=was.revision + 1)
    writes = [
        _put(saved, token, condition="revision = :read", values={":read": integer(was.revision)}),
        *_suppressing(saved, was),
    ]
    if over:
        key = keys.occurrence(window.workspace_id, window.id, over.start_at)
        # After an edit, another occurrence may begin at the moment at which one did that was cut short.
        writes.append(table.put(key, {"body": _occurrences.body(over)}, condition=table.ANYHOW))
    try:
        table.transact(writes, token=token)
    except table.Cancelled as refused:
        raise StaleWrite("maintenance window") from refused
    return saved


def delete_maintenance_window(window: MaintenanceWindow) -> None:
    """Remove a window that is over. Raises StaleWrite if it was changed or removed since it was read."""
    key = keys.maintenance_window(window.workspace_id, window.id)
    try:
        table.transact([table.delete(key, condition="revision = :read", values={":read": integer(window.revision)})])
    except table.Cancelled as refused:
        raise StaleWrite("maintenance window") from refused


def delete_history(workspace_id: int, window_id: int) -> None:
    """Remove what has happened in a window that is gone, except what it has announced. Safe to repeat."""
    for item in table.query_all(keys.in_maintenance_window(workspace_id, window_id)):
        # Gone, it could not be closed any more: whoever closes it removes it.
        if item["SK"]["S"].startswith(keys.ANNOUNCED):
            continue
        table.write(table.delete({"PK": item["PK"]["S"], "SK": item["SK"]["S"]}, condition=table.ANYHOW))


def _suppressing(window: MaintenanceWindow, was: MaintenanceWindow | None) -> list[Item]:
    """The writes that make what is suppressed in each project what the window says."""
    before, after = domain.suppression(was) if was else None, domain.suppression(window)
    old, new = set(was.project_ids) if was and before else set(), set(window.project_ids) if after else set()
    changed = new if before != after else new - old
    writes = [
        table.delete(_suppression_key(window, project_id), condition=table.ANYHOW) for project_id in sorted(old - new)
    ]
    if after:
        body = {"body": _suppressions.body(after)}
        writes += [table.put(_suppression_key(window, each), body, condition=table.ANYHOW) for each in sorted(changed)]
    return writes


def _suppression_key(window: MaintenanceWindow, project_id: int) -> keys.Key:
    return keys.suppression(window.workspace_id, project_id, window.id)


def _put(window: MaintenanceWindow, token: str, *, condition: str, values: Item | None = None) -> Item:
    attributes: Item = {
        "body": _codec.body(window),
        "revision": integer(window.revision),
        "opToken": {"S": token},
    }
    if window.due_at:
        due = keys.due(window.due_at, KIND, window.workspace_id, window.id)
        attributes |= {name: {"S": value} for name, value in due.items()}
    key = keys.maintenance_window(window.workspace_id, window.id)
    return table.put(key, attributes, condition=condition, values=values)
