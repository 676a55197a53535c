"""What callers and wake-ups can do with a deployment window.

Callers report, end, read and list. Wake-ups, the stream and the sweep `advance`: whatever they say, the record and the
clock decide what is done, one conditional transaction after another, each safe to repeat.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lull.domain import deployment_windows as domain
from lull.domain.credentials import Caller
from lull.domain.deployment_windows import DeploymentWindow, EndReason, State, Step
from lull.domain.errors import Conflict, FieldError, Invalid, NotFound
from lull.domain.holds import MAX_OF_DEPLOYMENTS, Hold, of_deployment
from lull.domain.quiet import KeptQuiet
from lull.store import checks, counters, idempotency, keys, paging, projects, quiet
from lull.store import deployment_windows as store
from lull.store.codec import Item
from lull.store.idempotency import IdempotencyKey, Made
from lull.use_cases.retrying import on_stale_write

_CHUNK = store.HOLDS_PER_TRANSACTION
_PAGE = 100
_PAGES_PER_REQUEST = 10
_STEPS_OF_A_REQUEST = 12


def report_deployment(
    caller: Caller, window: DeploymentWindow, *, idempotency_key: str | None = None, at: datetime
) -> DeploymentWindow:
    """Record a deployment and, if it runs and pauses, pause its checks before answering.

    `window` is as the caller described it; its ids, state and author are set here. With an idempotency key that was
    used in the last three days, the deployment that it made is the answer. Raises Invalid naming the fields, NotFound
    if there is no such project, Conflict if the key was used for another deployment, Forbidden if a CI job may not.
    """
    caller.require_project(window.project_id)
    once = _once(caller, idempotency_key, window)
    made = idempotency.find_made(once, at=at) if once else None
    if once and made:
        return finish(_made_already(caller, once, made), at=at)
    described = replace(
        window,
        workspace_id=caller.workspace_id,
        # What a CI job leaves out, its token knows.
        author=window.author or caller.attested.deployed_by,
        link=window.link or caller.attested.link,
        created_at=at,
        created_by=caller.actor,
    )
    opened = domain.reported(described, at=at)
    check_ids = _checks_to_pause(opened)
    opened = replace(opened, check_ids=check_ids, id=counters.next_id(store.KIND))
    try:
        created = _create(opened, once)
    except store.AlreadyMade as already:
        created = _made_already(caller, already.once, already.made)
    return finish(created, at=at)


def _made_already(caller: Caller, once: IdempotencyKey, made: Made) -> DeploymentWindow:
    if made.fingerprint != once.fingerprint:
        raise Conflict("the idempotency key was used for another deployment")
    return get_deployment(caller, int(made.record_id))


def _once(caller: Caller, key: str | None, window: DeploymentWindow) -> IdempotencyKey | None:
    if key is None:
        return None
    described = replace(window, workspace_id=caller.workspace_id, created_at=datetime.min.replace(tzinfo=UTC))
    return IdempotencyKey(
        workspace_id=caller.workspace_id,
        kind=store.KIND,
        key=key,
        fingerprint=idempotency.fingerprint(described),
    )


def _checks_to_pause(window: DeploymentWindow) -> tuple[int, ...]:
    """The checks of the window as its record starts out. Raises Invalid for those that are not the project's."""
    if not window.check_ids and not (window.auto_pause and window.state is State.ACTIVE):
        return ()
    known = checks.list_check_ids_of_project(window.workspace_id, window.project_id)
    if not window.check_ids:
        return tuple(known)
    strangers = set(window.check_ids) - set(known)
    if not strangers:
        return tuple(dict.fromkeys(window.check_ids))
    if not known and projects.get_project(window.workspace_id, window.project_id) is None:
        raise NotFound("project")
    raise Invalid(
        *(
            FieldError(f"checkIds.{position}", f"check {check_id} is not a check of project {window.project_id}")
            for position, check_id in enumerate(window.check_ids)
            if check_id in strangers
        )
    )


def _hold(window: DeploymentWindow) -> Hold:
    return Hold(
        source=of_deployment(window.id),
        actor=window.author or window.created_by,
        since=window.activated_at or window.created_at,
        until=window.ends_by_itself_at,
    )


def _create(window: DeploymentWindow, once: IdempotencyKey | None) -> DeploymentWindow:
    """Write the window with its first holds; a check deleted in the same instant is left out.

    Raises Conflict for a check that too many deployments hold.
    """
    while True:
        try:
            return store.create_deployment_window(window, holds=window.to_hold[:_CHUNK], hold=_hold(window), once=once)
        except store.ChecksMoved as moved:
            if moved.full:
                raise Conflict(
                    f"check {moved.full[0]} is held by {MAX_OF_DEPLOYMENTS} deployments already; end some of them"
                ) from moved
            window = _without(window, moved.check_ids)


def open_window(
    window: DeploymentWindow, *, beside: Callable[[int, tuple[int, ...]], list[Item]], at: datetime
) -> DeploymentWindow:
    """Open a window that pauses checks, together with the writes that `beside` makes of its id and checks.

    Checks that are gone, or that too many deployments hold, are left out. Raises NotFound if the project is gone,
    StaleWrite if something stood in the way of what is written beside it.
    """
    window = replace(window, id=counters.next_id(store.KIND))
    while True:
        chunk = window.to_hold[:_CHUNK]
        try:
            created = store.create_deployment_window(
                window, holds=chunk, hold=_hold(window), beside=beside(window.id, window.check_ids)
            )
        except store.ChecksMoved as moved:
            window = _without(window, moved.check_ids)
        else:
            return finish(created, at=at)


def end_window(workspace_id: int, window_id: int, *, at: datetime) -> DeploymentWindow:
    """End a window and release what it holds. Raises NotFound, Conflict if it has ended already."""

    def decide() -> DeploymentWindow:
        window = store.get_deployment_window(workspace_id, window_id)
        if window is None:
            raise NotFound("deployment")
        return _release(domain.ended(window, at=at, reason=EndReason.BY_REQUEST), at=at)

    return finish(on_stale_write(decide), at=at)


def _without(window: DeploymentWindow, check_ids: tuple[int, ...]) -> DeploymentWindow:
    """The window without checks that are still to be held and are gone."""
    kept = tuple(each for each in window.check_ids[window.held :] if each not in check_ids)
    return replace(window, check_ids=window.check_ids[: window.held] + kept)


def end_deployment(caller: Caller, window_id: int, *, ended_at: datetime | None, at: datetime) -> DeploymentWindow:
    """End a deployment and resume what it paused before answering.

    Raises NotFound, Conflict if it has ended already, Invalid if `ended_at` lies in the future or before its start,
    Forbidden if a CI job may not.
    """

    def decide() -> DeploymentWindow:
        window = get_deployment(caller, window_id)
        caller.require_project(window.project_id)
        ended = domain.ended(window, at=at, ended_at=ended_at, reason=EndReason.BY_REQUEST)
        return _release(ended, at=at)

    return finish(on_stale_write(decide), at=at)


def get_deployment(caller: Caller, window_id: int) -> DeploymentWindow:
    window = store.get_deployment_window(caller.workspace_id, window_id)
    if window is None:
        raise NotFound("deployment")
    return window


def list_kept_quiet(window: DeploymentWindow) -> list[KeptQuiet]:
    """What a deployment kept quiet, oldest first."""
    return quiet.list_kept_quiet(quiet.of_deployment(window.workspace_id, window.id)) if window.auto_pause else []


@dataclass(frozen=True, slots=True)
class DeploymentList:
    deployments: list[DeploymentWindow]
    cursor: str | None


def list_deployments(
    caller: Caller,
    *,
    project_id: int,
    start: datetime | None = None,
    end: datetime | None = None,
    check_id: int | None = None,
    cursor: str | None = None,
    limit: int = _PAGE,
) -> DeploymentList:
    """Deployments of a project, newest start first; `start` and `end` bound the start, both exclusive.

    At most `limit`; with a cursor where there may be more. Raises NotFound if there is no such project, Invalid if
    nothing can lie between `start` and `end`.
    """
    if start and end and end <= start:
        raise Invalid(FieldError("end", "must be after start"))
    found: list[DeploymentWindow] = []
    position = paging.decoded(cursor, is_ours=keys.is_by_start)
    for _ in range(_PAGES_PER_REQUEST):
        page = store.list_deployment_windows(
            caller.workspace_id, project_id, start=start, end=end, limit=limit - len(found), after=position
        )
        found += [window for window in page.windows if check_id is None or check_id in window.check_ids]
        position = page.last
        if position is None or len(found) == limit:
            break
    if not found and projects.get_project(caller.workspace_id, project_id) is None:
        raise NotFound("project")
    return DeploymentList(found, paging.encoded(position))


def finish(window: DeploymentWindow, *, at: datetime) -> DeploymentWindow:
    """Do what the window still has to do now: the holds and releases beyond its first transaction.

    What is beyond a thousand checks is left to the wake-ups that follow from the stream: a request must end in time.
    """
    if not (window.to_hold or window.to_release):
        return window
    return advance(window.workspace_id, window.id, steps=_STEPS_OF_A_REQUEST, at=at) or window


def advance(workspace_id: int, window_id: int, *, steps: int = sys.maxsize, at: datetime) -> DeploymentWindow | None:
    """Bring a window to where the record and the clock say it should be; None if there is no such window."""
    window, moving = on_stale_write(lambda: _step(workspace_id, window_id, at=at))
    while moving and steps > 1:
        window, moving = on_stale_write(lambda: _step(workspace_id, window_id, at=at))
        steps -= 1
    return window


def _step(workspace_id: int, window_id: int, *, at: datetime) -> tuple[DeploymentWindow | None, bool]:
    """One transaction of what is to be done now, if anything is; the window as read, and whether it was."""
    window = store.get_deployment_window(workspace_id, window_id)
    step = domain.next_step(window, at=at) if window else None
    if window is None or step is None:
        return window, False
    _STEPS[step](window, at)
    return window, True


def _start(window: DeploymentWindow, at: datetime) -> None:
    check_ids = window.check_ids
    if window.pauses_all_checks:
        check_ids = tuple(checks.list_check_ids_of_project(window.workspace_id, window.project_id))
    _hold_next(domain.started(window, check_ids=check_ids, at=at), at)


def _hold_next(window: DeploymentWindow, at: datetime) -> DeploymentWindow:
    """Hold the next checks; those that were deleted meanwhile, or that too many others hold, are left out."""
    while True:
        chunk = window.to_hold[:_CHUNK]
        held = replace(window, held=window.held + len(chunk))
        try:
            return store.save_deployment_window(held, holds=chunk, hold=_hold(window), at=at)
        except store.ChecksMoved as moved:
            window = _without(window, moved.check_ids)


def _end(window: DeploymentWindow, at: datetime) -> None:
    ended_at = window.scheduled_end_at or at
    _release(domain.ended(window, at=at, ended_at=ended_at, reason=domain.reason_of_end(window)), at=at)


def _miss(window: DeploymentWindow, at: datetime) -> None:
    missed = domain.ended(window, at=at, ended_at=window.scheduled_end_at, reason=EndReason.MISSED)
    store.save_deployment_window(missed, at=at)


def _release(window: DeploymentWindow, at: datetime) -> DeploymentWindow:
    """Release the next checks that still have this window's hold, in the transaction that says they are released."""
    source = of_deployment(window.id)
    at = domain.not_before_its_start(window, at)
    chunk = window.to_release[:_CHUNK]
    released = replace(window, released=window.released + len(chunk))
    while True:
        held = tuple(
            check.id
            for check in checks.get_checks(window.workspace_id, chunk)
            if any(hold.source == source for hold in check.holds)
        )
        try:
            return store.save_deployment_window(released, releases=held, source=source, at=at)
        except store.ChecksMoved:
            # Somebody resumed or deleted one of them since it was read.
            continue


def _release_next(window: DeploymentWindow, at: datetime) -> None:
    _release(window, at)


def _hold_more(window: DeploymentWindow, at: datetime) -> None:
    _hold_next(window, at)


_STEPS: dict[Step, Callable[[DeploymentWindow, datetime], None]] = {
    Step.START: _start,
    Step.MISS: _miss,
    Step.HOLD: _hold_more,
    Step.END: _end,
    Step.RELEASE: _release_next,
}
