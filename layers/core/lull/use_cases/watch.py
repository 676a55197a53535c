"""Watching checks: what silence makes of them, and which incidents follow.

Whoever wakes a check, the record and the clock decide what is done, one conditional transaction after another.
"""

from dataclasses import replace
from datetime import datetime

from lull.domain import watch
from lull.domain.checks import Check, CheckMode, CheckStatus
from lull.store import checks
from lull.use_cases import incidents
from lull.use_cases.retrying import on_stale_write


def advance(workspace_id: int, check_id: int, *, at: datetime) -> Check | None:
    """Bring a check to where its record and the clock say it should be; None if there is no such check."""
    check, moving = on_stale_write(lambda: _step(workspace_id, check_id, at=at))
    while moving:
        check, moving = on_stale_write(lambda: _step(workspace_id, check_id, at=at))
    return check


def _step(workspace_id: int, check_id: int, *, at: datetime) -> tuple[Check | None, bool]:
    """One transaction of what is to be done now, if anything is; the check as it is then, and whether more may be."""
    check = checks.get_check(workspace_id, check_id)
    if check is None:
        return None, False
    judged, signals = watch.judged(check, at=at)
    if signals:
        return checks.save_judgement(judged, signals, was=check), True
    if check.status is CheckStatus.DOWN and check.incident_id is None:
        incidents.begin_outage(check, at=at)
        return check, True
    if check.status is CheckStatus.OK and check.incident_id is not None:
        incidents.end_outage(check, at=at)
        return check, True
    due = watch.deadline(check)
    if check.check_mode is CheckMode.INBOUND and check.watch_at != due:
        return checks.save_watch(replace(check, watch_at=due), was=check), False
    return check, False
