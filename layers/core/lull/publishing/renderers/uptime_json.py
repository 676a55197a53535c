"""The uptime of a component: what it showed when, and the days that follow from it.

What is published is the timeline, and not the days: so the running day is as long as it is when somebody asks, and not
as long as it was when the component changed last.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lull.domain import uptime
from lull.domain.errors import invalid
from lull.domain.uptime import Bucket, DayUptime
from lull.publishing.snapshot import LONGEST_HISTORY, StatusSnapshot

DEFAULT_DAYS = 90


def render(snapshot: StatusSnapshot, _updated_at: datetime, *, component_id: int) -> bytes:
    """The timeline of a component, null where no uptime is shown."""
    document = {"componentId": component_id, "timeline": snapshot.component(component_id).timeline}
    return json.dumps(document, separators=(",", ":")).encode()


def document(
    published: Mapping[str, Any], *, days: int = DEFAULT_DAYS, offset: int = 0, at: datetime
) -> dict[str, Any] | None:
    """So many days of what `render` has written, oldest first, the last of them `offset` before that of `at`.

    None where no uptime is shown. Raises Invalid naming `days` or `offset`.
    """
    if not 1 <= days <= LONGEST_HISTORY:
        raise invalid("days", f"must be 1 to {LONGEST_HISTORY}")
    if not 0 <= offset < LONGEST_HISTORY:
        raise invalid("offset", f"must be 0 to {LONGEST_HISTORY - 1}")
    if published["timeline"] is None:
        return None
    timeline = tuple((since, Bucket(bucket)) for since, bucket in published["timeline"])
    last = _day(at) - timedelta(days=offset)
    counted = uptime.days(timeline, last - timedelta(days=days - 1), last, at=at)
    now = None if offset else uptime.bucket_at(timeline, at)
    return {
        "componentId": published["componentId"],
        "days": days,
        "offset": offset,
        "uptime": _percentage(*counted, now=now),
        "history": [
            {
                "date": each.day.isoformat(),
                "seconds": each.seconds,
                "uptime": _percentage(each, now=now if each is counted[-1] else None),
            }
            for each in counted
        ],
    }


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _percentage(*counted: DayUptime, now: Bucket | None) -> float | None:
    """Two decimals, which a float writes as they are."""
    found = uptime.percentage(counted, now=now)
    return None if found is None else float(found)
