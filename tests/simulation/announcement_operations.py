"""Every operation by which maintenance is told on status pages whose every call is killed once, and its promise."""

from tests.simulation import announcement_worlds as worlds
from tests.simulation.operations import Operation
from tests.simulation.watch_worlds import few_seconds, wake
from tests.simulation.world import World

_PAGE = "/api/status-pages"


def _no_body(_world: World) -> None:
    return None


def _is_shown(world: World) -> bool:
    return any(key[1].startswith("COMPONENT#") and key[0].endswith("#PAGE#2") for key in world.table.items)


def _is_hidden(world: World) -> bool:
    return not _is_shown(world)


def _is_gone(world: World) -> bool:
    return not world.watch.announcements.page_exists(1)


def _is_gone_altogether(world: World) -> bool:
    # Without tokens, whoever is not heard is told that there is no page, and does not come back for the rest.
    return _is_gone(world) and (not world.table.honours_tokens or worlds.is_retracted(world))


OPERATIONS = [
    Operation(
        "announce maintenance",
        "transitioner",
        worlds.untold,
        deliver=few_seconds,
        healed=worlds.is_told,
        swept=False,
    ),
    Operation(
        "announce maintenance anew",
        "transitioner",
        worlds.edited,
        deliver=few_seconds,
        healed=worlds.is_told,
        swept=False,
    ),
    Operation(
        "announce maintenance anew that was over unnoticed",
        "transitioner",
        worlds.edited_unnoticed,
        deliver=few_seconds,
        healed=worlds.is_told,
        swept=False,
    ),
    Operation(
        "close what was cancelled",
        "transitioner",
        worlds.cancelled,
        deliver=few_seconds,
        healed=worlds.is_closed,
        swept=False,
    ),
    Operation(
        "close what was removed",
        "transitioner",
        worlds.removed,
        deliver=few_seconds,
        healed=worlds.is_closed,
        swept=False,
    ),
    Operation(
        "close what a page does not show any more",
        "transitioner",
        worlds.hidden,
        deliver=few_seconds,
        healed=worlds.is_withdrawn,
        swept=False,
    ),
    Operation(
        "begin announced maintenance",
        "transitioner",
        worlds.nearly_begun,
        deliver=few_seconds,
        healed=worlds.is_told,
    ),
    Operation(
        "end announced maintenance",
        "transitioner",
        worlds.nearly_over,
        deliver=few_seconds,
        healed=worlds.is_closed,
    ),
    Operation(
        "roll over announced maintenance",
        "transitioner",
        worlds.due_to_roll_over,
        deliver=wake("maintenance"),
        healed=worlds.is_told_anew,
    ),
    Operation(
        "dispatch a page that is enabled",
        "dispatcher",
        worlds.enabled_unnoticed,
        deliver=few_seconds,
        healed=worlds.is_told,
        swept=False,
    ),
    Operation(
        "enable a page",
        "page",
        worlds.disabled,
        request=("PATCH", f"{_PAGE}/1", lambda _world: {"enabled": True}),
        healed=worlds.is_told,
        answers_repeated=(200,),
    ),
    Operation(
        "show what is worked on",
        "show",
        worlds.told_on_one_page,
        request=("POST", f"{_PAGE}/2/components", lambda _world: {"name": "Shop", "projectId": 1}),
        promise=_is_shown,
        healed=worlds.is_told,
        answers_repeated=(201,),
    ),
    Operation(
        "hide what is worked on",
        "hide",
        worlds.told,
        request=("DELETE", f"{_PAGE}/2/components/3", _no_body),
        promise=_is_hidden,
        healed=worlds.is_withdrawn,
        answers_repeated=(404,),
        answers_without_tokens=(404,),
    ),
    Operation(
        "delete a page with announcements",
        "unpage",
        worlds.told,
        request=("DELETE", f"{_PAGE}/1", _no_body),
        promise=_is_gone,
        healed=_is_gone_altogether,
        answers_repeated=(404,),
        answers_without_tokens=(404,),
    ),
    Operation(
        "retract an announcement",
        "retract",
        worlds.told,
        request=("DELETE", f"{_PAGE}/1/announcements/1", _no_body),
        promise=worlds.is_retracted,
        healed=worlds.is_retracted,
        answers_repeated=(404,),
        answers_without_tokens=(404,),
    ),
]
