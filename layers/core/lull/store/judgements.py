"""What silence or a probe made of a check: written only while the check is as it was read."""

from collections.abc import Sequence

from lull import randomness
from lull.domain.checks import Check, CheckStatus, ProbeState
from lull.domain.errors import StaleWrite
from lull.domain.signals import Signal, SignalType
from lull.store import keys, signals, table
from lull.store.codec import Codec, Item, integer, milliseconds

# Signals, releases and edits all set `watchAt`; a hold is seen by itself.
_AS_READ = "health = :was AND watchAt = :seen AND revision = :revision AND size(holds) = :holds"
_probe_states: Codec[ProbeState | None] = Codec(ProbeState)
"""One that was probed has one."""


def save_judgement(check: Check, noted: Sequence[Signal], *, was: Check) -> Check:
    """Write how silence changed a check, with the entries of its timeline.

    Raises StaleWrite if anything happened to it since it was read.
    """
    token = randomness.secret(16)
    judging = updating(
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
        table.write(updating(check, "SET cause = :cause", {":cause": {"S": "ping"}}, was=was))
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
        ":state": _probe_states.body(check.probe_state),
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
    write = updating(check, expression, values, was=was)
    try:
        if noted:
            table.transact([write, signals.noting(check.workspace_id, check.id, noted)], token=token)
        else:
            table.write(write, token=token)
    except (table.Cancelled, table.ConditionFailed) as refused:
        raise StaleWrite("check") from refused
    return check


def updating(
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
