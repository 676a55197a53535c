"""The state machine of component deployments, their matrix cell and what they need done: seed 002."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from lull.domain import cells
from lull.domain.cells import Cell, InFlight, Success
from lull.domain.component_deployments import (
    Chain,
    ChainState,
    ComponentDeployment,
    LinkedWindow,
    Quiet,
    Reason,
    Status,
    Step,
    closed,
    moved,
    next_step,
    opened,
    with_metadata,
)
from lull.domain.consequences import of_component_deployment
from lull.domain.environments import type_of
from lull.domain.errors import Invalid
from tests.builders import NOON

LATER = NOON + timedelta(minutes=5)
WINDOW = LinkedWindow(project_id=1, window_id=17)

# The seed's table, line by line.
SEED = {
    ("pending", "in_progress"),
    ("pending", "failed"),
    ("in_progress", "succeeded"),
    ("in_progress", "failed"),
    ("succeeded", "rolled_back"),
    ("failed", "pending"),
    ("rolled_back", "pending"),
}


def a_deployment(status: Status = Status.PENDING, **changes) -> ComponentDeployment:
    running = {"started_at": NOON} if status is not Status.PENDING else {}
    return ComponentDeployment(
        **{
            "id": "7f9c24e8-3b1a-4c4e-9b0a-0a4b2f1d6c3e",
            "workspace_id": 1,
            "component_id": "c",
            "component_name": "checkout",
            "environment_id": "e",
            "environment_name": "production",
            "version": "v2.3.1",
            "status": status,
            "created_at": NOON,
            "created_by": "key:CI",
            "updated_at": NOON,
            **running,
            **changes,
        }
    )


def test_every_pair_of_states_is_what_the_seed_says():
    for source, target in itertools.product(Status, Status):
        if (source, target) in SEED:
            assert moved(a_deployment(source), target, at=LATER).status is target
        else:
            with pytest.raises(Invalid) as refused:
                moved(a_deployment(source), target, at=LATER)
            (error,) = refused.value.errors
            assert error.field == "status"
            assert source in error.message
            assert target in error.message


def test_an_attempt_keeps_its_own_times():
    running = moved(a_deployment(), Status.IN_PROGRESS, at=NOON)
    failed = moved(running, Status.FAILED, at=LATER)
    assert (failed.started_at, failed.finished_at, failed.reason) == (NOON, LATER, Reason.FAILED)
    again = moved(failed, Status.PENDING, at=LATER)
    assert (again.attempt, again.started_at, again.finished_at, again.reason) == (2, None, None, None)


def test_a_rollback_leaves_when_it_succeeded():
    succeeded = moved(a_deployment(Status.IN_PROGRESS), Status.SUCCEEDED, at=LATER)
    assert moved(succeeded, Status.ROLLED_BACK, at=LATER + timedelta(hours=1)).finished_at == LATER


@pytest.mark.parametrize(
    ("status", "to", "finished_at"),
    [
        (Status.IN_PROGRESS, Status.SUCCEEDED, LATER + timedelta(seconds=301)),
        (Status.IN_PROGRESS, Status.FAILED, NOON - timedelta(seconds=301)),
        (Status.PENDING, Status.FAILED, NOON - timedelta(seconds=301)),
        (Status.PENDING, Status.IN_PROGRESS, NOON),
        (Status.FAILED, Status.PENDING, NOON),
        (Status.SUCCEEDED, Status.ROLLED_BACK, NOON),
    ],
)
def test_an_impossible_end_is_refused(status, to, finished_at):
    with pytest.raises(Invalid, match="finishedAt"):
        moved(a_deployment(status), to, at=LATER, finished_at=finished_at)


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        (LATER + timedelta(seconds=300), LATER),
        (LATER - timedelta(seconds=1), LATER - timedelta(seconds=1)),
        (NOON - timedelta(seconds=300), NOON),
    ],
)
@pytest.mark.parametrize("status", [Status.PENDING, Status.IN_PROGRESS])
def test_an_end_that_is_a_difference_of_clocks_away_is_as_near_as_it_can_be(status, told, taken):
    assert moved(a_deployment(status), Status.FAILED, at=LATER, finished_at=told).finished_at == taken


def test_metadata_is_merged_name_by_name_and_null_removes():
    deployment = a_deployment(metadata={"a": 1, "b": {"x": 1}})
    assert with_metadata(deployment, {"b": {"y": 2}, "a": None, "c": 3}, at=LATER).metadata == {"b": {"y": 2}, "c": 3}


def test_metadata_does_not_grow_without_bound():
    deployment = a_deployment(metadata={str(each): each for each in range(50)})
    with pytest.raises(Invalid, match="at most 50 names"):
        with_metadata(deployment, {"one more": 1}, at=LATER)
    with_metadata(deployment, {"one more": 1, "0": None}, at=LATER)
    with pytest.raises(Invalid, match="at most 16 KB"):
        with_metadata(deployment, {"0": "ü" * 8_000}, at=LATER)


def test_only_a_running_deployment_has_a_deadline():
    running = moved(a_deployment(max_duration_seconds=60), Status.IN_PROGRESS, at=NOON)
    assert running.deadline_at == NOON + timedelta(seconds=60)
    assert {each.deadline_at for each in map(a_deployment, Status) if each.status is not Status.IN_PROGRESS} == {None}
    assert next_step(running, at=NOON + timedelta(seconds=59)) is Step.OPEN
    assert next_step(running, at=NOON + timedelta(seconds=60)) is Step.TIME_OUT


# Running or not; the chain; whether it is that of this attempt; what is to be done; what callers are told.
CHAIN = [
    (True, ChainState.IDLE, False, Step.OPEN, Quiet.WAITING),
    (True, ChainState.OPENING, True, Step.OPEN, Quiet.WAITING),
    (True, ChainState.OPENING, False, Step.CLOSE, Quiet.WAITING),
    (True, ChainState.OPEN, True, None, Quiet.ON),
    (True, ChainState.OPEN, False, Step.CLOSE, Quiet.WAITING),
    (True, ChainState.CLOSED, True, None, Quiet.OFF),
    (True, ChainState.CLOSED, False, Step.OPEN, Quiet.WAITING),
    (False, ChainState.IDLE, False, None, Quiet.OFF),
    (False, ChainState.OPENING, True, Step.CLOSE, Quiet.OFF),
    (False, ChainState.OPENING, False, Step.CLOSE, Quiet.OFF),
    (False, ChainState.OPEN, True, Step.CLOSE, Quiet.ON),
    (False, ChainState.OPEN, False, Step.CLOSE, Quiet.ON),
    (False, ChainState.CLOSED, True, None, Quiet.OFF),
    (False, ChainState.CLOSED, False, None, Quiet.OFF),
]


@pytest.mark.parametrize(("running", "state", "own", "step", "quiet"), CHAIN)
def test_what_the_chain_needs_done(running, state, own, step, quiet):
    status = Status.IN_PROGRESS if running else Status.FAILED
    windows = () if state is ChainState.IDLE else (WINDOW,)
    chain = Chain(state=state, attempt=2 if own else 1, windows=windows)
    deployment = a_deployment(status, attempt=2, chain=chain)
    assert next_step(deployment, at=NOON) is step
    assert deployment.quiet is quiet
    assert deployment.due_at == (NOON if step else deployment.deadline_at)


def test_the_windows_of_an_attempt_are_its_own():
    first = opened(a_deployment(Status.IN_PROGRESS), WINDOW, complete=False)
    assert (first.chain.state, first.chain.windows) == (ChainState.OPENING, (WINDOW,))
    both = opened(first, LinkedWindow(project_id=2, window_id=18), complete=True)
    assert [each.window_id for each in both.chain.windows] == [17, 18]
    retried = replace(closed(both), attempt=2)
    assert opened(retried, None, complete=True).chain == Chain(state=ChainState.OPEN, attempt=2)


def a_success(minute: int, deployment_id: str = "a") -> Success:
    return Success(deployment_id=deployment_id, version="v1", at=NOON + timedelta(minutes=minute))


def test_the_latest_is_the_newest_success_in_whatever_order_they_are_told():
    successes = [a_success(1, "a"), a_success(2, "c"), a_success(2, "d"), a_success(0, "z")]
    for order in itertools.permutations(successes):
        cell = Cell(workspace_id=1, component_id="c", environment_id="e")
        for success in order:
            cell = cells.succeeded(cell, success)
        assert cell.latest == a_success(2, "d")


def test_a_deployment_is_in_flight_once():
    cell = Cell(workspace_id=1, component_id="c", environment_id="e")
    flight = InFlight(deployment_id="a", version="v1", since=NOON)
    other = InFlight(deployment_id="b", version="v2", since=NOON)
    cell = cells.departed(cells.departed(cells.departed(cell, flight), other), flight)
    assert cell.in_flight == (flight, other)
    assert cells.landed(cells.landed(cell, "a"), "a").in_flight == (other,)


def test_what_is_in_flight_is_listed_oldest_first_whoever_was_written_first():
    late, early = (InFlight(deployment_id=id_, version="v1", since=since) for id_, since in (("a", LATER), ("b", NOON)))
    cell = Cell(workspace_id=1, component_id="c", environment_id="e")
    assert cells.departed(cells.departed(cell, late), early).in_flight == (early, late)


CALLED = {
    **dict.fromkeys(["production", "prod", "live", "eu-prod", "prod_eu", "prod2", "production (eu)"], "production"),
    **dict.fromkeys(["staging", "stage", "pre-production", "preprod", "eu/stg"], "staging"),
    **dict.fromkeys(["non-production", "nonprod", "not live", "not-prod"], "staging"),
    **dict.fromkeys(["test", "qa-2", "uat", "production test", "int", "acceptance", "perf", "demo"], "testing"),
    **dict.fromkeys(["dev", "devel", "development", "sandbox"], "development"),
    **dict.fromkeys(["preview/login", "review-app", "pr-12"], "preview"),
    **dict.fromkeys(["eu-west", "product", "delivery", "devices", "beta", "internal"], "other"),
}


def test_an_environment_is_of_the_type_that_its_name_says():
    found = {name: type_of(name).value for name in (*CALLED, *(name.upper() for name in CALLED))}
    assert found == {**CALLED, **{name.upper(): type_ for name, type_ in CALLED.items()}}


def test_one_that_ends_in_the_millisecond_of_its_deadline_is_seen_to():
    running = moved(a_deployment(max_duration_seconds=60), Status.IN_PROGRESS, at=NOON)
    running = opened(running, WINDOW, complete=True)
    over = moved(running, Status.SUCCEEDED, at=NOON + timedelta(seconds=60))
    assert running.due_at == over.due_at
    assert of_component_deployment(running, over) != []
    assert of_component_deployment(over, replace(over, revision=9)) == []
