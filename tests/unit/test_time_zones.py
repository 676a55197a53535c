"""Names of time zones, and local times where clocks change."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from lull.domain import time_zones
from lull.domain.errors import Invalid
from lull.domain.time_zones import changes, end_of_gap, instants, parsed_zone

BERLIN = parsed_zone("Europe/Berlin")
ODD = ["", " ", "UTC\x00", "UTC\n", " UTC", "\ud800", "x" * 10_000, "C:\\UTC", "Europe\\Berlin", "Europe／Berlin"]
NOT_QUITE = """
    ../etc/passwd /etc/passwd .. . / UTC/ /UTC posixrules localtime America America/ America/Argentina america/new_york
    utc+2 +02:00 GMT+25 CEST Mars/Olympus zone.tab tzdata.zi leapseconds posix/UTC right/UTC __init__.py zones
    America//New_York America/./New_York Europe/../UTC EST5EDT,M3.2.0,M11.1.0 <b>UTC</b> UTC; ~ %00 null
"""


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def wall(*parts: int) -> datetime:
    return utc(*parts).replace(tzinfo=None)


def test_every_name_of_the_database_is_a_zone():
    names = files("tzdata").joinpath("zones").read_text().split()
    assert [parsed_zone(name).key for name in names] == names


@pytest.mark.parametrize(
    "name",
    [*ODD, *NOT_QUITE.split()],
    ids=lambda name: ascii(name[:20]),
)
def test_anything_else_is_refused(name):
    with pytest.raises(Invalid) as refused:
        parsed_zone(name)
    (error,) = refused.value.errors
    assert error.field == "timezone"
    assert error.message.isprintable()
    assert len(error.message) < 150


def test_no_zone_depends_on_the_database_of_the_machine(tmp_path):
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe/Berlin").write_bytes(files("tzdata").joinpath("zoneinfo/Asia/Tokyo").read_bytes())
    time_zones._zone.cache_clear()
    zoneinfo.ZoneInfo.clear_cache()
    try:
        zoneinfo.reset_tzpath(to=[str(tmp_path)])
        assert time_zones.offset(parsed_zone("Europe/Berlin"), utc(2026, 1, 1)) == timedelta(hours=1)
    finally:
        zoneinfo.reset_tzpath()
        time_zones._zone.cache_clear()


@pytest.mark.parametrize(
    ("local", "shown"),
    [
        (wall(2026, 3, 29, 1, 59), (utc(2026, 3, 29, 0, 59),)),
        (wall(2026, 3, 29, 2, 30), ()),
        (wall(2026, 3, 29, 3, 0), (utc(2026, 3, 29, 1, 0),)),
        (wall(2026, 10, 25, 2, 30), (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30))),
        (wall(2026, 10, 25, 3, 0), (utc(2026, 10, 25, 2, 0),)),
    ],
)
def test_a_local_time_is_shown_once_twice_or_never(local, shown):
    assert instants(local, BERLIN) == shown


@pytest.mark.parametrize(
    ("zone", "local", "end"),
    [
        ("Europe/Berlin", wall(2026, 3, 29, 2, 0), utc(2026, 3, 29, 1)),
        ("Europe/Berlin", wall(2026, 3, 29, 2, 59), utc(2026, 3, 29, 1)),
        ("Australia/Lord_Howe", wall(2026, 10, 4, 2, 15), utc(2026, 10, 3, 15, 30)),
        ("America/Sao_Paulo", wall(2018, 11, 4, 0, 0), utc(2018, 11, 4, 3)),
        ("Pacific/Apia", wall(2011, 12, 30, 0, 0), utc(2011, 12, 30, 10)),
        ("Pacific/Apia", wall(2011, 12, 30, 23, 59), utc(2011, 12, 30, 10)),
        ("Africa/Monrovia", wall(1972, 1, 7, 0, 30), utc(1972, 1, 7, 0, 44, 30)),
    ],
)
def test_a_gap_ends_at_the_first_instant_after_it(zone, local, end):
    assert end_of_gap(local, parsed_zone(zone)) == end


def test_changes_are_found_to_the_second():
    assert list(changes(BERLIN, utc(2026, 1, 1), utc(2027, 1, 1))) == [utc(2026, 3, 29, 1), utc(2026, 10, 25, 1)]
    assert list(changes(parsed_zone("Asia/Tokyo"), utc(2026, 1, 1), utc(2036, 1, 1))) == []
