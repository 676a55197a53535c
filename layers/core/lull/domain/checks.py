"""Checks: what is watched, and the one rule that says how it stands."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from lull.domain.errors import FieldError, Invalid
from lull.domain.holds import Hold, is_of_deployment


class CheckMode(StrEnum):
    INBOUND = "INBOUND"
    """The service calls us."""
    OUTBOUND = "OUTBOUND"
    """We call the service."""


class Health(StrEnum):
    """What the last signal or judgement said, holds left aside."""

    NEW = "NEW"
    OK = "OK"
    LATE = "LATE"
    DOWN = "DOWN"


class CheckStatus(StrEnum):
    """What people see."""

    NEW = "NEW"
    OK = "OK"
    LATE = "LATE"
    DOWN = "DOWN"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"


FRAMING_HEADERS = {"connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding"}
FRAMING_HEADERS |= {"upgrade", "proxy-authorization", "proxy-connection"}
"""What frames a message or names its receiver: given by hand, a request could say one thing and mean another."""

INTERVAL_SECONDS = {CheckMode.INBOUND: (60, 86_400), CheckMode.OUTBOUND: (30, 86_400)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How an OUTBOUND check is probed over HTTP."""

    url: str
    method: str = "GET"
    headers: dict[str, str] | None = None
    timeout_ms: int = 8_000
    expected_status_min: int = 200
    expected_status_max: int = 399
    fail_after_consecutive: int = 3
    resolve_after_consecutive_success: int = 1
    body_contains: str | None = None
    body_not_contains: str | None = None
    follow_redirects: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeState:
    """The last probe of a check, and how many like it came in a row."""

    last_probed_at: datetime | None = None
    succeeded: bool | None = None
    status_code: int | None = None
    duration_ms: int | None = None
    reason: str | None = None
    """Why it failed; None if it succeeded."""
    consecutive_failures: int = 0
    consecutive_successes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A heartbeat or a probe. Belongs to a project or to a dependency, never to both.

    Holds, signals and settings are written by different hands at the same time, so the status is not stored: it
    follows from what each of them wrote. Nobody ever has to read it before writing.
    """

    id: int
    workspace_id: int
    project_id: int | None = None
    dependency_id: int | None = None
    name: str
    token: str
    check_mode: CheckMode = CheckMode.INBOUND
    interval_seconds: int
    grace_seconds: int = 20
    probe: Probe | None = None
    dependency_ids: tuple[int, ...] = ()
    """Dependencies that it needs: it is impacted while one of them is down."""
    probe_state: ProbeState | None = None
    """None until it has been probed."""
    created_at: datetime
    health: Health = Health.NEW
    judged_at: datetime | None = None
    """When `health` was last established, by a signal or by a deadline."""
    last_ping_at: datetime | None = None
    last_started_at: datetime | None = None
    """When the service last said that it begins its work."""
    released_at: datetime | None = None
    """When a hold was last removed."""
    holds: tuple[Hold, ...] = ()
    watch_at: datetime | None = None
    """When it is to be looked at next: never later than its deadline, and earlier does no harm."""
    incident_id: int | None = None
    """The incident of the outage that it is in, until it recovers, even if somebody resolves the incident before."""
    recovered_at: datetime | None = None
    """When it was last heard to be well again, since it got its incident."""
    impacts: dict[int, int] = field(default_factory=dict)
    """The incident of each dependency that it needs and that is down, by the dependency's id, until that recovers."""
    revision: int = 0

    @property
    def status(self) -> CheckStatus:
        """PAUSED exactly while somebody holds it; RESUMED from the last release until the next signal."""
        if self.holds:
            return CheckStatus.PAUSED
        if self.released_at and (self.judged_at is None or self.judged_at < self.released_at):
            return CheckStatus.RESUMED
        return CheckStatus(self.health)

    @property
    def next_due_at(self) -> datetime | None:
        """When the next signal is due; None while nothing is expected (NEW, DOWN, PAUSED).

        An OUTBOUND check is probed then, whatever its status but PAUSED.
        """
        if self.check_mode is CheckMode.OUTBOUND:
            return None if self.holds else self.watch_at
        if self.status is CheckStatus.RESUMED and self.released_at:
            return self.released_at + timedelta(seconds=self.interval_seconds)
        if self.status in (CheckStatus.OK, CheckStatus.LATE) and self.last_ping_at:
            return self.last_ping_at + timedelta(seconds=self.interval_seconds)
        return None

    @property
    def has_recovered(self) -> bool:
        """Whether it was well again since it got its incident, though it may have gone DOWN once more."""
        if self.incident_id is None:
            return False
        return self.status is CheckStatus.OK or (self.status is CheckStatus.DOWN and self.recovered_at is not None)

    @property
    def is_past_its_outage(self) -> bool:
        """Whether it was well since it got its incident, and has not gone DOWN again, though it may be held."""
        return self.recovered_at is not None and self.health is not Health.DOWN

    @property
    def is_held_by_deployment(self) -> bool:
        return any(is_of_deployment(hold.source) for hold in self.holds)


def validated(check: Check) -> Check:
    """Return the check, or raise Invalid naming each field that breaks a rule of its mode."""
    errors = []
    if (check.project_id is None) == (check.dependency_id is None):
        errors.append(FieldError("projectId", "exactly one of projectId and dependencyId is required"))
    low, high = INTERVAL_SECONDS[check.check_mode]
    if not low <= check.interval_seconds <= high:
        errors.append(FieldError("intervalSeconds", f"must be {low} to {high} seconds for {check.check_mode} checks"))
    if check.dependency_id is not None and check.dependency_id in check.dependency_ids:
        errors.append(FieldError("dependencyIds", "must not name the dependency that the check watches"))
    if check.check_mode is CheckMode.OUTBOUND and check.probe is None:
        errors.append(FieldError("url", "is required for OUTBOUND checks"))
    if check.check_mode is CheckMode.INBOUND and check.probe is not None:
        errors.append(FieldError("url", "is only for OUTBOUND checks"))
    if check.probe and check.probe.expected_status_min > check.probe.expected_status_max:
        errors.append(FieldError("expectedStatusMin", "must not be greater than expectedStatusMax"))
    if check.probe and check.probe.method == "HEAD":
        texts = {"bodyContains": check.probe.body_contains, "bodyNotContains": check.probe.body_not_contains}
        errors += [FieldError(name, "an answer to HEAD has no body") for name, text in texts.items() if text]
    if errors:
        raise Invalid(*errors)
    return check
