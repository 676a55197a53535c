"""From when on a check shows what a write made of it, and which writes are recorded."""

from datetime import timedelta
from typing import Any

import pytest

from lull.domain import consequences, ledger, watch
from lull.domain.checks import Check, Health
from lull.domain.effects import RecordUptime
from lull.domain.holds import Hold
from lull.domain.ledger import Change
from lull.domain.uptime import Bucket
from tests.builders import NOON, a_check

WRITTEN = NOON + timedelta(hours=9)
"""Long after whatever it was: only a deletion may be dated by it."""


def after(seconds: float):
    return NOON + timedelta(seconds=seconds)


def hold(seconds: float, source: str = "deployment:1") -> Hold:
    return Hold(source=source, actor="ada", since=after(seconds))


def judged(health: Health, seconds: float, **changes: Any) -> Check:
    """Judged so many seconds after noon."""
    return a_check(**{"health": health, "judged_at": after(seconds), "last_ping_at": NOON, **changes})


def seen(before: Check | None, now: Check | None) -> tuple[float, Bucket] | None:
    change = ledger.changed(before, now, sequence=7, written_at=WRITTEN)
    return ((change.at - NOON).total_seconds(), change.bucket) if change else None


NEW = a_check()
OK = judged(Health.OK, 10)
LATE = judged(Health.LATE, 310)
DOWN = judged(Health.DOWN, 330)
LAST = (WRITTEN - NOON).total_seconds()


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        # created, deleted
        (None, NEW, (0, Bucket.NOT_MONITORED)),
        (OK, None, (LAST, Bucket.NO_DATA)),
        (judged(Health.OK, LAST + 0.5), None, (LAST + 0.5, Bucket.NO_DATA)),
        # signals
        (NEW, OK, (10, Bucket.OPERATIONAL)),
        (OK, judged(Health.DOWN, 60), (60, Bucket.MAJOR)),
        (DOWN, judged(Health.OK, 400), (400, Bucket.OPERATIONAL)),
        # deadlines: however late somebody looks
        (OK, LATE, (310, Bucket.DEGRADED)),
        (LATE, DOWN, (330, Bucket.MAJOR)),
        (OK, DOWN, (330, Bucket.MAJOR)),
        (
            judged(Health.OK, 10, released_at=after(50)),
            judged(Health.LATE, 350, released_at=after(50)),
            (350, Bucket.DEGRADED),
        ),
        # holds and releases
        (OK, judged(Health.OK, 10, holds=(hold(20),)), (20, Bucket.MAINTENANCE)),
        (OK, judged(Health.OK, 10, holds=(hold(20, "manual"),)), (20, Bucket.NOT_MONITORED)),
        (
            judged(Health.OK, 10, holds=(hold(20, "manual"),)),
            judged(Health.OK, 10, holds=(hold(30), hold(20, "manual"))),
            (30, Bucket.MAINTENANCE),
        ),
        (
            judged(Health.OK, 10, holds=(hold(20), hold(30, "manual"))),
            judged(Health.OK, 10, holds=(hold(30, "manual"),), released_at=after(40)),
            (40, Bucket.NOT_MONITORED),
        ),
        (
            judged(Health.DOWN, 10, holds=(hold(20),)),
            judged(Health.DOWN, 10, released_at=after(40)),
            (40, Bucket.OPERATIONAL),
        ),
        # what it said while it was held shows with the release
        (
            judged(Health.DOWN, 30, holds=(hold(20),)),
            judged(Health.DOWN, 30, released_at=after(30)),
            (30, Bucket.MAJOR),
        ),
        # overtaken: nothing goes back
        (LATE, judged(Health.LATE, 310, holds=(hold(305),)), (310, Bucket.MAINTENANCE)),
        (judged(Health.OK, 61), judged(Health.DOWN, 60), (61, Bucket.MAJOR)),
        (
            judged(Health.DOWN, 30, holds=(hold(20),)),
            judged(Health.DOWN, 30, released_at=after(25)),
            (30, Bucket.MAJOR),
        ),
        # nothing else is shown
        (NEW, NEW, None),
        (OK, judged(Health.OK, 400), None),
        (DOWN, judged(Health.DOWN, 500), None),
        (DOWN, judged(Health.DOWN, 330, incident_id=1), None),
        (OK, judged(Health.OK, 10, name="Shop", interval_seconds=60), None),
        (NEW, a_check(holds=(hold(20, "manual"),)), None),
        (judged(Health.OK, 10, released_at=after(50)), judged(Health.OK, 60, released_at=after(50)), None),
        (
            judged(Health.OK, 10, holds=(hold(20),)),
            judged(Health.OK, 10, holds=(hold(20), hold(30, "manual"))),
            None,
        ),
        (judged(Health.OK, 10, holds=(hold(20),)), judged(Health.DOWN, 30, holds=(hold(20),)), None),
    ],
)
def test_a_change_dates_from_the_latest_instant_that_the_check_knows_of(before, now, shown):
    assert seen(before, now) == shown


def test_a_deadline_that_an_edit_moved_back_does_not_move_back_what_was_shown():
    late, _ = watch.judged(judged(Health.OK, 0), at=after(310))
    shortened = a_check(interval_seconds=60, health=late.health, judged_at=late.judged_at, last_ping_at=NOON)
    down, _ = watch.judged(shortened, at=after(315))
    assert (late.judged_at, down.judged_at) == (after(300), after(300))
    assert seen(shortened, down) == (300, Bucket.MAJOR)


def test_what_is_recorded_names_the_check_and_bears_the_number_of_the_write():
    change = Change(at=after(10), sequence=7, bucket=Bucket.OPERATIONAL)
    assert consequences.of_uptime(NEW, OK, sequence=7, written_at=WRITTEN) == [RecordUptime(1, 10, change)]
    assert consequences.of_uptime(OK, OK, sequence=8, written_at=WRITTEN) == []
    assert consequences.of_uptime(None, None, sequence=8, written_at=WRITTEN) == []
