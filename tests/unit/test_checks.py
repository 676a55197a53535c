"""The status of a check follows from its holds, its last release and its last signal."""

from datetime import timedelta
from itertools import product

import pytest

from lull.domain.checks import CheckStatus, Health
from lull.domain.holds import Hold
from tests.builders import NOON, a_check

HOLD = Hold(source="manual", actor="ada", since=NOON)
DEPLOYMENT = Hold(source="deployment:17", actor="ci", since=NOON)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("health", "holds", "released"),
    list(product(Health, [(), (HOLD,), (DEPLOYMENT,), (HOLD, DEPLOYMENT)], [None, -MINUTE, MINUTE])),
)
def test_a_check_is_paused_exactly_while_somebody_holds_it(health, holds, released):
    check = a_check(
        health=health, judged_at=NOON, holds=holds, released_at=None if released is None else NOON + released
    )
    assert (check.status is CheckStatus.PAUSED) is bool(holds)
    if not holds:
        expected = CheckStatus.RESUMED if released == MINUTE else CheckStatus(health)
        assert check.status is expected


def test_a_check_that_was_held_before_its_first_signal_is_resumed_not_new():
    assert a_check(released_at=NOON).status is CheckStatus.RESUMED


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, None),
        ({"health": Health.OK, "judged_at": NOON, "last_ping_at": NOON}, NOON + 5 * MINUTE),
        ({"health": Health.LATE, "judged_at": NOON, "last_ping_at": NOON}, NOON + 5 * MINUTE),
        ({"health": Health.DOWN, "judged_at": NOON, "last_ping_at": NOON}, None),
        ({"health": Health.OK, "judged_at": NOON, "last_ping_at": NOON, "holds": (HOLD,)}, None),
        (
            {"health": Health.OK, "judged_at": NOON, "last_ping_at": NOON, "released_at": NOON + MINUTE},
            NOON + 6 * MINUTE,
        ),
    ],
)
def test_the_next_signal_is_due_one_interval_after_the_last_or_after_the_release(changes, due):
    assert a_check(**changes).next_due_at == due


def test_only_a_deployment_s_hold_is_one():
    assert a_check(holds=(HOLD, DEPLOYMENT)).is_held_by_deployment
    assert not a_check(holds=(HOLD,)).is_held_by_deployment
