"""What silence makes of a check, and when."""

from datetime import timedelta

import pytest

from lull.domain import watch
from lull.domain.checks import CheckMode, CheckStatus, Health, Probe
from lull.domain.holds import Hold
from lull.domain.signals import SignalSource, SignalType
from tests.builders import NOON, a_check

HOLD = Hold(source="manual", actor="ada", since=NOON)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
OK = {"health": Health.OK, "judged_at": NOON, "last_ping_at": NOON}
LATE = {"health": Health.LATE, "judged_at": NOON + 5 * MINUTE, "last_ping_at": NOON}
RESUMED = {**OK, "released_at": NOON + MINUTE}


@pytest.mark.parametrize(
    ("changes", "deadline"),
    [
        ({}, None),
        (OK, NOON + 5 * MINUTE),
        (LATE, NOON + 5 * MINUTE + 20 * SECOND),
        ({**OK, "health": Health.DOWN}, None),
        (RESUMED, NOON + 6 * MINUTE),
        ({"released_at": NOON}, NOON + 5 * MINUTE),
        ({**LATE, "released_at": NOON + MINUTE, "judged_at": NOON + 6 * MINUTE}, NOON + 6 * MINUTE + 20 * SECOND),
        ({**OK, "holds": (HOLD,)}, None),
        ({**OK, "check_mode": CheckMode.OUTBOUND, "probe": Probe(url="https://a.example")}, None),
    ],
)
def test_a_deadline_is_one_interval_after_the_last_signal_or_the_release_and_then_the_grace(changes, deadline):
    assert watch.deadline(a_check(**changes)) == deadline


@pytest.mark.parametrize("status", [OK, LATE, RESUMED])
def test_nothing_changes_a_moment_before_the_deadline(status):
    check = a_check(**status)
    due = watch.deadline(check)
    assert due
    assert watch.judged(check, at=due - timedelta(milliseconds=1)) == (check, [])
    assert watch.judged(check, at=due)[0].status in (CheckStatus.LATE, CheckStatus.DOWN)


def test_silence_makes_it_late_and_says_so():
    late, signals = watch.judged(a_check(**OK), at=NOON + 5 * MINUTE + SECOND)
    assert (late.status, late.judged_at, late.watch_at) == (
        CheckStatus.LATE,
        NOON + 5 * MINUTE,
        NOON + 5 * MINUTE + 20 * SECOND,
    )
    assert [(each.type, each.at, each.source, each.message) for each in signals] == [
        (SignalType.SUSPECT, NOON + 5 * MINUTE, SignalSource.DEADLINE, "no signal within 300 s")
    ]


def test_whoever_looks_hours_later_finds_it_down_since_its_deadline():
    down, signals = watch.judged(a_check(**OK), at=NOON + 300 * MINUTE)
    assert (down.status, down.judged_at, down.watch_at) == (CheckStatus.DOWN, down.judged_at, down.judged_at)
    assert down.judged_at == NOON + 5 * MINUTE + 20 * SECOND
    assert [each.type for each in signals] == [SignalType.SUSPECT, SignalType.FAIL]
    assert signals[1].message == "no signal within 300 s and 20 s of grace"


def test_a_release_gives_it_a_full_interval_again():
    down, signals = watch.judged(a_check(**RESUMED), at=NOON + 6 * MINUTE + 20 * SECOND)
    assert [each.at for each in signals] == [NOON + 6 * MINUTE, NOON + 6 * MINUTE + 20 * SECOND]
    assert down.status is CheckStatus.DOWN


def test_a_shorter_interval_makes_nothing_down_before_it_was_late():
    late = a_check(**{**LATE, "interval_seconds": 60})
    down, (signal,) = watch.judged(late, at=NOON + 6 * MINUTE)
    assert (down.status, down.judged_at, signal.at) == (CheckStatus.DOWN, NOON + 5 * MINUTE, NOON + 5 * MINUTE)
