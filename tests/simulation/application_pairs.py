"""Operations that meet on an application or on one of its deployments, and the worlds they meet in."""

from dataclasses import replace

from lull.domain import component_deployments as components
from lull.domain.app_deployments import Status
from tests.simulation import application_worlds as worlds
from tests.simulation import component_worlds, hook_worlds
from tests.simulation.baton import Act
from tests.simulation.meetings import Meeting, woken
from tests.simulation.world import World

CREATED, BUILDING, DEPLOYING, AVAILABLE, FAILED, CANCELLED = Status


def _woken(deployment_id: str) -> Act:
    return woken(deployment_id, "app-deployment")


def _triggering(world: World, name: str = "own", *, key: str | None = None) -> Act:
    return "trigger", worlds.trigger(world, name, key=key)


def _reporting(world: World, deployment_id: str, *statuses: Status) -> Act:
    return "report", worlds.report(world, deployment_id, *statuses)


def _aborting(world: World, deployment_id: str) -> Act:
    return "abort", worlds.abort(world, deployment_id)


def two_triggers(world: World) -> list[Act]:
    worlds.with_applications(world)
    return [_triggering(world), _triggering(world)]


def two_triggers_with_one_key(world: World) -> list[Act]:
    worlds.with_applications(world)
    return [_triggering(world, key="k"), _triggering(world, key="k")]


def next_triggers(world: World) -> list[Act]:
    worlds.told(world, "bare")
    return [_triggering(world, "bare"), _triggering(world, "bare")]


def trigger_and_deletion_of_the_application(world: World) -> list[Act]:
    worlds.with_applications(world)
    return [_triggering(world), ("apply", worlds.remove(world, "own"))]


def trigger_and_deletion_of_its_component(world: World) -> list[Act]:
    worlds.with_applications(world)
    return [_triggering(world), ("raze", component_worlds.remove_component(world, "shop"))]


def report_and_cancellation(world: World) -> list[Act]:
    deployment = worlds.deploying(world)
    return [_reporting(world, deployment, AVAILABLE), _aborting(world, deployment)]


def two_reports(world: World) -> list[Act]:
    deployment = worlds.told(world)
    return [_reporting(world, deployment, BUILDING), _reporting(world, deployment, BUILDING)]


def report_by_whoever_deploys_another(world: World) -> list[Act]:
    first, second = worlds.told(world), worlds.told(world)
    token = world.outside.hosts.tokens[first][-1]
    return [_reporting(world, second, BUILDING), ("report", worlds.report_for_another(world, second, token))]


def report_and_failure(world: World) -> list[Act]:
    deployment = worlds.deploying(world)
    return [_reporting(world, deployment, AVAILABLE), _reporting(world, deployment, FAILED)]


def _at_the_deadline(world: World, name: str = "own") -> str:
    deployment = worlds.deploying(world, name)
    world.now = worlds.newest(world).deadline_at
    return deployment


def cancellation_and_deadline(world: World) -> list[Act]:
    deployment = _at_the_deadline(world, "webhook")
    return [_aborting(world, deployment), _woken(deployment)]


def deadline_twice(world: World) -> list[Act]:
    deployment = _at_the_deadline(world)
    return [_woken(deployment), _woken(deployment)]


def answer_and_last_word(world: World) -> list[Act]:
    """GitHub is asked when its time is up."""
    deployment = worlds.progress(world, worlds.told(world, "github"), "in_progress", "success")
    world.now = worlds.newest(world).deadline_at + worlds.LAST_WORD
    return [worlds.calling(deployment), _woken(deployment)]


def beginning_twice(world: World) -> list[Act]:
    deployment = worlds.dispatched(world, "webhook")
    return [worlds.calling(deployment), worlds.calling(deployment)]


def beginning_twice_at_github(world: World) -> list[Act]:
    deployment = worlds.dispatched(world, "github")
    return [worlds.calling(deployment), worlds.calling(deployment)]


def beginning_and_cancellation(world: World) -> list[Act]:
    deployment = worlds.dispatched(world, "webhook")
    return [worlds.calling(deployment), _aborting(world, deployment)]


def beginning_and_cancellation_at_github(world: World) -> list[Act]:
    deployment = worlds.dispatched(world, "github")
    return [worlds.calling(deployment), _aborting(world, deployment)]


def beginning_and_report(world: World) -> list[Act]:
    """Its executor is so quick that it says how it went before its answer is heard."""
    deployment = worlds.dispatched(world, "webhook")
    return [worlds.calling(deployment), _reporting(world, deployment, BUILDING, DEPLOYING)]


def beginning_and_change_of_the_secret(world: World) -> list[Act]:
    deployment = worlds.dispatched(world, "webhook")
    return [worlds.calling(deployment), ("apply", worlds.resecret(world, "webhook"))]


def beginning_and_deletion_of_the_application(world: World) -> list[Act]:
    """Of one that is not over, which is refused."""
    deployment = worlds.dispatched(world, "webhook")
    return [worlds.calling(deployment), ("apply", worlds.remove(world, "webhook"))]


def beginning_and_deadline(world: World) -> list[Act]:
    """Nobody has told its executor so far."""
    deployment = worlds.dispatched(world, "webhook")
    world.now = worlds.newest(world).deadline_at
    return [worlds.calling(deployment), _woken(deployment)]


def stopping_twice(world: World) -> list[Act]:
    deployment = worlds.aborted(world, "webhook")
    return [worlds.calling(deployment), worlds.calling(deployment)]


def asking_and_webhook(world: World) -> list[Act]:
    """GitHub is asked how it went just when its webhook says so."""
    hook_worlds.with_a_hook(world)
    deployment = worlds.progress(world, worlds.told(world, "github"), "in_progress", "success")
    world.now = worlds.due(world)
    delivery = hook_worlds.received(world, hook_worlds.ordered(world, "success"))
    return [worlds.calling(deployment), hook_worlds.advanced(delivery)]


def cancellation_and_webhook(world: World) -> list[Act]:
    hook_worlds.with_a_hook(world)
    deployment = worlds.told(world, "github")
    delivery = hook_worlds.received(world, hook_worlds.ordered(world, "success"))
    return [_aborting(world, deployment), hook_worlds.advanced(delivery)]


def driving_twice(world: World) -> list[Act]:
    deployment = worlds.available(world)
    return [_woken(deployment), _woken(deployment)]


def driving_all_the_way_twice(world: World) -> list[Act]:
    deployment = worlds.available_at_once(world)
    return [_woken(deployment), _woken(deployment)]


def driving_and_report(world: World) -> list[Act]:
    deployment = worlds.building(world)
    return [_woken(deployment), _reporting(world, deployment, DEPLOYING, AVAILABLE)]


def driving_and_cancellation(world: World) -> list[Act]:
    deployment = worlds.building(world)
    return [_woken(deployment), _aborting(world, deployment)]


def driving_and_a_person(world: World) -> list[Act]:
    """Who says that it failed, and tries again."""
    deployment = worlds.available(world)
    driven = component_worlds.newest(world).id
    return [
        _woken(deployment),
        ("deploy", component_worlds.move(driven, components.Status.FAILED, components.Status.PENDING)),
    ]


def driving_and_opening(world: World) -> list[Act]:
    """Its component deployment is to be quietened, and is over."""
    deployment = worlds.building(world)
    world.act(*_woken(deployment))
    worlds.moved(world, deployment, DEPLOYING, AVAILABLE)
    return [_woken(deployment), woken(component_worlds.newest(world).id, "component-deployment")]


def driving_and_deletion_of_its_component(world: World) -> list[Act]:
    deployment = worlds.building(world)
    return [_woken(deployment), ("raze", component_worlds.remove_component(world, "shop"))]


def driving_past_both_deadlines(world: World) -> list[Act]:
    """It is there in time, and its component deployment would be given up before it hears of that."""
    deployment = worlds.deploying(world)
    driven = component_worlds.newest(world)
    world.now = worlds.newest(world).deadline_at - worlds.SECOND
    worlds.moved(world, deployment, AVAILABLE)
    assert driven.deadline_at
    world.now = driven.deadline_at + worlds.SECOND
    return [_woken(deployment), woken(driven.id, "component-deployment")]


_OF_FEW_CALLS = [
    Meeting(prepare)
    for prepare in (
        report_and_cancellation,
        two_reports,
        report_by_whoever_deploys_another,
        report_and_failure,
    )
]
_LONG = [
    Meeting(prepare, is_long=True, cut=True)
    for prepare in (
        cancellation_and_deadline,
        deadline_twice,
        answer_and_last_word,
        beginning_and_report,
        beginning_and_change_of_the_secret,
        beginning_and_deadline,
        asking_and_webhook,
        driving_twice,
        driving_all_the_way_twice,
        driving_past_both_deadlines,
        driving_and_report,
        driving_and_a_person,
        driving_and_opening,
    )
]
PAIRS = (
    _OF_FEW_CALLS
    + _LONG
    + [
        Meeting(prepare, cut=True)
        for prepare in (
            two_triggers,
            two_triggers_with_one_key,
            next_triggers,
            trigger_and_deletion_of_the_application,
            trigger_and_deletion_of_its_component,
            beginning_twice,
            beginning_twice_at_github,
            beginning_and_cancellation,
            beginning_and_cancellation_at_github,
            beginning_and_deletion_of_the_application,
            stopping_twice,
            cancellation_and_webhook,
            driving_and_cancellation,
            driving_and_deletion_of_its_component,
        )
    ]
)
# Where a deadline has passed, a second more or less changes nothing but the number of states.
_OVERDUE = (answer_and_last_word, beginning_and_deadline, deadline_twice, driving_past_both_deadlines)
TICKING = [
    replace(meeting, ticking=True, is_long=True, cut=True) for meeting in PAIRS if meeting.prepare not in _OVERDUE
]
