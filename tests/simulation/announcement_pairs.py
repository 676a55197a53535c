"""Operations that meet where maintenance is told, and the worlds they meet in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from lull.domain.announcements import Status
from lull.use_cases import announced_maintenance
from tests.simulation import users
from tests.simulation.baton import Act
from tests.simulation.meetings import HOUR, Meeting, woken
from tests.simulation.world import BEGINNING, World


def _planned(world: World, start: timedelta, end: timedelta, **fields: Any) -> None:
    fields = {"auto_publish_to_status_page": True, **fields}
    users.done(world.act("plan", users.plan(BEGINNING + start, BEGINNING + end, **fields)))


def _untold(world: World) -> Act:
    """Planned, with its wake-up, and nobody has looked since it is to be told."""
    users.with_pages(world)
    return _untold_on(world)


def _untold_on(world: World) -> Act:
    _planned(world, HOUR, 2 * HOUR, auto_publish_to_status_page=False)
    world.deliver_everything()
    users.done(world.act("edit", users.edit(1, auto_publish_to_status_page=True)))
    return woken(1, "maintenance")


def _told(world: World) -> Act:
    users.with_pages(world)
    _planned(world, HOUR, 2 * HOUR)
    act = woken(1, "maintenance")
    world.deliver_everything()
    return act


def _recurring(world: World) -> Act:
    users.with_pages(world)
    _planned(world, timedelta(), HOUR / 2, recurring_cron="0 * * * *")
    world.deliver_everything()
    world.now = BEGINNING + HOUR / 2
    return woken(1, "maintenance")


def _renamed(world: World) -> Act:
    """Told, and called something else since."""
    act = _told(world)
    users.done(world.act("edit", users.edit(1, name="Cables")))
    return act


def _cancelled(world: World) -> Act:
    act = _told(world)
    users.done(world.act("cancel", users.cancel(1)))
    world.scheduler.schedules.pop("maintenance-1")
    return act


def _put_off() -> Act:
    return "edit", users.edit(1, start_at=BEGINNING + 3 * HOUR, end_at=BEGINNING + 4 * HOUR)


def announcing_and_edit(world: World) -> list[Act]:
    return [_untold(world), _put_off()]


def announcing_and_change_of_projects(world: World) -> list[Act]:
    return [_told(world), ("edit", users.edit(1, project_ids=(2,)))]


def announcing_and_silencing(world: World) -> list[Act]:
    return [_untold(world), ("edit", users.edit(1, auto_publish_to_status_page=False))]


def announcing_and_cancel(world: World) -> list[Act]:
    return [_untold(world), ("cancel", users.cancel(1))]


def announcing_and_removal(world: World) -> list[Act]:
    return [_untold(world), ("remove", users.remove(1))]


def announcing_twice(world: World) -> list[Act]:
    act = _untold(world)
    return [act, act]


def announcing_and_enabling(world: World) -> list[Act]:
    users.with_pages(world)
    users.done(world.act("page", users.switch(1, enabled=False)))
    return [_untold_on(world), ("page", users.switch(1, enabled=True))]


def announcing_and_disabling(world: World) -> list[Act]:
    return [_untold(world), ("page", users.switch(1, enabled=False))]


def announcing_and_end_of_a_page(world: World) -> list[Act]:
    return [_untold(world), ("unpage", users.unpage(1))]


def announcing_and_showing(world: World) -> list[Act]:
    return [_untold(world), ("show", users.show(2, project_id=1))]


def announcing_and_hiding(world: World) -> list[Act]:
    act = _untold(world)
    users.done(world.act("hide", users.hide(1, 2)))
    return [act, ("hide", users.hide(1, 1))]


def announcing_anew_twice(world: World) -> list[Act]:
    act = _renamed(world)
    return [act, act]


def announcing_anew_and_edit(world: World) -> list[Act]:
    act = _renamed(world)
    return [act, _put_off()]


def announcing_anew_and_retraction(world: World) -> list[Act]:
    act = _renamed(world)
    return [act, ("retract", users.retract(world, 1))]


def announcing_anew_and_resolution_by_hand(world: World) -> list[Act]:
    act = _renamed(world)
    return [act, ("update", users.update(world, 1, Status.RESOLVED))]


def closing_and_retraction(world: World) -> list[Act]:
    act = _cancelled(world)
    return [act, ("retract", users.retract(world, 1))]


def closing_and_end_of_a_page(world: World) -> list[Act]:
    act = _cancelled(world)
    return [act, ("unpage", users.unpage(1))]


def closing_twice(world: World) -> list[Act]:
    act = _cancelled(world)
    return [act, act]


def end_of_maintenance_and_of_its_announcement(world: World) -> list[Act]:
    act = _told(world)
    world.now = BEGINNING + 2 * HOUR
    return [act, woken(1, "announcement")]


def begin_of_maintenance_and_of_its_announcement(world: World) -> list[Act]:
    act = _told(world)
    world.now = BEGINNING + HOUR
    return [act, woken(1, "announcement")]


def rolling_over_twice_in_public(world: World) -> list[Act]:
    act = _recurring(world)
    return [act, act]


def announcing_and_rolling_over(world: World) -> list[Act]:
    """One has looked at the clock before the end of an occurrence, and is overtaken by one that comes after it."""
    act, before = _recurring(world), world.now - timedelta(seconds=1)
    return [("transitioner", lambda: announced_maintenance.tell(1, 1, at=before)), act]


def rolling_over_and_cancel_in_public(world: World) -> list[Act]:
    return [_recurring(world), ("cancel", users.cancel(1))]


_ROLLING = (announcing_and_rolling_over, rolling_over_twice_in_public, rolling_over_and_cancel_in_public)
_LONG = (
    *_ROLLING,
    announcing_and_edit,
    announcing_and_change_of_projects,
    announcing_and_silencing,
    announcing_anew_and_edit,
    announcing_and_end_of_a_page,
    announcing_twice,
    announcing_anew_twice,
)

PAIRS = [
    Meeting(prepare, checks=1, cut=True, is_long=prepare in _LONG)
    for prepare in (
        announcing_and_edit,
        announcing_and_change_of_projects,
        announcing_and_silencing,
        announcing_and_cancel,
        announcing_and_removal,
        announcing_twice,
        announcing_and_enabling,
        announcing_and_disabling,
        announcing_and_end_of_a_page,
        announcing_and_showing,
        announcing_and_hiding,
        announcing_anew_twice,
        announcing_anew_and_edit,
        announcing_anew_and_retraction,
        announcing_anew_and_resolution_by_hand,
        closing_and_retraction,
        closing_and_end_of_a_page,
        closing_twice,
        end_of_maintenance_and_of_its_announcement,
        begin_of_maintenance_and_of_its_announcement,
        announcing_and_rolling_over,
        rolling_over_twice_in_public,
        rolling_over_and_cancel_in_public,
    )
]
TICKING = [replace(meeting, ticking=True, is_long=True) for meeting in PAIRS if meeting.prepare not in _ROLLING]
