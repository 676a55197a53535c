"""When something recurs, where clocks change and where they do not."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest

from lull.domain.cron import parsed_cron
from lull.domain.errors import Invalid
from lull.domain.recurrence import CHECKED, LATEST, check_fits, next_occurrence, occurrences, preview
from lull.domain.time_zones import parsed_zone
from tests.effort import function_calls

NEW_YORK, BERLIN, LORD_HOWE = "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"
SAO_PAULO, APIA, CASABLANCA = "America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca"
HOUR, MINUTE, SECOND, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1), timedelta(days=1)
BUDGET_CALLS = 60_000
COSTLY = "* * * * *|0 3 * * *|58,59 23 31 * *|1,58 0,23 * 2 *|0 0 29 2 *|0 0 29 * *|59 23 29 2 6|59 23 * 12 0"


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def runs(cron: str, zone: str, after: datetime, count: int) -> list[datetime]:
    return list(islice(occurrences(parsed_cron(cron), parsed_zone(zone), after=after), count))


def local(cron: str, zone: str, after: datetime, count: int) -> list[str]:
    return [each.astimezone(parsed_zone(zone)).isoformat(timespec="minutes") for each in runs(cron, zone, after, count)]


def remarks(cron: str, zone: str, after: datetime, count: int) -> list[str | None]:
    return [each.remark for each in preview(parsed_cron(cron), parsed_zone(zone), after=after, count=count)]


def collision(cron: str, zone: str, first_start: datetime, duration: timedelta) -> str | None:
    try:
        check_fits(parsed_cron(cron), parsed_zone(zone), first_start=first_start, duration=duration)
    except Invalid as refused:
        (error,) = refused.errors
        assert error.field == "endAt"
        return error.message
    return None


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("30 2 * * *", NEW_YORK, utc(2026, 3, 7, 12), ["2026-03-08T03:00-04:00", "2026-03-09T02:30-04:00"]),
        ("30 1 * * *", NEW_YORK, utc(2026, 10, 31, 12), ["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"]),
        ("0,30 1 * * *", NEW_YORK, utc(2026, 10, 31, 12), ["2026-11-01T01:00-04:00", "2026-11-01T01:30-04:00"]),
        ("*/30 1 * * *", NEW_YORK, utc(2026, 11, 1, 5, 30), ["2026-11-02T01:00-05:00"]),
        ("0 * * * *", NEW_YORK, utc(2026, 11, 1, 4), ["2026-11-01T01:00-04:00", "2026-11-01T01:00-05:00"]),
        ("*/30 * * * *", NEW_YORK, utc(2026, 11, 1, 5), [f"2026-11-01T01:{t}" for t in ("30-04:00", "00-05:00")]),
        ("30 * * * *", NEW_YORK, utc(2026, 3, 8, 6), ["2026-03-08T01:30-05:00", "2026-03-08T03:30-04:00"]),
        ("0 */2 * * *", NEW_YORK, utc(2026, 3, 8, 5), ["2026-03-08T03:00-04:00", "2026-03-08T04:00-04:00"]),
        ("0,30 2,3 * * *", NEW_YORK, utc(2026, 3, 8, 5), ["2026-03-08T03:00-04:00", "2026-03-08T03:30-04:00"]),
        ("15 2 * * *", LORD_HOWE, utc(2026, 10, 3, 12), ["2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00"]),
        ("30 * * * *", LORD_HOWE, utc(2026, 10, 3, 14, 30), ["2026-10-04T01:30+10:30", "2026-10-04T02:30+11:00"]),
        ("0 0 * * *", SAO_PAULO, utc(2018, 11, 3, 12), ["2018-11-04T01:00-02:00", "2018-11-05T00:00-02:00"]),
        ("0 12 30 12 *", APIA, utc(2011, 12, 1), ["2011-12-31T00:00+14:00", "2012-12-30T12:00+14:00"]),
        ("0 0 29 2 *", BERLIN, utc(2096, 2, 1), ["2096-02-29T00:00+01:00", "2104-02-29T00:00+01:00"]),
        ("0 0 13 * 5", BERLIN, utc(2026, 3, 10), ["2026-03-13T00:00+01:00", "2026-03-20T00:00+01:00"]),
        ("0 0 */10 * 1", BERLIN, utc(2026, 6, 19), ["2026-06-21T00:00+02:00", "2026-06-22T00:00+02:00"]),
    ],
)
def test_it_recurs_as_the_time_rules_say(cron, zone, after, expected):
    assert local(cron, zone, after, len(expected)) == expected


def test_between_the_two_passes_of_an_hour_it_never_goes_back():
    between = utc(2026, 11, 1, 6, 15)
    assert local("30 1 * * *", NEW_YORK, between, 1) == ["2026-11-02T01:30-05:00"]


@pytest.mark.parametrize("before", [SECOND, MINUTE - SECOND, timedelta(microseconds=1)])
def test_the_next_one_is_strictly_after(before):
    at = utc(2026, 6, 1, 1, 30)
    assert runs("30 3 * * *", BERLIN, at - before, 1) == [at]
    assert runs("30 3 * * *", BERLIN, at, 1) == [at + DAY]
    assert runs("30 3 * * *", BERLIN, at.astimezone(parsed_zone(APIA)), 1) == [at + DAY]


@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN, LORD_HOWE, APIA, CASABLANCA, "UTC"])
@pytest.mark.parametrize(
    "cron", ["* * * * *", "30 2 * * *", "0 */2 * * *", "15 3 * * 1", "*/30 * * * *", "30 1 1,15 * *"]
)
def test_lateness_never_adds_up_and_loses_and_repeats_nothing(cron, zone):
    planned = runs(cron, zone, utc(2026, 3, 1), CHECKED)
    happened = [planned[0]]
    for _ in planned[1:]:
        now = happened[-1] + timedelta(seconds=59)
        happened.append(next_occurrence(parsed_cron(cron), parsed_zone(zone), after=now))
    assert happened == planned
    assert len(set(happened)) == CHECKED


@pytest.mark.parametrize(
    ("cron", "zone", "first_start", "duration", "collides"),
    [
        ("0 2 * * *", BERLIN, utc(2026, 6, 1), DAY - HOUR, None),
        ("0 2 * * *", BERLIN, utc(2026, 6, 1), DAY, "2027-03-28 01:00"),
        ("0 2 * * *", "UTC", utc(2026, 6, 1, 2), DAY, None),
        ("0 2 * * *", "UTC", utc(2026, 6, 1, 2), DAY + SECOND, "2026-06-01 02:00"),
        ("0 * * * *", NEW_YORK, utc(2026, 6, 1), HOUR, None),
        ("0 * * * *", NEW_YORK, utc(2026, 6, 1), HOUR + SECOND, "2026-06-01 00:00"),
        ("45 * * * *", LORD_HOWE, utc(2026, 6, 1, 0, 15), HOUR, "2026-10-03 15:15"),
        ("45 * * * *", LORD_HOWE, utc(2026, 6, 1, 0, 15), HOUR / 2, None),
        ("0 */2 * * *", NEW_YORK, utc(2026, 6, 1), 2 * HOUR, "2027-03-14 07:00"),
        ("0 */2 * * *", NEW_YORK, utc(2026, 6, 1), HOUR, None),
        ("0 0 1 * *", BERLIN, utc(2026, 6, 1), 28 * DAY, None),
        ("0 0 1 * *", BERLIN, utc(2026, 6, 1), 28 * DAY + SECOND, "2027-01-31 23:00"),
        ("0 0 29 2 *", BERLIN, utc(2026, 6, 1), 1000 * DAY, "2026-06-01 00:00"),
        ("0 0 29 2 *", BERLIN, utc(2028, 2, 28, 23), 1460 * DAY, None),
        ("0 12 * * 1", "UTC", utc(2026, 6, 1, 11), 2 * HOUR, "2026-06-01 11:00"),
        ("0 12 30,31 12 *", APIA, utc(2011, 12, 1), HOUR, None),
        ("0 12 30,31 12 *", APIA, utc(2011, 12, 1), 18 * HOUR, "2011-12-30 10:00"),
    ],
)
def test_an_occurrence_must_end_before_the_next_starts_on_the_shortest_day_too(
    cron, zone, first_start, duration, collides
):
    message = collision(cron, zone, first_start, duration)
    assert (message and message.split(" would")[0]) == (collides and f"the occurrence of {collides}")


@pytest.mark.parametrize("cron", ["30 2 * * *", "0 3 * * 1-5", "15 1,2,3 * * 0", "0 0 1 * *"])
@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN, LORD_HOWE, CASABLANCA])
def test_the_longest_duration_that_fits_is_the_shortest_distance(cron, zone):
    start = runs(cron, zone, utc(2026, 1, 1), 1)[0]
    shortest = min(following - at for at, following in pairwise(runs(cron, zone, start - SECOND, CHECKED + 1)))
    assert collision(cron, zone, start, shortest) is None
    assert collision(cron, zone, start, shortest + SECOND)


def test_a_collision_says_what_meets_what():
    assert collision("0 2 * * *", "UTC", utc(2026, 6, 1, 2), 2 * DAY) == (
        "the occurrence of 2026-06-01 02:00 would still run when the next one starts, at 2026-06-02 02:00 (UTC)"
    )


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("0 12 * * *", BERLIN, utc(2026, 6, 1), [None, None]),
        ("30 2 * * *", NEW_YORK, utc(2026, 3, 8), ["02:30 does not exist that day; runs at 03:00", None]),
        ("30 12 30 12 *", APIA, utc(2011, 12, 1), ["2011-12-30 12:30 does not exist; runs at 2011-12-31 00:00"]),
        ("30 1 * * *", NEW_YORK, utc(2026, 11, 1), ["01:30 happens twice that day; runs the first time"]),
        ("30 * * * *", NEW_YORK, utc(2026, 11, 1, 5), ["01:30 happens twice that day; runs both times"] * 2 + [None]),
        ("0 12 * * *", NEW_YORK, utc(2026, 3, 7, 18), ["clocks went forward: one hour earlier in UTC", None]),
        ("0 12 * * *", NEW_YORK, utc(2026, 10, 31, 18), ["clocks went back: one hour later in UTC", None]),
        ("0 12 * * *", LORD_HOWE, utc(2026, 10, 3, 12), ["clocks went forward: 30 minutes earlier in UTC", None]),
        ("0 0 * * *", "Antarctica/Troll", utc(2026, 3, 29), ["clocks went forward: 2 hours earlier in UTC", None]),
        ("0 * * * *", NEW_YORK, utc(2026, 3, 8, 6), ["clocks went forward by one hour", None]),
    ],
)
def test_a_preview_says_what_clocks_do(cron, zone, after, expected):
    assert remarks(cron, zone, after, len(expected)) == expected


def test_a_preview_shows_ten_instants_by_the_clocks_of_the_zone():
    shown = preview(parsed_cron("30 2 * * *"), parsed_zone(BERLIN), after=utc(2026, 3, 28))
    assert [each.at for each in shown] == runs("30 2 * * *", BERLIN, utc(2026, 3, 28), 10)
    assert [each.local.isoformat() for each in shown[:2]] == ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00"]
    assert all(each.local == each.at for each in shown)


@pytest.mark.parametrize("zone", [NEW_YORK, "Pacific/Kiritimati"])
@pytest.mark.parametrize("at", [utc(1, 1, 1), utc(1700, 1, 1), LATEST, utc(9999, 12, 31, 23, 59)])
def test_the_ends_of_the_calendar_break_nothing(zone, at):
    assert collision("0 0 29 2 *", zone, at, HOUR) is None
    assert len(preview(parsed_cron("0 0 29 2 *"), parsed_zone(zone), after=at)) == (10 if at < LATEST else 0)
    if at >= LATEST:
        with pytest.raises(Invalid, match="recurringCron: does not run again before the year 9000"):
            next_occurrence(parsed_cron("0 0 29 2 *"), parsed_zone(zone), after=at)


def test_the_last_occurrences_lie_before_the_end():
    assert runs("0 0 29 2 *", "UTC", utc(8990, 1, 1), 10) == [utc(8992, 2, 29), utc(8996, 2, 29)]


@pytest.mark.parametrize("cron", [*COSTLY.split("|"), ",".join(map(str, range(1, 60, 2))) + " 23 31 12 *"])
def test_nothing_takes_more_than_its_budget(cron):
    parsed, zone = parsed_cron(cron), parsed_zone(CASABLANCA)
    previewing = function_calls(lambda: preview(parsed, zone, after=utc(2096, 3, 1)))
    checking = function_calls(lambda: check_fits(parsed, zone, first_start=utc(2026, 3, 1), duration=SECOND))
    print(f"{cron}: {previewing} and {checking} calls")
    assert previewing < BUDGET_CALLS
    assert checking < BUDGET_CALLS
