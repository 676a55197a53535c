"""A life in one world, from its seed: people and pipelines at work for some hours while everything goes wrong."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lull.domain.checks import Health
from lull.domain.deployment_windows import State
from tests.simulation import (
    application_worlds,
    component_worlds,
    further_stories,
    hook_worlds,
    settled,
    settled_probes,
    users,
)
from tests.simulation.luck import Luck, Swarm
from tests.simulation.world import World

_STORY = timedelta(hours=4)
_PAST_EVERYTHING = timedelta(hours=60)
_CALM_EVERY = 10
_OF_WATCHING = ["plan"] * 4 + ["cancel"] * 2 + ["edit", "remove", "acknowledge", "resolve"]


@dataclass
class Story:
    """`created`, `ended`, `planned` and `cancelled` are what a caller was told of."""

    seed: int
    world: World
    found: list[str] = field(default_factory=list)
    created: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    planned: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    removed: set[int] = field(default_factory=set)
    """Maintenance windows that somebody tried to remove."""

    def report(self) -> str:
        again = f"pytest tests/simulation/test_seeds.py --seed {self.seed}"
        return "\n".join([f"seed {self.seed} ({again})", *self.found, "last events:", self.world.last_events()])


def told(seed: int) -> Story:
    """Live through the seed's world; `found` is empty if nothing was wrong."""
    calm = seed % _CALM_EVERY == 0
    # The platform honours tokens; the product must not depend on it.
    # Two holds a transaction: a window over three checks is then as hard as one over three hundred.
    chunk = 2 if seed % 3 == 1 else None
    # Without the SDK nothing is tried again underneath: what fails reaches the product.
    direct = seed % 2 == 1
    world = World(seed, luck=Luck if calm else Swarm, honours_tokens=seed % 4 != 3, direct=direct, chunk=chunk)
    story = Story(seed, world)
    with world.installed():
        _plan(story, random.Random(seed))
        world.net.pick = world.luck.fault
        world.run(world.now + _STORY)
        story.found += world.watch.broken
        if calm:
            story.found += late(world, most=2)
        world.heal()
        story.found += settled.failures(world)
        story.found += _forgotten(story)
        if not story.found:
            _go_home(world)
            world.run(world.now + _PAST_EVERYTHING)
            story.found += settled.failures(world)
            story.found += _forgotten(story)
    story.found = list(dict.fromkeys(story.found))
    return story


def _go_home(world: World) -> None:
    """Nothing recurs any more, and nothing is probed; from here on the SDK is of no interest."""
    world.direct = True
    for check in settled_probes.probed(world):
        users.done(world.act("pause", users.pause(check.id)))
    for window in world.watch.maintenance.windows():
        if window.recurring_cron and not window.is_over:
            users.done(world.act("cancel", users.cancel(window.id)))


def late(world: World, *, most: float) -> list[str]:
    """TIM: transitions that came later than they may. An incident follows from one, and may take a second more."""
    allowed = {each: most + 1 if each.to == "opened" else most for each in world.watch.transitions}
    return [f"TIM: {each}" for each, seconds in allowed.items() if not 0 <= each.late <= seconds]


def _forgotten(story: Story) -> list[str]:
    """INV-7: what was acknowledged stays."""
    windows = {window.id: window for window in story.world.watch.windows()}
    lost = [each for each in story.created if each not in windows]
    revived = [each for each in story.ended if windows[each].state is not State.ENDED]
    return [
        *(f"INV-7: window {each} was acknowledged and is gone" for each in lost),
        *(f"INV-7: the end of window {each} was acknowledged and is undone" for each in revived),
        *_forgotten_maintenance(story),
    ]


def _forgotten_maintenance(story: Story) -> list[str]:
    windows = {window.id: window for window in story.world.watch.maintenance.windows()}
    lost = [each for each in story.planned if each not in windows and each not in story.removed]
    revived = [each for each in story.cancelled if each in windows and windows[each].state != "CANCELLED"]
    return [f"INV-7: maintenance {each} was acknowledged and is gone" for each in lost] + [
        f"INV-7: maintenance {each} was called off and is {windows[each].state}" for each in revived
    ]


def _plan(story: Story, chance: random.Random) -> None:
    world = story.world
    checks = chance.randint(2, 4)
    users.a_shop(world, checks)
    further = _further(story, chance, checks)
    if isinstance(world.luck, Swarm) and chance.random() < 0.3:
        since = world.now + timedelta(seconds=chance.uniform(0, 7_200))
        world.outages.append((since, since + timedelta(seconds=chance.uniform(60, 7_200))))
    for _ in range(chance.randint(15, 35)):
        at = chance.uniform(0, _STORY.total_seconds() * 0.8)
        role, act = _drawn(story, chance, checks)
        again = chance.random() < 0.5
        world.expect("user", at, _attempt(story, role, act, repeats=again))
    for check_id in range(1, checks + 1):
        _plan_heartbeats(story, chance, check_id)
    for _ in range(chance.randint(6, 14)):
        at = chance.uniform(0, _STORY.total_seconds() * 0.9)
        role, act = _drawn_of_watching(story, chance)
        world.expect("user", at, _attempt(story, role, act, repeats=chance.random() < 0.5))
    for role, act in further:
        at = chance.uniform(0, _STORY.total_seconds() * 0.9)
        world.expect("user", at, _attempt(story, role, act, repeats=chance.random() < 0.5))


def _further(story: Story, chance: random.Random, checks: int) -> list[further_stories.Doing]:
    """Not every world has all there is: it would live through twice as much."""
    world, doings = story.world, list[further_stories.Doing]()
    if story.seed % 2 == 0:
        users.with_pages(world)
        doings += further_stories.of_pages(world, chance)
    if story.seed % 3 == 0:
        users.with_channels(world)
        doings += further_stories.of_alerting(chance)
    if story.seed % 4 == 0:
        users.with_a_probe(world)
        doings += further_stories.of_probing(world, chance, checks + 1)
    elif story.seed % 5 in (2, 3):
        component_worlds.with_components(world)
        doings += further_stories.of_components(world, chance)
    elif story.seed % 5 == 1 or story.seed % 20 == 10:
        application_worlds.with_applications(world)
        hook_worlds.with_a_hook(world)
        doings += further_stories.of_applications(world, chance)
    if story.seed % 5 == 4 or story.seed % 20 == 10:
        hook_worlds.with_a_hook(world)
        doings += further_stories.of_hooks(world, chance)
    return doings


def _plan_heartbeats(story: Story, chance: random.Random, check_id: int) -> None:
    """A service that is well for some minutes and then falls silent or says that it is not, a few times."""
    at = chance.uniform(0, 1_800)
    for _ in range(chance.randint(1, 3)):
        for _ in range(chance.randint(2, 4)):
            story.world.expect("user", at, _attempt(story, "ping", _signal(story, check_id, Health.OK), repeats=True))
            at += chance.uniform(60, 310)
        if chance.random() < 0.4:
            failing = _signal(story, check_id, Health.DOWN)
            story.world.expect("user", at, _attempt(story, "ping", failing, repeats=True))
        at += chance.uniform(1, 5_400)


def _signal(story: Story, check_id: int, health: Health) -> Callable[[], Any]:
    return lambda: users.ping(story.world, check_id, health)()


def _drawn_of_watching(story: Story, chance: random.Random) -> tuple[str, Callable[[], Any]]:
    role, window_id, incident_id = chance.choice(_OF_WATCHING), chance.randint(1, 6), chance.randint(1, 4)
    if role == "plan":
        return role, _planning(story, chance)
    if role == "edit":
        later, projects = timedelta(seconds=chance.uniform(1, 3_600)), chance.choice([(1,), (2,), (1, 2)])
        return role, lambda: _edited(story, window_id, later, projects)
    if role == "remove":

        def remove() -> Any:
            story.removed.add(window_id)
            return users.remove(window_id)()

        return role, remove
    known = {"cancel": users.cancel, "acknowledge": users.acknowledge, "resolve": users.resolve}
    return role, known[role](window_id if role == "cancel" else incident_id)


def _planning(story: Story, chance: random.Random) -> Callable[[], Any]:
    begins, lasts = timedelta(seconds=chance.uniform(-600, 7_200)), timedelta(seconds=chance.uniform(30, 3_500))
    minute, hour = chance.randint(0, 59), chance.randint(12, 16)
    fields = {
        "recurring_cron": chance.choice([None, None, None, f"{minute} * * * *", f"{minute} {hour} * * *"]),
        "timezone": chance.choice(["UTC", "Europe/Berlin"]),
        "project_ids": chance.choice([(1,), (1,), (2,), (1, 2)]),
        "suppress_alerts": chance.random() < 0.8,
        "suppress_incidents": chance.random() < 0.8,
        "auto_publish_to_status_page": chance.random() < 0.6,
    }

    def plan() -> Any:
        start = _whole_milliseconds(story.world.now + begins)
        return users.plan(start, _whole_milliseconds(start + lasts), **fields)()

    return plan


def _edited(story: Story, window_id: int, later: timedelta, project_ids: tuple[int, ...]) -> Any:
    start = _whole_milliseconds(story.world.now + later)
    return users.edit(window_id, start_at=start, end_at=start + timedelta(minutes=20), project_ids=project_ids)()


def _whole_milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)


def _drawn(story: Story, chance: random.Random, checks: int) -> tuple[str, Callable[[], Any]]:
    check_id = chance.randint(1, checks)
    role = chance.choice(["create"] * 6 + ["end"] * 4 + ["pause", "resume", "ping"] * 2 + ["delete"])
    if role == "create":
        return role, _creation(story, chance, checks)
    if role == "end":
        window_id = chance.randint(1, 12)
        return role, lambda: users.end(window_id)()
    if role == "ping":
        health = chance.choice([Health.OK, Health.DOWN])
        return role, lambda: users.ping(story.world, check_id, health)()
    return role, {"pause": users.pause, "resume": users.resume, "delete": users.delete}[role](check_id)


def _creation(story: Story, chance: random.Random, checks: int) -> Callable[[], Any]:
    begins = chance.choice([None, None, timedelta(seconds=chance.uniform(1, 7_200))])
    lasts = chance.choice([None, timedelta(seconds=chance.uniform(1, 5_400))])
    named = chance.sample(range(1, checks + 1), chance.randint(1, checks)) if chance.random() < 0.5 else []
    longest = timedelta(seconds=chance.choice([60, 900, 7_200, 86_400]))
    pauses, key = chance.random() < 0.9, chance.choice([None, f"key-{chance.random()}"])

    def create() -> Any:
        now = story.world.now
        start = now + begins if begins else None
        end = (start or now) + lasts if lasts else None
        return users.create(
            key=key, start=start, end=end, longest=longest, pauses=pauses, check_ids=tuple(sorted(named))
        )()

    return create


def _attempt(story: Story, role: str, act: Callable[[], Any], *, repeats: bool) -> Callable[[], None]:
    def attempt() -> None:
        outcome = story.world.act(role, act)
        if outcome.crashed or outcome.error:
            # A client that was not answered may ask again.
            if repeats and outcome.crashed:
                story.world.expect("user", 20.0, _attempt(story, role, act, repeats=False))
            return
        if role == "create":
            story.created.append(outcome.value.id)
        if role == "end":
            story.ended.append(outcome.value.id)
        if role == "plan":
            story.planned.append(outcome.value.id)
        if role == "cancel":
            story.cancelled.append(outcome.value.id)

    return attempt
