"""Watching checks: what silence makes of them, and which incidents follow.

Whoever wakes a check, the record and the clock decide what is done, one conditional transaction after another.
"""

from dataclasses import replace
from datetime import datetime

from lull.domain import watch
from lull.domain.checks import Check, CheckMode, CheckStatus, Health
from lull.domain.incidents import impact_title
from lull.domain.maintenance_windows import Suppression
from lull.domain.quiet import Kept, KeptQuiet
from lull.domain.watch import Standing
from lull.gateways import queues
from lull.gateways.queues import WakeUp
from lull.store import checks, dependencies, judgements, quiet
from lull.store import incidents as store
from lull.use_cases import incidents
from lull.use_cases.maintenance_windows import suppressions
from lull.use_cases.retrying import on_stale_write

# Ten wake-ups may be one batch, and each outage takes half a dozen calls.
_MOST_AT_ONCE = 30


def advance(workspace_id: int, check_id: int, *, at: datetime) -> Check | None:
    """Bring a check to where its record and the clock say it should be; None if there is no such check."""
    return on_stale_write(lambda: _advance(workspace_id, check_id, at=at))


def _advance(workspace_id: int, check_id: int, *, at: datetime) -> Check | None:
    check = checks.get_check(workspace_id, check_id)
    if check is None:
        return None
    judged, signals = watch.judged(check, at=at)
    if signals:
        check = judgements.save_judgement(judged, signals, was=check)
    if check.status is CheckStatus.PAUSED:
        return _keep_watch_over_a_paused_one(check, at=at)
    if check.has_recovered:
        check = incidents.end_outage(check, at=at)
    quiet_until = None
    if check.status is CheckStatus.DOWN and check.incident_id is None:
        check, quiet_until = _begin_outage(check, at=at)
    check = _weigh_dependencies(check, at=at)
    due = quiet_until or watch.look_again_at(check)
    if check.check_mode is CheckMode.INBOUND and check.watch_at != due:
        return judgements.save_watch(replace(check, watch_at=due), was=check)
    return check


def _weigh_dependencies(check: Check, *, at: datetime) -> Check:
    """Open and close the incidents of what the check needs. What is paused or late itself changes nothing."""
    for dependency_id in dict.fromkeys((*check.dependency_ids, *check.impacts)):
        watchers = _watchers(check.workspace_id, dependency_id)
        standing = watch.standing(watchers)
        needed = dependency_id in check.dependency_ids
        if dependency_id in check.impacts:
            if not needed or standing is Standing.UP:
                check = incidents.end_impact(check, dependency_id, at=at)
        elif standing is Standing.DOWN:
            check = _begin_impact(check, dependency_id, since=watch.down_since(watchers) or at, at=at)
    return check


def _watchers(workspace_id: int, dependency_id: int) -> list[Check]:
    return checks.get_checks(workspace_id, checks.list_check_ids_of_dependency(workspace_id, dependency_id))


def _begin_impact(check: Check, dependency_id: int, *, since: datetime, at: datetime) -> Check:
    dependency = dependencies.get_dependency(check.workspace_id, dependency_id)
    if dependency is None:
        return check
    silent = _silent_windows(check, at=at)
    if not silent:
        return incidents.begin_impact(check, dependency, at=at)
    kept = KeptQuiet(kind=Kept.INCIDENT, check_id=check.id, at=since, title=impact_title(check, dependency))
    quiet.keep_quiet_in_maintenance(check.workspace_id, [each.window_id for each in silent], kept)
    return check


def _silent_windows(check: Check, *, at: datetime) -> list[Suppression]:
    """What maintenance windows say that no incident may be opened."""
    found = suppressions(check.workspace_id, check.project_id, at=at)
    return [each for each in found if each.incidents]


def _begin_outage(check: Check, *, at: datetime) -> tuple[Check, datetime | None]:
    """The check with its incident, or until when a maintenance window does not want one."""
    silent = _silent_windows(check, at=at)
    if not silent:
        return incidents.begin_outage(check, at=at), None
    kept = KeptQuiet(
        kind=Kept.INCIDENT, check_id=check.id, at=check.judged_at or at, title=f"Service {check.name} is down"
    )
    quiet.keep_quiet_in_maintenance(check.workspace_id, [each.window_id for each in silent], kept)
    return check, min(each.end_at for each in silent)


def _keep_watch_over_a_paused_one(check: Check, *, at: datetime) -> Check:
    """Nothing is judged and nobody told, but deployments remember what they kept quiet."""
    down_at = watch.would_be_down_at(check)
    if down_at is not None and down_at <= at:
        title = f"Service {check.name} is down" if check.health is Health.DOWN else f"Service {check.name} is silent"
        kept = KeptQuiet(kind=Kept.OUTAGE, check_id=check.id, at=down_at, title=title)
        quiet.keep_quiet([quiet.of_deployment(check.workspace_id, each) for each in watch.deployments(check)], kept)
        down_at = None
    if check.check_mode is CheckMode.INBOUND and check.watch_at != down_at:
        return judgements.save_watch(replace(check, watch_at=down_at), was=check)
    return check


def advance_project(workspace_id: int, project_id: int, *, at: datetime) -> None:
    """Judge every check of a project again, and tell what is owed: what kept it quiet may be over.

    Of a few, here and now. Many would outlast whoever does it: each gets a wake-up of its own. If this dies between
    them, it comes again, and those that were woken before find nothing to do.
    """
    found = checks.get_checks(workspace_id, checks.list_check_ids_of_project(workspace_id, project_id))
    to_judge = [
        check.id
        for check in found
        if check.dependency_ids or (check.status is CheckStatus.DOWN and check.incident_id is None)
    ]
    to_tell = store.list_suppressed_incidents(workspace_id, project_id)
    if len(to_judge) + len(to_tell) > _MOST_AT_ONCE:
        wanted = [(checks.KIND, each) for each in to_judge] + [(store.KIND, each) for each in to_tell]
        queues.send_wake_ups(
            [(WakeUp(kind=kind, workspace_id=workspace_id, record_id=each), at) for kind, each in wanted], at=at
        )
        return
    for check_id in to_judge:
        advance(workspace_id, check_id, at=at)
    for incident_id in to_tell:
        incidents.advance(workspace_id, incident_id, at=at)
