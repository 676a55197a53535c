"""Delivery metrics and the gate in responses."""

from pydantic import ConfigDict, Field

from lull.domain.dora import FAILS_WITHIN
from lull.domain.gate import ReasonCode
from schemas.base import Out, OutInstant


class FrequencyOut(Out):
    deployments: int
    per_day: float | None
    per_week: float | None


class DurationOut(Out):
    samples: int
    p50_seconds: int | None = Field(serialization_alias="p50Seconds")
    p90_seconds: int | None = Field(serialization_alias="p90Seconds")


class RateOut(Out):
    samples: int
    count: int
    rate: float | None


_NO_TIME = {"samples": 0, "p50Seconds": None, "p90Seconds": None}


class MetricsOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "since": "2026-02-01T12:30:00Z",
                    "until": "2026-03-03T12:30:00Z",
                    "days": 30,
                    "deploymentFrequency": {"deployments": 45, "perDay": 1.5, "perWeek": 10.5},
                    "changeLeadTime": {"samples": 40, "p50Seconds": 5400, "p90Seconds": 86400},
                    "changeFailRate": {"samples": 45, "count": 3, "rate": 0.0667},
                    "failedDeploymentRecoveryTime": {"samples": 3, "p50Seconds": 660, "p90Seconds": 2400},
                    "reworkRate": {"samples": 45, "count": 2, "rate": 0.0444},
                    "failedDeployments": 4,
                }
            ]
        }
    )

    since: OutInstant
    until: OutInstant
    days: int
    deployment_frequency: FrequencyOut = Field(description="Deployments that succeeded, rolled back later or not.")
    change_lead_time: DurationOut = Field(
        description="From commit to success; of those whose `commitTimestamp` is known."
    )
    change_fail_rate: RateOut = Field(
        description="Rolled back, or an incident of a check behind it was opened within "
        f"{int(FAILS_WITHIN.total_seconds() / 60)} minutes and before the next deployment."
    )
    failed_deployment_recovery_time: DurationOut = Field(
        description="Of those, from the incident (or the success) until all was well, rolled back or replaced."
    )
    rework_rate: RateOut = Field(description="`unplanned`, or begun while an incident behind it was open.")
    failed_deployments: int = Field(description="Those that failed before they reached anybody: in none of the above.")


class ReasonOut(Out):
    code: ReasonCode
    id: str = Field(description="Of the incident, maintenance window or deployment.")
    message: str


class VerdictOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "canDeploy": False,
                    "reasons": [
                        {"code": "open_incident", "id": "7", "message": "check Checkout has the open incident 7"}
                    ],
                }
            ]
        }
    )

    can_deploy: bool
    reasons: list[ReasonOut] = Field(description="What speaks against it; none if it may be deployed.")
