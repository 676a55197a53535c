"""Read again and decide again after a lost race, for those who may."""

import time
from collections.abc import Callable
from typing import TypeVar

from lull import randomness
from lull.domain.errors import StaleWrite

T = TypeVar("T")

_TRIES = 12


def on_stale_write(decide: Callable[[], T], *, tries: int = _TRIES) -> T:
    """Run `decide` (read, decide, write) until its write wins; StaleWrite after a dozen losses."""
    for number in range(1, tries + 1):
        try:
            return decide()
        except StaleWrite:
            if number == tries:
                raise
        time.sleep(min(0.01 * 2**number, 0.5) * randomness.jitter())
    raise AssertionError("unreachable")
