"""What callers can do with checks, and what a ping does."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from lull import randomness
from lull.domain import checks as domain
from lull.domain.checks import Check, CheckMode
from lull.domain.credentials import Caller
from lull.domain.errors import NotFound, invalid
from lull.domain.holds import MANUAL, Hold
from lull.domain.signals import Signal
from lull.store import check_holds, counters, pings, projects, signals
from lull.store import checks as store
from lull.store.pings import PingAddress
from lull.use_cases.retrying import on_stale_write

_TOKEN = re.compile(r"([1-9]\d{0,11})-([1-9]\d{0,11})-[0-9A-Za-z]{24}", re.ASCII)


def create_check(caller: Caller, described: Check, *, at: datetime) -> Check:
    """Raises Invalid naming fields, NotFound if there is no such project or dependency."""
    _validated(described, before=None)
    check_id = counters.next_id("check")
    token = f"{caller.workspace_id}-{check_id}-{randomness.secret(24)}"
    check = replace(described, id=check_id, workspace_id=caller.workspace_id, token=token, created_at=at)
    return store.create_check(check)


def get_check(caller: Caller, check_id: int) -> Check:
    check = store.get_check(caller.workspace_id, check_id)
    if check is None:
        raise NotFound("check")
    return check


def list_checks(
    caller: Caller, *, project_id: int | None, check_mode: CheckMode | None, first: int, count: int
) -> tuple[list[Check], int]:
    """`count` checks from position `first` on, by id, and how many there are in all.

    Raises NotFound if there is no such project.
    """
    if project_id is not None:
        ids = store.list_check_ids_of_project(caller.workspace_id, project_id)
        if not ids and projects.get_project(caller.workspace_id, project_id) is None:
            raise NotFound("project")
    else:
        ids = store.list_check_ids(caller.workspace_id)
    if check_mode is None:
        return store.get_checks(caller.workspace_id, ids[first : first + count]), len(ids)
    matching = [check for check in store.get_checks(caller.workspace_id, ids) if check.check_mode is check_mode]
    return matching[first : first + count], len(matching)


def change_check(caller: Caller, check_id: int, change: Callable[[Check], Check], *, at: datetime) -> Check:
    """Write what `change` makes of the settings; signals and holds are not touched."""

    def decide() -> Check:
        check = get_check(caller, check_id)
        return store.save_check(_validated(change(check), before=check), was=check, at=at)

    return on_stale_write(decide)


def _validated(check: Check, *, before: Check | None) -> Check:
    """Raises Invalid naming fields, also for a new URL that leads where the system may not connect to."""
    domain.validated(check)
    url = check.probe.url if check.probe else None
    if url and url != (before.probe.url if before and before.probe else None):
        # Not at the start of the function: most requests never need it.
        from lull.gateways import outbound

        if reason := outbound.refusal(url):
            raise invalid("url", reason)
    return check


def delete_check(caller: Caller, check_id: int) -> None:
    on_stale_write(lambda: store.delete_check(get_check(caller, check_id)))


def pause_check(caller: Caller, check_id: int, *, at: datetime) -> Check:
    """Hold a check by hand until somebody resumes it; nothing happens if it is held by hand already."""
    check_holds.add_hold(caller.workspace_id, check_id, Hold(source=MANUAL, actor=caller.actor, since=at))
    return get_check(caller, check_id)


def resume_check(caller: Caller, check_id: int, *, at: datetime) -> Check:
    """Remove every hold, those of deployments too: a person has decided. Nothing happens if there is none."""
    check_holds.clear_holds(caller.workspace_id, check_id, at=at)
    return get_check(caller, check_id)


def record_ping(token: str, signal: Signal) -> None:
    """Record a signal of the check whose token this is. Raises NotFound if it is nobody's."""
    pings.record_ping(_address(token), token, signal)


def record_start(token: str, *, at: datetime) -> None:
    """Record that the service of this token begins its work. Raises NotFound if it is nobody's."""
    pings.record_start(_address(token), token, at=at)


def _address(token: str) -> PingAddress:
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise NotFound("check")
    return PingAddress(workspace_id=int(match[1]), check_id=int(match[2]))


def list_signals(caller: Caller, check_id: int, *, first: int, count: int) -> tuple[list[Signal], int]:
    """`count` signals from position `first` on, newest first, and how many there are in all, up to a thousand."""
    get_check(caller, check_id)
    found = signals.list_signals(caller.workspace_id, check_id)
    return list(found[first : first + count]), len(found)
