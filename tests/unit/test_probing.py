"""What a probe makes of a check, when the next one is due, and which changes ask for one at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lull.domain.answers import Answer
from lull.domain.checks import Check, CheckMode, CheckStatus, Health, Probe, ProbeState
from lull.domain.consequences import of_check
from lull.domain.effects import WakeProbe
from lull.domain.holds import Hold
from lull.domain.probes import answered, next_probe_at
from lull.domain.signals import Signal, SignalSource, SignalType
from tests.builders import NOON, a_check

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
PROBE = Probe(url="https://example.com/health", resolve_after_consecutive_success=2)
GOOD, BAD = Answer(status_code=200), Answer(status_code=503)
REASON = "status 503, expected 200 to 399"
HOLD = Hold(source="manual", actor="ada", since=NOON)
HOUR_AGO = NOON - 60 * MINUTE


def probed_check(**changes) -> Check:
    return a_check(check_mode=CheckMode.OUTBOUND, probe=PROBE, watch_at=NOON, interval_seconds=60, **changes)


def counted(*, failures: int = 0, successes: int = 0) -> ProbeState:
    return ProbeState(
        last_probed_at=NOON - MINUTE, consecutive_failures=failures, consecutive_successes=successes, succeeded=True
    )


@pytest.mark.parametrize(
    ("late", "following"),
    [
        (timedelta(0), 60 * SECOND),
        (-SECOND, 60 * SECOND),
        (2 * SECOND, 60 * SECOND),
        (59 * SECOND, 60 * SECOND),
        (60 * SECOND, 120 * SECOND),
        (61 * SECOND, 121 * SECOND),
        (timedelta(days=1), timedelta(days=1) + 60 * SECOND),
    ],
)
def test_probes_do_not_drift_and_what_was_missed_is_not_made_up_for(late, following):
    assert next_probe_at(probed_check(), at=NOON + late) == NOON + following


OK = {"health": Health.OK, "judged_at": HOUR_AGO, "last_ping_at": NOON - MINUTE}
DOWN = {"health": Health.DOWN, "judged_at": HOUR_AGO}
RELEASED = {"released_at": NOON - SECOND}


@pytest.mark.parametrize(
    ("before", "answer", "status", "noted"),
    [
        ({}, GOOD, CheckStatus.OK, SignalType.SUCCESS),
        ({}, BAD, CheckStatus.NEW, None),
        ({"probe_state": counted(failures=2)}, BAD, CheckStatus.DOWN, SignalType.FAIL),
        (OK, GOOD, CheckStatus.OK, None),
        ({**OK, "probe_state": counted(failures=1)}, BAD, CheckStatus.OK, None),
        ({**OK, "probe_state": counted(failures=2)}, BAD, CheckStatus.DOWN, SignalType.FAIL),
        ({**DOWN, "probe_state": counted(failures=3)}, BAD, CheckStatus.DOWN, None),
        ({**DOWN, "probe_state": counted(failures=3)}, GOOD, CheckStatus.DOWN, None),
        ({**DOWN, "probe_state": counted(successes=1)}, GOOD, CheckStatus.OK, SignalType.SUCCESS),
        ({**OK, **RELEASED}, GOOD, CheckStatus.OK, SignalType.SUCCESS),
        ({**OK, **RELEASED, "probe_state": counted(failures=2)}, BAD, CheckStatus.RESUMED, None),
        ({**DOWN, **RELEASED, "probe_state": counted(successes=1)}, GOOD, CheckStatus.RESUMED, None),
    ],
)
def test_a_status_changes_by_as_many_probes_in_a_row_as_it_takes(before, answer, status, noted):
    check = probed_check(**before)
    after, signal = answered(check, PROBE, answer, at=NOON)
    assert after.status is status
    assert after.watch_at == NOON + MINUTE
    assert after.last_ping_at == (NOON if answer is GOOD else check.last_ping_at)
    reason = REASON if answer is BAD else None
    assert signal == (noted and Signal(type=noted, at=NOON, source=SignalSource.PROBE, message=reason))
    assert after.judged_at == (NOON if noted else check.judged_at)


@pytest.mark.parametrize("said", [{"released_at": NOON - SECOND}, {"judged_at": NOON - SECOND}])
def test_what_was_counted_before_a_release_or_a_ping_counts_no_more(said):
    check = probed_check(**{**OK, **said}, probe_state=counted(failures=2))
    after, _ = answered(check, PROBE, BAD, at=NOON)
    assert after.probe_state
    assert after.probe_state.consecutive_failures == 1


def asks(before: Check | None, after: Check | None) -> bool:
    return WakeProbe(1, 10) in of_check(before, after)


def test_a_change_asks_for_a_probe_if_it_makes_one_due():
    check = probed_check()
    held = replace(check, holds=(HOLD,))
    assert asks(None, check)
    assert asks(held, replace(check, released_at=NOON))
    assert asks(check, replace(check, revision=1))


def test_no_other_change_does():
    check = probed_check()
    held = replace(check, holds=(HOLD,))
    other = replace(HOLD, source="deployment:17")
    assert not asks(check, held)
    assert not asks(held, replace(held, revision=1))
    assert not asks(replace(held, holds=(HOLD, other)), replace(held, released_at=NOON))
    assert not asks(check, replace(check, health=Health.DOWN, judged_at=NOON, watch_at=NOON + MINUTE))
    assert not asks(check, replace(check, incident_id=1))
    assert not asks(check, None)
    assert not asks(None, a_check())


def test_a_probe_is_what_an_outbound_check_waits_for_whatever_its_status():
    for state in ({}, OK, DOWN, {**OK, **RELEASED}):
        assert probed_check(**state).next_due_at == NOON
    assert probed_check(holds=(HOLD,)).next_due_at is None
