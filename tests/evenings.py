"""One evening, the night after it, and what a check was counted as by then."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lull.domain.checks import Check
from lull.domain.uptime import Bucket
from lull.store import checks
from tests.api import Api

EVENING = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def moment(text: str) -> datetime:
    """`hour:minute:second` of that evening or of the night after it."""
    hour, minute, second = (int(each) for each in text.split(":"))
    night = timedelta(days=0 if hour >= EVENING.hour else 1)
    return EVENING.replace(hour=hour, minute=minute, second=second) + night


def check(check_id: int = 1) -> Check:
    found = checks.get_check(1, check_id)
    assert found
    return found


def ping(suffix: str = "", check_id: int = 1) -> Any:
    return Api(None).post(f"/api/signals/ping/{check(check_id).token}{suffix}")


def seconds(**some: int) -> dict[Bucket, int]:
    """By the names of the buckets; what is not named is 0."""
    return dict.fromkeys(Bucket, 0) | {Bucket[name.upper()]: count for name, count in some.items()}


def counted(api: Api, days: int, check_id: int = 1) -> list[dict[str, int]]:
    return [each["seconds"] for each in api.get(f"/api/checks/{check_id}/uptime?days={days}")["days"]]
