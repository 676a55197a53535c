"""Every operation of maintenance windows, heartbeats and incidents whose every call is killed once, and its promise."""

from collections.abc import Callable
from datetime import timedelta

from lull.domain.checks import Health
from lull.domain.incidents import IncidentState
from lull.domain.maintenance_windows import State
from lull.store import keys
from tests.simulation import watch_worlds as worlds
from tests.simulation.maintenance_rules import is_in_history
from tests.simulation.operations import HOUR, Operation
from tests.simulation.world import World

_WINDOWS = "/api/maintenance-windows"


def _plan(start: timedelta, end: timedelta, **fields: object) -> Callable[[World], object]:
    def body(world: World) -> object:
        times = {"startAt": (world.now + start).isoformat(), "endAt": (world.now + end).isoformat()}
        return {"workspaceId": 1, "name": "Disks", "projectIds": [1, 2], **times, **fields}

    return body


def _no_body(_world: World) -> None:
    return None


def _runs_whatever_else_does(world: World) -> bool:
    """The same request again plans another one."""
    return bool(world.watch.maintenance.in_effect(2, world.now))


def _runs(world: World) -> bool:
    return worlds.window(world).state is State.ACTIVE and len(world.watch.maintenance.in_effect(2, world.now)) == 1


def _is(state: State) -> Callable[[World], bool]:
    return lambda world: worlds.window(world).state is state


def _is_without_the_shop(world: World) -> bool:
    return worlds.window(world).project_ids == (2,) and [
        each for each, _ in world.watch.maintenance.suppressions()
    ] == [2]


def _is_called_off(world: World) -> bool:
    return worlds.window(world).state is State.CANCELLED and not world.watch.maintenance.suppressions()


def _is_gone(world: World) -> bool:
    return not world.watch.maintenance.windows() and not world.watch.maintenance.suppressions()


def _is_gone_altogether(world: World) -> bool:
    return _is_gone(world) and not any(is_in_history(key[0]) for key in world.table.items)


def _has_rolled_over(world: World) -> bool:
    window = worlds.window(world)
    outcomes = [key for key in world.table.items if key[1].startswith(keys.OCCURRENCE)]
    return window.state is State.SCHEDULED and window.start_at > world.now and len(outcomes) == 1


def _has_health(health: Health) -> Callable[[World], bool]:
    def has(world: World) -> bool:
        check = world.watch.incidents.check(1)
        return check is not None and check.health is health

    return has


def _is_late_or_worse(world: World) -> bool:
    return _has_health(Health.LATE)(world) or _has_health(Health.DOWN)(world)


def _incidents(*states: IncidentState) -> Callable[[World], bool]:
    return lambda world: [each.state for each in world.watch.incidents.incidents()] == list(states)


_ONE_OPEN, _ONE_OVER = _incidents(IncidentState.ACTIVE), _incidents(IncidentState.RESOLVED)


def _is_acknowledged(world: World) -> bool:
    return world.watch.incidents.incidents()[0].acknowledged_at is not None


def _is_untold(world: World) -> bool:
    return _ONE_OPEN(world) and world.watch.incidents.incidents()[0].announced is None


def _is_hushed(world: World) -> bool:
    quiet = [key for key in world.table.items if is_in_history(key[0]) and key[1].startswith(keys.QUIET)]
    return len(quiet) == 1 and not world.watch.incidents.incidents()


OPERATIONS = [
    Operation(
        "plan a window that runs",
        "plan",
        worlds.nothing,
        request=("POST", _WINDOWS, _plan(timedelta(), HOUR)),
        promise=_runs_whatever_else_does,
        answers_repeated=(201,),
    ),
    Operation(
        "plan a recurring window",
        "plan",
        worlds.nothing,
        request=("POST", _WINDOWS, _plan(HOUR, 2 * HOUR, recurringCron="0 4 * * *", timezone="Europe/Berlin")),
        promise=_is(State.SCHEDULED),
        answers_repeated=(201,),
    ),
    Operation(
        "edit a window",
        "edit",
        worlds.scheduled,
        request=("PUT", f"{_WINDOWS}/1", lambda _world: {"projectIds": [2]}),
        promise=_is_without_the_shop,
        healed=_is_without_the_shop,
        answers_repeated=(200,),
    ),
    Operation(
        "cancel a window",
        "cancel",
        worlds.active,
        request=("POST", f"{_WINDOWS}/1/cancel", _no_body),
        promise=_is_called_off,
        healed=_is_called_off,
        answers_repeated=(409,),
    ),
    Operation(
        "cancel a recurring window",
        "cancel",
        worlds.recurring,
        request=("POST", f"{_WINDOWS}/1/cancel", _no_body),
        promise=_is_called_off,
        healed=_is_called_off,
        answers_repeated=(409,),
    ),
    Operation(
        "cancel a window over an outage",
        "cancel",
        worlds.hushed,
        request=("POST", f"{_WINDOWS}/1/cancel", _no_body),
        promise=_is_called_off,
        healed=_ONE_OPEN,
        answers_repeated=(409,),
    ),
    Operation(
        "remove a window",
        "remove",
        worlds.failing_in_maintenance,
        request=("DELETE", f"{_WINDOWS}/1", _no_body),
        promise=_is_gone,
        healed=_is_gone_altogether,
        answers_repeated=(404,),
        # What is gone carries no token by which it could be told who removed it.
        answers_without_tokens=(404,),
    ),
    Operation(
        "start maintenance by wake-up", "transitioner", worlds.nearly_started, deliver=worlds.few_seconds, healed=_runs
    ),
    Operation(
        "end maintenance by wake-up",
        "transitioner",
        worlds.nearly_over,
        deliver=worlds.few_seconds,
        healed=_is(State.COMPLETED),
    ),
    Operation(
        "roll over", "transitioner", worlds.nearly_rolled_over, deliver=worlds.few_seconds, healed=_has_rolled_over
    ),
    Operation("sweep of maintenance", "monitor", worlds.overdue, deliver=worlds.sweep),
    Operation(
        "clear the history of a window that is gone",
        "transitioner",
        worlds.gone_with_history,
        deliver=worlds.few_seconds,
        healed=_is_gone_altogether,
        swept=False,
    ),
    Operation(
        "ping",
        "ping",
        worlds.with_incident,
        request=("POST", "/api/signals/ping/{token}", _no_body),
        promise=_has_health(Health.OK),
        healed=_ONE_OVER,
        answers_repeated=(200,),
        heartbeats=True,
    ),
    Operation(
        "fail ping",
        "ping",
        worlds.heartbeat,
        request=("POST", "/api/signals/ping/{token}/fail", _no_body),
        promise=_has_health(Health.DOWN),
        healed=_ONE_OPEN,
        answers_repeated=(200,),
        heartbeats=True,
    ),
    Operation(
        "judge LATE",
        "transitioner",
        worlds.nearly_late,
        deliver=worlds.few_seconds,
        healed=_is_late_or_worse,
        heartbeats=True,
    ),
    Operation(
        "judge DOWN", "transitioner", worlds.nearly_down, deliver=worlds.few_seconds, healed=_ONE_OPEN, heartbeats=True
    ),
    Operation(
        "sweep of heartbeats", "monitor", worlds.silent_unseen, deliver=worlds.sweep, healed=_ONE_OPEN, heartbeats=True
    ),
    Operation("open an incident", "transitioner", worlds.failing, deliver=worlds.few_seconds, healed=_ONE_OPEN),
    Operation(
        "close an incident",
        "transitioner",
        worlds.recovering,
        deliver=worlds.few_seconds,
        healed=_ONE_OVER,
        swept=False,
    ),
    Operation(
        "acknowledge an incident",
        "acknowledge",
        worlds.with_incident,
        request=("POST", "/api/incidents/1/acknowledge", _no_body),
        promise=_is_acknowledged,
        healed=_is_acknowledged,
        answers_repeated=(200,),
    ),
    Operation(
        "resolve an incident",
        "resolve",
        worlds.with_incident,
        request=("POST", "/api/incidents/1/resolve", _no_body),
        promise=_ONE_OVER,
        healed=_ONE_OVER,
        answers_repeated=(409,),
    ),
    Operation(
        "delete a check with an incident",
        "delete",
        worlds.with_incident,
        request=("DELETE", "/api/checks/1", _no_body),
        healed=_ONE_OVER,
        answers_repeated=(404,),
        answers_without_tokens=(404,),
    ),
    Operation(
        "keep an outage quiet",
        "transitioner",
        worlds.failing_in_maintenance,
        deliver=worlds.few_seconds,
        healed=_is_hushed,
    ),
    Operation(
        "hold an alert back",
        "transitioner",
        worlds.failing_while_nobody_is_told,
        deliver=worlds.few_seconds,
        healed=_is_untold,
    ),
    Operation(
        "end maintenance over an outage",
        "transitioner",
        worlds.hushed_until_now,
        deliver=worlds.few_seconds,
        healed=_ONE_OPEN,
    ),
    Operation("judge again", "transitioner", worlds.over_unnoticed, deliver=worlds.wake("project"), healed=_ONE_OPEN),
    Operation("dispatch maintenance", "dispatcher", worlds.many_changes, deliver=worlds.few_seconds, healed=_ONE_OPEN),
]
