"""Worlds in which maintenance windows, heartbeats and incidents are operated on, and what happens there."""

from collections.abc import Callable
from datetime import datetime, timedelta

from lull.domain.checks import Health
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.gateways.queues import WakeUp
from tests.api import Api
from tests.simulation import users
from tests.simulation.meetings import woken
from tests.simulation.operations import HOUR
from tests.simulation.platform import platform
from tests.simulation.world import World

_SECOND = timedelta(seconds=1)
_LATE_AFTER, _DOWN_AFTER = timedelta(seconds=300), timedelta(seconds=320)


def window(world: World) -> MaintenanceWindow:
    return world.watch.maintenance.windows()[-1]


def nothing(_world: World, _api: Api) -> None:
    pass


def _planned(world: World, start: timedelta, end: timedelta, **fields: object) -> None:
    users.done(world.act("plan", users.plan(world.now + start, world.now + end, **fields)))
    world.deliver_everything()


def scheduled(world: World, _api: Api) -> None:
    _planned(world, HOUR, 2 * HOUR, project_ids=(1, 2))


def active(world: World, _api: Api) -> None:
    _planned(world, timedelta(), 2 * HOUR, project_ids=(1, 2))


def recurring(world: World, _api: Api) -> None:
    _planned(world, timedelta(), HOUR / 2, recurring_cron="0 * * * *")


def nearly_started(world: World, api: Api) -> None:
    scheduled(world, api)
    world.run(window(world).start_at - _SECOND)


def nearly_over(world: World, api: Api) -> None:
    active(world, api)
    world.run(window(world).end_at - _SECOND)


def nearly_rolled_over(world: World, api: Api) -> None:
    recurring(world, api)
    world.run(window(world).end_at - _SECOND)


def overdue(world: World, api: Api) -> None:
    """One to start, one to end and one to roll over, and all wake-ups are lost."""
    scheduled(world, api)
    _planned(world, timedelta(), HOUR)
    _planned(world, timedelta(), HOUR / 2, recurring_cron="0 */3 * * *")
    _forget(world)
    world.now += HOUR + _SECOND


def _forget(world: World) -> None:
    world.events.clear()
    world.stream.waiting.clear()
    world.scheduler.schedules.clear()
    world.stream.discarded.append({})


def _heard(world: World, health: Health = Health.OK) -> None:
    users.done(world.act("ping", users.ping(world, 1, health)))
    world.deliver_everything()


def _silence(world: World) -> datetime:
    check = world.watch.incidents.check(1)
    assert check
    assert check.last_ping_at
    return check.last_ping_at


def heartbeat(world: World, _api: Api) -> None:
    _heard(world)


def nearly_late(world: World, _api: Api) -> None:
    _heard(world)
    world.run(_silence(world) + _LATE_AFTER - _SECOND / 2)


def nearly_down(world: World, _api: Api) -> None:
    _heard(world)
    world.run(_silence(world) + _DOWN_AFTER - _SECOND / 2)


def silent_unseen(world: World, _api: Api) -> None:
    _heard(world)
    _forget(world)
    world.now = _silence(world) + _DOWN_AFTER + _SECOND


def failing(world: World, _api: Api) -> None:
    """It said that it is not well, and nobody has looked yet."""
    users.done(world.act("ping", users.ping(world, 1, Health.DOWN)))


def with_incident(world: World, _api: Api) -> None:
    _heard(world, Health.DOWN)


def recovering(world: World, api: Api) -> None:
    with_incident(world, api)
    users.done(world.act("ping", users.ping(world, 1)))


def failing_in_maintenance(world: World, api: Api) -> None:
    active(world, api)
    failing(world, api)


def failing_while_nobody_is_told(world: World, api: Api) -> None:
    _planned(world, timedelta(), 2 * HOUR, suppress_incidents=False)
    failing(world, api)


def hushed(world: World, api: Api) -> None:
    failing_in_maintenance(world, api)
    world.deliver_everything()


def hushed_until_now(world: World, api: Api) -> None:
    """An outage began in a window that is nearly over."""
    failing_in_maintenance(world, api)
    world.run(window(world).end_at - _SECOND)


def over_unnoticed(world: World, api: Api) -> None:
    """The window is over, and whoever is to look at what it kept quiet is still to be woken."""
    hushed_until_now(world, api)
    world.now = window(world).end_at
    users.done(world.act(*woken(1, "maintenance")))
    _forget(world)


def gone_with_history(world: World, api: Api) -> None:
    """A window that kept something quiet was removed, and what it left is still there."""
    failing_in_maintenance(world, api)
    world.deliver_everything()
    users.done(world.act("remove", users.remove(1)))


def many_changes(world: World, api: Api) -> None:
    """A window that ended with an outage in it, one that is to come, and a check that went with its incident."""
    hushed_until_now(world, api)
    world.now = window(world).end_at
    users.done(world.act(*woken(1, "maintenance")))
    users.done(world.act("plan", users.plan(world.now + HOUR, world.now + 2 * HOUR)))
    world.luck.merges = lambda: True  # type: ignore[method-assign]


def few_seconds(world: World) -> None:
    world.run(world.now + 10 * _SECOND, sweeping=False)


def sweep(world: World) -> None:
    world.sweep()
    world.deliver_everything()


def wake(kind: str) -> Callable[[World], None]:
    def wake(world: World) -> None:
        wake_up = WakeUp(kind=kind, workspace_id=1, record_id=1)
        url = next(url for url, rules in platform().queues.items() if rules.consumer == "transitioner")
        world.expect_message(url, world.queues[url].add(wake_up.body(), visible_at=world.now))
        few_seconds(world)

    return wake
