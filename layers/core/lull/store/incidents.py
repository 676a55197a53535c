"""Incidents in the table: a record, its timeline, and an entry in the workspace's list.

The check knows the incident of its outage, and both are written in one transaction: an incident is opened once for
each outage, and closed with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lull import randomness
from lull.domain.checks import Check
from lull.domain.errors import NotFound, StaleWrite
from lull.domain.incidents import Event, Incident, IncidentState
from lull.store import keys, outages, table
from lull.store.codec import Codec, Item, integer
from lull.store.records import Records

KIND = "incident"

_records = Records(Incident, "incident")
_events = Codec(Event)
decode_incident = _records.decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the list of a workspace knows of an incident."""

    id: int
    state: IncidentState
    check_id: int
    project_id: int | None


def get_incident(workspace_id: int, incident_id: int) -> Incident | None:
    return _records.get(keys.incident(workspace_id, incident_id))


def get_incidents(workspace_id: int, incident_ids: Sequence[int]) -> list[Incident]:
    """Those that exist, newest first."""
    found = _records.get_many([keys.incident(workspace_id, each) for each in dict.fromkeys(incident_ids)])
    return sorted(found, key=lambda incident: incident.id, reverse=True)


def list_incidents(workspace_id: int) -> Iterator[Listed]:
    """Every incident of the workspace, newest first."""
    for item in table.query_all(keys.incidents_of_workspace(workspace_id), descending=True):
        yield Listed(
            id=int(item["SK"]["S"]),
            state=IncidentState(item["state"]["S"]),
            check_id=int(item["checkId"]["N"]),
            project_id=int(item["projectId"]["N"]) if "projectId" in item else None,
        )


def list_events(workspace_id: int, incident_id: int) -> list[Event]:
    """The timeline, oldest first."""
    partition = keys.incident(workspace_id, incident_id)["PK"]
    return [_events.decode(item) for item in table.query_all(partition, begins_with=keys.EVENT)]


def list_suppressed_incidents(workspace_id: int, project_id: int) -> list[int]:
    """Ids of the incidents of a project that people are to be told of once no maintenance window is in the way."""
    partition = keys.suppressed_incidents_of_workspace(workspace_id)
    items = table.query_all(partition, begins_with=keys.listed_under_project(project_id))
    return [int(item["SK"]["S"].rpartition("#")[2]) for item in items]


def open_incident(incident: Incident, event: Event, *, check: Check) -> Incident:
    """Write the incident of an outage that has none yet.

    Raises StaleWrite if anything happened to the check since it was read.
    """
    token = randomness.secret(16)
    opened = replace(incident, revision=1)
    listing: Item = {"state": {"S": incident.state}, "checkId": integer(incident.check_id)}
    if incident.project_id is not None:
        listing["projectId"] = integer(incident.project_id)
    listing_key = keys.incident_listing(incident.workspace_id, incident.id)
    writes = [
        outages.entering_outage(check, incident.id, of=incident.impacted_by, token=token),
        _put(opened, token, condition="attribute_not_exists(PK)"),
        table.put(listing_key, listing, condition="attribute_not_exists(PK)"),
        _noting(incident, event),
    ]
    try:
        table.transact(writes, token=token)
    except table.Cancelled as refused:
        raise StaleWrite("check") from refused
    return opened


def close_incident(incident: Incident, event: Event, *, was: Incident, check: Check | None) -> Incident:
    """Write an incident that was resolved, and with `check` that the outage of the check is over.

    Raises StaleWrite if anything happened to either since it was read.
    """
    listed = table.update(
        keys.incident_listing(incident.workspace_id, incident.id),
        "SET #state = :state",
        condition="attribute_exists(PK)",
        values={":state": {"S": incident.state}},
        names={"#state": "state"},
    )
    token = randomness.secret(16)
    also = [listed, outages.leaving_outage(check, of=incident.impacted_by, token=token)] if check else [listed]
    return _save(incident, event, was=was, also=also, token=token)


def save_incident(incident: Incident, event: Event, *, was: Incident, also: Sequence[Item] = ()) -> Incident:
    """Write a changed incident, what its timeline says of the change, and whatever goes with it.

    Raises StaleWrite if it was changed since it was read.
    """
    return _save(incident, event, was=was, also=also, token=randomness.secret(16))


def _save(incident: Incident, event: Event, *, was: Incident, also: Sequence[Item], token: str) -> Incident:
    saved = replace(incident, revision=was.revision + 1)
    writes = [
        _put(saved, token, condition="revision = :read", values={":read": integer(was.revision)}),
        *_waiting(saved, was),
        _noting(saved, event),
        *also,
    ]
    try:
        table.transact(writes, token=token)
    except table.Cancelled as refused:
        raise StaleWrite("incident") from refused
    return saved


def _waiting(incident: Incident, was: Incident) -> list[Item]:
    """The write that lists it among those that people are still to be told of, or no longer does."""
    if incident.project_id is None or (incident.suppressed is None) == (was.suppressed is None):
        return []
    key = keys.suppressed_incident(incident.workspace_id, incident.project_id, incident.id)
    return [table.put(key, {}, condition=table.ANYHOW) if incident.suppressed else table.delete(key)]


def add_event(workspace_id: int, incident_id: int, event: Event) -> None:
    """Add to the timeline. Raises NotFound if there is no such incident."""
    noting = _put_event(workspace_id, incident_id, event)
    try:
        table.transact([table.require(keys.incident(workspace_id, incident_id)), noting])
    except table.Cancelled as refused:
        raise NotFound("incident") from refused


def _key(incident: Incident) -> keys.Key:
    return keys.incident(incident.workspace_id, incident.id)


def _put(incident: Incident, token: str, *, condition: str, values: Item | None = None) -> Item:
    attributes: Item = {
        "body": _records.body(incident),
        "revision": integer(incident.revision),
        "opToken": {"S": token},
    }
    if incident.due_at:
        due = keys.due(incident.due_at, KIND, incident.workspace_id, incident.id)
        attributes |= {name: {"S": value} for name, value in due.items()}
    return table.put(_key(incident), attributes, condition=condition, values=values)


def _noting(incident: Incident, event: Event) -> Item:
    return _put_event(incident.workspace_id, incident.id, event, after=incident.revision)


_ANY_REVISION = 10**11


def _put_event(workspace_id: int, incident_id: int, event: Event, *, after: int = _ANY_REVISION) -> Item:
    """The write that adds an entry; of those of one millisecond, the one of an earlier revision comes first."""
    suffix = f"{keys.number(after)}#{randomness.secret(6)}"
    key = keys.incident_event(workspace_id, incident_id, event.at, suffix)
    return table.put(key, {"body": _events.body(event)}, condition="attribute_not_exists(PK)")
