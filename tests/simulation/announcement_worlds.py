"""Worlds in which maintenance is told on status pages."""

from datetime import timedelta
from typing import Any

from lull.domain.announcements import Announcement, Status
from tests.api import Api
from tests.simulation import users
from tests.simulation.operations import HOUR
from tests.simulation.watch_worlds import window
from tests.simulation.world import World

_SECOND = timedelta(seconds=1)


def _planned(world: World, start: timedelta, end: timedelta, **fields: Any) -> None:
    fields = {"project_ids": (1, 2), "auto_publish_to_status_page": True, **fields}
    users.done(world.act("plan", users.plan(world.now + start, world.now + end, **fields)))


def with_pages(world: World, _api: Api) -> None:
    users.with_pages(world)


def untold(world: World, _api: Api) -> None:
    """Planned, and nobody has looked yet."""
    users.with_pages(world)
    _planned(world, HOUR, 2 * HOUR)


def told(world: World, api: Api) -> None:
    untold(world, api)
    world.deliver_everything()


def told_on_one_page(world: World, _api: Api) -> None:
    users.with_pages(world)
    _planned(world, HOUR, 2 * HOUR, project_ids=(1,))
    world.deliver_everything()


def edited(world: World, api: Api) -> None:
    told(world, api)
    later = {"start_at": world.now + 3 * HOUR, "end_at": world.now + 4 * HOUR, "name": "More disks"}
    users.done(world.act("edit", users.edit(1, **later)))


def edited_unnoticed(world: World, api: Api) -> None:
    """Put off, and nobody looked before it would have been over: its announcement has ended by itself."""
    edited(world, api)
    world.events.clear()
    waiting, world.stream.waiting = dict(world.stream.waiting), {}
    world.run(world.now + 2 * HOUR + _SECOND)
    world.stream.waiting = waiting
    for key in waiting:
        world.expect("stream", 0.1, key)


def cancelled(world: World, api: Api) -> None:
    told(world, api)
    users.done(world.act("cancel", users.cancel(1)))


def removed(world: World, api: Api) -> None:
    told(world, api)
    users.done(world.act("remove", users.remove(1)))


def nearly_begun(world: World, api: Api) -> None:
    told(world, api)
    world.run(window(world).start_at - _SECOND)


def nearly_over(world: World, api: Api) -> None:
    told(world, api)
    world.run(window(world).end_at - _SECOND)


def nearly_rolled_over(world: World, _api: Api) -> None:
    users.with_pages(world)
    _planned(world, timedelta(), HOUR / 2, recurring_cron="0 * * * *")
    world.deliver_everything()
    world.run(window(world).end_at - _SECOND)


def due_to_roll_over(world: World, api: Api) -> None:
    """Only the window is still to be woken, and not its announcements."""
    nearly_rolled_over(world, api)
    world.now = window(world).end_at
    world.events.clear()
    world.scheduler.schedules.clear()


def disabled(world: World, api: Api) -> None:
    """A page that nobody sees, and what it would tell."""
    users.with_pages(world)
    users.done(world.act("page", users.switch(1, enabled=False)))
    _planned(world, HOUR, 2 * HOUR)
    world.deliver_everything()


def enabled_unnoticed(world: World, api: Api) -> None:
    disabled(world, api)
    users.done(world.act("page", users.switch(1, enabled=True)))


def hidden(world: World, api: Api) -> None:
    """A page has just ceased to show what is worked on."""
    told(world, api)
    users.done(world.act("hide", users.hide(2, 3)))


def on_page(world: World, page_id: int) -> list[Announcement]:
    return [each for each in world.watch.announcements.announcements() if each.page_id == page_id]


def is_told(world: World) -> bool:
    """On both pages, once, and as the window is now."""
    now = window(world)
    return all(
        [(each.scheduled_for, each.scheduled_until) for each in on_page(world, page_id) if each.status != "RESOLVED"]
        == [(now.start_at, now.end_at)]
        for page_id in (1, 2)
    )


def is_closed(world: World) -> bool:
    found = world.watch.announcements.announcements()
    return len(found) == 2 and all(each.status is Status.RESOLVED for each in found)


def is_told_anew(world: World) -> bool:
    return is_told(world) and [len(on_page(world, page_id)) for page_id in (1, 2)] == [2, 2]


def is_withdrawn(world: World) -> bool:
    return [each.status for each in on_page(world, 2)] == [Status.RESOLVED]


def is_retracted(world: World) -> bool:
    return not on_page(world, 1)
