"""What a probe expects of an answer, and how many probes in a row it takes to believe them."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from lull.domain.answers import Answer, Failure
from lull.domain.checks import Health, Probe, ProbeState
from lull.domain.probes import established, failure_reason, probed
from tests.builders import NOON

PROBE = Probe(url="https://example.com/health")
OK = Answer(status_code=200, body=b"status: green", elapsed_ms=12)
BROKEN = Answer(status_code=503, elapsed_ms=7)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("settings", "answer", "reason"),
    [
        ({}, {}, None),
        ({}, {"status_code": 399}, None),
        ({}, {"status_code": 400}, "status 400, expected 200 to 399"),
        ({}, {"status_code": 101}, "status 101, expected 200 to 399"),
        ({"expected_status_min": 204, "expected_status_max": 204}, {}, "status 200, expected 204"),
        ({"expected_status_min": 401, "expected_status_max": 401}, {"status_code": 401}, None),
        ({"body_contains": "green"}, {}, None),
        ({"body_contains": "Green"}, {}, "the body lacks the expected text"),
        ({"body_contains": "grün"}, {"body": "alles grün".encode()}, None),
        ({"body_contains": ""}, {"body": b""}, None),
        ({"body_contains": "green"}, {"body": b""}, "the body lacks the expected text"),
        ({"body_not_contains": "red"}, {}, None),
        ({"body_not_contains": "green"}, {}, "the body contains text that must not be there"),
        ({"body_not_contains": ""}, {}, None),
        ({"body_contains": "status", "body_not_contains": "red"}, {}, None),
        (
            {"body_contains": "end"},
            {"body": b"x" * 65_536, "truncated": True},
            "the first 64 KB of the body lacks the expected text",
        ),
        ({"body_contains": "green"}, {"status_code": 500}, "status 500, expected 200 to 399"),
    ],
)
def test_an_answer_is_a_success_if_its_status_and_its_body_are_as_expected(settings, answer, reason):
    assert failure_reason(replace(OK, **answer), replace(PROBE, **settings)) == reason


@pytest.mark.parametrize("failure", Failure)
def test_no_answer_is_a_failure_for_its_own_reason(failure):
    assert failure_reason(Answer(failure=failure, reason="connection refused"), PROBE) == "connection refused"


def history(*answers: Answer, probe: Probe = PROBE) -> ProbeState:
    state = ProbeState()
    for minute, answer in enumerate(answers):
        state = probed(state, answer, probe, at=NOON + minute * MINUTE)
    return state


def test_a_success_is_remembered_with_what_it_took():
    assert history(OK) == ProbeState(
        last_probed_at=NOON, succeeded=True, status_code=200, duration_ms=12, consecutive_successes=1
    )


def test_a_failure_is_remembered_with_its_reason():
    assert history(OK, BROKEN, BROKEN) == ProbeState(
        last_probed_at=NOON + 2 * MINUTE,
        succeeded=False,
        status_code=503,
        duration_ms=7,
        reason="status 503, expected 200 to 399",
        consecutive_failures=2,
    )


@pytest.mark.parametrize(
    ("answers", "health"),
    [
        ("", None),
        ("-", None),
        ("--", None),
        ("---", Health.DOWN),
        ("----", Health.DOWN),
        ("--+--", None),
        ("--+---", Health.DOWN),
        ("---+", None),
        ("---++", Health.OK),
        ("---+-+", None),
        ("+", None),
        ("+++", Health.OK),
    ],
)
def test_three_failures_in_a_row_mean_down_and_two_successes_ok(answers, health):
    probe = replace(PROBE, fail_after_consecutive=3, resolve_after_consecutive_success=2)
    state = history(*({"+": OK, "-": BROKEN}[each] for each in answers), probe=probe)
    assert established(state, probe) is health


def test_a_lowered_number_takes_effect_with_what_was_counted():
    state = history(BROKEN, BROKEN)
    assert established(state, PROBE) is None
    assert established(state, replace(PROBE, fail_after_consecutive=2)) is Health.DOWN


@pytest.mark.parametrize("late", [timedelta(0), -MINUTE])
def test_a_probe_that_is_told_twice_or_late_counts_once(late):
    state = history(BROKEN, BROKEN)
    assert probed(state, BROKEN, PROBE, at=NOON + MINUTE + late) is state


def test_a_probe_that_was_stored_before_these_settings_has_their_defaults():
    stored = b'{"url": "https://example.com/health", "method": "HEAD"}'
    assert msgspec.json.decode(stored, type=Probe) == replace(PROBE, method="HEAD")
