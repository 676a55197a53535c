"""Checks in the table.

Signals, holds and settings are attributes of their own, so that a ping, a deployment and an edit that meet on one
check never overwrite each other and never need to read it first. The status follows from them (`domain.checks`).

`cause` says what the last write was: the stream's filter drops routine pings by it. `watchAt` is when the check is to
be looked at next; a ping moves it by `intervalMs` and a release by `resumeMs`, without reading anything. Whoever writes
without having read sets a `watchAt` that is too early rather than too late: looking once too often does no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from lull import randomness
from lull.domain.checks import Check, CheckMode, CheckStatus, Health, ProbeState
from lull.domain.errors import FieldError, Invalid, NotFound, StaleWrite
from lull.domain.holds import MANUAL, MAX_OF_DEPLOYMENTS, Hold
from lull.domain.signals import Signal, SignalType
from lull.store import keys, signals, table
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


# Health, not status: a paused or resumed check keeps its rules whatever the signal said.
_SAME = "health = :health AND (attribute_not_exists(releasedAt) OR releasedAt <= judgedAt)"
_OTHER = "(health <> :health OR releasedAt > judgedAt)"
_PINGED = "SET lastPingAt = :at, cause = :cause, watchAt = :at"
_WELL = f"{_PINGED} + intervalMs, judgedAt = :at, health = :health"
# The sweep finds an outage that nobody has looked at, whatever becomes of the wake-up.
_NOT_WELL = f"{_PINGED}, judgedAt = :at, health = :health"


@dataclass(frozen=True, slots=True)
class PingAddress:
    """Where a ping token leads; the token carries it, so that a ping is one write and no read."""

    workspace_id: int
    check_id: int


def record_ping(address: PingAddress, token: str, signal: Signal) -> None:
    """Record what a service says of itself. Raises NotFound for a wrong token.

    A success is one write, a second one only if it changes what people see; whatever else goes into the timeline too.
    A failure that was known leaves it DOWN since it was.
    """
    if signal.type is SignalType.SUCCESS:
        if not _is_recorded(address, token, signal, _WELL, _SAME, cause="ping"):
            _is_recorded(address, token, signal, f"{_WELL}, recoveredAt = :at", None, cause="signal")
    elif not _is_recorded(address, token, signal, _NOT_WELL, _OTHER, cause="signal"):
        _is_recorded(address, token, signal, _PINGED, None, cause="signal")


def _is_recorded(
    address: PingAddress, token: str, signal: Signal, expression: str, condition: str | None, *, cause: str
) -> bool:
    """Whether the check was as the condition says, and the signal is recorded. Raises NotFound for a wrong token."""
    values: Item = {":at": milliseconds(signal.at), ":token": {"S": token}, ":cause": {"S": cause}}
    if ":health" in expression:
        values[":health"] = {"S": Health.OK if signal.type is SignalType.SUCCESS else Health.DOWN}
    pinged = table.update(
        keys.check(address.workspace_id, address.check_id),
        expression,
        condition=f"pingToken = :token AND {condition}" if condition else "pingToken = :token",
        values=values,
    )
    try:
        if cause == "ping":
            table.write(pinged)
        else:
            table.transact([pinged, signals.noting(address.workspace_id, address.check_id, signal)])
    except table.ConditionFailed as refused:
        stood = refused.item
    except table.Cancelled as refused:
        stood = refused.items[0]
        if stood is None:
            # Only the entry stands in the way: it is our own of an earlier try, whose answer was lost.
            return True
    else:
        return True
    if not stood or stood["pingToken"] != {"S": token}:
        raise NotFound("check")
    return False


def record_start(address: PingAddress, token: str, *, at: datetime) -> None:
    """Record that the service begins its work; nothing else follows from it. NotFound for a wrong token."""
    request = table.update(
        keys.check(address.workspace_id, address.check_id),
        "SET startedAt = :at, cause = :cause",
        condition="pingToken = :token",
        values={":at": milliseconds(at), ":token": {"S": token}, ":cause": {"S": "ping"}},
    )
    try:
        table.write(request)
    except table.ConditionFailed as refused:
        raise NotFound("check") from refused


# Signals, releases and edits all set `watchAt`; a hold is seen by itself.
_AS_READ = "health = :was AND watchAt = :seen AND revision = :revision AND size(holds) = :holds"


def save_judgement(check: Check, noted: Sequence[Signal], *, was: Check) -> Check:
    """Write how silence changed a check, with the entries of its timeline.

    Raises StaleWrite if anything happened to it since it was read.
    """
    token = randomness.secret(16)
    judging = _updating(
        check,
        "SET health = :health, judgedAt = :judged, cause = :cause, opToken = :token",
        {
            ":health": {"S": check.health},
            ":judged": milliseconds(check.judged_at or check.created_at),
            ":cause": {"S": "judge"},
            ":token": {"S": token},
        },
        was=was,
    )
    try:
        table.transact(
            [judging, *(signals.noting(check.workspace_id, check.id, signal) for signal in noted)], token=token
        )
    except table.Cancelled as refused:
        raise StaleWrite("check") from refused
    return check


def save_watch(check: Check, *, was: Check) -> Check:
    """Write when the check is to be looked at next. Raises StaleWrite if anything happened to it since it was read."""
    try:
        table.write(_updating(check, "SET cause = :cause", {":cause": {"S": "ping"}}, was=was))
    except table.ConditionFailed as refused:
        raise StaleWrite("check") from refused
    return check


def save_probe(check: Check, noted: Signal | None, *, was: Check) -> Check:
    """Write what a probe made of a check, with the entry of its timeline if its status changed.

    Raises StaleWrite if anything happened to it since it was read: so the same probe is never counted twice, nothing
    that was paused meanwhile is judged, and nothing that was deleted comes back.
    """
    token = randomness.secret(16)
    expression = "SET probeState = :state, cause = :cause, opToken = :token"
    values: Item = {
        ":state": {"S": msgspec.json.encode(check.probe_state).decode()},
        # One that has no incident yet is dispatched with each probe: its wake-up may have been lost.
        ":cause": {"S": "signal" if noted or (check.status is CheckStatus.DOWN and not check.incident_id) else "ping"},
        ":token": {"S": token},
    }
    if check.last_ping_at and check.last_ping_at != was.last_ping_at:
        expression += ", lastPingAt = :pinged"
        values[":pinged"] = milliseconds(check.last_ping_at)
    if noted:
        expression += ", health = :health, judgedAt = :judged"
        if noted.type is SignalType.SUCCESS:
            expression += ", recoveredAt = :judged"
        values |= {":health": {"S": check.health}, ":judged": milliseconds(check.judged_at or noted.at)}
    write = _updating(check, expression, values, was=was)
    try:
        if noted:
            table.transact([write, signals.noting(check.workspace_id, check.id, noted)], token=token)
        else:
            table.write(write, token=token)
    except (table.Cancelled, table.ConditionFailed) as refused:
        raise StaleWrite("check") from refused
    return check


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
    return _updating(after, expression, values, was=check, also=none_yet, remove=removed, names=names)


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
    return _updating(check, expression, values, was=check, also=same, remove=removed, names=names)


def _place_of_incident(dependency_id: int | None) -> tuple[str, dict[str, str] | None]:
    return ("incidentId", None) if dependency_id is None else ("impacts.#d", {"#d": str(dependency_id)})


def leave_outage(check: Check, *, of: int | None) -> None:
    """Write that an outage is over. Raises StaleWrite unless the check is as it was read."""
    token = randomness.secret(16)
    try:
        table.write(leaving_outage(check, of=of, token=token), token=token)
    except table.ConditionFailed as refused:
        raise StaleWrite("check") from refused


def _updating(
    check: Check,
    expression: str,
    values: Item,
    *,
    was: Check,
    also: str | None = None,
    remove: tuple[str, ...] = (),
    names: dict[str, str] | None = None,
) -> Item:
    """The write that changes a check that is still as it was read, with the next time to look at it."""
    removed = [*remove]
    if check.watch_at:
        expression += ", watchAt = :watch"
        values = {**values, ":watch": milliseconds(check.watch_at)}
    else:
        removed.append("watchAt")
    if removed:
        expression += f" REMOVE {', '.join(removed)}"
    condition = _AS_READ if was.watch_at else _AS_READ.replace("watchAt = :seen", "attribute_not_exists(watchAt)")
    if also:
        condition += f" AND {also}"
    as_read = {":was": {"S": was.health}, ":revision": integer(was.revision), ":holds": integer(len(was.holds))}
    if was.watch_at:
        as_read[":seen"] = milliseconds(was.watch_at)
    key = keys.check(check.workspace_id, check.id)
    return table.update(key, expression, condition=condition, values={**values, **as_read}, names=names)


def holding(workspace_id: int, check_id: int, hold: Hold, *, project_id: int | None = None) -> Item:
    """The write that adds a hold.

    Refused if the check is gone, of another project, has that hold already or, for a deployment's, is full of them.
    """
    condition = "attribute_exists(PK) AND attribute_not_exists(holds.#source)"
    values = {":hold": {"S": msgspec.json.encode(hold).decode()}, ":cause": {"S": "hold"}}
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
