"""Deployments of applications: a commit of a repository that an executor brings to where it runs.

    created ──► building ──► deploying ──► available
       │            │            │
       └────────────┴────────────┴──► failed, cancelled

Rules: seed 004 and sections 1 and 8 of the semantics. What the executor is to be told is its `call`, see
`executor_calls`; what its component deployment is to become follows from its status.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lull.domain.applications import Aim, ExecutorKind
from lull.domain.commits import Commit
from lull.domain.component_deployments import ComponentDeployment
from lull.domain.component_deployments import Reason as ComponentReason
from lull.domain.component_deployments import Status as ComponentStatus
from lull.domain.errors import Conflict, invalid
from lull.domain.machine import Transitions


class Status(StrEnum):
    CREATED = "created"
    BUILDING = "building"
    DEPLOYING = "deploying"
    AVAILABLE = "available"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a deployment failed."""

    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    """Nobody said how it went before its deadline."""
    REFUSED = "refused"
    """Its executor would not take it."""
    UNREACHED = "unreached"
    """Its executor could not be reached."""


_OVER = frozenset({Status.FAILED, Status.CANCELLED})
TRANSITIONS: Transitions[Status] = {
    Status.CREATED: _OVER | {Status.BUILDING},
    Status.BUILDING: _OVER | {Status.DEPLOYING},
    Status.DEPLOYING: _OVER | {Status.AVAILABLE},
    Status.AVAILABLE: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
}
_WAY = (Status.CREATED, Status.BUILDING, Status.DEPLOYING, Status.AVAILABLE)
_DRIVES = {
    Status.BUILDING: ComponentStatus.IN_PROGRESS,
    Status.DEPLOYING: ComponentStatus.IN_PROGRESS,
    Status.AVAILABLE: ComponentStatus.SUCCEEDED,
    Status.FAILED: ComponentStatus.FAILED,
    Status.CANCELLED: ComponentStatus.FAILED,
}
_COMPONENT_REASONS = {
    Reason.CANCELLED: ComponentReason.CANCELLED,
    Reason.TIMED_OUT: ComponentReason.TIMED_OUT,
}
ANSWERS = frozenset({ExecutorKind.GITHUB, ExecutorKind.CODEBUILD})
"""Executors that can be asked how a deployment is going."""
_LAST_WORD = timedelta(minutes=3)
"""How long after the deadline one of these may still be asked."""


class Task(StrEnum):
    """What an executor is to be told."""

    START = "start"
    ASK = "ask"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    task: Task
    next_at: datetime
    """When it is to be tried next: after the lease of whoever is trying now."""
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody has said of a deployment under an idempotency key: said again, it is said already."""

    key_hash: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDeployment:
    id: str
    workspace_id: int
    application_id: str
    deploy_number: int
    status: Status = Status.CREATED
    reason: Reason | None = None
    detail: str | None = None
    """Why it failed, or its executor was not reached, in a sentence."""
    commit: Commit
    ref: str | None = None
    """The branch."""
    executor: ExecutorKind
    aim: Aim | None = None
    """None in records of before it was kept: where the application goes now."""
    call: Call | None = None
    external_id: str | None = None
    """What its executor calls it, such as `github:{repository id}:{deployment id}`."""
    link: str | None = None
    callback_hashes: tuple[str, ...] = ()
    """SHA-256 of the tokens that may say how it is going."""
    words: tuple[Word, ...] = ()
    """One for each change at most."""
    component_deployment_id: str | None = None
    driven: ComponentStatus | None = None
    """What its component deployment was last brought to, or found beyond."""
    deadline_at: datetime
    created_at: datetime
    created_by: str
    updated_at: datetime
    revision: int = 0

    @property
    def is_over(self) -> bool:
        return not TRANSITIONS[self.status]

    @property
    def drives_to(self) -> ComponentStatus | None:
        """What its component deployment is still to be brought to."""
        target = _DRIVES.get(self.status) if self.component_deployment_id else None
        return None if target is self.driven else target

    @property
    def expires_at(self) -> datetime | None:
        """When it is given up."""
        if self.is_over:
            return None
        asked = self.executor in ANSWERS and self.external_id is not None
        return self.deadline_at + _LAST_WORD if asked else self.deadline_at

    @property
    def wake_at(self) -> datetime | None:
        """The earliest moment at which it has something to do in the table."""
        return self.updated_at if self.drives_to else self.expires_at

    @property
    def due_at(self) -> datetime | None:
        """The earliest moment at which anything is to be done; None once all is done."""
        moments = [each for each in (self.wake_at, self.call.next_at if self.call else None) if each]
        return min(moments) if moments else None


def moved(
    deployment: AppDeployment, to: Status, *, at: datetime, reason: Reason | None = None, detail: str | None = None
) -> AppDeployment:
    """The deployment in another status since `at`. Raises Invalid naming both for what the table does not have."""
    if to not in TRANSITIONS[deployment.status]:
        allowed = " or ".join(sorted(TRANSITIONS[deployment.status]))
        may = f"may become {allowed}" if allowed else "stays so"
        raise invalid("status", f"cannot become {to}: the deployment is {deployment.status} and {may}")
    changed = replace(deployment, status=to, updated_at=max(at, deployment.updated_at), detail=detail)
    if to in _OVER:
        default = Reason.CANCELLED if to is Status.CANCELLED else Reason.FAILED
        changed = replace(changed, reason=reason or default)
    return replace(changed, call=_left_to_tell(deployment, changed, at=at)) if changed.is_over else _begun(changed)


def told(deployment: AppDeployment, to: Status, *, key: str | None, at: datetime) -> AppDeployment:
    """The deployment after a caller's word, which is the same deployment if the key has brought that word before.

    Raises Conflict if it has brought another one, Invalid for what the table does not have.
    """
    if key is None:
        return moved(deployment, to, at=at)
    word = Word(key_hash=hashlib.sha256(key.encode()).hexdigest(), status=to)
    if word in deployment.words:
        return deployment
    if any(each.key_hash == word.key_hash for each in deployment.words):
        raise Conflict("the idempotency key was used for another status of this deployment")
    return replace(moved(deployment, to, at=at), words=(*deployment.words, word))


STOPPABLE = frozenset({ExecutorKind.WEBHOOK, ExecutorKind.GITHUB, ExecutorKind.CODEBUILD})


def found(deployment: AppDeployment, external_id: str | None) -> AppDeployment:
    """The deployment, once its executor was heard of that has it under this name; one that is known stays."""
    if external_id is None or deployment.external_id:
        return deployment
    return _begun(replace(deployment, external_id=external_id))


def _begun(deployment: AppDeployment) -> AppDeployment:
    """The deployment, which somebody is at. GitLab, which knows no repetition, is not asked to begin once more."""
    call = deployment.call
    if deployment.executor is not ExecutorKind.GITLAB or call is None or call.task is not Task.START or not call.tries:
        return deployment
    return replace(deployment, call=None)


def _left_to_tell(was: AppDeployment, now: AppDeployment, *, at: datetime) -> Call | None:
    """Whoever may have begun is told to stop, unless it was its own word that ended it."""
    begun = was.external_id is not None or was.call is None or was.call.task is not Task.START or was.call.tries > 0
    if now.reason not in (Reason.CANCELLED, Reason.TIMED_OUT) or was.executor not in STOPPABLE or not begun:
        return None
    unknown = was.call is not None and was.call.task is Task.START and was.call.tries > 0
    # Whoever is calling just now will note what the executor calls it, or be dead by then.
    return Call(task=Task.STOP, next_at=max(at, was.call.next_at) if was.call and unknown else at)


def reported(
    deployment: AppDeployment, to: Status, *, at: datetime, reason: Reason | None = None, detail: str | None = None
) -> AppDeployment:
    """The deployment after news from outside, which comes late, twice, out of order, and leaves out steps.

    The same deployment, if the news are old.
    """
    if deployment.is_over:
        return deployment
    if to in _OVER:
        return moved(deployment, to, at=at, reason=reason, detail=detail)
    for step in _WAY[_WAY.index(deployment.status) + 1 : _WAY.index(to) + 1]:
        deployment = moved(deployment, step, at=at)
    return deployment


class Step(StrEnum):
    """What a deployment needs done in the table now."""

    TIME_OUT = "time_out"
    DRIVE = "drive"


def next_step(deployment: AppDeployment, *, at: datetime) -> Step | None:
    """What has to be done at `at`, from the record alone: a wake-up is only a hint to ask this."""
    if deployment.expires_at and deployment.expires_at <= at:
        return Step.TIME_OUT
    return Step.DRIVE if deployment.drives_to else None


def timed_out(deployment: AppDeployment, *, at: datetime) -> AppDeployment:
    return moved(
        deployment,
        Status.FAILED,
        at=at,
        reason=Reason.TIMED_OUT,
        detail="nobody said how it went before its deadline",
    )


def component_reason(deployment: AppDeployment) -> ComponentReason | None:
    """What its component deployment is told of why it failed."""
    return _COMPONENT_REASONS.get(deployment.reason, ComponentReason.FAILED) if deployment.reason else None


def driving(current: ComponentDeployment, target: ComponentStatus) -> tuple[ComponentStatus, ...]:
    """The steps that bring a component deployment to `target`.

    Forward, and in its first attempt only: what a person has ended, or tries again, is theirs. What its own deadline
    has ended is nobody's: where it was there in time, and only heard of late, it has succeeded.
    """
    whole = (ComponentStatus.PENDING, ComponentStatus.IN_PROGRESS, ComponentStatus.SUCCEEDED)
    if current.attempt != 1 or current.status is target:
        return ()
    if current.status is ComponentStatus.FAILED and current.reason is ComponentReason.TIMED_OUT:
        return whole if target is ComponentStatus.SUCCEEDED else ()
    if current.status not in whole[:2]:
        return ()
    return whole[whole.index(current.status) + 1 :] if target is ComponentStatus.SUCCEEDED else (target,)
