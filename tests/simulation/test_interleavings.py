"""Actors that meet on one check or one window, in every order of their calls."""

import random
from collections.abc import Callable, Iterator
from itertools import permutations

import pytest

from tests.simulation import (
    announcement_pairs,
    application_pairs,
    component_pairs,
    delivery_pairs,
    hook_pairs,
    probe_pairs,
    settled,
    users,
    watch_pairs,
)
from tests.simulation.baton import Merge, explore
from tests.simulation.conftest import Effort
from tests.simulation.meetings import HOUR, Meeting, woken
from tests.simulation.merges import walk
from tests.simulation.pairs import PAIRS, TICKING, TRIPLES, made
from tests.simulation.world import BEGINNING, World

_ALL = PAIRS + TICKING + TRIPLES + watch_pairs.PAIRS + watch_pairs.TICKING + watch_pairs.TRIPLES
_ALL += announcement_pairs.PAIRS + announcement_pairs.TICKING + delivery_pairs.PAIRS + delivery_pairs.TICKING
_ALL += probe_pairs.PAIRS + probe_pairs.TICKING
_ALL += application_pairs.PAIRS + application_pairs.TICKING + hook_pairs.PAIRS + hook_pairs.TICKING
_ALL += component_pairs.PAIRS + component_pairs.TICKING + component_pairs.TRIPLES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.function is test_every_merge_ends_well:
        thorough = metafunc.config.getoption("--thorough", False)
        chosen = [meeting for meeting in _ALL if thorough or not meeting.is_long]
        metafunc.parametrize("meeting", chosen, ids=lambda meeting: meeting.name)


def test_every_merge_ends_well(meeting: Meeting, effort: Effort, figure: Callable[[str], None]):
    explored = walk(meeting, cuts=not effort.thorough or meeting.cut or meeting.chunk is not None)
    figure(
        f"merges, {meeting.name}: {explored.merges} to their end, {explored.cut} cut at a state seen before, "
        f"{explored.calls} calls, 0 broken"
    )
    assert explored.merges > 1


_FEW_CALLS = ("pause and judgement", "ping and opening", "resolution by hand and recovery")
_COMPARED = PAIRS[:8] + [meeting for meeting in watch_pairs.PAIRS if meeting.name in _FEW_CALLS]


@pytest.mark.parametrize("meeting", _COMPARED, ids=lambda meeting: meeting.name)
def test_cutting_at_equal_states_loses_no_end(meeting: Meeting):
    assert _ends(meeting, cuts=True) == _ends(meeting, cuts=False)


def _ends(meeting: Meeting, *, cuts: bool) -> set[str]:
    """Every state that some merge ends in."""
    ends: set[str] = set()

    def note(merge: Merge) -> None:
        windows = [(window.state, window.end_reason) for window in merge.world.watch.windows()]
        incidents = [(incident.state, incident.resolved_by) for incident in merge.world.watch.incidents.incidents()]
        ends.add(f"{windows} {incidents} {sorted(merge.world.watch.holds().items())}")

    explore(meeting.prepared, note, cuts=cuts)
    return ends


_STEPS = ("start 1", "end 1", "start 2", "end 2", "pause", "resume")
_LATER_THAN = {"end 1": "start 1", "end 2": "start 2"}


def _sequences() -> Iterator[tuple[str, ...]]:
    for sequence in permutations(_STEPS):
        if all(sequence.index(later) > sequence.index(first) for later, first in _LATER_THAN.items()):
            yield sequence


def test_two_windows_over_one_check_may_start_and_end_in_any_order_around_a_pause(
    effort: Effort, figure: Callable[[str], None]
):
    every = list(_sequences())
    every += [tuple(step for step in sequence if step != "resume") for sequence in every]
    assert len(every) == 360
    chosen = every if effort.thorough else random.Random(1).sample(every, 60)
    for sequence in chosen:
        _lived_through(sequence)
    figure(f"sequences of two windows with a pause by hand: {len(chosen)} of {len(every)} run, 0 broken")


def _lived_through(sequence: tuple[str, ...]) -> None:
    world = World(direct=True, still=True)
    with world.installed():
        users.a_shop(world, 1)
        windows = [made(world, start=BEGINNING + number * HOUR, check_ids=(1,)) for number in (1, 2)]
        world.now = BEGINNING + 3 * HOUR
        expected: set[str] = set()
        for step in sequence:
            expected = _stepped(world, windows, step, expected)
            assert world.watch.holds()[1] == expected, (sequence, step)
            assert world.watch.broken == [], (sequence, step)
        world.heal()
        assert settled.failures(world) == [], sequence


def _stepped(world: World, windows: list[int], step: str, holds: set[str]) -> set[str]:
    """The holds that check 1 must have after the step."""
    what, _, number = step.partition(" ")
    source = f"deployment:{windows[int(number) - 1]}" if number else ""
    if what == "start":
        users.done(world.act(*woken(windows[int(number) - 1])))
        return holds | {source}
    if what == "end":
        users.done(world.act("end", users.end(windows[int(number) - 1])))
        return holds - {source}
    users.done(world.act(what, {"pause": users.pause, "resume": users.resume}[what](1)))
    return holds | {"manual"} if what == "pause" else set()
