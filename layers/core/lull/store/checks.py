"""Checks in the table.

Signals, holds and settings are attributes of their own, so that a ping, a deployment and an edit that meet on one
check never overwrite each other and never need to read it first. The status follows from them (`domain.checks`).

`cause` says what the last write was: the stream's filter drops routine pings by it. `watchAt` is when the check is to
be looked at next; a ping moves it by `intervalMs` and a release by `resumeMs`, without reading anything. Whoever writes
without having read sets a `watchAt` that is too early rather than too late: looking once too often does no harm.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from lull import randomness
from lull.domain.checks import Check, CheckMode, Health, ProbeState
from lull.domain.errors import FieldError, Invalid, NotFound, StaleWrite
from lull.domain.holds import Hold
from lull.store import keys, table
from lull.store.codec import Codec, Item, from_milliseconds, integer, milliseconds
from lull.store.keys import Key

KIND = "check"

_codec = Codec(Check)
_holds = msgspec.json.Decoder(Hold)
_probe_state = msgspec.json.Decoder(ProbeState)


def decode_check(item: Item) -> Check:
    return replace(
        _codec.decode(item),
        health=Health(item["health"]["S"]),
        judged_at=from_milliseconds(item.get("judgedAt")),
        last_ping_at=from_milliseconds(item.get("lastPingAt")),
        last_started_at=from_milliseconds(item.get("startedAt")),
        released_at=from_milliseconds(item.get("releasedAt")),
        watch_at=from_milliseconds(item.get("watchAt")),
        probe_state=_probe_state.decode(item["probeState"]["S"]) if "probeState" in item else None,
        incident_id=int(item["incidentId"]["N"]) if "incidentId" in item else None,
        recovered_at=from_milliseconds(item.get("recoveredAt")),
        impacts={int(each): int(incident["N"]) for each, incident in sorted(_map(item, "impacts").items())},
        holds=tuple(_holds.decode(hold["S"]) for _, hold in sorted(item["holds"]["M"].items())),
        revision=int(item["revision"]["N"]),
    )


def _map(item: Item, name: str) -> Item:
    """A map beside the body; images of an older release may lack it."""
    found: Item = item.get(name, {"M": {}})["M"]
    return found


def get_check(workspace_id: int, check_id: int) -> Check | None:
    item = table.get(keys.check(workspace_id, check_id))
    return decode_check(item) if item else None


def get_checks(workspace_id: int, check_ids: Sequence[int]) -> list[Check]:
    """Those that exist, by id: one read for each hundred."""
    items = table.batch_get([keys.check(workspace_id, check_id) for check_id in dict.fromkeys(check_ids)])
    return sorted((decode_check(item) for item in items), key=lambda check: check.id)


def get_checks_anywhere(
    addresses: Sequence[tuple[int, int]],
) -> tuple[list[Check], dict[tuple[int, int], Exception]]:
    """Those that exist, by workspace id and check id, and why others cannot be read: one read for each hundred."""
    found: list[Check] = []
    unreadable: dict[tuple[int, int], Exception] = {}
    for item in table.batch_get([keys.check(*address) for address in dict.fromkeys(addresses)]):
        try:
            found.append(decode_check(item))
        except Exception as error:
            unreadable[keys.check_of({"PK": item["PK"]["S"]})] = error
    return sorted(found, key=lambda check: (check.workspace_id, check.id)), unreadable


def list_check_ids(workspace_id: int) -> list[int]:
    return _listed(workspace_id, None)


def list_check_ids_of_project(workspace_id: int, project_id: int) -> list[int]:
    return _listed(workspace_id, keys.listed_under_project(project_id))


def list_check_ids_of_dependency(workspace_id: int, dependency_id: int) -> list[int]:
    return _listed(workspace_id, keys.listed_under_dependency(dependency_id))


def list_check_ids_in_need(workspace_id: int, dependency_id: int) -> list[int]:
    """Of the checks that need a dependency."""
    items = table.query_all(
        keys.needs_of_workspace(workspace_id), begins_with=keys.listed_under_dependency(dependency_id)
    )
    return sorted(keys.listed_check_id(item["SK"]["S"]) for item in items)


def _listed(workspace_id: int, listed_under: str | None) -> list[int]:
    items = table.query_all(keys.checks_of_workspace(workspace_id), begins_with=listed_under)
    return sorted(keys.listed_check_id(item["SK"]["S"]) for item in items)


def _owner(check: Check) -> tuple[Key, str, str]:
    """The owner's key, what the check is listed under, and the noun of the owner."""
    if check.project_id is not None:
        key = keys.project(check.workspace_id, check.project_id)
        return key, keys.listed_under_project(check.project_id), "project"
    dependency_id = check.dependency_id or 0
    key = keys.dependency(check.workspace_id, dependency_id)
    return key, keys.listed_under_dependency(dependency_id), "dependency"


def create_check(check: Check) -> Check:
    """Write it, list it and count it with its owner and with what it needs.

    Raises NotFound if there is no such owner, Invalid if there is no such dependency.
    """
    token = randomness.secret(16)
    owner, listed_under, noun = _owner(check)
    attributes = {
        "body": _codec.body(check),
        "pingToken": {"S": check.token},
        "health": {"S": check.health},
        "holds": {"M": {}},
        "impacts": {"M": {}},
        "revision": integer(1),
        "cause": {"S": "create"},
        "opToken": {"S": token},
        "WatchPK": {"S": keys.PROBES if check.check_mode is CheckMode.OUTBOUND else keys.HEARTBEATS},
        **_pace(check),
    }
    if check.check_mode is CheckMode.OUTBOUND:
        attributes["watchAt"] = milliseconds(check.created_at)
    if check.project_id is not None:
        attributes["projectId"] = integer(check.project_id)
    listing = keys.check_listing(check.workspace_id, listed_under, check.id)
    count = {":one": integer(1), ":token": {"S": token}}
    counted = "SET checks = checks + :one, opToken = :token"
    try:
        table.transact(
            [
                table.update(owner, counted, condition="attribute_exists(PK)", values=count),
                table.put(keys.check(check.workspace_id, check.id), attributes, condition="attribute_not_exists(PK)"),
                table.put(listing, {}, condition="attribute_not_exists(PK)"),
                *_needing(check, check.dependency_ids),
            ],
            token=token,
        )
    except table.Cancelled as refused:
        if refused.items[0] is not None:
            raise NotFound(noun) from refused
        raise _no_dependency(check, check.dependency_ids, refused.items[3:]) from refused
    return replace(check, revision=1, watch_at=check.created_at if check.check_mode is CheckMode.OUTBOUND else None)


def _needing(check: Check, dependency_ids: Sequence[int]) -> list[Item]:
    """The writes that list a check with what it needs, and count it there so that nobody deletes that."""
    writes = []
    for dependency_id in dependency_ids:
        writes.append(_counting(check, dependency_id, "SET checks = checks + :one"))
        writes.append(table.put(keys.need(check.workspace_id, dependency_id, check.id), {}, condition=table.ANYHOW))
    return writes


def _no_longer_needing(check: Check, dependency_ids: Sequence[int]) -> list[Item]:
    writes = []
    for dependency_id in dependency_ids:
        writes.append(_counting(check, dependency_id, "SET checks = checks - :one"))
        writes.append(table.delete(keys.need(check.workspace_id, dependency_id, check.id)))
    return writes


def _counting(check: Check, dependency_id: int, expression: str) -> Item:
    key = keys.dependency(check.workspace_id, dependency_id)
    return table.update(key, expression, condition="attribute_exists(PK)", values={":one": integer(1)})


def _no_dependency(check: Check, wanted: Sequence[int], stood: Sequence[Item | None]) -> Invalid:
    """Which of the wanted dependencies do not exist, from what stood in the way of `_needing`."""
    missing = [each for number, each in enumerate(wanted) if stood[2 * number] is not None]
    return Invalid(
        *(
            FieldError(f"dependencyIds.{check.dependency_ids.index(each)}", f"there is no dependency {each}")
            for each in missing
        )
    )


def _pace(check: Check) -> Item:
    """How long after a signal and after a release it is to be looked at: an OUTBOUND one is probed at once."""
    interval = check.interval_seconds * 1_000
    resume = 0 if check.check_mode is CheckMode.OUTBOUND else interval
    return {"intervalMs": integer(interval), "resumeMs": integer(resume)}


def save_check(check: Check, *, was: Check, at: datetime) -> Check:
    """Write changed settings; signals and holds are left as they are by now. It is looked at with the next sweep.

    Raises StaleWrite if somebody else changed them since they were read, NotFound if it is gone, Invalid if it needs
    what does not exist.
    """
    token = randomness.secret(16)
    saving = table.update(
        keys.check(check.workspace_id, check.id),
        "SET body = :body, revision = :next, cause = :cause, opToken = :token, watchAt = :at"
        ", intervalMs = :interval, resumeMs = :resume",
        condition="revision = :read",
        values={
            ":body": _codec.body(check),
            ":interval": _pace(check)["intervalMs"],
            ":resume": _pace(check)["resumeMs"],
            ":at": milliseconds(at),
            ":read": integer(was.revision),
            ":next": integer(was.revision + 1),
            ":cause": {"S": "edit"},
            ":token": {"S": token},
        },
    )
    added = [each for each in check.dependency_ids if each not in was.dependency_ids]
    dropped = [each for each in was.dependency_ids if each not in check.dependency_ids]
    try:
        table.transact([saving, *_needing(check, added), *_no_longer_needing(check, dropped)], token=token)
    except table.Cancelled as refused:
        stood, *others = refused.items
        if stood is not None:
            raise (StaleWrite("check") if stood else NotFound("check")) from refused
        raise _no_dependency(check, added, others) from refused
    return replace(check, revision=was.revision + 1, watch_at=at)


def delete_check(check: Check) -> None:
    """Remove it, its listings and its counts.

    Raises StaleWrite if its settings were changed since they were read, NotFound if it is gone already.
    """
    token = randomness.secret(16)
    owner, listed_under, _ = _owner(check)
    count = {":one": integer(1), ":token": {"S": token}}
    counted = "SET checks = checks - :one, opToken = :token"
    read = {":read": integer(check.revision)}
    try:
        table.transact(
            [
                table.update(owner, counted, condition="attribute_exists(PK)", values=count),
                table.delete(keys.check(check.workspace_id, check.id), condition="revision = :read", values=read),
                table.delete(keys.check_listing(check.workspace_id, listed_under, check.id)),
                *_no_longer_needing(check, check.dependency_ids),
            ],
            token=token,
        )
    except table.Cancelled as refused:
        raise (StaleWrite("check") if refused.items[1] else NotFound("check")) from refused
