"""DORA's software delivery metrics, from our own records of deployments and of what our checks found.

Five, as DORA defines them since 2024 (dora.dev/guides/dora-metrics-four-keys): deployment frequency, change lead time,
change fail rate, failed deployment recovery time, deployment rework rate. Every figure has the number of its samples,
and is None where there are none: nothing is not zero.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lull.domain.component_deployments import ComponentDeployment, Status, attempts
from lull.domain.incidents import Incident

FAILS_WITHIN = timedelta(hours=1)
"""An incident of a check behind it so soon after a deployment is laid to its charge."""

Place = tuple[str, str]
"""Component id and environment id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    deployments: int
    per_day: float | None
    per_week: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """Of `samples`; percentiles by nearest rank, in whole seconds."""

    samples: int
    p50_seconds: int | None
    p90_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`count` of `samples`."""

    samples: int
    count: int
    rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    since: datetime
    until: datetime
    days: int
    deployment_frequency: Frequency
    change_lead_time: Duration
    change_fail_rate: Rate
    failed_deployment_recovery_time: Duration
    rework_rate: Rate
    failed_deployments: int
    """Attempts that never reached anybody: they count in none of the five."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A deployment that reached its users."""

    deployment: ComponentDeployment
    at: datetime
    incidents: tuple[Incident, ...]
    """Those laid to its charge, oldest first."""
    until: datetime | None
    """The next success of its place."""

    @property
    def has_failed(self) -> bool:
        return bool(self.incidents) or self.deployment.status is Status.ROLLED_BACK

    @property
    def recovery(self) -> timedelta | None:
        """From the first sign of failure until it was well again, rolled back or replaced; None while it is not."""
        detected = self.incidents[0].opened_at if self.incidents else self.at
        resolved = [each.resolved_at for each in self.incidents]
        well = [max(each for each in resolved if each)] if self.incidents and all(resolved) else []
        ends = [*well, self.deployment.rolled_back_at, self.until]
        later = [each for each in ends if each and each >= detected]
        return min(later) - detected if later else None


def metrics(
    deployments: Iterable[ComponentDeployment],
    incidents: Iterable[Incident],
    checks_behind: Mapping[Place, Sequence[int]],
    failures: Iterable[datetime],
    *,
    days: int,
    until: datetime,
) -> Metrics:
    """The metrics of the `days` before `until`.

    A change belongs to the moment at which it succeeded; `failures` are the moments at which attempts failed.
    `checks_behind` says which checks watch what is deployed where; an incident is laid to the charge of the newest
    change of its place, if that is less than `FAILS_WITHIN` old.
    """
    since = until - timedelta(days=days)
    known = [attempt for each in deployments for attempt in attempts(each)]
    told = sorted(incidents, key=lambda each: (each.opened_at, each.id))
    changes = [each for each in _changes(known, told, checks_behind) if since < each.at <= until]
    leads = [each.at - each.deployment.commit_timestamp for each in changes if each.deployment.commit_timestamp]
    failed = [each for each in changes if each.has_failed]
    recoveries = [each.recovery for each in failed]
    reworks = [each for each in changes if _is_rework(each.deployment, told, checks_behind)]
    return Metrics(
        since=since,
        until=until,
        days=days,
        deployment_frequency=_frequency(len(changes), days),
        change_lead_time=_duration([lead for lead in leads if lead >= timedelta()]),
        change_fail_rate=_rate(len(failed), len(changes)),
        failed_deployment_recovery_time=_duration([each for each in recoveries if each is not None]),
        rework_rate=_rate(len(reworks), len(changes)),
        failed_deployments=sum(since < each <= until for each in failures),
    )


def _changes(
    deployments: Sequence[ComponentDeployment], incidents: Sequence[Incident], checks: Mapping[Place, Sequence[int]]
) -> list[_Change]:
    """Every deployment that succeeded, rolled back or not, with what followed from it."""
    found = []
    reached = [each for each in deployments if each.status in (Status.SUCCEEDED, Status.ROLLED_BACK)]
    for place in dict.fromkeys(map(_place, reached)):
        ordered = sorted(
            (each.finished_at, each.id, each.attempt, each)
            for each in reached
            if _place(each) == place and each.finished_at
        )
        ours = [each for each in incidents if each.check_id in checks.get(place, ())]
        ends: list[datetime | None] = [at for at, *_ in ordered[1:]]
        for (at, _, _, deployment), until in zip(ordered, [*ends, None], strict=True):
            last = min(at + FAILS_WITHIN, until) if until else at + FAILS_WITHIN
            charged = tuple(each for each in ours if at <= each.opened_at < last)
            found.append(_Change(deployment, at, charged, until))
    return found


def _place(deployment: ComponentDeployment) -> Place:
    return deployment.component_id, deployment.environment_id


def _is_rework(
    deployment: ComponentDeployment, incidents: Sequence[Incident], checks: Mapping[Place, Sequence[int]]
) -> bool:
    """Whether it was an unplanned fix: it says so, or was begun while an incident behind it was open."""
    begun = deployment.started_at
    if deployment.unplanned or begun is None:
        return deployment.unplanned
    return any(
        each.check_id in checks.get(_place(deployment), ())
        and each.opened_at <= begun
        and (each.resolved_at is None or begun < each.resolved_at)
        for each in incidents
    )


def _frequency(count: int, days: int) -> Frequency:
    if not count:
        return Frequency(deployments=0, per_day=None, per_week=None)
    return Frequency(deployments=count, per_day=round(count / days, 4), per_week=round(count * 7 / days, 4))


def _rate(count: int, samples: int) -> Rate:
    return Rate(samples=samples, count=count, rate=round(count / samples, 4) if samples else None)


def _duration(lengths: Sequence[timedelta]) -> Duration:
    seconds = sorted(int(each.total_seconds()) for each in lengths)
    return Duration(samples=len(seconds), p50_seconds=_percentile(seconds, 50), p90_seconds=_percentile(seconds, 90))


def _percentile(ordered: Sequence[int], percent: int) -> int | None:
    """By nearest rank: a value that occurred.

    >>> _percentile([10, 20, 30], 50)
    20
    """
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else None
