"""Checks in requests and responses."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from lull.domain.checks import FRAMING_HEADERS, Check, CheckMode, CheckStatus, Probe
from lull.domain.credentials import Caller, Role
from lull.domain.errors import invalid
from lull.domain.maintenance_windows import Suppression
from schemas.base import ABSENT, HttpUrl, Id, In, Name, Out, OutInstant, PageOut, Patch

_EXAMPLE: JsonDict = {"projectId": 1, "name": "Checkout API", "intervalSeconds": 300}


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum() or len(name) > 100:
            raise ValueError("must have names of letters, digits, - and _")
        if name.lower() in FRAMING_HEADERS:
            raise ValueError(f"must not set {name}")
        if not value.isprintable() or not value.isascii() or len(value) > 1_000:
            raise ValueError("must have values of printable ASCII, at most 1,000 characters each")
    if len({name.lower() for name in headers}) < len(headers):
        raise ValueError("must not have a name twice, in whatever case")
    return headers


Headers = Annotated[dict[str, str], Field(max_length=10), AfterValidator(_headers)]
GraceSeconds = Annotated[int, Field(ge=5, le=3_600)]
BodyText = Annotated[str, Field(min_length=1, max_length=1_000)]
HttpStatus = Annotated[int, Field(ge=100, le=599)]


class ProbeFields(In):
    """The settings of an OUTBOUND check. Null is the default of a setting, and nothing for what has none."""

    url: HttpUrl | None = None
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH"] | None = None
    headers: Headers | None = None
    timeout_ms: Annotated[int, Field(ge=1_000, le=15_000)] | None = None
    expected_status_min: HttpStatus | None = None
    expected_status_max: HttpStatus | None = None
    fail_after_consecutive: Annotated[int, Field(ge=1, le=20)] | None = None
    resolve_after_consecutive_success: Annotated[int, Field(ge=1, le=20)] | None = None
    body_contains: BodyText | None = Field(
        default=None, description="What the first 64 KB of the body must contain; null to accept any body."
    )
    body_not_contains: BodyText | None = Field(
        default=None, description="What the first 64 KB of the body must not contain; null to accept any body."
    )
    follow_redirects: bool | None = None

    def probe(self, current: Probe | None) -> Probe | None:
        """The probe that this request makes of the current one. Raises Invalid for settings without a URL."""
        unsaid = ProbeFields.model_fields.keys() - self.model_fields_set
        kept: dict[str, Any] = {name: getattr(current, name) for name in unsaid} if current else {}
        said = {name: value for name in ProbeFields.model_fields if (value := getattr(self, name)) is not None}
        if not said and current is None:
            return None
        settings = kept | said
        if "url" not in settings:
            raise invalid("url", "is required with the settings of an OUTBOUND check")
        return Probe(**settings)


DependencyIds = Annotated[list[Id], Field(max_length=20, description="Dependencies that it needs.")]


class CheckIn(ProbeFields):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    project_id: Id | None = None
    dependency_id: Id | None = None
    name: Name
    check_mode: Annotated[CheckMode, Field(strict=False)] = CheckMode.INBOUND
    interval_seconds: int
    grace_seconds: GraceSeconds = 20
    dependency_ids: DependencyIds = Field(default=[])


class CheckPatch(ProbeFields, Patch):
    """Only the fields to change; null gives a setting its default. Mode and owner stay as they were created."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Checkout", "intervalSeconds": 60}]})

    name: Name = ABSENT
    interval_seconds: int = ABSENT
    grace_seconds: GraceSeconds = ABSENT
    dependency_ids: DependencyIds = ABSENT

    def applied_to(self, check: Check) -> Check:
        settings = {name: value for name, value in self.said().items() if name not in ProbeFields.model_fields}
        if "dependency_ids" in settings:
            settings["dependency_ids"] = tuple(dict.fromkeys(settings["dependency_ids"]))
        return replace(check, **settings, probe=self.probe(check.probe))


class HoldOut(Out):
    source: str = Field(description="`manual`, or `deployment:<id>`.")
    actor: str
    since: OutInstant
    until: OutInstant | None


class LastProbeOut(Out):
    last_probed_at: OutInstant | None = Field(serialization_alias="at")
    succeeded: bool | None
    status_code: int | None = Field(description="Null if there was no answer.")
    duration_ms: int | None
    reason: str | None = Field(description="Why it failed; null if it succeeded.")
    consecutive_failures: int
    consecutive_successes: int


class CheckOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 10,
                    "workspaceId": 1,
                    "projectId": 1,
                    "dependencyId": None,
                    "name": "Checkout API",
                    "token": "1-10-3yXqLrJw8d2sKfTn5vBz7cGh",
                    "checkMode": "INBOUND",
                    "intervalSeconds": 300,
                    "graceSeconds": 20,
                    "status": "PAUSED",
                    "holds": [
                        {
                            "source": "deployment:17",
                            "actor": "deploy-bot",
                            "since": "2026-03-01T12:30:00Z",
                            "until": "2026-03-02T12:30:00Z",
                        }
                    ],
                    "lastPingAt": "2026-03-01T12:29:00Z",
                    "lastStartedAt": None,
                    "nextDueAt": None,
                    "incidentId": None,
                    "dependencyIds": [3],
                    "impacts": {},
                    "createdAt": "2026-02-01T09:00:00Z",
                    "url": None,
                }
            ]
        }
    )

    id: int
    workspace_id: int
    project_id: int | None
    dependency_id: int | None
    name: str
    token: str | None = Field(
        description="The secret part of the ping URL `/api/signals/ping/{token}`; null below the role member."
    )
    check_mode: CheckMode
    interval_seconds: int
    grace_seconds: int
    status: CheckStatus
    holds: list[HoldOut] = Field(description="Who keeps it quiet, since when and until when.")
    last_ping_at: OutInstant | None
    last_started_at: OutInstant | None = Field(description="When the service last said that it begins its work.")
    next_due_at: OutInstant | None
    incident_id: int | None = Field(description="The incident of the outage that it is in, until it recovers.")
    dependency_ids: list[int] = Field(description="Dependencies that it needs.")
    impacts: dict[int, int] = Field(
        description="The incident of each dependency that it needs and that is down, by the dependency's id."
    )
    created_at: OutInstant
    url: str | None = None
    method: str | None = None
    headers: dict[str, str] | None = Field(default=None, description="Null below the role member.")
    timeout_ms: int | None = None
    expected_status_min: int | None = None
    expected_status_max: int | None = None
    fail_after_consecutive: int | None = None
    resolve_after_consecutive_success: int | None = None
    body_contains: str | None = None
    body_not_contains: str | None = None
    follow_redirects: bool | None = None
    last_probe: LastProbeOut | None = Field(
        default=None,
        validation_alias="probe_state",
        description="Null until it has been probed, and for INBOUND checks.",
    )

    @classmethod
    def of(cls, check: Check, caller: Caller) -> "CheckOut":
        """What this caller may see: who cannot change a check cannot report for it either."""
        out = cls.model_validate(check)
        if check.probe:
            for name in ProbeFields.model_fields:
                setattr(out, name, getattr(check.probe, name))
        if not caller.role.includes(Role.MEMBER):
            out.token = out.headers = None
        return out


class SuppressionOut(Out):
    window_id: int
    name: str
    actor: str = Field(description="Who planned it.")
    start_at: OutInstant = Field(serialization_alias="since")
    end_at: OutInstant = Field(serialization_alias="until")
    alerts: bool
    incidents: bool


class CheckDetailsOut(CheckOut):
    suppressions: list[SuppressionOut] = Field(
        description="Maintenance windows that keep its alerts, its incidents or both quiet now."
    )

    @classmethod
    def with_suppressions(cls, check: Check, found: list[Suppression], caller: Caller) -> "CheckDetailsOut":
        out = CheckOut.of(check, caller)
        return cls(
            **{name: getattr(out, name) for name in CheckOut.model_fields},
            suppressions=[SuppressionOut.model_validate(each) for each in found],
        )


class CheckPageOut(PageOut):
    items: list[CheckOut] = Field(description="The checks of this page, by id.")
