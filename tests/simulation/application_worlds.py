"""Worlds in which applications are deployed from their repository, and what people and executors do there."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache

import dispatcher
import notifier
from lull import clock
from lull.domain.app_deployments import AppDeployment, Status, Task
from lull.domain.applications import UNSAID, Application, Executor, ExecutorKind, Provider, Repository, Secrets
from lull.domain.errors import Unauthenticated
from lull.use_cases import app_deployments, applications
from tests.api import Answer, Api
from tests.applying import SIGNING_SECRET
from tests.simulation import component_worlds, hosts, users
from tests.simulation.baton import Act
from tests.simulation.expressions import Item
from tests.simulation.net import Fault
from tests.simulation.tables import Key
from tests.simulation.world import BEGINNING, World

LONGEST = timedelta(minutes=20)
LAST_WORD = timedelta(minutes=3)
SECOND = timedelta(seconds=1)
_LEASE = timedelta(seconds=91)
_BRANCHES = {"own": "main", "github": None, "webhook": "main", "bare": "main"}
_EXECUTORS = {
    "own": Executor(),
    "webhook": Executor(kind=ExecutorKind.WEBHOOK, url=hosts.RECEIVER),
    "github": Executor(kind=ExecutorKind.GITHUB),
    "bare": Executor(),
}
_SECRETS = {"webhook": Secrets(executor=SIGNING_SECRET), "github": Secrets(repository="read", executor="deploy")}


@cache
def _applications(check_count: int) -> tuple[dict[Key, Item], dict[str, str]]:
    """Four applications, by what carries them out; the last of them names no component. And their secrets."""
    # Its ids are none that a world will draw itself.
    world = World(1, direct=True)
    with world.installed():
        users.a_shop(world, check_count)
        component_worlds.with_components(world)
        before = dict(world.table.items)
        for name in _EXECUTORS:
            applications.create_application(users.SAM, described(world, name), said(name), at=world.now)
    found = {key: item for key, item in world.table.items.items() if before.get(key) != item}
    return found, world.vault.secrets


def described(world: World, name: str, *, component: str = "shop") -> Application:
    target = name != "bare"
    return Application(
        id="",
        workspace_id=1,
        name=name,
        repository=Repository(provider=Provider.GITHUB, url=hosts.REPOSITORY, branch=_BRANCHES.get(name)),
        executor=_EXECUTORS.get(name, Executor()),
        component_id=component_worlds.id_of(world, "component", component) if target else None,
        environment_id=component_worlds.id_of(world, "environment", "production") if target else None,
        max_duration_seconds=int(LONGEST.total_seconds()),
        created_at=BEGINNING,
    )


def said(name: str) -> Secrets:
    return _SECRETS.get(name, Secrets())


def with_applications(world: World) -> None:
    """Let the world of a shop have applications, and the components that they deploy."""
    checks = sum(key[1] == "CHECK" for key in world.table.items)
    component_worlds.with_components(world)
    items, secrets = _applications(checks)
    world.table.items |= items
    world.vault.secrets |= secrets


def id_of(world: World, name: str) -> str:
    return component_worlds.id_of(world, "application", name)


# What people and executors do; `World.act` runs it under the role that is named.


def trigger(world: World, name: str, *, key: str | None = None) -> Callable[[], AppDeployment]:
    """Role "trigger"."""

    def act() -> AppDeployment:
        made = app_deployments.trigger(users.SAM, id_of(world, name), idempotency_key=key, at=clock.now())
        if made.callback_token:
            world.outside.hosts.hold(made.deployment.id, made.callback_token)
        return made.deployment

    return act


def report(world: World, deployment_id: str, *statuses: Status) -> Callable[[], None]:
    """Say how it is going, with the newest token that somebody holds: role "report"."""

    def act() -> None:
        for status in statuses:
            token = world.outside.hosts.tokens[deployment_id][-1]
            _said(world, deployment_id, token, status)

    return act


def report_for_another(world: World, deployment_id: str, token: str) -> Callable[[], None]:
    """With a token of another deployment, which is refused: role "report"."""

    def act() -> None:
        with suppress(Unauthenticated):
            _said(world, deployment_id, token, Status.FAILED)

    return act


def _said(world: World, deployment_id: str, token: str, status: Status) -> None:
    found = world.watch.applications.deployment(deployment_id)
    application_id = found.application_id if found else ""
    caller = app_deployments.authenticated(token, application_id, deployment_id, at=clock.now())
    world.watch.applications.heard(deployment_id, token)
    app_deployments.change_status(caller, application_id, deployment_id, status, at=clock.now())


def abort(world: World, deployment_id: str) -> Callable[[], AppDeployment]:
    """Role "abort"."""
    found = world.watch.applications.deployment(deployment_id)
    application_id = found.application_id if found else ""
    return lambda: app_deployments.cancel(users.SAM, application_id, deployment_id, at=clock.now())


def remove(world: World, name: str) -> Callable[[], None]:
    """Role "apply"."""
    found = id_of(world, name)
    return lambda: applications.delete_application(users.SAM, found, at=clock.now())


def resecret(world: World, name: str) -> Callable[[], Application]:
    """Another secret for its executor: role "apply"."""
    found, secrets = id_of(world, name), Secrets(repository=UNSAID, executor=SIGNING_SECRET.replace("M", "N"))
    return lambda: applications.change_application(users.SAM, found, lambda was: (was, secrets), at=clock.now())


def calling(deployment_id: str) -> Act:
    """A message that asks for its executor to be told."""
    body = json.dumps({"kind": "executor", "workspace_id": 1, "deployment_id": deployment_id})
    return "notifier", lambda: notifier.lambda_handler({"Records": [{"messageId": "m", "body": body}]}, None)


def reported(*statuses: str) -> Callable[[World, Api], Answer]:
    """The same over HTTP."""

    def send(world: World, _api: Api) -> Answer:
        found = newest(world)
        path = f"/v1/applications/{found.application_id}/deployments/{found.id}"
        token = world.outside.hosts.tokens[found.id][-1]
        client = Api(None, {"authorization": f"Bearer {token}"})
        return [client("PATCH", path, {"status": status}) for status in statuses][-1]

    return send


# Worlds at a moment; each is told of only by what it did last.


def triggered(world: World, name: str = "own") -> str:
    if not world.vault.secrets:
        with_applications(world)
    deployment: AppDeployment = users.done(world.act("trigger", trigger(world, name)))
    return deployment.id


def dispatched(world: World, name: str = "own") -> str:
    """Its wake-up is set, and its executor has not been told."""
    deployment_id = triggered(world, name)
    batch = world.stream.take(list(world.stream.waiting), 10)
    users.done(world.act("dispatcher", lambda: dispatcher.lambda_handler({"Records": batch}, None)))
    world.events.clear()
    return deployment_id


def told(world: World, name: str = "own") -> str:
    """Its executor has been told, if it has one."""
    deployment_id = triggered(world, name)
    world.deliver_everything()
    return deployment_id


def moved(world: World, deployment_id: str, *statuses: Status) -> str:
    users.done(world.act("report", report(world, deployment_id, *statuses)))
    return deployment_id


def building(world: World, name: str = "own") -> str:
    """And nobody has been told."""
    return moved(world, told(world, name), Status.BUILDING)


def deploying(world: World, name: str = "own") -> str:
    """Its component deployment is in progress, and quiet."""
    deployment_id = moved(world, told(world, name), Status.BUILDING, Status.DEPLOYING)
    world.deliver_everything()
    return deployment_id


def available(world: World, name: str = "own") -> str:
    """And nobody has been told."""
    return moved(world, deploying(world, name), Status.AVAILABLE)


def available_at_once(world: World, name: str = "own") -> str:
    """Nobody has looked since it began."""
    return moved(world, told(world, name), Status.BUILDING, Status.DEPLOYING, Status.AVAILABLE)


def aborted(world: World, name: str = "own") -> str:
    """Its executor was told to begin, and is to be told to stop."""
    deployment_id = told(world, name)
    users.done(world.act("abort", abort(world, deployment_id)))
    return deployment_id


def progress(world: World, deployment_id: str, *states: str) -> str:
    """What a workflow of GitHub's says there."""
    made = world.outside.hosts.of(deployment_id)
    assert made
    made.states += states
    return deployment_id


def answer_lost(world: World, name: str) -> str:
    """Whoever told its executor died of it, and the lease is over."""
    deployment_id = triggered(world, name)
    world.events.clear()
    world.stream.waiting.clear()
    world.stream.discarded.append({})
    record = world.watch.applications.deployment(deployment_id)
    assert record
    assert record.call
    world.net.pick = lambda call: Fault.KILL_AFTER if call.operation == "POST" else None
    assert world.act(*calling(deployment_id)).crashed
    world.net.pick = lambda _call: None
    world.now += _LEASE
    return deployment_id


def nearly_timed_out(world: World, name: str) -> str:
    deployment_id = told(world, name)
    if name == "own":
        moved(world, deployment_id, Status.BUILDING)
        world.deliver_everything()
    deadline = newest(world).deadline_at
    world.run(deadline - SECOND)
    return deployment_id


def unseen(world: World) -> None:
    """One to be told, one to be driven, one past its deadline, and whatever was to tell of them is lost."""
    told(world)
    world.now += LONGEST - SECOND
    available_at_once(world)
    triggered(world, "webhook")
    world.events.clear()
    world.stream.waiting.clear()
    world.stream.discarded.append({})
    world.now += 2 * SECOND


# What must be so when it is over.


def newest(world: World) -> AppDeployment:
    found = world.watch.applications.deployments()[-1]
    assert found
    return found


def due(world: World) -> datetime:
    """When its executor is to be called next."""
    call = newest(world).call
    assert call
    return call.next_at


def is_(*statuses: Status, count: int | None = None) -> Callable[[World], bool]:
    """The newest one is in one of these; `count` is how many there are."""

    def judge(world: World) -> bool:
        found = world.watch.applications.deployments()
        return bool(found) and found[-1].status in statuses and count in (None, len(found))

    return judge


def is_told(task: Task) -> Callable[[World], bool]:
    """Its executor knows, or will once a lease is over."""

    def judge(world: World) -> bool:
        found = newest(world)
        owed = found.call is not None and found.call.task is task and found.call.next_at > world.now
        return owed or bool(world.watch.applications.executors.told_of(found.id, task))

    return judge


def numbers(world: World, name: str) -> list[int]:
    return [each.deploy_number for each in _of(world, name)]


def _of(world: World, name: str) -> list[AppDeployment]:
    return [each for each in world.watch.applications.deployments() if each.application_id == id_of(world, name)]
