"""Worlds in which GitHub tells of deployments, and what it tells there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from lull import clock
from lull.domain.ci_hooks import CiHook, Provider, Rule, Scheme
from lull.domain.component_deployments import Status
from lull.domain.hook_deliveries import HookDelivery, Verdict
from lull.store import ci_hooks as store
from lull.use_cases import ci_hooks, hook_deliveries
from tests.api import Answer, Api
from tests.hooking import Hook, a_status
from tests.simulation import application_worlds, component_worlds, hosts, users
from tests.simulation.expressions import Item
from tests.simulation.meetings import woken
from tests.simulation.tables import Key
from tests.simulation.world import BEGINNING, World

SECRET = "s3cret-of-the-hook"
SHOP, BLOG = "acme/shop", "acme/blog"
_IDS = {SHOP: hosts.REPOSITORY_ID, BLOG: 43}
_MINUTE = timedelta(minutes=1)
NO_HOOK = "x" * 32


@dataclass(frozen=True)
class Event:
    """A `deployment_status` of GitHub's: `delivery` is what GitHub calls this one, `number` the deployment."""

    delivery: str
    state: str
    at: datetime
    number: int = 100
    attempt: int = 1
    repository: str = SHOP
    ordered_by: str | None = None
    sha: str | None = None

    @property
    def key(self) -> str:
        return f"github:{_IDS[self.repository]}:{self.number}"

    @property
    def payload(self) -> dict[str, Any]:
        said = a_status(self.state, at=self.at, deployment=self.number)
        if self.ordered_by:
            said["deployment"]["payload"] = {"lull": {"deployment_id": self.ordered_by}}
        if self.sha:
            said["deployment"]["sha"] = self.sha
        repository = {"id": _IDS[self.repository], "full_name": self.repository}
        return {**said, "workflow_run": {"run_attempt": self.attempt}, "repository": repository}


@cache
def _hooks(check_count: int) -> dict[Key, Item]:
    """A hook of GitHub's, which has a rule for the shop and none for the blog."""
    # Its ids are none that a world will draw itself.
    world = World(1, direct=True)
    with world.installed():
        users.a_shop(world, check_count)
        component_worlds.with_components(world)
        before = dict(world.table.items)
        hook = CiHook(
            id="",
            workspace_id=1,
            name="GitHub",
            provider=Provider.GITHUB,
            scheme=Scheme.HMAC,
            rules=(_rule(world, SHOP, "shop"),),
            created_at=BEGINNING,
            created_by="",
        )
        ci_hooks.create_hook(users.SAM, hook, secret=SECRET, at=world.now)
    return {key: item for key, item in world.table.items.items() if before.get(key) != item}


def _rule(world: World, repository: str, component: str) -> Rule:
    return Rule(repository=repository, component_id=component_worlds.id_of(world, "component", component))


def with_a_hook(world: World) -> None:
    """Let the world of a shop have a hook, and the components of which it tells."""
    checks = sum(key[1] == "CHECK" for key in world.table.items)
    component_worlds.with_components(world)
    world.table.items |= _hooks(checks)


def hook_id(world: World) -> str:
    return next((key[0].partition("#")[2] for key in world.table.items if key[1] == "CIHOOK"), NO_HOOK)


def hook(world: World) -> CiHook:
    return store._records.decode(world.table.items["CIHOOK#" + hook_id(world), "CIHOOK"])


# What GitHub and people do; `World.act` runs it under the role that is named.


def tell(world: World, event: Event, *, secret: str = SECRET) -> Callable[[], Any]:
    """Role "hooks"."""
    found = hook_id(world)

    def act() -> Any:
        world.watch.hooks.sent[event.delivery] = event
        headers, body = _signed(event, secret)
        receipt = hook_deliveries.receive(found, headers, body, at=clock.now())
        world.watch.hooks.accepted.add(event.delivery)
        return receipt

    return act


@cache
def _signed(event: Event, secret: str) -> tuple[dict[str, str], bytes]:
    return Hook("", "github", secret).signed("deployment_status", event.payload, delivery=event.delivery)


def tells(event: Callable[[World], Event], *, secret: str = SECRET) -> Callable[[World, Api], Answer]:
    """The same over HTTP."""

    def send(world: World, _api: Api) -> Answer:
        told = event(world)
        world.watch.hooks.sent[told.delivery] = told
        hook = Hook(hook_id(world), "github", secret)
        answer = hook.github("deployment_status", told.payload, delivery=told.delivery)
        if answer.status < 300:
            world.watch.hooks.accepted.add(told.delivery)
        return answer

    return send


def replay(world: World, delivery_id: str) -> Callable[[], HookDelivery]:
    """Role "replay"."""
    found = hook_id(world)
    return lambda: hook_deliveries.replay_delivery(users.SAM, found, delivery_id, at=clock.now())


def rotate(world: World, secret: str, *, old_until: datetime | None = None) -> Callable[[], Any]:
    """Role "hook"."""
    found = hook_id(world)
    return lambda: ci_hooks.rotate_secret(users.SAM, found, secret=secret, old_until=old_until, at=clock.now())


def map_blog(world: World) -> Callable[[], CiHook]:
    """Let the blog's deployments be those of the site: role "hook"."""
    found, rule = hook_id(world), _rule(world, BLOG, "site")

    def change(hook: CiHook) -> CiHook:
        return hook if rule in hook.rules else replace(hook, rules=(*hook.rules, rule))

    return lambda: ci_hooks.change_hook(users.SAM, found, change)


def remove(world: World) -> Callable[[], None]:
    """Role "hook"."""
    found = hook_id(world)
    return lambda: ci_hooks.delete_hook(users.SAM, found)


# Events, by their minute.


def event(state: str, *, minute: int = 0, **fields: Any) -> Event:
    attempt, number = fields.get("attempt", 1), fields.get("number", 100)
    name = f"{fields.get('repository', SHOP)} {number} {attempt} {state}"
    return Event(**{"delivery": name, "state": state, "at": BEGINNING - 30 * _MINUTE + minute * _MINUTE, **fields})


BEGUN, DONE, BROKEN = event("in_progress"), event("success", minute=5), event("failure", minute=6)
BEGUN_AS_WELL = replace(BEGUN, delivery="the same once more")
QUEUED, DONE_LATER = event("queued"), event("success", minute=8, delivery="success, somewhat later")
AGAIN = event("in_progress", minute=10, attempt=2)
DONE_AGAIN = event("success", minute=15, attempt=2)
OF_THE_BLOG = event("in_progress", repository=BLOG)


def ordered(world: World, state: str) -> Event:
    """What GitHub says of a deployment that an application asked for."""
    made = world.outside.hosts.made[-1]
    return event(state, number=made.number, ordered_by=made.ordered_by, sha=made.sha, at=world.now)


# Worlds at a moment; each is told of only by what it did last.


def received(world: World, *events: Event) -> str:
    """The id of the last delivery, which nobody has looked at."""
    if hook_id(world) == NO_HOOK:
        with_a_hook(world)
    for each in events[:-1]:
        users.done(world.act("hooks", tell(world, each)))
        world.deliver_everything()
    receipt = users.done(world.act("hooks", tell(world, events[-1])))
    assert receipt.delivery_id
    return str(receipt.delivery_id)


def applied(world: World, *events: Event) -> str:
    delivery_id = received(world, *events)
    world.deliver_everything()
    return delivery_id


def all_received(world: World, *events: Event) -> list[str]:
    """The ids of deliveries that nobody has looked at."""
    found = []
    for each in events:
        found.append(received(world, each))
    return found


def advanced(delivery_id: str) -> tuple[str, Callable[[], Any]]:
    """A wake-up of a delivery."""
    return woken(delivery_id, "hook-delivery")


def mapped(world: World) -> str:
    """An unmapped delivery, whose repository has a rule by now."""
    delivery_id = applied(world, OF_THE_BLOG)
    users.done(world.act("hook", map_blog(world)))
    world.deliver_everything()
    return delivery_id


def replayed(world: World) -> str:
    delivery_id = mapped(world)
    users.done(world.act("replay", replay(world, delivery_id)))
    return delivery_id


def ordered_received(state: str) -> Callable[[World], str]:
    def make(world: World) -> str:
        with_a_hook(world)
        application_worlds.told(world, "github")
        return received(world, ordered(world, state))

    return make


def rotated(world: World) -> None:
    with_a_hook(world)
    users.done(world.act("hook", rotate(world, "new-" + SECRET)))


def unseen(world: World) -> None:
    """Three deliveries, and whatever was to tell of them is lost."""
    all_received(world, BEGUN, DONE, OF_THE_BLOG)
    world.events.clear()
    world.stream.waiting.clear()
    world.stream.discarded.append({})
    world.now += _MINUTE


# What must be so when it is over.


def has(*verdicts: Verdict | None) -> Callable[[World], bool]:
    """The deliveries have these verdicts, oldest first."""
    return lambda world: [each.verdict for each in world.watch.hooks.deliveries()] == [*verdicts]


def is_kept(world: World) -> bool:
    """The last that was told is there."""
    return list(world.watch.hooks.sent)[-1] in {each.sender_id for each in world.watch.hooks.deliveries()}


def has_made(*statuses: Status) -> Callable[[World], bool]:
    """There are these component deployments, oldest first."""
    return lambda world: [each.status for each in world.watch.components.deployments()] == [*statuses]
