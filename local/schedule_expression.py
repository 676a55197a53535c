"""When a schedule is due: `at(...)` in its time zone, `rate(...)` counted from its creation."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


class UnknownExpression(Exception):
    """A schedule expression that is not implemented here, or not one at all."""


@dataclass(frozen=True, slots=True)
class Once:
    at: datetime


@dataclass(frozen=True, slots=True)
class Every:
    period: timedelta
    created_at: datetime

    def after(self, moment: datetime) -> datetime:
        """The first occurrence later than `moment`."""
        passed = max(0, (moment - self.created_at) // self.period)
        return self.created_at + (passed + 1) * self.period


def parse(expression: str, *, timezone: str, created_at: datetime) -> Once | Every:
    if found := _AT.fullmatch(expression):
        local = datetime.fromisoformat(found[1]).replace(tzinfo=ZoneInfo(timezone))
        return Once(local.astimezone(UTC))
    if found := _RATE.fullmatch(expression):
        return Every(timedelta(**{f"{found[2]}s": int(found[1])}), created_at)
    raise UnknownExpression(expression)
