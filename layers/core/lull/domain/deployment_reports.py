"""What CI says of a deployment, and what that makes of ours.

Reports come late, twice and in any order, so a report does not move a deployment: it is weighed against what is known.
Of two reports, the one of the later attempt counts; then the one of the higher rank,

    pending < in_progress < succeeded, failed

and of two ends the one that happened later. This order does not depend on what came first, so neither does what becomes
of a deployment. What a report changes, it changes along the transition table, through as many steps as that takes.

An attempt that follows a success is a deployment of its own, and so is an earlier one whose success is told late: what
succeeded runs meanwhile.
"""

from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from lull.domain.component_deployments import TRANSITIONS, ComponentDeployment, Reason, Status, remembering


class Source(StrEnum):
    DEPLOYMENTS = "deployments"
    """What the provider itself calls a deployment."""
    RUNS = "runs"
    """A run of a workflow or pipeline, which a rule says is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One statement about a deployment, whoever made it."""

    key: str
    """What the provider calls the deployment, unique in the world."""
    source: Source = Source.DEPLOYMENTS
    status: Status
    reason: Reason | None = None
    at: datetime
    """When it happened, by the provider's clock but never later than it was received."""
    attempt: int | None = None
    """None where the provider does not say: the one that is known."""
    repository: str | None = None
    repository_id: str | None = None
    path: str | None = None
    environment: str | None = None
    environment_id: str | None = None
    component: str | None = None
    component_id: str | None = None
    version: str
    commit_sha: str | None = None
    commit_timestamp: datetime | None = None
    ref: str | None = None
    link: str | None = None
    deployed_by: str | None = None
    description: str | None = None
    ordered_by: str | None = None
    """The deployment of an application of ours that asked for it, as the provider was given it and gives it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a report makes of a deployment."""

    deployment: ComponentDeployment
    steps: tuple[Status, ...] = ()
    """The statuses that it goes through, the last included; none if the report changes no status."""
    is_known: bool = False
    """It says what is known already."""


_NEVER = datetime.min.replace(tzinfo=UTC)
_RANKS = {Status.PENDING: 0, Status.IN_PROGRESS: 1}
_END = 2


def reported(was: ComponentDeployment, report: Report, *, at: datetime) -> Reported:
    """Weigh a report against what is known of its deployment."""
    attempt = was.attempt if report.attempt is None else report.attempt
    if attempt < was.attempt:
        return Reported(deployment=was)
    again = attempt > was.attempt
    started = _earliest(None if again else was.started_at, report)
    if not again and not _counts(was, report):
        known = _order(report) == _standing(was)
        return Reported(deployment=replace(was, started_at=started), is_known=known)
    steps = (*_steps(was.status, Status.PENDING), *_steps(Status.PENDING, report.status)) if again else ()
    steps = steps or _steps(was.status, report.status) or (report.status,)
    ended = _RANKS.get(report.status, _END) == _END
    changed = replace(
        _filled(was, report),
        status=report.status,
        attempt=attempt,
        reason=(report.reason or Reason.FAILED) if report.status is Status.FAILED else None,
        started_at=started,
        finished_at=report.at if ended else None,
        rolled_back_at=None,
        updated_at=max(at, was.updated_at),
    )
    return Reported(deployment=remembering(changed, was) if again else changed, steps=steps)


def _counts(was: ComponentDeployment, report: Report) -> bool:
    # A person rolled it back: a failure that is told afterwards is no news.
    if was.status is Status.ROLLED_BACK and report.status is Status.FAILED:
        return False
    return _order(report) > _standing(was)


def _order(report: Report) -> tuple[int, datetime, bool]:
    rank = _RANKS.get(report.status, _END)
    return rank, report.at if rank == _END else _NEVER, report.status is Status.SUCCEEDED


def _standing(was: ComponentDeployment) -> tuple[int, datetime, bool]:
    """What is known, as a report would have said it."""
    if _is_given_up(was):
        # Nobody had said how it went; whatever anybody says now is better.
        return _RANKS[Status.IN_PROGRESS], _NEVER, False
    if was.status in _RANKS:
        return _RANKS[was.status], _NEVER, False
    ended_at = None if was.status is Status.ROLLED_BACK else was.finished_at
    return _END, ended_at or was.updated_at, was.status is not Status.FAILED


def _is_given_up(was: ComponentDeployment) -> bool:
    """Whether our own deadline ended it: pipelines time out as well, but say so."""
    if was.reason is not Reason.TIMED_OUT or was.started_at is None or was.finished_at is None:
        return False
    return was.finished_at >= was.started_at + timedelta(seconds=was.max_duration_seconds)


def _earliest(started: datetime | None, report: Report) -> datetime | None:
    if report.status is Status.PENDING:
        return started
    return min(started or report.at, report.at)


def _filled(was: ComponentDeployment, report: Report) -> ComponentDeployment:
    """With the facts that were not known before."""
    return replace(
        was,
        commit_sha=was.commit_sha or report.commit_sha,
        commit_timestamp=was.commit_timestamp or report.commit_timestamp,
        ref=was.ref or report.ref,
        link=was.link or report.link,
        deployed_by=was.deployed_by or report.deployed_by,
        description=was.description or report.description,
    )


def _steps(source: Status, target: Status) -> tuple[Status, ...]:
    """The shortest way along the transition table, without its beginning."""
    if source is target:
        return ()
    ways: deque[tuple[Status, tuple[Status, ...]]] = deque([(source, ())])
    seen = {source}
    while ways:
        here, way = ways.popleft()
        for there in sorted(TRANSITIONS[here] - seen):
            if there is target:
                return (*way, there)
            seen.add(there)
            ways.append((there, (*way, there)))
    return ()
