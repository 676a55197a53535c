"""Planted bugs: the mistakes that systems of this kind really make. Each must be found, or the net has a hole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from unittest import mock

from lull.domain import consequences, effects
from lull.domain import deployment_windows as domain
from lull.domain.deployment_windows import DeploymentWindow, State, Step
from lull.domain.holds import of_deployment
from lull.gateways import queues, schedules
from lull.store import check_holds, checks, due, keys, table
from lull.store import deployment_windows as store
from lull.store.codec import Item, milliseconds
from lull.use_cases import deployment_windows as use_cases
from lull.use_cases import wake_ups

Patch = Callable[[], Any]


@dataclass(frozen=True)
class Mutant:
    """`hunted_by` says where it is looked for first: kill points of operations, meetings, or seeds."""

    name: str
    plant: Patch
    operations: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()
    seeds: int = 60
    is_long: bool = False
    """Whether it takes so many merges to find that only thorough runs do."""


@contextmanager
def together(*patches: Any) -> Iterator[None]:
    if not patches:
        yield
        return
    first, *rest = patches
    with first, together(*rest):
        yield


def _unguarded_hold() -> Any:
    """The window is written first, its holds one by one afterwards."""

    def hold_next(window: DeploymentWindow, at: datetime) -> DeploymentWindow:
        saved = store.save_deployment_window(replace(window, held=len(window.check_ids)), at=at)
        for check_id in window.to_hold:
            check_holds.add_hold(window.workspace_id, check_id, use_cases._hold(window))
        return saved

    return mock.patch.object(use_cases, "_hold_next", hold_next)


def _releases(expression: str, condition: str, **names: str) -> Any:
    """Release by another expression."""

    def releasing(workspace_id: int, check_id: int, source: str, *, at: datetime) -> Item:
        known = {"#source": source, **{f"#{name}": value for name, value in names.items()}}
        used = {name: value for name, value in known.items() if name in expression + condition}
        values: Item = {":at": milliseconds(at), ":cause": {"S": "release"}}
        if ":empty" in expression:
            values[":empty"] = {"M": {}}
        made = keys.check(workspace_id, check_id)
        return table.update(made, expression, condition=condition, values=values, names=used)

    return mock.patch.object(check_holds, "releasing", releasing)


def _removes_all_holds() -> Any:
    return _releases("SET holds = :empty, releasedAt = :at, cause = :cause", "attribute_exists(holds.#source)")


def _clears_manual() -> Any:
    return _releases(
        "REMOVE holds.#source, holds.#manual SET releasedAt = :at, cause = :cause",
        "attribute_exists(holds.#source)",
        manual="manual",
    )


def _revives_deleted_checks() -> Any:
    """Without `attribute_exists`, the update of a check that is gone makes a new item."""
    return _releases("SET holds = :empty, releasedAt = :at, cause = :cause", "attribute_not_exists(#never)", never="-")


def _holds_again() -> Any:
    """Each look at a running window makes its holds what they should be, whatever a person did."""
    step = use_cases._step

    def eager(workspace_id: int, window_id: int, *, at: datetime) -> Any:
        window, moved = step(workspace_id, window_id, at=at)
        if window and not moved and window.state is State.ACTIVE and window.auto_pause:
            hold = use_cases._hold(window)
            missing = [
                check.id
                for check in checks.get_checks(workspace_id, window.check_ids)
                if all(each.source != hold.source for each in check.holds)
            ]
            if missing:
                store.save_deployment_window(window, holds=tuple(missing), hold=hold, at=at)
        return window, moved

    return mock.patch.object(use_cases, "_step", eager)


def _no_sweep() -> Any:
    return mock.patch.object(due, "list_due", return_value=())


def _trusts_the_message() -> Any:
    """A wake-up means that the time has come."""

    def next_step(window: DeploymentWindow, *, at: datetime) -> Step | None:
        if window.state is State.SCHEDULED:
            return Step.START
        return real(window, at=window.ends_by_itself_at or at)

    real = domain.next_step
    return mock.patch.object(domain, "next_step", next_step)


def _own_write_is_a_conflict() -> Any:
    transact = table._transact
    return mock.patch.object(table, "_transact", lambda writes, _token: transact(writes, None))


def _forgets_the_next_chunk() -> Any:
    """What is left to hold is nobody's business but the request's."""

    def due_at(window: DeploymentWindow) -> datetime | None:
        return min(window.wakeups.values(), default=None)

    def step(window: DeploymentWindow, *, at: datetime) -> Step | None:
        found = real(window, at=at)
        return None if found is Step.HOLD else found

    real = domain.next_step
    return together(
        mock.patch.object(DeploymentWindow, "due_at", property(due_at)),
        mock.patch.object(domain, "next_step", step),
    )


def _resumes_no_release() -> Any:
    """The releases beyond the first transaction are lost with the process."""

    def due_at(window: DeploymentWindow) -> datetime | None:
        return None if window.state is State.ENDED else real.fget(window)  # type: ignore[misc]

    def of_window(before: DeploymentWindow | None, after: DeploymentWindow | None) -> list[Any]:
        return [each for each in kept(before, after) if not isinstance(each, effects.ResumeWork)]

    real: property = DeploymentWindow.due_at  # type: ignore[assignment]
    kept = consequences.of_deployment_window
    return together(
        mock.patch.object(DeploymentWindow, "due_at", property(due_at)),
        mock.patch.object(consequences, "of_deployment_window", of_window),
    )


def _unconditional_transition() -> Any:
    """The window is written whatever has become of it since it was read."""
    put = store._put

    def unconditional(window: DeploymentWindow, token: str, *, condition: str, values: Item | None = None) -> Item:
        if condition.startswith("revision"):
            return put(window, token, condition="attribute_exists(PK)")
        return put(window, token, condition=condition, values=values)

    return mock.patch.object(store, "_put", unconditional)


def _counts_before_it_releases() -> Any:
    """All holds are taken for released when the first chunk is."""

    def release(window: DeploymentWindow, at: datetime) -> DeploymentWindow:
        saved = store.save_deployment_window(replace(window, released=window.held), at=at)
        for check_id in window.to_release:
            try:
                table.write(check_holds.releasing(window.workspace_id, check_id, of_deployment(window.id), at=at))
            except table.ConditionFailed:
                continue
        return saved

    return mock.patch.object(use_cases, "_release", release)


def _drops_early_wake_ups() -> Any:
    """A wake-up that comes early is done with; only the sweep is left."""

    def handle(wake_up: queues.WakeUp, *, at: datetime) -> None:
        use_cases.advance(wake_up.workspace_id, int(wake_up.record_id), at=at)

    return mock.patch.object(wake_ups, "handle_wake_up", handle)


def _keeps_schedules() -> Any:
    return mock.patch.object(schedules, "delete_schedule", return_value=None)


def _leaves_the_due_index() -> Any:
    """A window that is over stays due."""

    def due_at(window: DeploymentWindow) -> datetime | None:
        return real.fget(window) or window.ended_at  # type: ignore[misc]

    real: property = DeploymentWindow.due_at  # type: ignore[assignment]
    return mock.patch.object(DeploymentWindow, "due_at", property(due_at))


def _starts_what_is_over() -> Any:
    """A window whose end has passed before it was started is started all the same."""

    def next_step(window: DeploymentWindow, *, at: datetime) -> Step | None:
        found = real(window, at=at)
        return Step.START if found is Step.MISS else found

    real = domain.next_step
    return mock.patch.object(domain, "next_step", next_step)


def _deaf_dispatcher() -> Any:
    """Nothing follows from the stream; the sweep heals it all, late."""
    return mock.patch.object(consequences, "of_deployment_window", return_value=[])


def _chunk_overtakes_the_end() -> Any:
    """The next chunk is held by a decision that was made before the end."""

    def step(window: DeploymentWindow, at: datetime) -> None:
        for check_id in window.to_hold:
            check_holds.add_hold(window.workspace_id, check_id, use_cases._hold(window))
        store.save_deployment_window(replace(window, held=len(window.check_ids)), at=at)

    return mock.patch.dict(use_cases._STEPS, {Step.HOLD: step})


_CREATE, _END, _START = "create a window that runs", "end by request", "start by wake-up"
_MANY, _END_MANY = "create in chunks", "end in chunks"

MUTANTS = [
    Mutant("unguarded hold", _unguarded_hold, (_START,), ("start and end",)),
    Mutant("removes all holds on end", _removes_all_holds, (), ("pause and end",)),
    Mutant("clears manual on end", _clears_manual, (), ("pause and end",)),
    Mutant("brings a deleted check back", _revives_deleted_checks, (), ("delete and end",)),
    Mutant("holds again after a person's resume", _holds_again),
    Mutant("no sweep", _no_sweep, ("sweep",)),
    Mutant("trusts the message", _trusts_the_message),
    Mutant("own write is a conflict", _own_write_is_a_conflict, (_CREATE, _END)),
    Mutant("forgets the next chunk", _forgets_the_next_chunk, (_MANY,)),
    Mutant("resumes no release", _resumes_no_release, (_END_MANY,)),
    Mutant("unconditional transition", _unconditional_transition, (), ("start and end", "start and start")),
    Mutant("counts before it releases", _counts_before_it_releases, (_END,)),
    Mutant("drops early wake-ups", _drops_early_wake_ups),
    Mutant("keeps schedules", _keeps_schedules, ("call off",)),
    Mutant("leaves the due index", _leaves_the_due_index, (_END,)),
    Mutant("starts what is over", _starts_what_is_over, ("miss",)),
    Mutant("deaf dispatcher", _deaf_dispatcher),
    Mutant("chunk overtakes the end", _chunk_overtakes_the_end, (), ("start of all checks and end in chunks of 1",)),
]
