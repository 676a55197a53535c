"""Worlds in which components are deployed, and what people and pipelines do there."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

from lull import clock
from lull.domain.checks import Check
from lull.domain.component_deployments import ChainState, ComponentDeployment, Status
from lull.domain.components import Component
from lull.domain.environments import Environment
from lull.store import cells
from lull.use_cases import checks, component_deployments, components, environments
from tests.api import Api
from tests.simulation import users
from tests.simulation.expressions import Item
from tests.simulation.tables import Key
from tests.simulation.world import BEGINNING, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
BLOG = 2


@cache
def _components(check_count: int) -> dict[Key, Item]:
    """A check of the blog; three components: of the shop, of shop and blog, of nothing; and two environments."""
    world = World(direct=True)
    with world.installed():
        users.a_shop(world, check_count)
        before = dict(world.table.items)
        blog = check_count + 1
        check = Check(
            id=0, workspace_id=1, project_id=BLOG, name="blog", token="", interval_seconds=300, created_at=BEGINNING
        )
        checks.create_check(users.SAM, check, at=world.now)
        links = {"shop": {"project_id": users.PROJECT}, "site": {"check_ids": (1, blog)}, "tool": {}}
        for name, link in links.items():
            component = Component(id="", workspace_id=1, name=name, created_at=BEGINNING, **link)  # type: ignore[arg-type]
            components.create_component(users.SAM, component, at=world.now)
        for name, check_ids in (("production", ()), ("canary", (1,))):
            environment = Environment(id="", workspace_id=1, name=name, check_ids=check_ids, created_at=BEGINNING)
            environments.create_environment(users.SAM, environment, at=world.now)
    return {key: item for key, item in world.table.items.items() if before.get(key) != item}


def with_components(world: World) -> None:
    """Let the world of a shop have components to deploy."""
    shop = sum(key[1] == "CHECK" for key in world.table.items)
    world.table.items |= _components(shop)


def id_of(world: World, noun: str, name: str) -> str:
    """The id of a component or environment of that name, or one that might have been."""
    item = world.table.get(("WS#1#NAMES", f"NAME#{noun}#{name}"))
    return str(item["ownerId"]["S"]) if item else "00000000-0000-4000-8000-000000000000"


# What callers do; `World.act` runs it under the role that is named.


def release(
    world: World,
    component: str = "shop",
    environment: str = "production",
    *,
    key: str | None = None,
    longest: timedelta = DAY,
) -> Callable[[], ComponentDeployment]:
    """Record a deployment: role "release"."""

    def act() -> ComponentDeployment:
        described = ComponentDeployment(
            id="",
            workspace_id=1,
            component_id=id_of(world, "component", component),
            component_name="",
            environment_id=id_of(world, "environment", environment),
            environment_name="",
            version="v1",
            max_duration_seconds=int(longest.total_seconds()),
            created_at=BEGINNING,
            created_by="",
            updated_at=BEGINNING,
        )
        return component_deployments.record_deployment(users.SAM, described, idempotency_key=key, at=clock.now())

    return act


def move(deployment_id: str, *statuses: Status) -> Callable[[], None]:
    """Say how it goes: role "deploy"."""

    def act() -> None:
        for status in statuses:
            component_deployments.change_deployment(users.SAM, deployment_id, status=status, at=clock.now())

    return act


def move_in_hindsight(world: World, deployment_id: str, status: Status) -> Callable[[], ComponentDeployment]:
    """Say late how it went: it was over as soon as it had begun. Role "deploy"."""
    found = world.watch.components.deployment(deployment_id)
    finished_at = found.started_at if found else None
    return lambda: component_deployments.change_deployment(
        users.SAM, deployment_id, status=status, finished_at=finished_at, at=clock.now()
    )


def tell(deployment_id: str, **metadata: object) -> Callable[[], ComponentDeployment]:
    """Say more about it: role "deploy"."""
    return lambda: component_deployments.change_deployment(users.SAM, deployment_id, metadata=metadata, at=clock.now())


def remove_component(world: World, name: str) -> Callable[[], None]:
    return lambda: components.delete_component(users.SAM, id_of(world, "component", name))


def remove_environment(world: World, name: str) -> Callable[[], None]:
    return lambda: environments.delete_environment(users.SAM, id_of(world, "environment", name))


# Worlds at a moment; each is told of only by what it did last.


def recorded(world: World, component: str = "shop", *, longest: timedelta = DAY) -> str:
    if not world.table.get(("WS#1#NAMES", "NAME#component#shop")):
        with_components(world)
    deployment: ComponentDeployment = users.done(world.act("release", release(world, component, longest=longest)))
    return deployment.id


def moved(world: World, deployment_id: str, *statuses: Status) -> str:
    users.done(world.act("deploy", move(deployment_id, *statuses)))
    return deployment_id


def begun(world: World, component: str = "shop", *, longest: timedelta = DAY) -> str:
    """In progress, and nobody has been told."""
    return moved(world, recorded(world, component, longest=longest), Status.IN_PROGRESS)


def quiet(world: World, component: str = "shop", *, longest: timedelta = DAY) -> str:
    """In progress, with its windows open."""
    deployment_id = begun(world, component, longest=longest)
    world.deliver_everything()
    return deployment_id


def succeeded(world: World, component: str = "shop") -> str:
    deployment_id = moved(world, begun(world, component), Status.SUCCEEDED)
    world.deliver_everything()
    world.now += _SECOND
    return deployment_id


# What must be so when it is over.


def newest(world: World) -> ComponentDeployment:
    found = world.watch.components.newest()
    assert found
    return found


def is_(*statuses: Status, count: int | None = None) -> Callable[[World], bool]:
    """The newest one is in one of these; `count` is how many there are."""

    def judge(world: World) -> bool:
        found = world.watch.components.deployments()
        return found[-1].status in statuses and count in (None, len(found))

    return judge


def is_quiet(*check_ids: int) -> Callable[[World], bool]:
    """These are held, and no others."""

    def judge(world: World) -> bool:
        held = {check_id for check_id, sources in world.watch.holds().items() if sources}
        return newest(world).chain.state is ChainState.OPEN and held == set(check_ids)

    return judge


def is_loud(world: World) -> bool:
    return newest(world).chain.state is ChainState.CLOSED and not any(world.watch.holds().values())


def shows(position: int | None) -> Callable[[World], bool]:
    """The only cell shows the deployment that was recorded so many before the newest."""

    def judge(world: World) -> bool:
        item = next(item for key, item in world.table.items.items() if key[0] == "WS#1#CELLS")
        expected = world.watch.components.deployments()[-1 - position].id if position is not None else None
        latest = cells._cells.decode(item).latest
        return (latest.deployment_id if latest else None) == expected

    return judge


Preparation = Callable[[World, Api], None]


def prepared(make: Callable[[World], object]) -> Preparation:
    def prepare(world: World, _api: Api) -> None:
        make(world)

    return prepare


def body(**fields: object) -> Callable[[World], object]:
    return lambda _world: fields


def described(world: World) -> object:
    return {
        "componentId": id_of(world, "component", "shop"),
        "environmentId": id_of(world, "environment", "production"),
        "version": "v1",
    }
