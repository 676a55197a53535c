"""Every operation of applications and their deployments whose every call is killed once, and its promise."""

from collections.abc import Callable
from datetime import timedelta

from lull.domain import component_deployments as components
from lull.domain.app_deployments import Reason, Status, Task
from tests.applying import SIGNING_SECRET
from tests.simulation import application_worlds as worlds
from tests.simulation import component_worlds, hosts, users
from tests.simulation.component_worlds import prepared
from tests.simulation.operations import Operation
from tests.simulation.watch_worlds import few_seconds, sweep
from tests.simulation.world import World

CREATED, BUILDING, DEPLOYING, AVAILABLE, FAILED, CANCELLED = Status
_ALL = "/v1/applications"
_SHOP = (1, 2, 3)
_MINUTES = timedelta(minutes=2)


def _no_body(_world: World) -> None:
    return None


Request = tuple[str, str, Callable[[World], object]]
Judge = Callable[[World], bool]


def _triggers(name: str) -> Request:
    return "POST", f"{_ALL}/{{{name}}}/deployments", _no_body


def _cancels(name: str) -> Request:
    return "POST", f"{_ALL}/{{{name}}}/deployments/{{ordered}}/cancel", _no_body


def _described(_world: World) -> object:
    return {
        "name": "kiosk",
        "repository": {"provider": "github", "url": hosts.REPOSITORY, "branch": "main"},
        "executor": {"kind": "webhook", "url": hosts.RECEIVER, "secret": SIGNING_SECRET},
    }


def _other_secret(_world: World) -> object:
    return {"executor": {"kind": "webhook", "url": hosts.RECEIVER, "secret": SIGNING_SECRET.replace("M", "N")}}


def _renamed_at_the_receiver(world: World) -> bool:
    application = world.watch.applications.application(worlds.id_of(world, "webhook"))
    return application is not None and "N" in world.vault.secrets[application.secret_name or ""]


def _has(name: str) -> Judge:
    return lambda world: ("WS#1#NAMES", f"NAME#application#{name}") in world.table.items


def _has_not(name: str) -> Judge:
    return lambda world: ("WS#1#NAMES", f"NAME#application#{name}") not in world.table.items


def _asked(world: World) -> None:
    """GitHub works on it, and has said so; nobody has asked."""
    worlds.progress(world, worlds.told(world, "github"), "in_progress", "success")


def _asked_at_the_deadline(world: World) -> None:
    worlds.nearly_timed_out(world, "github")


def _after_its_last_word(world: World) -> None:
    """GitHub was not reached after its deadline, and has had its three minutes."""
    worlds.nearly_timed_out(world, "github")
    world.outside.unwell = {f"{hosts.GITHUB}/deployments/1/statuses?per_page=10"}
    world.run(worlds.newest(world).deadline_at + timedelta(minutes=3, seconds=-1))


def _two_minutes(world: World) -> None:
    """And a sweep in each."""
    world.run(world.now + _MINUTES)


def _owed_a_stop(name: str) -> Callable[[World], str]:
    return lambda world: worlds.aborted(world, name)


def _aborted_unheard(world: World) -> None:
    """Nobody knows that GitHub has begun."""
    deployment_id = worlds.answer_lost(world, "github")
    users.done(world.act("abort", worlds.abort(world, deployment_id)))
    world.events.clear()
    world.stream.waiting.clear()


def _refused(world: World) -> None:
    """Its executor has no time; the next try is a few seconds off."""
    worlds.triggered(world, "webhook")
    world.outside.statuses.append(503)
    world.run(world.now + timedelta(seconds=3), sweeping=False)


def _followed(status: components.Status) -> Judge:
    """Its component deployment, and the checks behind it."""

    def judge(world: World) -> bool:
        if component_worlds.newest(world).status is not status:
            return False
        if status is components.Status.IN_PROGRESS:
            return component_worlds.is_quiet(*_SHOP)(world)
        return not any(world.watch.holds().values())

    return judge


def _given_up(world: World) -> bool:
    return worlds.newest(world).reason is Reason.TIMED_OUT and _followed(components.Status.FAILED)(world)


def _shop_is_back(world: World) -> bool:
    return worlds.newest(world).is_over and not any(world.watch.holds().values())


OPERATIONS = [
    Operation(
        "trigger a deployment",
        "trigger",
        prepared(worlds.with_applications),
        request=_triggers("own"),
        promise=worlds.is_(CREATED),
        answers_repeated=(200,),
        answers_unreached=(400,),
    ),
    Operation(
        "trigger one with an idempotency key",
        "trigger",
        prepared(worlds.triggered),
        request=_triggers("own"),
        headers=(("idempotency_key", "build-17"),),
        promise=worlds.is_(CREATED, count=2),
        answers_repeated=(200,),
        answers_unreached=(400,),
    ),
    Operation(
        "trigger a webhook",
        "trigger",
        prepared(worlds.with_applications),
        request=_triggers("webhook"),
        promise=worlds.is_(CREATED),
        answers_repeated=(200,),
        answers_unreached=(400,),
        healed=worlds.is_told(Task.START),
    ),
    Operation(
        "trigger GitHub",
        "trigger",
        prepared(worlds.with_applications),
        request=_triggers("github"),
        promise=worlds.is_(CREATED),
        answers_repeated=(200,),
        answers_unreached=(400,),
        healed=worlds.is_told(Task.START),
    ),
    Operation(
        "trigger what drives nothing",
        "trigger",
        prepared(lambda world: worlds.triggered(world, "bare")),
        request=_triggers("bare"),
        promise=worlds.is_(CREATED),
        answers_repeated=(200,),
        answers_unreached=(400,),
    ),
    Operation(
        "report that it is built",
        "report",
        prepared(worlds.told),
        send=worlds.reported("building"),
        promise=worlds.is_(BUILDING),
        answers_repeated=(400,),
        healed=_followed(components.Status.IN_PROGRESS),
    ),
    Operation(
        "report that it is there",
        "report",
        prepared(lambda world: worlds.deploying(world, "webhook")),
        send=worlds.reported("available"),
        promise=worlds.is_(AVAILABLE),
        answers_repeated=(400,),
        healed=_followed(components.Status.SUCCEEDED),
    ),
    Operation(
        "report that it failed",
        "report",
        prepared(worlds.deploying),
        send=worlds.reported("failed"),
        promise=worlds.is_(FAILED),
        answers_repeated=(400,),
        healed=_followed(components.Status.FAILED),
    ),
    Operation(
        "cancel before it began",
        "abort",
        prepared(lambda world: worlds.triggered(world, "webhook")),
        request=_cancels("webhook"),
        promise=worlds.is_(CANCELLED),
        answers_repeated=(400,),
        healed=_followed(components.Status.FAILED),
    ),
    Operation(
        "cancel what GitHub does",
        "abort",
        prepared(lambda world: worlds.told(world, "github")),
        request=_cancels("github"),
        promise=worlds.is_(CANCELLED),
        answers_repeated=(400,),
        healed=worlds.is_told(Task.STOP),
    ),
    Operation(
        "create an application",
        "apply",
        prepared(worlds.with_applications),
        request=("POST", _ALL, _described),
        promise=_has("kiosk"),
        # Its name is taken by then.
        answers_repeated=(409,),
    ),
    Operation(
        "change a secret",
        "apply",
        prepared(worlds.with_applications),
        request=("PATCH", f"{_ALL}/{{webhook}}", _other_secret),
        promise=_renamed_at_the_receiver,
        answers_repeated=(200,),
    ),
    Operation(
        "delete an application",
        "apply",
        prepared(worlds.with_applications),
        request=("DELETE", f"{_ALL}/{{webhook}}", _no_body),
        promise=_has_not("webhook"),
        answers_repeated=(404,),
        answers_without_tokens=(404,),
    ),
    Operation(
        "dispatch a trigger",
        "dispatcher",
        prepared(lambda world: worlds.triggered(world, "webhook")),
        deliver=few_seconds,
        healed=worlds.is_told(Task.START),
    ),
    Operation(
        "dispatch what is built",
        "dispatcher",
        prepared(worlds.building),
        deliver=few_seconds,
        healed=_followed(components.Status.IN_PROGRESS),
    ),
    Operation(
        "dispatch a cancellation",
        "dispatcher",
        prepared(_owed_a_stop("webhook")),
        deliver=few_seconds,
        healed=worlds.is_told(Task.STOP),
    ),
    Operation(
        "have a webhook begin",
        "notifier",
        prepared(lambda world: worlds.triggered(world, "webhook")),
        deliver=few_seconds,
        healed=worlds.is_told(Task.START),
    ),
    Operation(
        "have a webhook begin once more",
        "notifier",
        prepared(_refused),
        deliver=_two_minutes,
        healed=worlds.is_told(Task.START),
    ),
    Operation(
        "have GitHub begin",
        "notifier",
        prepared(lambda world: worlds.triggered(world, "github")),
        deliver=few_seconds,
        healed=worlds.is_told(Task.START),
    ),
    Operation(
        "have GitHub begin what may have begun",
        "notifier",
        prepared(lambda world: worlds.answer_lost(world, "github")),
        deliver=sweep,
        healed=worlds.is_told(Task.START),
    ),
    Operation("ask GitHub", "notifier", prepared(_asked), deliver=_two_minutes),
    Operation("ask GitHub at the deadline", "notifier", prepared(_asked_at_the_deadline), deliver=_two_minutes),
    Operation(
        "have a webhook stop",
        "notifier",
        prepared(_owed_a_stop("webhook")),
        deliver=few_seconds,
        healed=worlds.is_told(Task.STOP),
    ),
    Operation(
        "have GitHub stop what may have begun",
        "notifier",
        prepared(_aborted_unheard),
        deliver=sweep,
        healed=worlds.is_told(Task.STOP),
    ),
    Operation(
        "have GitHub stop",
        "notifier",
        prepared(_owed_a_stop("github")),
        deliver=few_seconds,
        healed=worlds.is_told(Task.STOP),
    ),
    Operation(
        "drive what is built",
        "transitioner",
        prepared(worlds.building),
        deliver=few_seconds,
        healed=_followed(components.Status.IN_PROGRESS),
    ),
    Operation(
        "drive what is there",
        "transitioner",
        prepared(worlds.available),
        deliver=few_seconds,
        healed=_followed(components.Status.SUCCEEDED),
    ),
    Operation(
        "drive what is there at once",
        "transitioner",
        prepared(worlds.available_at_once),
        deliver=few_seconds,
        healed=_followed(components.Status.SUCCEEDED),
    ),
    Operation(
        "drive what was cancelled",
        "transitioner",
        prepared(worlds.aborted),
        deliver=few_seconds,
        healed=_followed(components.Status.FAILED),
    ),
    Operation(
        "pass the deadline of a trigger",
        "transitioner",
        prepared(lambda world: worlds.nearly_timed_out(world, "own")),
        deliver=few_seconds,
        healed=_given_up,
    ),
    Operation(
        "pass the deadline of a webhook",
        "transitioner",
        prepared(lambda world: worlds.nearly_timed_out(world, "webhook")),
        deliver=few_seconds,
        healed=_given_up,
    ),
    Operation(
        "pass the last word of GitHub",
        "transitioner",
        prepared(_after_its_last_word),
        deliver=few_seconds,
        healed=_given_up,
    ),
    Operation("sweep of applications", "monitor", prepared(worlds.unseen), deliver=sweep),
]
