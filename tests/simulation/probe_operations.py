"""Every operation by which checks are probed whose every call is killed once, and its promise."""

from lull.domain.checks import CheckStatus
from tests.simulation import probe_worlds as worlds
from tests.simulation import users
from tests.simulation.operations import Operation
from tests.simulation.world import World


def _no_body(_world: World) -> None:
    return None


def _is_elsewhere(world: World) -> bool:
    probe = worlds.check(world).probe
    return probe is not None and probe.url.endswith("/other")


def _is_free(world: World) -> bool:
    return worlds.check(world).status is not CheckStatus.PAUSED


OPERATIONS = [
    Operation("probe", "prober", worlds.nearly_due, deliver=worlds.swept, healed=worlds.was_probed, heartbeats=True),
    Operation(
        "probe what has failed too often",
        "prober",
        worlds.nearly_down,
        deliver=worlds.swept,
        healed=worlds.has_counted,
        heartbeats=True,
        swept=False,
    ),
    Operation("probe what is well again", "prober", worlds.down, deliver=worlds.swept, heartbeats=True),
    Operation(
        "sweep of probes",
        "monitor",
        worlds.nearly_due,
        deliver=worlds.swept,
        healed=worlds.was_probed,
        heartbeats=True,
    ),
    Operation(
        "dispatch a new probe",
        "dispatcher",
        worlds.new,
        deliver=worlds.few_seconds,
        healed=worlds.was_probed,
        heartbeats=True,
    ),
    Operation(
        "edit a probe",
        "set",
        worlds.nearly_due,
        request=("PATCH", "/api/checks/4", lambda _world: {"url": f"{users.PROBED}/other"}),
        promise=_is_elsewhere,
        healed=worlds.was_probed,
        answers_repeated=(200,),
        heartbeats=True,
    ),
    Operation(
        "resume what is probed",
        "resume",
        worlds.paused,
        request=("POST", "/api/checks/4/resume", _no_body),
        promise=_is_free,
        healed=worlds.was_probed,
        answers_repeated=(200,),
        heartbeats=True,
    ),
]
