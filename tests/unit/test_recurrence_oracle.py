"""The product and a walk through every minute agree around the changes of clocks.

The short version takes two changes of each zone; `pytest tests/unit/test_recurrence_oracle.py --thorough -s` takes
every change of every zone there is.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from itertools import islice
from zoneinfo import ZoneInfo

from lull.domain.cron import parsed_cron
from lull.domain.recurrence import next_occurrence, occurrences
from lull.domain.time_zones import parsed_zone
from tests.unit.cron_oracle import ahead, moment, runs, transitions, walk

YEARS = (2020, 2035)
AROUND = 36 * 60
PROBES = range(-100, 200, 23)
QUIET = 28_488_960  # 2024-03-01 00:00 UTC, after a leap day: around it nearly no clock changes.
SECOND = timedelta(seconds=1)

CRONS = (
    "30 2 * * *",
    "30 1 * * *",
    "0 0 * * *",
    "0,30 1 * * *",
    "*/30 * * * *",
    "0 * * * *",
    "45 * * * *",
    "*/20 2 * * *",
    "0 */2 * * *",
    "15 0-3 * * 0",
    "45 23 * * sat",
    "7 * 1-7 * sun",
    "0 2,3 * mar-apr,SEP-NOV *",
    "15 */3 * * mon-fri",
    "0 12 29-31 * 7",
    "*/25 1-3 */2 * *",
)
SAMPLE = """
    Africa/Cairo Africa/Casablanca Africa/El_Aaiun Africa/Johannesburg Africa/Juba Africa/Sao_Tome
    America/Asuncion America/Chihuahua America/Havana America/Los_Angeles America/Mexico_City America/Miquelon
    America/New_York America/Nuuk America/Santiago America/Sao_Paulo America/Scoresbysund America/St_Johns
    America/Whitehorse Antarctica/Casey Antarctica/Troll Antarctica/Vostok Asia/Almaty Asia/Amman Asia/Beirut
    Asia/Gaza Asia/Hebron Asia/Jerusalem Asia/Kathmandu Asia/Kolkata Asia/Tehran Asia/Tokyo Atlantic/Azores
    Australia/Adelaide Australia/Eucla Australia/Lord_Howe Australia/Sydney Europe/Berlin Europe/Chisinau
    Europe/Dublin Europe/London Europe/Volgograd Pacific/Apia Pacific/Auckland Pacific/Chatham Pacific/Easter
    Pacific/Fiji Pacific/Kiritimati Pacific/Norfolk UTC
"""
FORMER = {
    "America/Caracas": (2007, 2016),
    "America/Sao_Paulo": (2018, 2019),
    "Antarctica/Vostok": (1994, 1994),
    "Asia/Pyongyang": (2015, 2018),
    "Pacific/Apia": (2011, 2012),
    "Pacific/Kwajalein": (1993, 1993),
}
"""Changes of a kind that the years above may not have: half hours, midnights, seven hours, a day that never was."""


def test_every_occurrence_around_every_change_is_where_a_walk_finds_it(pytestconfig):
    thorough = pytestconfig.getoption("--thorough")
    zones = {name: parsed_zone(name) for name in (_every_name() if thorough else SAMPLE.split())}
    moments = {name: _changes(zone, *YEARS) for name, zone in zones.items()}
    rules = {(ahead(zones[name], QUIET), *moments[name]): name for name in sorted(zones, reverse=True)}

    visited = compared = 0
    wrong: list[tuple] = []
    for nth, name in enumerate(sorted(rules.values())):
        chosen = moments[name] if thorough else tuple(islice(_from(moments[name], nth), 2))
        for utc in chosen or (QUIET,):
            visited += 1
            compared += _compare(name, utc, wrong)
    for name, years in FORMER.items():
        for utc in _changes(parsed_zone(name), *years):
            visited += 1
            compared += _compare(name, utc, wrong)
    print(f"{len(zones)} zones, {len(rules)} sets of rules, {visited} places, {len(CRONS)} crons")
    print(f"{compared} occurrences compared, {len(wrong)} mismatches")
    assert wrong == []


def _every_name() -> list[str]:
    return files("tzdata").joinpath("zones").read_text().split()


def _changes(zone: ZoneInfo, first_year: int, last_year: int) -> tuple[int, ...]:
    return tuple(transitions(zone, first_year, last_year))


def _from(moments: tuple[int, ...], nth: int) -> Iterator[int]:
    """All of them, from another one for each zone."""
    start = nth * 5 % max(len(moments), 1)
    return iter(moments[start:] + moments[:start])


def _compare(name: str, change: int, wrong: list[tuple]) -> int:
    zone, compared = parsed_zone(name), 0
    ticks = walk(zone, change - AROUND, change + AROUND)
    start, end = moment(change - AROUND), moment(change + AROUND)
    for text in CRONS:
        expected = [moment(utc) for utc in runs(text, ticks)]
        cron, found = parsed_cron(text), []
        for at in occurrences(cron, zone, after=start - SECOND):
            if at >= end:
                break
            found.append(at)
        compared += len(expected)
        if found != expected:
            wrong.append((name, text, set(found) ^ set(expected)))
        for minutes in PROBES:
            after = moment(change + minutes)
            following = expected[bisect_right(expected, after) :][:1]
            if following and next_occurrence(cron, zone, after=after) != following[0]:
                wrong.append((name, text, "after", after))
    return compared
