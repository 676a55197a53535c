"""Each call of each operation is struck once by each fault; afterwards nothing is wrong and nothing is left."""

import random
from collections.abc import Callable

import pytest

from tests.simulation.announcement_operations import OPERATIONS as OF_ANNOUNCING
from tests.simulation.application_operations import OPERATIONS as OF_APPLICATIONS
from tests.simulation.component_operations import OPERATIONS as OF_COMPONENTS
from tests.simulation.conftest import Effort
from tests.simulation.delivery_operations import OPERATIONS as OF_ALERTING
from tests.simulation.hook_operations import OPERATIONS as OF_HOOKS
from tests.simulation.kill_points import Point, clean, points, problems
from tests.simulation.net import Fault
from tests.simulation.operations import OPERATIONS as OF_DEPLOYMENTS
from tests.simulation.operations import Operation
from tests.simulation.probe_operations import OPERATIONS as OF_PROBING
from tests.simulation.watch_operations import OPERATIONS as OF_WATCHING

OPERATIONS = OF_DEPLOYMENTS + OF_WATCHING + OF_ANNOUNCING + OF_ALERTING + OF_PROBING + OF_COMPONENTS
OPERATIONS += OF_APPLICATIONS + OF_HOOKS
_SAMPLE = 3
_SAMPLE_OF_MANY = 2
_TOKENS_OR_NOT = 2


def _chosen(operation: Operation, effort: Effort) -> list[Point]:
    every = points(operation)
    if effort.thorough:
        return every
    most = _SAMPLE if operation.checks < 100 else _SAMPLE_OF_MANY
    return random.Random(operation.name).sample(every, min(most, len(every)))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_one_fault_at_one_call_leaves_no_trace(operation: Operation, effort: Effort, figure: Callable[[str], None]):
    chosen = _chosen(operation, effort)
    failed = {point: found for point in chosen if (found := problems(operation, point))}
    calls = len(clean(operation).calls)
    figure(
        f"kill points, {operation.name}: {len(chosen)} of {len(points(operation))} run "
        f"({calls} calls), {len(failed)} broken"
    )
    assert not failed, next(iter(failed.items()))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_call_meets_every_fault_that_can_strike_it(operation: Operation):
    calls = clean(operation).calls
    conflicts = sum(call.can_conflict for call in calls)
    always = len(Fault) - 1
    ways_to_recover = 2 if operation.swept else 1
    expected = (len(calls) * always + conflicts) * ways_to_recover * _TOKENS_OR_NOT
    assert len(set(points(operation))) == expected
    assert [call.number for call in calls] == list(range(len(calls)))


def test_an_operation_that_nobody_disturbs_keeps_its_promise():
    for operation in OPERATIONS:
        status = clean(operation).status
        assert status is None or 200 <= status < 300, operation.name
