"""What else people do in a life: status pages come and go, what is told there is added to, components are deployed."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from lull.domain import announcements, component_deployments
from lull.domain.component_deployments import Status
from lull.domain.errors import NotFound
from tests.simulation import component_worlds, users
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
    status = chance.choice([announcements.Status.IDENTIFIED, announcements.Status.RESOLVED])
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


def of_components(world: World, chance: random.Random) -> list[Doing]:
    """Deployments are recorded, brought forward and back, left to their deadlines; now and then a component goes."""
    doings: list[Doing] = []
    for number in range(chance.randint(2, 5)):
        component, environment = (
            chance.choice(["shop", "shop", "site", "tool"]),
            chance.choice(["production", "canary"]),
        )
        longest = timedelta(seconds=chance.choice([60, 900, 7_200, 86_400]))
        key = chance.choice([None, f"build-{number}"])
        doings.append(("release", component_worlds.release(world, component, environment, key=key, longest=longest)))
    for _ in range(chance.randint(8, 16)):
        doings.append(
            ("deploy", _brought_on(world, chance.randint(0, 4), chance.randint(0, 7), well=chance.random() < 0.7))
        )
    if chance.random() < 0.3:
        doings.append(("raze", component_worlds.remove_component(world, chance.choice(["shop", "site"]))))
    if chance.random() < 0.3:
        doings.append(("raze", component_worlds.remove_environment(world, "canary")))
    return doings


def _brought_on(world: World, position: int, choice: int, *, well: bool) -> Callable[[], None]:
    """One of the deployments there are by then, to the status that may follow: of two, the one that is hoped for.

    Of eight times, one says something else, and one says it late.
    """

    def act() -> None:
        found = world.watch.components.deployments()
        if not found:
            raise NotFound("deployment")
        deployment = found[position % len(found)]
        if choice == 0:
            component_worlds.tell(deployment.id, told=position)()
            return
        may_follow = component_deployments.TRANSITIONS[deployment.status]
        hoped_for = [each for each in may_follow if (each is not Status.FAILED) is well]
        (status,) = hoped_for or may_follow
        if choice == 1 and deployment.status is Status.IN_PROGRESS:
            component_worlds.move_in_hindsight(world, deployment.id, status)()
        else:
            component_worlds.move(deployment.id, status)()

    return act
