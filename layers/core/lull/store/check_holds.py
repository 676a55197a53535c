"""Who keeps a check quiet: each hold is added once and removed once."""

from datetime import datetime

from lull.domain.errors import NotFound
from lull.domain.holds import MANUAL, MAX_OF_DEPLOYMENTS, Hold
from lull.store import keys, table
from lull.store.codec import Codec, Item, integer, milliseconds

_holds = Codec(Hold)


def holding(workspace_id: int, check_id: int, hold: Hold, *, project_id: int | None = None) -> Item:
    """The write that adds a hold.

    Refused if the check is gone, of another project, has that hold already or, for a deployment's, is full of them.
    """
    condition = "attribute_exists(PK) AND attribute_not_exists(holds.#source)"
    values = {":hold": _holds.body(hold), ":cause": {"S": "hold"}}
    if hold.source != MANUAL:
        condition += " AND size(holds) < :most"
        values[":most"] = integer(MAX_OF_DEPLOYMENTS)
    if project_id is not None:
        condition += " AND projectId = :project"
        values[":project"] = integer(project_id)
    return table.update(
        keys.check(workspace_id, check_id),
        "SET holds.#source = :hold, cause = :cause",
        condition=condition,
        values=values,
        names={"#source": hold.source},
    )


def is_full(item: Item) -> bool:
    """Whether a stored check has room for no deployment's hold."""
    return bool(item) and len(item["holds"]["M"]) >= MAX_OF_DEPLOYMENTS


def releasing(workspace_id: int, check_id: int, source: str, *, at: datetime) -> Item:
    """The write that removes a hold; refused if the check is gone or has no such hold."""
    return table.update(
        keys.check(workspace_id, check_id),
        "REMOVE holds.#source SET releasedAt = :at, cause = :cause, watchAt = :at + resumeMs",
        condition="attribute_exists(holds.#source)",
        values={":at": milliseconds(at), ":cause": {"S": "release"}},
        names={"#source": source},
    )


def add_hold(workspace_id: int, check_id: int, hold: Hold) -> None:
    """Add a hold; nothing happens if the check has it already. Raises NotFound if there is no such check."""
    try:
        table.write(holding(workspace_id, check_id, hold))
    except table.ConditionFailed as refused:
        if not refused.item:
            raise NotFound("check") from refused


def clear_holds(workspace_id: int, check_id: int, *, at: datetime) -> None:
    """Remove every hold; nothing happens if there is none. Raises NotFound if there is no such check."""
    request = table.update(
        keys.check(workspace_id, check_id),
        "SET holds = :empty, releasedAt = :at, cause = :cause, watchAt = :at + resumeMs",
        condition="attribute_exists(PK) AND size(holds) > :zero",
        values={
            ":empty": {"M": {}},
            ":at": milliseconds(at),
            ":zero": integer(0),
            ":cause": {"S": "release"},
        },
    )
    try:
        table.write(request)
    except table.ConditionFailed as refused:
        if not refused.item:
            raise NotFound("check") from refused
