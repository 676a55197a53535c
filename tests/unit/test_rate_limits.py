"""A window that slides: in no stretch of its length more than the limit."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lull.domain.rate_limits import Limit, TooManyRequests, counted, network_of
from tests.builders import NOON

THREE = Limit("data", 3, timedelta(seconds=10))


def after(seconds: float):
    return NOON + timedelta(seconds=seconds)


def pass_through(moments: list[float]) -> list[float]:
    """Those that are let in."""
    hits: tuple = ()
    passed = []
    for moment in moments:
        try:
            hits, _ = counted(THREE, hits, at=after(moment))
        except TooManyRequests:
            continue
        passed.append(moment)
    return passed


def test_a_request_is_let_in_when_the_third_before_it_is_a_window_ago():
    assert pass_through([0, 1, 2, 3, 9.999, 10, 10.5, 11, 12]) == [0, 1, 2, 10, 11, 12]


@given(st.lists(st.integers(0, 60), max_size=80).map(sorted))
def test_no_window_holds_more_than_the_limit(moments):
    passed = pass_through(moments)
    assert all(later - first >= 10 for first, later in zip(passed, passed[THREE.most :], strict=False))
    # And nobody is refused who could have been let in.
    hits: list[float] = []
    for moment in moments:
        if len([hit for hit in hits if moment - hit < 10]) < THREE.most:
            hits.append(moment)
    assert passed == hits


def test_it_says_how_long_to_wait():
    hits, allowance = counted(THREE, (), at=after(0))
    assert (allowance.remaining, allowance.resets_in) == (2, timedelta(seconds=10))
    hits, _ = counted(THREE, hits, at=after(4))
    hits, _ = counted(THREE, hits, at=after(4))
    with pytest.raises(TooManyRequests) as refused:
        counted(THREE, hits, at=after(7))
    assert refused.value.allowance.resets_in == timedelta(seconds=3)


def test_a_clock_that_lags_behind_does_not_open_the_window():
    hits = (after(5), after(5), after(5))
    with pytest.raises(TooManyRequests):
        counted(THREE, hits, at=after(0))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("", "unknown"),
        ("a" * 5000, "unknown"),
    ],
)
def test_an_address_is_counted_by_what_its_owner_cannot_change(address, network):
    assert network_of(address) == network
