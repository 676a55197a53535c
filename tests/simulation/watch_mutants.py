"""Planted bugs of maintenance windows, heartbeats and incidents."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest import mock

from lull.domain import consequences, effects
from lull.domain import maintenance_windows as maintenance
from lull.domain import watch as domain
from lull.domain.checks import Check, CheckStatus
from lull.domain.maintenance_windows import MaintenanceWindow, State, Suppression
from lull.domain.signals import Signal
from lull.store import checks, judgements, outages, quiet, table
from lull.store import maintenance_windows as store
from lull.store.codec import Item
from lull.use_cases import incidents, wake_ups, watch
from tests.simulation.mutants import Mutant, together


def _counts_from_now() -> Any:
    """The next occurrence is a period after the moment at which somebody looked: each one comes a little later."""

    def next_step(window: MaintenanceWindow, *, at: datetime) -> Any:
        found = real(window, at=at)
        if found is None or found[0].start_at == window.start_at:
            return found
        moved, over = found
        late = at - window.end_at
        return replace(moved, start_at=moved.start_at + late, end_at=moved.end_at + late), over

    real = maintenance.next_step
    return mock.patch.object(maintenance, "next_step", next_step)


def _trusts_the_message() -> Any:
    """A wake-up means that the time has come to start."""

    def next_step(window: MaintenanceWindow, *, at: datetime) -> Any:
        return real(window, at=max(at, window.start_at) if window.state is State.SCHEDULED else at)

    real = maintenance.next_step
    return mock.patch.object(maintenance, "next_step", next_step)


def _suppresses_by_state() -> Any:
    """What a window says of itself counts, and not the clock."""

    def suppressions(workspace_id: int, project_id: int | None, *, at: datetime) -> list[Suppression]:
        windows = {each.id: each.state for each in store.list_maintenance_windows(workspace_id)}
        found = store.list_suppressions(workspace_id, project_id or 0)
        return [each for each in found if windows.get(each.window_id) is State.ACTIVE]

    return together(
        mock.patch.object(watch, "suppressions", suppressions),
        mock.patch.object(incidents, "suppressions", suppressions),
    )


def _alerts_in_maintenance() -> Any:
    return mock.patch.object(incidents, "suppressions", return_value=[])


def _as_read(old: str, new: str) -> Any:
    """Checks are written on another condition."""
    return mock.patch.object(judgements, "_AS_READ", judgements._AS_READ.replace(old, new))


def _overwrites_a_signal() -> Any:
    return _as_read("watchAt = :seen", "(watchAt = :seen OR attribute_exists(PK))")


def _overlooks_a_new_hold() -> Any:
    return _as_read("size(holds) = :holds", "size(holds) >= :holds")


def _opens_without(condition: str, instead: str) -> Any:
    def entering(check: Check, incident_id: int, **rest: Any) -> Item:
        request = real(check, incident_id, **rest)
        request["Update"]["ConditionExpression"] = request["Update"]["ConditionExpression"].replace(condition, instead)
        return request

    real = outages.entering_outage
    return mock.patch.object(outages, "entering_outage", entering)


def _opens_whatever_holds_it() -> Any:
    return _opens_without("size(holds) = :holds", "size(holds) >= :holds")


def _judges_while_held() -> Any:
    def judged(check: Check, *, at: datetime) -> tuple[Check, list[Signal]]:
        bare, signals = real(replace(check, holds=()), at=at)
        return replace(bare, holds=check.holds), signals

    real = domain.judged
    return mock.patch.object(domain, "judged", judged)


def _releases_without_watching() -> Any:
    def update(key: Any, expression: str, **rest: Any) -> Item:
        return real(key, expression.replace(", watchAt = :at + resumeMs", ""), **rest)

    real = table.update
    return mock.patch.object(table, "update", update)


def _waits_for_no_grace() -> Any:
    """A check that turned LATE is left to the sweep."""

    def advance(workspace_id: int, check_id: int, at: datetime) -> None:
        watch.advance(workspace_id, check_id, at=at)

    return mock.patch.dict(wake_ups._ADVANCE, {checks.KIND: advance})


def _of_maintenance(keeps: Callable[[effects.Effect], bool]) -> Any:
    real = consequences.of_maintenance_window
    return mock.patch.object(
        consequences,
        "of_maintenance_window",
        lambda before, after: [each for each in real(before, after) if keeps(each)],
    )


def _never_judges_again() -> Any:
    return _of_maintenance(lambda effect: not isinstance(effect, effects.WakeProject))


def _plans_no_wake_up() -> Any:
    """The sweep makes each edge, late."""
    return _of_maintenance(lambda effect: not isinstance(effect, effects.ReconcileMaintenance))


def _keeps_suppressions(of: Callable[[MaintenanceWindow], bool]) -> Any:
    def suppressing(window: MaintenanceWindow, was: MaintenanceWindow | None) -> list[Item]:
        return [write for write in real(window, was) if "Delete" not in write or not of(window)]

    real = store._suppressing
    return mock.patch.object(store, "_suppressing", suppressing)


def _edit_keeps_a_dropped_project() -> Any:
    return _keeps_suppressions(lambda window: not window.is_over)


def _cancel_keeps_suppressions() -> Any:
    return _keeps_suppressions(lambda window: window.state is State.CANCELLED)


def _forgets_occurrences() -> Any:
    def save(window: MaintenanceWindow, *, was: MaintenanceWindow, over: Any = None) -> MaintenanceWindow:
        return real(window, was=was)

    real = store.save_maintenance_window
    return mock.patch.object(store, "save_maintenance_window", save)


def _leaves_history() -> Any:
    return mock.patch.object(store, "delete_history", return_value=None)


def _keeps_quiet_in_what_is_gone() -> Any:
    def keeping(workspace_id: int, window_id: int, kept: Any) -> list[Item]:
        return real(workspace_id, window_id, kept)[:1]

    real = quiet.keeping_in_maintenance
    return mock.patch.object(quiet, "keeping_in_maintenance", keeping)


def _resolution_reopens() -> Any:
    """Whoever resolves an incident lets the check forget it, though it is still DOWN."""
    return mock.patch.object(Check, "is_past_its_outage", property(lambda _check: True))


def _overlooks_a_recovery_in_between() -> Any:
    def has_recovered(check: Check) -> bool:
        return check.incident_id is not None and check.status is CheckStatus.OK

    return mock.patch.object(Check, "has_recovered", property(has_recovered))


def _looks_at_an_outage_once() -> Any:
    """What is DOWN is not in the index any more: if the wake-up gets lost, nobody is ever told."""

    def begin(check: Check, *, at: datetime) -> tuple[Check, None]:
        return real(check, at=at)[0], None

    real = watch._begin_outage
    return together(
        mock.patch.object(watch, "_begin_outage", begin), mock.patch.object(domain, "look_again_at", domain.deadline)
    )


def _incident_outlives_its_check() -> Any:
    def of_outage(before: Check | None, after: Check | None) -> list[effects.Effect]:
        return [each for each in real(before, after) if not isinstance(each, effects.WakeIncident)]

    real = consequences._of_outage
    return mock.patch.object(consequences, "_of_outage", of_outage)


MUTANTS = [
    Mutant("counts occurrences from now", _counts_from_now, ("roll over",)),
    Mutant("trusts the message about maintenance", _trusts_the_message, ("start maintenance by wake-up",)),
    Mutant("suppresses by state", _suppresses_by_state, (), ("start of maintenance and judgement",)),
    Mutant("alerts in maintenance", _alerts_in_maintenance, ("hold an alert back",)),
    Mutant("overwrites a signal", _overwrites_a_signal, (), ("ping and judgement",)),
    Mutant("overlooks a new hold", _overlooks_a_new_hold, (), ("pause and judgement",)),
    Mutant("opens whatever holds it", _opens_whatever_holds_it, (), ("start of a deployment and judgement",)),
    Mutant("judges while held", _judges_while_held, (), ("resume and judgement",)),
    Mutant("releases without watching", _releases_without_watching, (), ("resume and judgement",)),
    Mutant("waits for no grace", _waits_for_no_grace),
    Mutant("never judges again", _never_judges_again, ("cancel a window over an outage",)),
    Mutant("plans no wake-up of maintenance", _plans_no_wake_up),
    Mutant("edit keeps a dropped project", _edit_keeps_a_dropped_project, ("edit a window",)),
    Mutant("cancel keeps suppressions", _cancel_keeps_suppressions, ("cancel a window",)),
    Mutant("forgets occurrences", _forgets_occurrences, ("roll over",)),
    Mutant("leaves history", _leaves_history, ("clear the history of a window that is gone",)),
    Mutant("keeps quiet in what is gone", _keeps_quiet_in_what_is_gone, (), ("removal and judgement",)),
    Mutant("resolution reopens", _resolution_reopens, ("resolve an incident",)),
    Mutant(
        "overlooks a recovery in between",
        _overlooks_a_recovery_in_between,
        (),
        ("recovery and next failure after a resolution by hand",),
    ),
    Mutant("looks at an outage once", _looks_at_an_outage_once, ("judge again",)),
    Mutant("incident outlives its check", _incident_outlives_its_check, ("delete a check with an incident",)),
]
