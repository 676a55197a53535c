"""What an executor is to be told of a deployment, and how often that is tried.

    START ──► (ASK, each minute, of those that answer) ──► over
    STOP, once a person or the deadline has ended it

Whoever calls takes a lease first: `next_at` moves on before anything is sent, so that a second worker finds nothing to
do, and a worker that died is followed by another. Executors tell the rare repetition by our id.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lull.domain.app_deployments import (
    ANSWERS,
    STOPPABLE,
    AppDeployment,
    Call,
    Reason,
    Status,
    Task,
    moved,
    reported,
    timed_out,
)
from lull.domain.applications import ExecutorKind

LEASE = timedelta(seconds=90)
"""Longer than a worker runs."""
RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 120, 300))
"""Six tries in some eight minutes."""
JITTER = 0.2
ASK_EACH = timedelta(minutes=1)
LISTEN = timedelta(minutes=2)
"""Before one that may have begun, and cannot be asked, is told to begin once more: it may be heard of meanwhile."""


class Result(StrEnum):
    """How a call ended."""

    ACCEPTED = "accepted"
    UNREACHED = "unreached"
    """No answer, or one that says that it will be better later: 5xx, 429, 408."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of a call."""

    result: Result
    detail: str | None = None
    external_id: str | None = None
    link: str | None = None
    status: Status | None = None
    """How it is going, by the word of the executor."""
    may_have_begun: bool = False
    """The answer is lost, and nobody can be asked whether it was done."""


def first_call(kind: ExecutorKind, *, at: datetime) -> Call | None:
    return None if kind is ExecutorKind.NONE else Call(task=Task.START, next_at=at)


def leased(deployment: AppDeployment, *, callback_hash: str | None, at: datetime) -> AppDeployment | None:
    """The deployment, for whoever asked to call its executor now; None if no call is due.

    Each try of a start has a token of its own, which is sent and not kept: those of the tries before it stay good.
    """
    call = deployment.call
    if call is None or call.next_at > at:
        return None
    hashes = deployment.callback_hashes
    if callback_hash and call.task is Task.START:
        hashes = (*hashes, callback_hash)
    return replace(deployment, call=replace(call, tries=call.tries + 1, next_at=at + LEASE), callback_hashes=hashes)


def is_worn_out(deployment: AppDeployment) -> bool:
    """Whether every try was taken, and none of them came to an end."""
    call = deployment.call
    return call is not None and call.task is not Task.ASK and call.tries > len(RETRY_AFTER) + 1


def after(deployment: AppDeployment, task: Task, reply: Reply, *, at: datetime, jitter: float) -> AppDeployment:
    """The deployment after a call. It may have been ended meanwhile."""
    if task is Task.START:
        return _after_start(deployment, reply, at=at, jitter=jitter)
    if task is Task.ASK:
        return _after_ask(deployment, reply, at=at)
    if reply.result is not Result.UNREACHED:
        return replace(deployment, call=None)
    return _again(deployment, at=at, jitter=jitter) or replace(deployment, call=None)


def _after_start(deployment: AppDeployment, reply: Reply, *, at: datetime, jitter: float) -> AppDeployment:
    if reply.result is Result.ACCEPTED:
        known = replace(deployment, external_id=reply.external_id, link=reply.link)
        if not known.is_over:
            known = replace(known, detail=None, call=_next_ask(known, at=at) if known.executor in ANSWERS else None)
            return reported(known, reply.status, at=at) if reply.status else known
        stopping = known.call is not None and known.executor in STOPPABLE
        return replace(known, call=Call(task=Task.STOP, next_at=at) if stopping else None)
    if deployment.is_over:
        # Nobody was told to begin, as far as is known.
        return replace(deployment, call=None) if reply.result is Result.REFUSED else deployment
    if deployment.call is None:
        # It was heard of meanwhile.
        return deployment
    if reply.result is Result.REFUSED:
        return _failed(deployment, Reason.REFUSED, reply.detail, at=at)
    least = LISTEN if reply.may_have_begun else timedelta()
    again = _again(deployment, at=at, jitter=jitter, least=least)
    return replace(again, detail=reply.detail) if again else _failed(deployment, Reason.UNREACHED, reply.detail, at=at)


def _failed(deployment: AppDeployment, reason: Reason, detail: str | None, *, at: datetime) -> AppDeployment:
    return moved(deployment, Status.FAILED, at=at, reason=reason, detail=detail)


def _again(
    deployment: AppDeployment, *, at: datetime, jitter: float, least: timedelta = timedelta()
) -> AppDeployment | None:
    call = deployment.call
    if call is None or call.tries > len(RETRY_AFTER):
        return None
    wait = max(least, RETRY_AFTER[call.tries - 1] * (1 + JITTER * jitter))
    return replace(deployment, call=replace(call, next_at=at + wait))


def _after_ask(deployment: AppDeployment, reply: Reply, *, at: datetime) -> AppDeployment:
    if deployment.is_over:
        return deployment
    if reply.status:
        deployment = reported(deployment, reply.status, at=at, detail=reply.detail)
    if deployment.is_over:
        return deployment
    if at >= deployment.deadline_at and reply.result is not Result.UNREACHED:
        return timed_out(deployment, at=at)
    return replace(deployment, call=_next_ask(deployment, at=at))


def _next_ask(deployment: AppDeployment, *, at: datetime) -> Call:
    """In a minute; the last time at the deadline."""
    next_at = at + ASK_EACH
    if at < deployment.deadline_at:
        next_at = min(next_at, deployment.deadline_at)
    return Call(task=Task.ASK, next_at=next_at)
