"""Changes arrive in any order, late and twice, and the ledger is the same."""

from datetime import timedelta
from random import Random

from hypothesis import given, settings

from lull.domain import uptime
from lull.domain.ledger import KEPT_APART, MAX_CHANGES, Change, DayLog, recorded, timeline
from lull.domain.uptime import Bucket
from tests import histories
from tests.builders import NOON
from tests.histories import DAYS, FIRST, SECONDS, History

LAST = FIRST + timedelta(days=DAYS - 1)
LATER = histories.instant(DAYS * SECONDS * 1000)
DAY = NOON.date()
a_few = settings(max_examples=settings().max_examples // 10)


def shows(bucket: Bucket, *, after: int = 0, sequence: int = 0) -> Change:
    """`after` noon, in milliseconds."""
    return Change(at=NOON + timedelta(milliseconds=after), sequence=sequence, bucket=bucket)


def counted(arriving: list[Change]):
    return [day.seconds for day in uptime.days(timeline(histories.kept(arriving)), FIRST, LAST, at=LATER)]


def recomputed(history: History):
    return histories.counted(histories.shown(history), now=DAYS * SECONDS)


def test_of_changes_within_a_second_the_last_counts():
    log = DayLog(
        day=DAY,
        changes=frozenset({shows(Bucket.MAJOR, after=999), shows(Bucket.OPERATIONAL), shows(Bucket.DEGRADED, after=1)}),
    )
    assert timeline([log]) == ((uptime.second(NOON), Bucket.MAJOR),)


def test_of_changes_at_one_instant_the_one_with_the_highest_sequence_counts():
    first, last = shows(Bucket.MAJOR, sequence=9), shows(Bucket.OPERATIONAL, sequence=10)
    for arriving in ([first, last], [last, first], [first, last, first]):
        assert timeline(histories.kept(arriving)) == ((uptime.second(NOON), Bucket.OPERATIONAL),)


def test_of_changes_within_a_second_the_one_that_was_written_last_counts_though_it_dates_from_before():
    overtaken, last = shows(Bucket.MAJOR, after=5, sequence=9), shows(Bucket.OPERATIONAL, after=3, sequence=10)
    for arriving in ([overtaken, last], [last, overtaken]):
        assert timeline(histories.kept(arriving)) == ((uptime.second(NOON), Bucket.OPERATIONAL),)


def test_a_late_change_before_midnight_reaches_the_days_after_it():
    up = Change(at=histories.instant(1000 * SECONDS), bucket=Bucket.OPERATIONAL)
    down = Change(at=histories.instant(2000 * SECONDS - 1), bucket=Bucket.MAJOR)
    assert counted([up, down]) == counted([down, up])
    assert counted([up, down])[2][Bucket.MAJOR] == SECONDS


@given(histories.histories, histories.chances)
def test_in_any_order_and_twice_changes_add_up_to_the_same(history, chance):
    assert counted(histories.disordered(history, chance)) == recomputed(history)


# ---- days with more changes than are kept one by one


def somewhat_disordered(history: History, random: Random) -> list[Change]:
    """Each overtaken by fewer than `KEPT_APART` later ones; some of them repeated any time later."""
    numbers = [
        (number + random.uniform(0, KEPT_APART), change) for number, change in enumerate(histories.changes(history))
    ]
    again = [(random.uniform(place, len(numbers)), change) for place, change in random.choices(numbers, k=50)]
    return [change for _, change in sorted(numbers + again, key=lambda each: each[0])]


@a_few
@given(histories.chances)
def test_a_day_of_flapping_keeps_its_sums_in_bounded_room(chance):
    history = histories.flapping(chance)
    arriving = somewhat_disordered(history, chance)
    assert all(len(log.changes) <= MAX_CHANGES for log in histories.kept(arriving))
    assert counted(arriving) == recomputed(history)


FLIPS = [shows(Bucket.MAJOR if n % 2 else Bucket.OPERATIONAL, after=1000 * n) for n in range(MAX_CHANGES + 1)]


def test_a_day_is_folded_when_it_has_one_change_too_many():
    (full,) = histories.kept(FLIPS[:-1])
    assert full == DayLog(day=DAY, changes=frozenset(FLIPS[:-1]))
    apart = FLIPS[-KEPT_APART:]
    assert recorded(full, FLIPS[-1]) == DayLog(
        day=DAY,
        changes=frozenset([shows(Bucket.OPERATIONAL), shows(Bucket.MAJOR, after=51_000), *apart]),
        folded_until=apart[0].at,
    )


def test_a_change_that_is_folded_or_known_changes_nothing():
    (folded,) = histories.kept(FLIPS)
    assert [change for change in FLIPS if recorded(folded, change) != folded] == []
