"""Uptime in responses."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator, ConfigDict, Field

from lull.domain.uptime import DayUptime, percentage
from lull.use_cases.uptime import Uptime
from schemas.base import Out, digits

MOST_DAYS = 365

Days = Annotated[Annotated[int, Field(ge=1, le=MOST_DAYS)], BeforeValidator(digits), Query()]
"""How many days, today included."""

_PERCENT = "Percent, floored to two decimals; null if there is no second to judge by."


class SecondsOut(Out):
    """The seconds of one day by what was shown; they add up to those that have passed of it."""

    operational: int
    degraded: int
    partial: int
    major: int
    maintenance: int
    not_monitored: int = Field(description="New, or paused by hand.")
    no_data: int = Field(description="Before it was created.")


class DayUptimeOut(Out):
    day: date = Field(description="In UTC.")
    uptime: float | None = Field(description=_PERCENT)
    seconds: SecondsOut

    @classmethod
    def of(cls, day: DayUptime) -> "DayUptimeOut":
        seconds = SecondsOut.model_validate({bucket.value: count for bucket, count in day.seconds.items()})
        return cls(day=day.day, uptime=_number(percentage([day])), seconds=seconds)


class UptimeOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "uptime": 97.91,
                    "days": [
                        {
                            "day": "2026-03-01",
                            "uptime": 97.91,
                            "seconds": {
                                "operational": 84500,
                                "degraded": 20,
                                "partial": 0,
                                "major": 1800,
                                "maintenance": 80,
                                "notMonitored": 0,
                                "noData": 0,
                            },
                        }
                    ],
                }
            ]
        }
    )

    uptime: float | None = Field(description=_PERCENT)
    days: list[DayUptimeOut] = Field(description="Oldest first; the last is today, as far as it has passed.")

    @classmethod
    def of(cls, found: Uptime) -> "UptimeOut":
        return cls(uptime=_number(found.percentage), days=[DayUptimeOut.of(day) for day in found.days])


def _number(percent: Decimal | None) -> float | None:
    return None if percent is None else float(percent)
