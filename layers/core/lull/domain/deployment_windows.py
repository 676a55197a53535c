"""Deployment windows: releases that may pause checks while they run.

    SCHEDULED ──► ACTIVE ──► ENDED
        └────────────────────►┘   ended before it began, or missed altogether

Rules: seed 000 (Ionhour deployments) and section 3 of the semantics.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lull.domain.errors import Conflict, FieldError, Invalid
from lull.domain.machine import Transitions, move


class State(StrEnum):
    SCHEDULED = "SCHEDULED"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class EndReason(StrEnum):
    BY_REQUEST = "BY_REQUEST"
    """Somebody ended it."""
    SCHEDULED = "SCHEDULED"
    """Its scheduled end came."""
    TIMED_OUT = "TIMED_OUT"
    """Nobody ended it within `max_duration_seconds`."""
    MISSED = "MISSED"
    """It could not be started before its scheduled end."""
    RECORDED = "RECORDED"
    """It was over when it was reported."""


class Edge(StrEnum):
    """A moment at which a window has to be looked at."""

    START = "start"
    END = "end"


TRANSITIONS: Transitions[State] = {
    State.SCHEDULED: frozenset({State.ACTIVE, State.ENDED}),
    State.ACTIVE: frozenset({State.ENDED}),
    State.ENDED: frozenset(),
}

DEFAULT_MAX_DURATION_SECONDS = 86_400
MAX_CHECKS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentWindow:
    """One release of one project.

    `held` and `released` count how many of `check_ids`, in order, have got and lost their hold: transactions take 100
    items, a project may have more checks, and each check is paused once, so that a person's resume is never undone.
    """

    id: int
    workspace_id: int
    project_id: int
    state: State
    name: str | None = None
    version: str | None = None
    author: str | None = None
    link: str | None = None
    auto_pause: bool = False
    check_ids: tuple[int, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    scheduled_start_at: datetime | None = None
    scheduled_end_at: datetime | None = None
    max_duration_seconds: int = DEFAULT_MAX_DURATION_SECONDS
    activated_at: datetime | None = None
    """When it became ACTIVE here; `started_at` may lie before, as reported."""
    end_reason: EndReason | None = None
    created_at: datetime
    created_by: str
    held: int = 0
    released: int = 0
    revision: int = 0

    @property
    def pauses_all_checks(self) -> bool:
        """Whether the checks are still to be taken from the project, at activation."""
        return self.auto_pause and not self.check_ids and self.state is State.SCHEDULED

    @property
    def to_hold(self) -> tuple[int, ...]:
        """Checks that are still to get their hold."""
        if self.state is not State.ACTIVE or not self.auto_pause:
            return ()
        return self.check_ids[self.held :]

    @property
    def to_release(self) -> tuple[int, ...]:
        """Checks that are still to lose their hold."""
        return self.check_ids[self.released : self.held] if self.state is State.ENDED else ()

    @property
    def ends_by_itself_at(self) -> datetime | None:
        """The scheduled end, or the moment at which a forgotten window is ended for its owner."""
        if self.state is State.ENDED:
            return None
        if self.scheduled_end_at:
            return self.scheduled_end_at
        if self.activated_at:
            return self.activated_at + timedelta(seconds=self.max_duration_seconds)
        return None

    @property
    def wakeups(self) -> dict[Edge, datetime]:
        """When somebody must look at it next, edge by edge."""
        moments: dict[Edge, datetime] = {}
        if self.state is State.SCHEDULED and self.scheduled_start_at:
            moments[Edge.START] = self.scheduled_start_at
        if self.ends_by_itself_at:
            moments[Edge.END] = self.ends_by_itself_at
        return moments

    @property
    def due_at(self) -> datetime | None:
        """The earliest moment at which it has something to do; None once all is done."""
        if self.to_hold:
            return self.activated_at
        if self.to_release:
            return self.ended_at
        return min(self.wakeups.values(), default=None)


def reported(window: DeploymentWindow, *, at: datetime) -> DeploymentWindow:
    """The window as it stands once reported at `at`: SCHEDULED, ACTIVE or, if it is already over, ENDED.

    Raises Invalid naming each field that contradicts another or the clock.
    """
    errors = _contradictions(window, at=at)
    if errors:
        raise Invalid(*errors)
    if window.ended_at:
        return replace(window, state=State.ENDED, end_reason=EndReason.RECORDED)
    if window.scheduled_start_at and window.scheduled_start_at > at:
        return replace(window, state=State.SCHEDULED, started_at=None)
    return replace(window, state=State.ACTIVE, started_at=window.started_at or at, activated_at=at)


def _contradictions(window: DeploymentWindow, *, at: datetime) -> list[FieldError]:
    errors = []
    scheduled = window.scheduled_start_at or window.scheduled_end_at
    if window.started_at and window.started_at > at:
        errors.append(FieldError("startedAt", "is in the future; use scheduledStartAt to schedule a deployment"))
    elif window.started_at and window.scheduled_start_at and window.scheduled_start_at > at:
        errors.append(FieldError("startedAt", "a deployment that is scheduled to start has not started yet"))
    if window.ended_at:
        if scheduled:
            errors.append(FieldError("endedAt", "a deployment that has ended cannot be scheduled"))
        if window.ended_at > at:
            errors.append(FieldError("endedAt", "is in the future; use scheduledEndAt to schedule the end"))
        elif window.ended_at <= (window.started_at or at):
            errors.append(FieldError("endedAt", "must be after startedAt, which is now if it is not given"))
    if window.scheduled_end_at:
        if window.scheduled_end_at <= at:
            errors.append(FieldError("scheduledEndAt", "is in the past"))
        elif window.scheduled_start_at and window.scheduled_end_at <= window.scheduled_start_at:
            errors.append(FieldError("scheduledEndAt", "must be after scheduledStartAt"))
    return errors


def started(window: DeploymentWindow, *, check_ids: tuple[int, ...], at: datetime) -> DeploymentWindow:
    """The window, ACTIVE since `at`, pausing `check_ids` if it pauses any."""
    state = move(TRANSITIONS, window.state, State.ACTIVE, noun="deployment")
    return replace(window, state=state, started_at=at, activated_at=at, check_ids=check_ids)


def ended(
    window: DeploymentWindow, *, at: datetime, reason: EndReason, ended_at: datetime | None = None
) -> DeploymentWindow:
    """The window, ENDED. `ended_at` is when it ended by its reporter's account (default `at`).

    Raises Conflict if it has ended already, Invalid if `ended_at` is in the future or before its start.
    """
    if window.state is State.ENDED:
        raise Conflict("the deployment has already ended")
    if ended_at and ended_at > at:
        raise Invalid(FieldError("endedAt", "is in the future"))
    if ended_at and window.started_at and ended_at < window.started_at:
        raise Invalid(FieldError("endedAt", "is before startedAt"))
    if ended_at and not window.started_at and ended_at < window.created_at:
        raise Invalid(FieldError("endedAt", "is before the deployment was scheduled"))
    state = move(TRANSITIONS, window.state, State.ENDED, noun="deployment")
    return replace(window, state=state, ended_at=ended_at or not_before_its_start(window, at), end_reason=reason)


def not_before_its_start(window: DeploymentWindow, at: datetime) -> datetime:
    """`at`, or the start if that came later: whoever ends it may have read the clock before somebody started it."""
    return max(at, window.started_at or at, window.activated_at or at)


class Step(StrEnum):
    """What a window needs done now."""

    START = "start"
    MISS = "miss"
    HOLD = "hold"
    END = "end"
    RELEASE = "release"


def next_step(window: DeploymentWindow, *, at: datetime) -> Step | None:
    """What has to be done at `at`, from the record alone: a wake-up is only a hint to ask this."""
    end = window.ends_by_itself_at
    if window.to_release:
        return Step.RELEASE
    if window.state is State.SCHEDULED:
        if end and end <= at:
            return Step.MISS
        if window.scheduled_start_at and window.scheduled_start_at <= at:
            return Step.START
        return None
    if window.state is State.ACTIVE:
        if end and end <= at:
            return Step.END
        if window.to_hold:
            return Step.HOLD
    return None


def reason_of_end(window: DeploymentWindow) -> EndReason:
    """Why an ACTIVE window ends by itself."""
    return EndReason.SCHEDULED if window.scheduled_end_at else EndReason.TIMED_OUT
