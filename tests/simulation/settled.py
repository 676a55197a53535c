"""What must be true once trouble is over and everything has been delivered: LIV-1 to LIV-3, against a model."""

from datetime import datetime, timedelta

from lull.domain.deployment_windows import DeploymentWindow, EndReason, State
from lull.domain.holds import MANUAL
from lull.use_cases.effects import schedule_name
from tests.simulation import (
    settled_announcements,
    settled_applications,
    settled_components,
    settled_deliveries,
    settled_hooks,
    settled_probes,
    settled_watch,
)
from tests.simulation.world import World

_EARLY = timedelta(seconds=60)
# Nearer than 90 s a wake-up goes to the queue; from its time on a schedule may fire or have fired.
_UNCERTAIN = timedelta(seconds=120)


def failures(world: World) -> list[str]:
    """Why this world has not settled; empty if it has."""
    windows = world.watch.windows()
    found = [*world.watch.broken]
    found += [said for window in windows if (said := _misplaced(world, window))]
    found += _wrong_holds(world, windows)
    if not world.stream.discarded:
        found += _wrong_schedules(world, windows)
    found += [f"LIV-1: window {each.id} still has work to do" for each in windows if each.to_hold or each.to_release]
    found += settled_watch.failures(world) + settled_announcements.failures(world)
    found += settled_deliveries.failures(world) + settled_probes.failures(world) + settled_components.failures(world)
    found += settled_applications.failures(world) + settled_hooks.failures(world)
    for key, item in world.table.items.items():
        if key[1] == "DEPLOYMENT" and item["state"]["S"] == State.ENDED and "DueSK" in item:
            found.append(f"LIV-3: {key[0]} has ended and is still due")
    return found


def _misplaced(world: World, window: DeploymentWindow) -> str:
    expected = expected_end(world, window)
    actual = (window.state, window.end_reason)
    return "" if actual == expected else f"LIV-1: window {window.id} is {actual}, not {expected}"


def expected_end(world: World, window: DeploymentWindow) -> tuple[State, EndReason | None]:
    """Where clock and user calls put the window."""
    now = world.now
    if window.end_reason is EndReason.RECORDED:
        return State.ENDED, EndReason.RECORDED
    if window.id in world.watch.asked_to_end:
        return State.ENDED, EndReason.BY_REQUEST
    began = window.id in world.watch.ever_active
    if window.scheduled_end_at and window.scheduled_end_at <= now:
        return State.ENDED, EndReason.SCHEDULED if began else EndReason.MISSED
    if window.scheduled_start_at and window.scheduled_start_at > now:
        return State.SCHEDULED, None
    if not window.scheduled_end_at and _times_out_at(window, now) <= now:
        return State.ENDED, EndReason.TIMED_OUT
    return State.ACTIVE, None


def _times_out_at(window: DeploymentWindow, now: datetime) -> datetime:
    return (window.activated_at or now) + timedelta(seconds=window.max_duration_seconds)


def _wrong_holds(world: World, windows: list[DeploymentWindow]) -> list[str]:
    found = []
    for check_id, sources in world.watch.holds().items():
        expected = set.union(sources & {MANUAL}, *(world.watch.implied_holds(each, check_id) for each in windows))
        if sources != expected:
            found.append(f"LIV-2: check {check_id} is held by {sorted(sources)}, not by {sorted(expected)}")
    return found


def _wrong_schedules(world: World, windows: list[DeploymentWindow]) -> list[str]:
    wanted = {schedule_name(window.id, edge): due_at for window in windows for edge, due_at in window.wakeups.items()}
    wanted |= {f"maintenance-{each.id}": each.due_at for each in world.watch.maintenance.windows() if each.due_at}
    told = world.watch.announcements.announcements()
    wanted |= {f"announcement-{each.id}": each.due_at for each in told if each.due_at}
    wanted |= settled_components.wakeups(world) | settled_applications.wakeups(world)
    sure = {name: at for name, at in wanted.items() if at - world.now > _UNCERTAIN}
    present = world.scheduler.schedules
    found = [f"LIV-3: the schedule {name} is missing" for name in sorted(sure.keys() - present.keys())]
    found += [f"LIV-3: the schedule {name} has no reason" for name in sorted(present.keys() - wanted.keys())]
    for name, at in sure.items():
        right = (at - _EARLY).replace(microsecond=0)
        if name in present and present[name].at != right:
            found.append(f"LIV-3: the schedule {name} is set for {present[name].at}, not {right}")
    return found
