"""What else people do in a life: status pages come and go, and what is told there is added to and taken back."""

import random
from collections.abc import Callable
from typing import Any

from lull.domain.announcements import Status
from tests.simulation import users
from tests.simulation.world import World

Doing = tuple[str, Callable[[], Any]]

_OF_PAGES = ["page"] * 4 + ["show", "hide", "update"] * 2 + ["retract", "unpage"]


def of_pages(world: World, chance: random.Random) -> list[Doing]:
    """Some of it, in the order in which it is done."""
    return [_of_pages(world, chance) for _ in range(chance.randint(4, 10))]


def _of_pages(world: World, chance: random.Random) -> Doing:
    role, page_id, announcement_id = chance.choice(_OF_PAGES), chance.randint(1, 2), chance.randint(1, 6)
    if role == "page":
        return role, users.switch(page_id, enabled=chance.random() < 0.6)
    if role == "show":
        return role, users.show(page_id, **chance.choice([{"project_id": 1}, {"project_id": 2}, {"check_id": 2}]))
    if role == "hide":
        return role, users.hide(page_id, chance.randint(1, 5))
    if role == "unpage":
        return role, users.unpage(page_id)
    if role == "retract":
        return role, lambda: users.retract(world, announcement_id)()
    status = chance.choice([Status.IDENTIFIED, Status.RESOLVED])
    return role, lambda: users.update(world, announcement_id, status)()


def of_alerting(chance: random.Random) -> list[Doing]:
    """Channels that are switched off, on again, and now and then deleted."""
    doings: list[Doing] = []
    for _ in range(chance.randint(0, 4)):
        channel_id = chance.randint(1, 2)
        if chance.random() < 0.2:
            doings.append(("channel", users.delete_channel(channel_id)))
        else:
            doings.append(("channel", users.set_channel(channel_id, enabled=chance.random() < 0.6)))
    return doings


def of_probing(world: World, chance: random.Random, check_id: int) -> list[Doing]:
    """What is probed falls ill and recovers, is paused, resumed, aimed elsewhere, and now and then deleted."""

    def ail() -> None:
        world.outside.unwell ^= {users.PROBED}

    doings: list[Doing] = [("set-up", ail) for _ in range(chance.randint(1, 4))]
    for _ in range(chance.randint(0, 3)):
        elsewhere = f"{users.PROBED}/{chance.randint(1, 2)}"
        acts: list[Doing] = [
            ("pause", users.pause(check_id)),
            ("resume", users.resume(check_id)),
            ("set", users.reaim(check_id, elsewhere)),
            ("ping", lambda: users.ping(world, check_id)()),
        ]
        doings.append(chance.choice(acts))
    return doings
