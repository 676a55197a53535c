"""What people and pipelines do in a world, and the shop they do it in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from lull import clock
from lull.domain.alert_channels import AlertChannel, ChannelType, switched
from lull.domain.announcements import Announcement, Status
from lull.domain.checks import Check, CheckMode, Health, Probe
from lull.domain.credentials import Caller, Role
from lull.domain.deployment_windows import DeploymentWindow, State
from lull.domain.incidents import Incident
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.domain.status_pages import PageComponent, StatusPage
from lull.store import keys
from lull.use_cases import (
    alert_channels,
    announcements,
    checks,
    deployment_windows,
    incidents,
    maintenance_windows,
    projects,
    status_pages,
)
from tests.api import Api, a_workspace
from tests.builders import a_signal
from tests.simulation.actors import Outcome
from tests.simulation.expressions import Item
from tests.simulation.tables import Key
from tests.simulation.world import BEGINNING, World

SAM = Caller(workspace_id=1, role=Role.ADMIN, actor="sam")
PROJECT = 1


@cache
def _shop(check_count: int) -> tuple[dict[Key, Item], str]:
    """The items of a workspace with a project and its checks, another one without any, and an API key."""
    world = World(direct=True)
    with world.installed():
        api = a_workspace(1)
        projects.create_project(SAM, name="Shop", at=world.now)
        projects.create_project(SAM, name="Blog", at=world.now)
        for number in range(check_count):
            check = Check(
                id=0,
                workspace_id=1,
                project_id=PROJECT,
                name=f"check {number}",
                token="",
                interval_seconds=300,
                created_at=BEGINNING,
            )
            checks.create_check(SAM, check, at=world.now)
    return world.table.items, api.key or ""


def a_shop(world: World, check_count: int = 3) -> Api:
    """Let the world have a project with checks 1 to `check_count`; a client of its API."""
    items, key = _shop(check_count)
    world.table.items = dict(items)
    return Api(key)


def described(
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    longest: timedelta = timedelta(days=1),
    pauses: bool = True,
    check_ids: tuple[int, ...] = (),
) -> DeploymentWindow:
    return DeploymentWindow(
        id=0,
        workspace_id=1,
        project_id=PROJECT,
        state=State.SCHEDULED,
        auto_pause=pauses,
        check_ids=check_ids,
        scheduled_start_at=start,
        scheduled_end_at=end,
        max_duration_seconds=int(longest.total_seconds()),
        created_at=BEGINNING,
        created_by="",
    )


# Each is what a caller does; `World.act` runs it under the role of the same name.


def create(*, key: str | None = None, **fields: Any) -> Callable[[], DeploymentWindow]:
    return lambda: deployment_windows.report_deployment(SAM, described(**fields), idempotency_key=key, at=clock.now())


def end(window_id: int) -> Callable[[], DeploymentWindow]:
    return lambda: deployment_windows.end_deployment(SAM, window_id, ended_at=None, at=clock.now())


def pause(check_id: int) -> Callable[[], Check]:
    return lambda: checks.pause_check(SAM, check_id, at=clock.now())


def resume(check_id: int) -> Callable[[], Check]:
    return lambda: checks.resume_check(SAM, check_id, at=clock.now())


def delete(check_id: int) -> Callable[[], None]:
    return lambda: checks.delete_check(SAM, check_id)


def token_of(world: World, check_id: int) -> str:
    """The ping token of a check, or one that might have been."""
    item = world.table.get((f"WS#1#CHECK#{check_id}", "CHECK"))
    return str(item["pingToken"]["S"]) if item else f"1-{check_id}-{'x' * 24}"


def ping(world: World, check_id: int, health: Health = Health.OK) -> Callable[[], None]:
    token = token_of(world, check_id)
    return lambda: checks.record_ping(token, a_signal(health is Health.OK, at=clock.now()))


def described_maintenance(
    start: datetime, end: datetime, *, project_ids: tuple[int, ...] = (PROJECT,), **fields: Any
) -> MaintenanceWindow:
    """Over the shop, once, suppressing everything, unless said otherwise."""
    known = {"id": 0, "workspace_id": 1, "name": "Disks", "created_at": BEGINNING, "created_by": ""}
    return MaintenanceWindow(**{**known, "start_at": start, "end_at": end, "project_ids": project_ids, **fields})


def plan(start: datetime, end: datetime, **fields: Any) -> Callable[[], MaintenanceWindow]:
    described = described_maintenance(start, end, **fields)
    return lambda: maintenance_windows.create_maintenance_window(SAM, described, at=clock.now()).window


def edit(window_id: int, **fields: Any) -> Callable[[], MaintenanceWindow]:
    def change(window: MaintenanceWindow) -> MaintenanceWindow:
        return replace(window, **fields)

    return lambda: maintenance_windows.change_maintenance_window(SAM, window_id, change, at=clock.now()).window


def cancel(window_id: int) -> Callable[[], MaintenanceWindow]:
    return lambda: maintenance_windows.cancel_maintenance_window(SAM, window_id, at=clock.now()).window


def remove(window_id: int) -> Callable[[], None]:
    return lambda: maintenance_windows.delete_maintenance_window(SAM, window_id, at=clock.now())


def acknowledge(incident_id: int) -> Callable[[], Incident]:
    return lambda: incidents.acknowledge_incident(SAM, incident_id, at=clock.now())


def resolve(incident_id: int) -> Callable[[], Incident]:
    return lambda: incidents.resolve_incident(SAM, incident_id, at=clock.now())


@cache
def _pages() -> dict[Key, Item]:
    """Page 1 shows the shop and its check 1, page 2 the blog: components 1 to 3."""
    world = World(direct=True)
    with world.installed():
        a_shop(world, 1)
        before = dict(world.table.items)
        for number, slug in enumerate(("shop", "blog"), 1):
            page = StatusPage(id=0, workspace_id=1, name=slug, slug=slug, created_at=BEGINNING)
            status_pages.create_status_page(SAM, page, at=world.now)
            status_pages.add_component(SAM, number, described_component(project_id=number))
            if number == 1:
                status_pages.add_component(SAM, number, described_component(check_id=1))
    return {key: item for key, item in world.table.items.items() if before.get(key) != item}


def with_pages(world: World) -> None:
    """Let the world of a shop have two status pages."""
    world.table.items |= _pages()


def described_component(**source: Any) -> PageComponent:
    return PageComponent(id=0, page_id=0, workspace_id=1, name="one of ours", **source)


@cache
def _channels() -> dict[Key, Item]:
    """Channel 1 is a webhook, channel 2 takes mail."""
    world = World(direct=True)
    with world.installed():
        a_shop(world, 1)
        before = dict(world.table.items)
        hook = AlertChannel(
            id=0,
            workspace_id=1,
            type=ChannelType.WEBHOOK,
            name="pager",
            webhook_url="https://pager.example/",
            created_at=BEGINNING,
        )
        mail = replace(hook, type=ChannelType.EMAIL, name="ops", webhook_url=None, to=("ops@shop.example",))
        for channel in (hook, mail):
            alert_channels.create_alert_channel(SAM, channel, at=world.now)
    return {key: item for key, item in world.table.items.items() if before.get(key) != item}


def with_channels(world: World, *channel_ids: int) -> None:
    """Let the world of a shop have these alert channels, both if none is named."""
    wanted = {keys.alert_channel(1, each)["SK"] for each in channel_ids or (1, 2)}
    world.table.items |= {key: item for key, item in _channels().items() if key[0] == "COUNTER" or key[1] in wanted}


def set_channel(channel_id: int, *, enabled: bool) -> Callable[[], AlertChannel]:
    return lambda: alert_channels.change_alert_channel(
        SAM, channel_id, lambda channel: switched(channel, enabled=enabled)
    )


def delete_channel(channel_id: int) -> Callable[[], None]:
    return lambda: alert_channels.delete_alert_channel(SAM, channel_id)


PROBED = "https://shop.example/health"


def with_a_probe(world: World) -> None:
    """Let the world of a shop have one more check, which is probed every ten minutes."""
    check = Check(
        id=0,
        workspace_id=1,
        project_id=PROJECT,
        name="health",
        token="",
        check_mode=CheckMode.OUTBOUND,
        interval_seconds=600,
        probe=Probe(url=PROBED),
        created_at=world.now,
    )
    done(world.act("set-up", lambda: checks.create_check(SAM, check, at=clock.now())))


def reaim(check_id: int, url: str) -> Callable[[], Check]:
    def change(check: Check) -> Check:
        return replace(check, probe=replace(check.probe or Probe(url=url), url=url))

    return lambda: checks.change_check(SAM, check_id, change, at=clock.now())


def switch(page_id: int, *, enabled: bool) -> Callable[[], StatusPage]:
    return lambda: status_pages.change_status_page(SAM, page_id, lambda page: replace(page, enabled=enabled))


def show(page_id: int, **source: Any) -> Callable[[], PageComponent]:
    return lambda: status_pages.add_component(SAM, page_id, described_component(**source))


def hide(page_id: int, component_id: int) -> Callable[[], None]:
    return lambda: status_pages.delete_component(SAM, page_id, component_id)


def unpage(page_id: int) -> Callable[[], None]:
    return lambda: status_pages.delete_status_page(SAM, page_id)


def page_of(world: World, announcement_id: int) -> int:
    """The page of an announcement, or one that it might be on."""
    found = world.watch.announcements.announcement(announcement_id)
    return found.page_id if found else 1


def retract(world: World, announcement_id: int) -> Callable[[], None]:
    page_id = page_of(world, announcement_id)
    return lambda: announcements.delete_announcement(SAM, page_id, announcement_id)


def update(world: World, announcement_id: int, status: Status) -> Callable[[], Announcement]:
    page_id = page_of(world, announcement_id)
    return lambda: announcements.add_update(
        SAM, page_id, announcement_id, status=status, body="We know more.", at=clock.now()
    )


def done(outcome: Outcome) -> Any:
    """The value of an outcome that had to succeed."""
    assert outcome.error is None, outcome
    assert not outcome.crashed
    return outcome.value
