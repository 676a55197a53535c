"""Requests that come at once are counted exactly."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lull.domain.rate_limits import AUTH, DATA, Limit, TooManyRequests
from lull.store import rate_limits as store
from lull.use_cases.rate_limits import count
from tests.builders import NOON

pytestmark = pytest.mark.usefixtures("shared_stack")


def is_let_in(limit: Limit, page: str, seconds: float = 0) -> bool:
    try:
        count(limit, page, "203.0.113.5", at=NOON + timedelta(seconds=seconds))
    except TooManyRequests:
        return False
    return True


@pytest.mark.parametrize(("limit", "asking"), [(AUTH, 60), (DATA, 60)])
def test_of_many_requests_at_once_exactly_as_many_pass_as_may(limit, asking):
    with ThreadPoolExecutor(16) as pool:
        passed = list(pool.map(lambda _: is_let_in(limit, "crowd"), range(asking)))
    assert passed.count(True) == limit.most
    # The first of them a window ago, all of them again: and no more than that.
    later = limit.window.total_seconds()
    with ThreadPoolExecutor(16) as pool:
        again = list(pool.map(lambda _: is_let_in(limit, "crowd", later), range(asking)))
    assert again.count(True) == limit.most


def test_a_request_that_is_refused_writes_nothing():
    for second in range(AUTH.most):
        assert is_let_in(AUTH, "patient", second)
    before = store.find_hits("auth", "patient", "203.0.113.5")
    assert not is_let_in(AUTH, "patient", 10)
    assert store.find_hits("auth", "patient", "203.0.113.5") == before
    assert is_let_in(AUTH, "patient", 300)
    assert not is_let_in(AUTH, "patient", 300)
    assert is_let_in(AUTH, "patient", 301)
