"""Component deployments: which version of which component was brought where, and how that went.

    pending ──► in_progress ──► succeeded ──► rolled_back
       │             │                            │
       └──► failed ◄─┘                            │
       ▲      │                                   │
       └──────┴────────────── retry ──────────────┘

Rules: seed 002 and section 7 of the semantics. While one is in progress, the checks behind its component and
environment are quiet: it opens deployment windows and ends them, see `Chain`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from lull.domain.clocks import CLOCKS_DIFFER_BY
from lull.domain.errors import invalid
from lull.domain.machine import Transitions


class Status(StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


class Reason(StrEnum):
    """Why a deployment failed, where that is known."""

    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    """It ran past its deadline and nobody said how it went."""


TRANSITIONS: Transitions[Status] = {
    Status.PENDING: frozenset({Status.IN_PROGRESS, Status.FAILED}),
    Status.IN_PROGRESS: frozenset({Status.SUCCEEDED, Status.FAILED}),
    Status.SUCCEEDED: frozenset({Status.ROLLED_BACK}),
    Status.FAILED: frozenset({Status.PENDING}),
    Status.ROLLED_BACK: frozenset({Status.PENDING}),
}
ENDS = frozenset({Status.SUCCEEDED, Status.FAILED})
"""With these an attempt ends."""

DEFAULT_MAX_DURATION_SECONDS = 86_400
MAX_METADATA = 50
LARGEST_METADATA = 16 * 1024
"""In bytes. A hundred deployments have to fit into an answer of Lambda's, 6 MB."""


class ChainState(StrEnum):
    IDLE = "idle"
    OPENING = "opening"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedWindow:
    """The deployment window that keeps the checks of one project quiet."""

    project_id: int
    window_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What an attempt keeps quiet.

    IDLE ──► OPENING ──► OPEN ──► CLOSED; OPENING has some of its windows. `attempt` is whose windows these are.
    """

    state: ChainState = ChainState.IDLE
    attempt: int = 0
    windows: tuple[LinkedWindow, ...] = ()


class Quiet(StrEnum):
    """Whether the checks behind a deployment are quiet on its account."""

    WAITING = "waiting"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """An earlier attempt that had reached its users."""

    attempt: int
    started_at: datetime | None
    finished_at: datetime
    rolled_back_at: datetime


MAX_ROLLED_BACK = 20
"""How many of them a deployment remembers, the newest; its history has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentDeployment:
    id: str
    workspace_id: int
    component_id: str
    component_name: str
    """As it was called when this was recorded; that of the environment likewise."""
    environment_id: str
    environment_name: str
    version: str
    status: Status = Status.PENDING
    attempt: int = 1
    reason: Reason | None = None
    deployed_by: str | None = None
    commit_sha: str | None = None
    commit_timestamp: datetime | None = None
    ref: str | None = None
    description: str | None = None
    link: str | None = None
    unplanned: bool = False
    """It mends what an earlier one broke."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    attested: tuple[str, ...] = ()
    """Fields that were taken from a verified token and not from what the caller said."""
    max_duration_seconds: int = DEFAULT_MAX_DURATION_SECONDS
    created_at: datetime
    created_by: str
    updated_at: datetime
    started_at: datetime | None = None
    """Of this attempt, by our clock or by that of the provider that told of it; so is the end."""
    finished_at: datetime | None = None
    rolled_back_at: datetime | None = None
    rolled_back: tuple[RolledBack, ...] = ()
    """Attempts before this one that were rolled back, oldest first."""
    chain: Chain = Chain()
    revision: int = 0

    @property
    def deadline_at(self) -> datetime | None:
        """When a running one is given up."""
        if self.status is not Status.IN_PROGRESS or self.started_at is None:
            return None
        return self.started_at + timedelta(seconds=self.max_duration_seconds)

    @property
    def quiet(self) -> Quiet:
        step = _chain_step(self)
        if step is Step.OPEN or (step is Step.CLOSE and self.status is Status.IN_PROGRESS):
            return Quiet.WAITING
        return Quiet.ON if self.chain.state is ChainState.OPEN and self.chain.windows else Quiet.OFF

    @property
    def windows(self) -> tuple[LinkedWindow, ...]:
        """Those of this attempt, and of one before as long as they last."""
        own = self.chain.attempt == self.attempt or self.chain.state is not ChainState.CLOSED
        return self.chain.windows if own else ()

    @property
    def due_at(self) -> datetime | None:
        """The earliest moment at which it has something to do; None once all is done."""
        return self.updated_at if _chain_step(self) else self.deadline_at


class EventKind(StrEnum):
    CREATED = "created"
    STATUS = "status"
    METADATA = "metadata"
    IGNORED = "ignored"
    """A report that came too late to change anything."""
    QUIET = "quiet"
    """Checks went quiet, or came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the history of a deployment. Entries are never changed."""

    at: datetime
    kind: EventKind
    attempt: int
    status: Status
    """What it was from then on."""
    was: Status | None = None
    actor: str
    message: str | None = None
    window_ids: tuple[int, ...] = ()


def moved(
    deployment: ComponentDeployment,
    to: Status,
    *,
    at: datetime,
    finished_at: datetime | None = None,
    reason: Reason | None = None,
) -> ComponentDeployment:
    """The deployment in another status since `at`. A retry is another attempt.

    Raises Invalid naming both states for what the transition table does not have, Invalid for an impossible
    `finished_at`.
    """
    if to not in TRANSITIONS[deployment.status]:
        allowed = " or ".join(sorted(TRANSITIONS[deployment.status]))
        raise invalid("status", f"cannot become {to}: the deployment is {deployment.status} and may become {allowed}")
    finished_at = _checked_finish(deployment, to, finished_at, at=at)
    changed = replace(deployment, status=to, updated_at=at, reason=None)
    if to is Status.IN_PROGRESS:
        return replace(changed, started_at=at)
    if to is Status.PENDING:
        changed = remembering(changed, deployment)
        return replace(changed, attempt=deployment.attempt + 1, started_at=None, finished_at=None, rolled_back_at=None)
    if to is Status.ROLLED_BACK:
        return replace(changed, rolled_back_at=at)
    if to is Status.FAILED:
        changed = replace(changed, reason=reason or Reason.FAILED)
    return replace(changed, finished_at=finished_at or at) if to in ENDS else changed


def remembering(changed: ComponentDeployment, was: ComponentDeployment) -> ComponentDeployment:
    """With the attempt that ends here, if its users had it: what happened to them is not undone by another try."""
    if was.finished_at is None or was.rolled_back_at is None:
        return changed
    ended = RolledBack(
        attempt=was.attempt,
        started_at=was.started_at,
        finished_at=was.finished_at,
        rolled_back_at=was.rolled_back_at,
    )
    return replace(changed, rolled_back=(*was.rolled_back, ended)[-MAX_ROLLED_BACK:])


def attempts(deployment: ComponentDeployment) -> list[ComponentDeployment]:
    """The deployment as each attempt that was rolled back left it, and as it is."""
    earlier = [
        replace(
            deployment,
            status=Status.ROLLED_BACK,
            attempt=each.attempt,
            started_at=each.started_at,
            finished_at=each.finished_at,
            rolled_back_at=each.rolled_back_at,
        )
        for each in deployment.rolled_back
    ]
    return [*earlier, deployment]


def _checked_finish(
    deployment: ComponentDeployment, to: Status, finished_at: datetime | None, *, at: datetime
) -> datetime | None:
    """The moment that was told, between the start and now: clocks differ, and seconds may have been cut off."""
    if finished_at is None:
        return None
    if to not in ENDS:
        raise invalid("finishedAt", "goes with the status succeeded or failed")
    begun, field_name = (
        (deployment.started_at, "startedAt") if deployment.started_at else (deployment.created_at, "createdAt")
    )
    if finished_at > at + CLOCKS_DIFFER_BY:
        raise invalid("finishedAt", "must not be in the future")
    if finished_at < begun - CLOCKS_DIFFER_BY:
        raise invalid("finishedAt", f"must not be before {field_name}")
    return max(min(finished_at, at), begun)


def with_metadata(deployment: ComponentDeployment, said: Mapping[str, Any], *, at: datetime) -> ComponentDeployment:
    """With metadata merged in, name by name; null removes one (RFC 7396, at the top level)."""
    merged = {**deployment.metadata, **said}
    kept = {name: value for name, value in merged.items() if value is not None}
    if len(kept) > MAX_METADATA:
        raise invalid("metadata", f"must have at most {MAX_METADATA} names, those there already included")
    if len(json.dumps(kept, ensure_ascii=False).encode()) > LARGEST_METADATA:
        raise invalid("metadata", f"must be at most {LARGEST_METADATA // 1024} KB with what is there already")
    return replace(deployment, metadata=kept, updated_at=at)


class Step(StrEnum):
    """What a deployment needs done now."""

    TIME_OUT = "time_out"
    OPEN = "open"
    CLOSE = "close"


def next_step(deployment: ComponentDeployment, *, at: datetime) -> Step | None:
    """What has to be done at `at`, from the record alone: a wake-up is only a hint to ask this."""
    if deployment.deadline_at and deployment.deadline_at <= at:
        return Step.TIME_OUT
    return _chain_step(deployment)


def _chain_step(deployment: ComponentDeployment) -> Step | None:
    chain = deployment.chain
    running = deployment.status is Status.IN_PROGRESS
    own = chain.attempt == deployment.attempt
    if chain.state in (ChainState.OPENING, ChainState.OPEN) and not (running and own):
        return Step.CLOSE
    if running and not (own and chain.state in (ChainState.OPEN, ChainState.CLOSED)):
        return Step.OPEN
    return None


def opened(deployment: ComponentDeployment, window: LinkedWindow | None, *, complete: bool) -> ComponentDeployment:
    """With one more window of this attempt, if there is one; `complete` if it was the last."""
    own = deployment.chain.attempt == deployment.attempt
    windows = deployment.chain.windows if own else ()
    state = ChainState.OPEN if complete else ChainState.OPENING
    added = (*windows, window) if window else windows
    return replace(deployment, chain=Chain(state=state, attempt=deployment.attempt, windows=added))


def closed(deployment: ComponentDeployment) -> ComponentDeployment:
    """With all its windows ended."""
    return replace(deployment, chain=replace(deployment.chain, state=ChainState.CLOSED))
