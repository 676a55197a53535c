"""Every planted bug is found: by a merge, by a kill point, or by at most 60 seeds."""

import contextlib
import io
import random
from collections.abc import Callable

import pytest

from tests.simulation.announcement_mutants import MUTANTS as OF_ANNOUNCING
from tests.simulation.announcement_pairs import PAIRS as ANNOUNCEMENT_PAIRS
from tests.simulation.application_mutants import MUTANTS as OF_APPLICATIONS
from tests.simulation.application_pairs import PAIRS as APPLICATION_PAIRS
from tests.simulation.component_mutants import MUTANTS as OF_COMPONENTS
from tests.simulation.component_pairs import PAIRS as COMPONENT_PAIRS
from tests.simulation.delivery_mutants import MUTANTS as OF_ALERTING
from tests.simulation.delivery_pairs import PAIRS as DELIVERY_PAIRS
from tests.simulation.hook_mutants import MUTANTS as OF_HOOKS
from tests.simulation.hook_pairs import PAIRS as HOOK_PAIRS
from tests.simulation.kill_points import clean, points, problems
from tests.simulation.merges import Wrong, walk
from tests.simulation.mutants import MUTANTS as OF_DEPLOYMENTS
from tests.simulation.mutants import Mutant
from tests.simulation.pairs import PAIRS, TRIPLES
from tests.simulation.probe_mutants import MUTANTS as OF_PROBING
from tests.simulation.probe_pairs import PAIRS as PROBE_PAIRS
from tests.simulation.stories import told
from tests.simulation.test_kill_points import OPERATIONS
from tests.simulation.watch_mutants import MUTANTS as OF_WATCHING
from tests.simulation.watch_pairs import PAIRS as WATCH_PAIRS

MUTANTS = OF_DEPLOYMENTS + OF_WATCHING + OF_ANNOUNCING + OF_ALERTING + OF_PROBING + OF_COMPONENTS
MUTANTS += OF_APPLICATIONS + OF_HOOKS
MEETINGS = PAIRS + TRIPLES + WATCH_PAIRS + ANNOUNCEMENT_PAIRS + DELIVERY_PAIRS + PROBE_PAIRS + COMPONENT_PAIRS
MEETINGS += APPLICATION_PAIRS + HOOK_PAIRS


@pytest.fixture(autouse=True)
def _known_before_anything_is_planted(request: pytest.FixtureRequest):
    if "mutant" in request.fixturenames:
        for operation in OPERATIONS:
            if operation.name in request.getfixturevalue("mutant").operations:
                clean(operation)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.function is test_a_planted_bug_is_found:
        thorough = metafunc.config.getoption("--thorough", False)
        chosen = [mutant for mutant in MUTANTS if thorough or not mutant.is_long]
        metafunc.parametrize("mutant", chosen, ids=lambda mutant: mutant.name)


def test_a_planted_bug_is_found(mutant: Mutant, figure: Callable[[str], None]):
    with mutant.plant(), contextlib.redirect_stdout(io.StringIO()):
        found = _by_merges(mutant) or _by_kill_points(mutant) or _by_seeds(mutant)
    figure(f"mutant, {mutant.name}: {found or 'SURVIVED'}")
    assert found


def test_all_names_of_hunting_grounds_exist():
    operations = {operation.name for operation in OPERATIONS}
    meetings = {meeting.name for meeting in MEETINGS}
    assert {name for mutant in MUTANTS for name in mutant.operations} <= operations
    assert {name for mutant in MUTANTS for name in mutant.meetings} <= meetings


def _by_merges(mutant: Mutant) -> str:
    for meeting in MEETINGS:
        if meeting.name in mutant.meetings:
            try:
                walk(meeting, cuts=True)
            except Wrong as wrong:
                return f"merge of {meeting.name}: {str(wrong).splitlines()[0]}"
    return ""


def _by_kill_points(mutant: Mutant) -> str:
    for operation in OPERATIONS:
        if operation.name not in mutant.operations:
            continue
        every = points(operation)
        for number, point in enumerate(random.Random(0).sample(every, len(every)), 1):
            if found := problems(operation, point):
                return f"kill point {number} of {operation.name}: {found[0]}"
    return ""


def _by_seeds(mutant: Mutant) -> str:
    for seed in range(mutant.seeds):
        if found := told(seed).found:
            return f"seed {seed}: {found[0]}"
    return ""
