"""The incident that an outage of a check has, and its end."""

from dataclasses import replace

from lull import randomness
from lull.domain.checks import Check, CheckMode
from lull.domain.errors import StaleWrite
from lull.store import judgements, table
from lull.store.codec import Item, integer


def entering_outage(check: Check, incident_id: int, *, of: int | None, token: str) -> Item:
    """The write that gives an outage its incident; refused unless the check is as it was read.

    `of` is the dependency that is down, None if the check itself is.
    """
    place, names = _place_of_incident(of)
    values: Item = {":incident": integer(incident_id), ":cause": {"S": "incident"}, ":token": {"S": token}}
    expression = f"SET {place} = :incident, cause = :cause, opToken = :token"
    removed = ("recoveredAt",) if of is None else ()
    after = looked_at(check) if of is None else check
    none_yet = f"attribute_not_exists({place})"
    return judgements.updating(after, expression, values, was=check, also=none_yet, remove=removed, names=names)


def looked_at(check: Check) -> Check:
    """A check whose outage has its incident: a heartbeat is not looked at again before it is heard, a probe goes on."""
    return replace(check, watch_at=None) if check.check_mode is CheckMode.INBOUND else check


def leaving_outage(check: Check, *, of: int | None, token: str) -> Item:
    """The write that says that an outage is over; refused unless the check, and its incident, are as they were read."""
    place, names = _place_of_incident(of)
    values: Item = {":cause": {"S": "incident"}, ":token": {"S": token}}
    removed = (place, "recoveredAt") if of is None else (place,)
    # Meanwhile somebody may have left this incident, and given the next outage one.
    known = check.incident_id if of is None else check.impacts.get(of)
    same = f"attribute_not_exists({place})"
    if known is not None:
        same, values = f"{place} = :known", {**values, ":known": integer(known)}
    expression = "SET cause = :cause, opToken = :token"
    return judgements.updating(check, expression, values, was=check, also=same, remove=removed, names=names)


def _place_of_incident(dependency_id: int | None) -> tuple[str, dict[str, str] | None]:
    return ("incidentId", None) if dependency_id is None else ("impacts.#d", {"#d": str(dependency_id)})


def leave_outage(check: Check, *, of: int | None) -> None:
    """Write that an outage is over. Raises StaleWrite unless the check is as it was read."""
    token = randomness.secret(16)
    try:
        table.write(leaving_outage(check, of=of, token=token), token=token)
    except table.ConditionFailed as refused:
        raise StaleWrite("check") from refused
