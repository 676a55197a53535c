"""Deployment windows in the table.

A window is always written as a whole, on the condition of its revision; the holds it adds or removes go in the same
transaction. So a hold is only ever added by a transaction that also proves that its window is ACTIVE.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lull import randomness
from lull.domain.deployment_windows import DeploymentWindow
from lull.domain.errors import NotFound, StaleWrite, invalid
from lull.domain.holds import Hold
from lull.store import check_holds, idempotency, keys, table
from lull.store.codec import Codec, Item, integer, readable, wire
from lull.store.idempotency import IdempotencyKey, Made

KIND = "deployment"
HOLDS_PER_TRANSACTION = 90
"""A transaction takes 100 writes; the rest is for the window and what is written beside it."""

_codec = Codec(DeploymentWindow)


class AlreadyMade(Exception):
    """The idempotency key of a request has made a record already."""

    def __init__(self, once: IdempotencyKey, made: Made) -> None:
        super().__init__(f"made {made.record_id} already")
        self.once = once
        self.made = made


class ChecksMoved(Exception):
    """Some checks of a transaction were not as the caller thought; `full` are those that others hold too often."""

    def __init__(self, check_ids: tuple[int, ...], full: tuple[int, ...]) -> None:
        super().__init__(f"checks {check_ids} have changed meanwhile")
        self.check_ids = check_ids
        self.full = full


def decode_deployment_window(item: Item) -> DeploymentWindow:
    return replace(_codec.decode(item), revision=int(item["revision"]["N"]))


def get_deployment_window(workspace_id: int, window_id: int) -> DeploymentWindow | None:
    item = table.get(keys.deployment_window(workspace_id, window_id))
    return decode_deployment_window(item) if item else None


def get_deployment_windows(addresses: Sequence[tuple[int, int]]) -> list[DeploymentWindow]:
    """Those that exist and can be read, by (workspace id, window id)."""
    return readable(
        table.batch_get([keys.deployment_window(*address) for address in dict.fromkeys(addresses)]),
        decode_deployment_window,
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """Windows, newest start first, and where to go on."""

    windows: list[DeploymentWindow]
    last: str | None
    """The sort key of the last one, if there are more."""


def list_deployment_windows(
    workspace_id: int,
    project_id: int,
    *,
    start: datetime | None,
    end: datetime | None,
    limit: int,
    after: str | None,
) -> Listing:
    """The windows of a project whose start lies after `start` and before `end`, both exclusive."""
    between = (f"{keys.instant(start)}#~" if start else "0", keys.instant(end) if end else "~")
    if after and not between[0] <= after <= between[1]:
        raise invalid("cursor", "is of a list with another start or end")
    partition = keys.deployment_windows_of_project(workspace_id, project_id)
    page = table.query(
        partition,
        between=between,
        index=keys.LIST_INDEX,
        names=("ListPK", "ListSK"),
        limit=limit,
        start=wire(keys.start_after(workspace_id, partition, after)) if after else None,
        descending=True,
    )
    last = page.last_key["ListSK"]["S"] if page.last_key else None
    return Listing([decode_deployment_window(item) for item in page.items], last)


def create_deployment_window(
    window: DeploymentWindow,
    *,
    holds: tuple[int, ...],
    hold: Hold | None,
    once: IdempotencyKey | None = None,
    beside: Sequence[Item] = (),
) -> DeploymentWindow:
    """Write a new window and the holds of the first checks, with whatever else is written `beside` them.

    Raises NotFound if there is no such project, AlreadyMade if the idempotency key was used, ChecksMoved naming the
    checks that could not be held, StaleWrite if something stood in the way of `beside`.
    """
    token = randomness.secret(16)
    created = replace(window, revision=1, held=len(holds))
    project = table.require(keys.project(window.workspace_id, window.project_id))
    writes = [
        _put(created, token, condition="attribute_not_exists(PK)"),
        project,
        *_holding(window, holds, hold),
        *beside,
    ]
    if once:
        writes.append(idempotency.claiming(once, window.id, at=window.created_at))
    try:
        table.transact(writes, token=token)
    except table.Cancelled as refused:
        if once and refused.items[-1]:
            raise AlreadyMade(once, idempotency.decode_made(refused.items[-1])) from refused
        if refused.items[1] is not None:
            raise NotFound("project") from refused
        after_holds = 2 + (len(holds) if hold else 0)
        if any(item is not None for item in refused.items[after_holds : after_holds + len(beside)]):
            raise StaleWrite("deployment") from refused
        raise _lost(refused, holds, offset=2) from refused
    return created


def save_deployment_window(
    window: DeploymentWindow,
    *,
    holds: tuple[int, ...] = (),
    hold: Hold | None = None,
    releases: tuple[int, ...] = (),
    source: str = "",
    at: datetime,
) -> DeploymentWindow:
    """Write the next revision with the holds it adds and those it removes, all or nothing.

    Raises StaleWrite if somebody else wrote it first, ChecksMoved naming the checks that could not be held or released.
    """
    token = randomness.secret(16)
    saved = replace(window, revision=window.revision + 1)
    writes = [
        _put(saved, token, condition="revision = :read", values={":read": integer(window.revision)}),
        *_holding(window, holds, hold),
        *(check_holds.releasing(window.workspace_id, check_id, source, at=at) for check_id in releases),
    ]
    try:
        table.transact(writes, token=token)
    except table.Cancelled as refused:
        raise _lost(refused, holds + releases, offset=1) from refused
    return saved


def _holding(window: DeploymentWindow, check_ids: tuple[int, ...], hold: Hold | None) -> list[Item]:
    if hold is None:
        return []
    return [
        check_holds.holding(window.workspace_id, check_id, hold, project_id=window.project_id) for check_id in check_ids
    ]


def _lost(refused: table.Cancelled, check_ids: tuple[int, ...], *, offset: int) -> StaleWrite | ChecksMoved:
    if refused.items[0] is not None:
        return StaleWrite("deployment")
    stood = zip(check_ids, refused.items[offset : offset + len(check_ids)], strict=True)
    moved = {check_id: item for check_id, item in stood if item is not None}
    return ChecksMoved(tuple(moved), tuple(each for each, item in moved.items() if check_holds.is_full(item)))


def _put(window: DeploymentWindow, token: str, *, condition: str, values: Item | None = None) -> Item:
    start = window.started_at or window.scheduled_start_at or window.created_at
    attributes: Item = {
        "body": _codec.body(window),
        "state": {"S": window.state},
        "revision": integer(window.revision),
        "opToken": {"S": token},
        "ListPK": {"S": keys.deployment_windows_of_project(window.workspace_id, window.project_id)},
        "ListSK": {"S": keys.by_start(start, window.id)},
    }
    if window.due_at:
        due = keys.due(window.due_at, KIND, window.workspace_id, window.id)
        attributes |= {name: {"S": value} for name, value in due.items()}
    return table.put(
        keys.deployment_window(window.workspace_id, window.id), attributes, condition=condition, values=values
    )
