"""Planted bugs of component deployments and their chain."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest import mock

from lull import randomness
from lull.domain import cells as matrix
from lull.domain import component_deployments as domain
from lull.domain import consequences
from lull.domain.cells import Cell, Success
from lull.domain.component_deployments import ComponentDeployment, Event, LinkedWindow, Status, Step
from lull.domain.deployment_windows import DeploymentWindow
from lull.domain.errors import Conflict, NotFound
from lull.store import cells, due, idempotency, table
from lull.store import component_deployments as store
from lull.store.codec import Item
from lull.use_cases import component_deployments as use_cases
from lull.use_cases import deployment_chain as chain
from lull.use_cases import deployment_windows
from tests.simulation.mutants import Mutant


def _anyhow(write: Item) -> Item:
    """The same write, whatever is there."""
    ((kind, arguments),) = write.items()
    kept = {name: value for name, value in arguments.items() if name != "ExpressionAttributeValues"}
    return {kind: {**kept, "ConditionExpression": table.ANYHOW}}


def _opens_whatever_has_become_of_it() -> Any:
    """A window is opened, and noted, without the condition on the deployment."""

    def saving(deployment: ComponentDeployment, *events: Event, was: ComponentDeployment, **more: Any) -> list[Item]:
        writes = real(deployment, *events, was=was, **more)
        if len(deployment.chain.windows) > len(was.chain.windows):
            return [_anyhow(each) for each in writes]
        return writes

    real = store.saving
    return mock.patch.object(store, "saving", saving)


def _opens_and_notes_apart() -> Any:
    """The window is opened first and noted afterwards: a crash in between leaves it open for ever."""

    def opened(deployment: ComponentDeployment, window: DeploymentWindow, *, last: bool, at: datetime) -> bool:
        try:
            made = deployment_windows.open_window(window, beside=lambda _id, _checks: [], at=at)
        except NotFound:
            return False
        linked = LinkedWindow(project_id=window.project_id, window_id=made.id)
        noted = domain.opened(deployment, linked, complete=last)
        store.save_component_deployment(noted, chain._event(noted, None, at=at), was=deployment)
        return True

    return mock.patch.object(chain, "_opened", opened)


def _saves_cells_unseen() -> Any:
    """Of two changes of a cell, the later one wins."""

    def saving(cell: Cell, *, token: str) -> list[Item]:
        first, *others = real(cell, token=token)
        if "Put" in first:
            return [_anyhow(first), *others]
        values = {name: each for name, each in first["Update"]["ExpressionAttributeValues"].items() if name != ":read"}
        update = {**first["Update"], "ConditionExpression": table.ANYHOW, "ExpressionAttributeValues": values}
        return [{"Update": update}, *others]

    real = cells.saving
    return mock.patch.object(cells, "saving", saving)


def _with_steps(step: Callable[[ComponentDeployment], Step | None]) -> Any:
    return mock.patch.object(domain, "_chain_step", step)


def _compares_no_attempts() -> Any:
    """Windows of the attempt before pass for those of this one."""
    real = domain._chain_step

    def step(deployment: ComponentDeployment) -> Step | None:
        return real(replace(deployment, chain=replace(deployment.chain, attempt=deployment.attempt)))

    return _with_steps(step)


def _moves_no_counts() -> Any:
    """The status that it leaves counts it still."""

    def counting(deployment: ComponentDeployment, changes: dict[Status, int]) -> list[Item]:
        return real(deployment, {status: change for status, change in changes.items() if change > 0})

    real = store._counting
    return mock.patch.object(store, "_counting", counting)


def _counts_apart() -> Any:
    """The counts are written when the deployment is: twice, or never, if the process dies."""

    def saved(changed: ComponentDeployment, *events: Event, was: ComponentDeployment, **more: Any) -> Any:
        with mock.patch.object(store, "_counting", return_value=[]):
            made = real(changed, *events, was=was, **more)
        if made.status is not was.status:
            table.transact(counting(made, {was.status: -1, made.status: 1}))
        return made

    real, counting = store.save_component_deployment, store._counting
    return mock.patch.object(store, "save_component_deployment", saved)


def _stays_in_its_lists() -> Any:
    return mock.patch.object(store, "_leaving", return_value=[])


def _has_no_deadline_to_be_found_by() -> Any:
    """Whoever runs is not due: a lost schedule is never made good."""

    def due_at(deployment: ComponentDeployment) -> datetime | None:
        return deployment.updated_at if domain._chain_step(deployment) else None

    return mock.patch.object(ComponentDeployment, "due_at", property(due_at))


def _gives_up_on_a_word() -> Any:
    """A wake-up means that the deadline has passed."""

    def next_step(deployment: ComponentDeployment, *, at: datetime) -> Step | None:
        found = real(deployment, at=at)
        return found or real(deployment, at=deployment.deadline_at or at)

    real = domain.next_step
    return mock.patch.object(domain, "next_step", next_step)


def _stops_at_what_has_ended() -> Any:
    """The first window that somebody has ended already ends the work on all of them."""

    def close(deployment: ComponentDeployment, *, at: datetime) -> None:
        try:
            for each in deployment.chain.windows:
                deployment_windows.end_window(deployment.workspace_id, each.window_id, at=at)
        except (Conflict, NotFound):
            pass
        over = domain.closed(deployment)
        store.save_component_deployment(over, chain._event(over, None, at=at), was=deployment)

    return mock.patch.object(chain, "_close", close)


def _closes_before_it_ends() -> Any:
    """Its windows are noted as ended, and then ended."""

    def close(deployment: ComponentDeployment, *, at: datetime) -> None:
        over = domain.closed(deployment)
        store.save_component_deployment(over, chain._event(over, None, at=at), was=deployment)
        for each in deployment.chain.windows:
            try:
                deployment_windows.end_window(deployment.workspace_id, each.window_id, at=at)
            except (Conflict, NotFound):
                continue

    return mock.patch.object(chain, "_close", close)


def _shows_what_was_rolled_back() -> Any:
    """A rollback takes its success out of the list and leaves the cell as it is."""

    return mock.patch.object(use_cases, "_without", lambda cell, _success: cell)


def _claims_its_key_apart() -> Any:
    """The idempotency key is taken after the deployment has been made."""

    def create(deployment: ComponentDeployment, *events: Event, once: Any = None, **more: Any) -> ComponentDeployment:
        made = real(deployment, *events, **more)
        if once:
            table.transact([idempotency.claiming(once, made.id, at=made.created_at)])
        return made

    real = store.create_component_deployment
    return mock.patch.object(store, "create_component_deployment", create)


def _swept_by_nobody() -> Any:
    def list_due(*, until: datetime) -> Iterator[due.Due]:
        return (each for each in real(until=until) if each.kind != store.KIND)

    real = due.list_due
    return mock.patch.object(due, "list_due", list_due)


def _rewrites_history() -> Any:
    """All entries of an attempt are one."""

    def noting(deployment: ComponentDeployment, *events: Event) -> list[Item]:
        return [_anyhow(each) for each in real(replace(deployment, revision=deployment.attempt), *events)]

    real = store._noting
    return mock.patch.object(store, "_noting", noting)


def _takes_its_own_write_for_a_strangers() -> Any:
    """What was written and not heard of is written again, under another token."""

    def saving(deployment: ComponentDeployment, *events: Event, token: str, **more: Any) -> list[Item]:
        return real(deployment, *events, token=randomness.secret(16), **more)

    real = store.saving
    return mock.patch.object(store, "saving", saving)


def _is_content_with_one_window() -> Any:
    """Of several projects, the first is all that goes quiet."""

    def opened(deployment: ComponentDeployment, window: LinkedWindow | None, *, complete: bool) -> ComponentDeployment:
        return real(deployment, window, complete=complete or window is not None)

    real = domain.opened
    return mock.patch.object(domain, "opened", opened)


def _tells_nobody() -> Any:
    """Nothing follows from the stream: no deadline has its wake-up."""
    return mock.patch.object(consequences, "of_component_deployment", return_value=[])


def _shows_what_was_told_last() -> Any:
    """Whatever is reported last is taken for what runs."""

    def succeeded(cell: Cell, success: Success) -> Cell:
        return replace(cell, latest=success)

    return mock.patch.object(matrix, "succeeded", succeeded)


_TWO = "quieten two projects"

MUTANTS = [
    Mutant("opens a window whatever has become of it", _opens_whatever_has_become_of_it, (), ("success and opening",)),
    Mutant("opens and notes apart", _opens_and_notes_apart, ("quieten a project",)),
    Mutant("saves cells unseen", _saves_cells_unseen, (), ("two successes of a cell", "roll back and success")),
    Mutant("compares no attempts", _compares_no_attempts, ("quieten the next attempt",)),
    Mutant("moves no counts", _moves_no_counts, ("begin a deployment",)),
    Mutant("counts apart", _counts_apart, ("begin a deployment",)),
    Mutant("stays in its lists", _stays_in_its_lists, ("succeed",)),
    Mutant("has no deadline to be found by", _has_no_deadline_to_be_found_by, ("pass a deadline",)),
    Mutant("gives up on a word", _gives_up_on_a_word, ("quieten a project",)),
    Mutant("stops at what has ended", _stops_at_what_has_ended, ("bring back what a person has not",)),
    Mutant("closes before it ends", _closes_before_it_ends, ("bring a project back",)),
    Mutant("shows what was rolled back", _shows_what_was_rolled_back, ("roll back",)),
    Mutant("shows what was told last", _shows_what_was_told_last, (), ("roll back and success in hindsight",)),
    Mutant("claims its key apart", _claims_its_key_apart, ("record one with an idempotency key",), is_long=True),
    Mutant("swept by nobody", _swept_by_nobody, ("sweep of deployments",)),
    Mutant("is content with one window", _is_content_with_one_window, (_TWO,)),
    Mutant("tells nobody of deployments", _tells_nobody, ("dispatch what begins",)),
    Mutant("rewrites history", _rewrites_history, (_TWO,)),
    Mutant("takes its own write for a stranger's", _takes_its_own_write_for_a_strangers, ("succeed",), is_long=True),
]
