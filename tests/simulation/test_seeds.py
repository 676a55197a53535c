"""Random worlds: whatever goes wrong, nothing is ever unsafe, and once trouble is over everything is right."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from lull.domain.checks import Health
from lull.domain.component_deployments import Status
from lull.domain.deployment_windows import EndReason, State
from tests.simulation import component_worlds, settled, settled_components, settled_watch, users
from tests.simulation.conftest import Effort
from tests.simulation.findings import Transition
from tests.simulation.luck import Luck
from tests.simulation.stories import late, told
from tests.simulation.world import World

_ROOT = Path(__file__).resolve().parents[2]
_SAME = (3, 4)
_HOUR = timedelta(hours=1)
_TRANSITIONS = 40


def test_no_world_goes_wrong(effort: Effort, figure: Callable[[str], None]):
    seen: Counter[str] = Counter()
    calls = faults = 0
    for seed in effort.seeds:
        story = told(seed)
        assert not story.found, story.report()
        seen.update(story.world.watch.findings.seen)
        calls += story.world.net.calls
        faults += story.world.net.faults
    judged = ", ".join(f"{rule} {count}" for rule, count in sorted(seen.items()))
    figure(f"seeds: {len(effort.seeds)} worlds, {calls} calls, {faults} faults, 0 broken")
    figure(f"seeds: judged {judged}")


def test_undisturbed_transitions_come_within_two_seconds(figure: Callable[[str], None]):
    world = _world_of_schedules(Luck)
    transitions = _of_windows(world)
    assert len(transitions) == _TRANSITIONS
    assert late(world, most=2) == []
    worst = max(each.late for each in transitions)
    figure(f"lateness, undisturbed: {_TRANSITIONS} transitions, at most {worst:.2f} s")


class Deaf(Luck):
    """No schedule ever fires, no stream record arrives."""

    def stream_seconds(self) -> float:
        return 1e8

    def firing_seconds(self) -> list[float]:
        return []


def test_with_everything_lost_the_sweep_makes_every_transition_within_62_seconds(figure: Callable[[str], None]):
    world = _world_of_schedules(Deaf)
    # One that begins and ends between two sweeps is missed: one transition instead of two.
    missed = sum(window.end_reason is EndReason.MISSED for window in world.watch.windows())
    transitions = _of_windows(world)
    assert len(transitions) == _TRANSITIONS - missed
    assert late(world, most=62) == []
    worst = max(each.late for each in transitions)
    figure(f"lateness, everything lost: {len(transitions)} transitions, at most {worst:.2f} s")


def _of_windows(world: World) -> list[Transition]:
    return [each for each in world.watch.transitions if each.what.startswith("window")]


def _world_of_schedules(luck: type[Luck]) -> World:
    """Twenty windows that start and end by themselves, at odd seconds, some within the minute, some a day long."""
    world = World(luck=luck)
    with world.installed():
        users.a_shop(world, 3)
        for number in range(_TRANSITIONS // 2):
            start = world.now + timedelta(seconds=5 + number * 97.3)
            end = start + timedelta(seconds=20 + number**3 * 11.7)
            users.done(world.act("create", users.create(start=start, end=end)))
        world.run(world.now + 48 * _HOUR)
        assert world.watch.broken == []
        assert {window.state for window in world.watch.windows()} == {State.ENDED}
        if luck is Luck:
            assert settled.failures(world) == []
    return world


def test_undisturbed_heartbeats_and_maintenance_are_judged_within_two_seconds(figure: Callable[[str], None]):
    world = _world_of_silence(Luck)
    assert late(world, most=2) == []
    _say_lateness(world, "undisturbed", figure)


def test_with_everything_lost_the_sweep_judges_within_62_seconds(figure: Callable[[str], None]):
    world = _world_of_silence(Deaf)
    assert late(world, most=62) == []
    # Silence is found by the sweep alone, lost or not.
    judged = [each for each in world.watch.transitions if each.what.startswith("check")]
    assert max(each.late for each in judged) <= 2
    _say_lateness(world, "everything lost", figure)


def _world_of_silence(luck: type[Luck]) -> World:
    """Heartbeats that stop, fail and come back, in and out of windows that take place once and every hour."""
    world = World(luck=luck)
    with world.installed():
        users.a_shop(world, 3)
        _plan_maintenance(world)
        for check_id in (1, 2, 3):
            for number in range(12):
                # Gaps of up to half an hour: late after five minutes, DOWN twenty seconds later.
                at = number * 1_300 + (number * check_id * 377) % 900
                health = Health.DOWN if (number + check_id) % 4 == 0 else Health.OK
                world.expect("user", at, _pings(world, check_id, health))
        world.run(world.now + 6 * _HOUR)
        users.done(world.act("cancel", users.cancel(1)))
        world.run(world.now + 2 * _HOUR)
        assert world.watch.broken == []
        assert settled_watch.failures(world) == []
    return world


def _plan_maintenance(world: World) -> None:
    start = world.now + timedelta(seconds=433)
    users.done(world.act("plan", users.plan(start, start + _HOUR / 3, recurring_cron="7 * * * *", project_ids=(2,))))
    for number in range(5):
        start = world.now + timedelta(seconds=95 + number * 4_001.7)
        users.done(world.act("plan", users.plan(start, start + timedelta(seconds=50 + number * 613.1))))


def _pings(world: World, check_id: int, health: Health) -> Callable[[], None]:
    return lambda: users.done(world.act("ping", users.ping(world, check_id, health)))


def _say_lateness(world: World, name: str, figure: Callable[[str], None]) -> None:
    groups = {"check": "judgements", "maintenance": "edges of maintenance", "incident": "incidents"}
    for what, noun in groups.items():
        found = [each.late for each in world.watch.transitions if each.what.split()[0] == what]
        assert found
        figure(f"lateness, {name}: {len(found)} {noun}, at most {max(found):.2f} s")


def test_undisturbed_deployments_are_quiet_and_loud_again_within_two_seconds(figure: Callable[[str], None]):
    world = _world_of_releases(Luck)
    assert late(world, most=2) == []
    _say_lateness_of_releases(world, "undisturbed", figure)


def test_with_everything_lost_the_sweep_quietens_within_62_seconds(figure: Callable[[str], None]):
    world = _world_of_releases(Deaf)
    assert late(world, most=62) == []
    _say_lateness_of_releases(world, "everything lost", figure)


def _world_of_releases(luck: type[Luck]) -> World:
    """Four deployments that succeed, four that fail and are tried again, four that nobody ends."""
    world = World(luck=luck)
    with world.installed():
        users.a_shop(world, 3)
        component_worlds.with_components(world)
        for number in range(12):
            begins = 5 + number * 297.3
            world.expect("user", begins, _brought(world, number, Status.IN_PROGRESS, longest=900 + number))
            if number % 3 == 0:
                world.expect("user", begins + 130 + number**2, _brought(world, number, Status.SUCCEEDED))
            elif number % 3 == 1:
                again = (Status.FAILED, Status.PENDING, Status.IN_PROGRESS)
                world.expect("user", begins + 130 + number**2 / 2, _brought(world, number, *again))
        world.run(world.now + 3 * _HOUR)
        assert world.watch.broken == []
        assert settled_components.failures(world) == []
    return world


def _brought(world: World, number: int, *statuses: Status, longest: int = 0) -> Callable[[], None]:
    def act() -> None:
        if longest:
            component_worlds.recorded(world, ("shop", "site")[number % 2], longest=timedelta(seconds=longest))
        component_worlds.moved(world, world.watch.components.deployments()[number].id, *statuses)

    return act


def _say_lateness_of_releases(world: World, name: str, figure: Callable[[str], None]) -> None:
    found = [each for each in world.watch.transitions if each.what.startswith("deployment")]
    for to, count in (("quiet", 16), ("loud", 16), ("failed", 8)):
        late_by = [each.late for each in found if each.to == to]
        assert len(late_by) == count
        figure(f"lateness, {name}: {count} deployments {to}, at most {max(late_by):.2f} s")


def test_the_same_seed_is_the_same_world_whatever_python_hashes():
    hashes = {seed: told(seed).world.trace_hash() for seed in _SAME}
    assert _hashes_in_another_process("1") == hashes


def _hashes_in_another_process(hash_seed: str) -> dict[int, str]:
    program = (
        "import tests.conftest\n"
        "from tests.simulation.stories import told\n"
        f"for seed in {_SAME}: print(seed, told(seed).world.trace_hash())"
    )
    folders = [_ROOT, _ROOT / "layers/core", *(_ROOT / "functions").iterdir()]
    path = os.pathsep.join(map(str, folders))
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, cwd=_ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return {int(seed): digest for seed, digest in (line.split() for line in ran.stdout.splitlines())}
