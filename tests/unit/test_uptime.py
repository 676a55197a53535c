"""Seconds by bucket and day, and the figure that follows."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lull.domain import uptime
from lull.domain.health import ComponentStatus
from lull.domain.ledger import timeline
from lull.domain.uptime import Bucket, DayUptime, Timeline
from tests import histories
from tests.histories import DAYS, FIRST, SECONDS

SUNDAY = date(2026, 3, 1)
MIDNIGHT = uptime.second(datetime(2026, 3, 1, tzinfo=UTC))
HOUR = 3600


def seconds(**some: int) -> dict[Bucket, int]:
    """By the names of the buckets; what is not named is 0."""
    return dict.fromkeys(Bucket, 0) | {Bucket[name.upper()]: count for name, count in some.items()}


def shows(*points: tuple[int, Bucket]) -> Timeline:
    """In seconds from the midnight that begins the Sunday."""
    return tuple((MIDNIGHT + since, bucket) for since, bucket in points)


def of_days(line: Timeline, first: date, count: int = 1, *, at: datetime | None = None) -> list[dict[Bucket, int]]:
    last = first + timedelta(days=count - 1)
    at = at or datetime(2030, 1, 1, tzinfo=UTC)
    return [day.seconds for day in uptime.days(line, first, last, at=at)]


def percentage(**some: int) -> Decimal | None:
    return uptime.percentage([DayUptime(day=SUNDAY, seconds=seconds(**some))])


# ---- days


@pytest.mark.parametrize("now", [Bucket.MAJOR, Bucket.PARTIAL])
def test_an_outage_that_has_no_second_yet_is_one_already(now):
    day = DayUptime(day=date(2026, 3, 1), seconds=seconds(operational=HOUR))
    assert uptime.percentage([day]) == 100
    assert uptime.percentage([day], now=Bucket.DEGRADED) == 100
    assert str(uptime.percentage([day], now=now)) == "99.99"
    assert uptime.percentage([], now=now) is None


def test_every_status_has_its_bucket_and_only_no_data_has_no_status():
    assert {uptime.bucket_of(status) for status in ComponentStatus} == set(Bucket) - {Bucket.NO_DATA}
    assert uptime.bucket_of(ComponentStatus.NOT_MONITORED) == "notMonitored"


@pytest.mark.parametrize("bucket", sorted(set(Bucket) - {Bucket.OPERATIONAL}))
def test_an_outage_a_pause_or_maintenance_over_midnight_belongs_to_both_days(bucket):
    line = shows((0, Bucket.OPERATIONAL), (SECONDS - 600, bucket), (SECONDS + 300, Bucket.OPERATIONAL))
    assert of_days(line, SUNDAY, 2) == [
        seconds(operational=SECONDS - 600, **{bucket.name: 600}),
        seconds(operational=SECONDS - 300, **{bucket.name: 300}),
    ]


def test_a_change_at_midnight_belongs_to_the_new_day_alone():
    line = shows((0, Bucket.OPERATIONAL), (SECONDS, Bucket.MAJOR))
    assert of_days(line, SUNDAY, 2) == [seconds(operational=SECONDS), seconds(major=SECONDS)]


def test_there_is_no_data_before_creation_and_after_deletion():
    line = shows((HOUR, Bucket.NOT_MONITORED), (2 * HOUR, Bucket.OPERATIONAL), (3 * HOUR, Bucket.NO_DATA))
    assert of_days(line, date(2026, 2, 28), 3) == [
        seconds(no_data=SECONDS),
        seconds(no_data=SECONDS - 2 * HOUR, not_monitored=HOUR, operational=HOUR),
        seconds(no_data=SECONDS),
    ]


def test_a_quiet_check_is_counted_for_a_year_from_one_change():
    line = shows((0, Bucket.OPERATIONAL))
    assert of_days(line, date(2026, 3, 2), 365) == [seconds(operational=SECONDS)] * 365


def test_the_day_that_is_counts_as_far_as_it_has_passed_and_the_next_not_at_all():
    line = shows((0, Bucket.OPERATIONAL), (2 * HOUR, Bucket.MAJOR))
    at = datetime(2026, 3, 1, 1, 0, 0, 999_000, tzinfo=UTC)
    assert of_days(line, SUNDAY, 2, at=at) == [seconds(operational=HOUR), seconds()]


def test_days_have_as_many_seconds_whatever_clocks_do_where_visitors_live():
    for day in (date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29)):
        (counted,) = uptime.days((), day, day, at=datetime(2030, 1, 1, tzinfo=UTC))
        assert counted.elapsed == SECONDS


# ---- combined


def test_one_of_two_that_is_down_is_a_partial_outage_for_just_as_long():
    ours = shows((0, Bucket.OPERATIONAL), (HOUR, Bucket.MAJOR), (3 * HOUR, Bucket.OPERATIONAL))
    theirs = shows((0, Bucket.OPERATIONAL), (2 * HOUR, Bucket.MAJOR), (4 * HOUR, Bucket.OPERATIONAL))
    assert of_days(uptime.combined([ours, theirs]), SUNDAY) == [
        seconds(operational=SECONDS - 3 * HOUR, partial=2 * HOUR, major=HOUR)
    ]


def test_a_check_without_data_or_watch_does_not_dilute_the_outage_of_another():
    down = shows((0, Bucket.MAJOR))
    paused = shows((0, Bucket.NOT_MONITORED))
    assert of_days(uptime.combined([down, paused, ()]), SUNDAY) == [seconds(major=SECONDS)]
    assert of_days(uptime.combined([paused, ()]), SUNDAY) == [seconds(not_monitored=SECONDS)]


def test_nothing_can_be_said_of_no_checks():
    assert of_days(uptime.combined([]), SUNDAY) == of_days(uptime.combined([(), ()]), SUNDAY)
    assert of_days(uptime.combined([]), SUNDAY) == [seconds(no_data=SECONDS)]


# ---- maintenance windows


def windows(*seconds: tuple[int, int]) -> list[tuple[datetime, datetime]]:
    return [(_at(start), _at(end)) for start, end in seconds]


def _at(second: int) -> datetime:
    return datetime.fromtimestamp(MIDNIGHT + second, UTC)


def test_a_window_explains_everything_but_an_outage_that_began_before_it():
    before = shows((0, Bucket.OPERATIONAL), (HOUR, Bucket.MAJOR), (3 * HOUR, Bucket.OPERATIONAL))
    laid = uptime.with_maintenance(before, windows((2 * HOUR, 4 * HOUR)))
    assert of_days(laid, SUNDAY) == [seconds(operational=SECONDS - 3 * HOUR, major=2 * HOUR, maintenance=HOUR)]
    during = uptime.with_maintenance(before, windows((HOUR, 2 * HOUR)))
    assert of_days(during, SUNDAY) == [seconds(operational=SECONDS - 2 * HOUR, major=HOUR, maintenance=HOUR)]


def test_a_window_of_a_check_that_is_paused_is_maintenance_and_of_one_that_is_not_there_nothing():
    line = shows((HOUR, Bucket.NOT_MONITORED), (3 * HOUR, Bucket.NO_DATA))
    laid = uptime.with_maintenance(line, windows((0, 2 * HOUR), (2 * HOUR, 5 * HOUR)))
    assert of_days(laid, SUNDAY) == [seconds(no_data=SECONDS - 2 * HOUR, maintenance=2 * HOUR)]


def test_an_outage_that_began_in_the_second_of_two_windows_goes_on_as_maintenance_when_the_first_is_over():
    line = shows((0, Bucket.OPERATIONAL), (7, Bucket.MAJOR))
    laid = uptime.with_maintenance(line, windows((0, 10), (5, 20)))
    assert uptime.spent(laid, MIDNIGHT, MIDNIGHT + 30) == seconds(maintenance=20, major=10)


_second = st.integers(0, 12)
_lines = st.dictionaries(_second, st.sampled_from(Bucket), max_size=8).map(lambda points: sorted(points.items()))
_windows = st.lists(st.tuples(_second, _second), max_size=5)


@given(_lines, _windows)
def test_windows_are_laid_right_over_every_second(points, spans):
    laid = uptime.with_maintenance(shows(*points), windows(*spans))
    assert [each for each, _ in laid] == sorted({each for each, _ in laid})
    for second in range(15):
        shown = [bucket for since, bucket in laid if since <= MIDNIGHT + second]
        assert (shown[-1] if shown else Bucket.NO_DATA) == maintained(points, spans, second), second


def maintained(points: list[tuple[int, Bucket]], spans: list[tuple[int, int]], second: int) -> Bucket:
    """By the words of the rule, looking at each second before."""
    showed = [([Bucket.NO_DATA] + [bucket for since, bucket in points if since <= each])[-1] for each in range(15)]
    began = second
    while began > 0 and showed[began - 1] in (Bucket.MAJOR, Bucket.PARTIAL):
        began -= 1
    out = showed[second] in (Bucket.MAJOR, Bucket.PARTIAL)
    explaining = [start for start, end in spans if start <= second < end and not (out and began < start)]
    return Bucket.MAINTENANCE if explaining and showed[second] is not Bucket.NO_DATA else showed[second]


# ---- random histories


@given(histories.histories, histories.moments_of_reading)
def test_every_second_of_every_day_is_counted_once_and_where_it_belongs(history, read_at):
    line = timeline(histories.kept(histories.changes(history)))
    counted = uptime.days(line, FIRST, FIRST + timedelta(days=DAYS - 1), at=histories.instant(read_at))
    now = read_at // 1000
    assert [day.elapsed for day in counted] == [min(max(now - n * SECONDS, 0), SECONDS) for n in range(DAYS)]
    assert [day.seconds for day in counted] == histories.counted(histories.shown(history), now=now)


@given(st.lists(histories.histories, max_size=3), histories.moments_of_reading)
def test_several_checks_are_combined_right_in_every_second(several, read_at):
    lines = [timeline(histories.kept(histories.changes(history))) for history in several]
    together = uptime.combined(lines)
    assert [since for since, _ in together] == sorted({since for line in lines for since, _ in line})
    counted = of_days(together, FIRST, DAYS, at=histories.instant(read_at))
    assert counted == histories.counted(histories.shown_together(several), now=read_at // 1000)


# ---- the figure


@pytest.mark.parametrize(
    ("some", "percent"),
    [
        ({}, None),
        ({"maintenance": 40, "not_monitored": 30, "no_data": 20}, None),
        ({"operational": 1}, "100.00"),
        ({"degraded": 1}, "100.00"),
        ({"major": 1}, "0.00"),
        ({"partial": 1}, "70.00"),
        ({"operational": 2, "major": 1}, "66.66"),
        ({"operational": 1, "partial": 2}, "80.00"),
        ({"operational": 365 * SECONDS, "major": 1}, "99.99"),
        ({"operational": 365 * SECONDS, "partial": 1}, "99.99"),
        ({"operational": 9_999, "major": 1}, "99.99"),
        ({"operational": 9_998, "major": 2}, "99.98"),
        # In floats: 68.99.
        ({"operational": 69, "major": 31}, "69.00"),
        ({"operational": 50, "major": 50, "maintenance": 900, "not_monitored": 900, "no_data": 900}, "50.00"),
        # Two hours of maintenance, one of a pause, half an hour down, an hour partly down.
        (
            {"operational": 70_200, "major": 1_800, "partial": 3_600, "maintenance": 7_200, "not_monitored": 3_600},
            "96.19",
        ),
    ],
)
def test_the_figure_is_what_the_semantics_say(some, percent):
    figure = percentage(**some)
    assert (figure if figure is None else str(figure)) == percent


def test_the_figure_of_days_is_that_of_their_seconds_not_the_mean_of_their_figures():
    short, long = seconds(major=100), seconds(operational=900)
    assert uptime.percentage([DayUptime(day=SUNDAY, seconds=each) for each in (short, long)]) == Decimal("90.00")


_counts = st.one_of(st.integers(0, 3), st.integers(0, 400 * SECONDS))


def total(days: Iterable[dict[Bucket, int]], *buckets: Bucket) -> int:
    return sum(day[bucket] for day in days for bucket in buckets)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(Bucket, _counts)), max_size=3))
@example([seconds(operational=10**9, partial=1)])
def test_the_figure_is_never_too_high_never_a_hundredth_too_low_and_100_only_without_outage(days):
    figure = uptime.percentage([DayUptime(day=SUNDAY, seconds=each) for each in days])
    judged = total(days, Bucket.OPERATIONAL, Bucket.DEGRADED, Bucket.PARTIAL, Bucket.MAJOR)
    if not judged:
        assert figure is None
        return
    lost = total(days, Bucket.MAJOR) + Fraction(3, 10) * total(days, Bucket.PARTIAL)
    exact = 100 * (1 - lost / judged)
    assert figure is not None
    assert figure.as_tuple().exponent == -2
    assert Fraction(figure) <= exact < Fraction(figure) + Fraction(1, 100)
    assert (figure == 100) is (lost == 0)
