"""What else people do in a life: status pages come and go, what is told there is added to, software is deployed."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from lull.domain import announcements, app_deployments, component_deployments
from lull.domain.app_deployments import Status as AppStatus
from lull.domain.component_deployments import Status
from lull.domain.errors import NotFound
from lull.domain.hook_deliveries import Verdict
from tests.simulation import application_worlds, component_worlds, hook_worlds, users
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


_LIVES_OF_APPLICATIONS = [
    ["on", "on", "on"],
    ["on", "on", "on"],
    ["on", "fail"],
    ["on", "on", "abort"],
    ["abort"],
    ["for another", "on"],
    [],
]


def of_applications(world: World, chance: random.Random) -> list[Doing]:
    """Deployments are triggered, reported on by whoever carries them out, cancelled, or left to their deadlines."""
    doings: list[Doing] = []
    for number in range(chance.randint(4, 8)):
        name = chance.choice(["own", "webhook", "webhook", "github", "github", "bare"])
        steps = chance.choice(_LIVES_OF_APPLICATIONS)
        after = sorted(chance.uniform(0.5, 1_300) ** chance.choice([0.5, 1]) for _ in steps)
        doings.append(("trigger", _triggered(world, name, f"run-{number}", list(zip(after, steps, strict=True)))))
    if chance.random() < 0.5:
        doings.append(("apply", application_worlds.resecret(world, "webhook")))
    if chance.random() < 0.2:
        doings.append(("apply", application_worlds.remove(world, chance.choice(["bare", "github"]))))
    if chance.random() < 0.2:
        doings.append(("raze", component_worlds.remove_component(world, "shop")))
    return doings


def _triggered(world: World, name: str, key: str, life: list[tuple[float, str]]) -> Callable[[], None]:
    """And what becomes of it so many seconds later, one after the other."""

    def act() -> None:
        deployment = application_worlds.trigger(world, name, key=key)()
        for seconds, step in life:
            world.expect("user", seconds, _gone_on(world, name, deployment.id, step))

    return act


def _gone_on(world: World, name: str, deployment_id: str, step: str) -> Callable[[], None]:
    def act() -> None:
        found, tokens = world.watch.applications.deployment(deployment_id), world.outside.hosts.tokens
        if found is None:
            return
        if step == "abort":
            world.act("abort", application_worlds.abort(world, deployment_id))
        elif step == "for another":
            others = [each for of, each in tokens.items() if of != deployment_id]
            if others:
                world.act("report", application_worlds.report_for_another(world, deployment_id, others[-1][0]))
        elif name == "github":
            _carry_on(world, deployment_id, "failure" if step == "fail" else "success")
        elif deployment_id in tokens:
            may_follow = app_deployments.TRANSITIONS[found.status] - {AppStatus.CANCELLED, AppStatus.FAILED}
            status = AppStatus.FAILED if step == "fail" else next(iter(may_follow), AppStatus.AVAILABLE)
            world.act("report", application_worlds.report(world, deployment_id, status))

    return act


def _carry_on(world: World, deployment_id: str, end: str) -> None:
    """A workflow of GitHub's goes on, and its webhook says so."""
    made = world.outside.hosts.of(deployment_id)
    if made is None or {"success", "failure", "error"} & {*made.states}:
        return
    made.states.append(end if made.states else "in_progress")
    told = hook_worlds.event(
        made.states[-1], minute=len(made.states), number=made.number, ordered_by=deployment_id, sha=made.sha
    )
    world.act("hooks", hook_worlds.tell(world, told))


def of_hooks(world: World, chance: random.Random) -> list[Doing]:
    """GitHub tells of deployments: some of it twice, in any order, of what nobody has mapped yet, under two secrets."""
    events: list[hook_worlds.Event] = []
    for number in range(100, 100 + chance.randint(2, 4)):
        repository = chance.choice([hook_worlds.SHOP, hook_worlds.SHOP, hook_worlds.BLOG])
        for attempt in range(1, chance.randint(1, 2) + 1):
            states = ["queued", "in_progress", chance.choice(["success", "success", "failure"])]
            for step, state in enumerate(states[: chance.randint(1, 3)]):
                minute = (attempt * 5 + step) % 30
                told = {"number": number, "attempt": attempt, "repository": repository}
                events.append(hook_worlds.event(state, minute=minute, **told))
    again = chance.sample(events, len(events) // 3)
    doings: list[Doing] = [("hooks", hook_worlds.tell(world, each)) for each in (*events, *again)]
    if chance.random() < 0.6:
        doings.append(("hook", hook_worlds.map_blog(world)))
    for _ in range(chance.randint(1, 4)):
        doings.append(("replay", _replayed(world, chance.randint(0, 5))))
    if chance.random() < 0.5:
        doings.append(("hook", hook_worlds.rotate(world, "new-" + hook_worlds.SECRET)))
        doings.append(("hooks", hook_worlds.tell(world, events[0], secret="new-" + hook_worlds.SECRET)))
    if chance.random() < 0.1:
        doings.append(("hook", hook_worlds.remove(world)))
    return doings


def _replayed(world: World, position: int) -> Callable[[], None]:
    def act() -> None:
        found = [each for each in world.watch.hooks.deliveries() if each.verdict is Verdict.UNMAPPED]
        if not found:
            raise NotFound("delivery")
        hook_worlds.replay(world, found[position % len(found)].id)()

    return act
