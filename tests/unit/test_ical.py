"""The calendar of planned work, as calendars read it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings

from lull.domain.rescheduling import rescheduled
from lull.publishing.renderers import ical
from lull.publishing.snapshot import AnnouncementSnapshot, StatusSnapshot
from tests.builders import NOON
from tests.golden import assert_golden
from tests.page_builders import a_component_snapshot, a_maintenance_snapshot, a_snapshot, an_announcement
from tests.told_page import BASE, DAY, FEBRUARY, HOUR, TOLD, hostile_texts, planned, renamed, told, written_by

CALENDAR = ical.render(TOLD, NOON, base_url=BASE)


def read(snapshot: StatusSnapshot = TOLD, base_url: str = BASE) -> Any:
    return icalendar.Calendar.from_ical(ical.render(snapshot, NOON, base_url=base_url))


def events(snapshot: StatusSnapshot = TOLD, base_url: str = BASE) -> list[Any]:
    found: list[Any] = read(snapshot, base_url).walk("VEVENT")
    assert [each.errors for each in found] == [[]] * len(found)
    return found


def told_once(*updates, **more) -> StatusSnapshot:
    begun = told(1, "Disks", ("INVESTIGATING", "We move.", FEBRUARY), *updates, **{**planned(NOON), **more})
    return a_snapshot(a_component_snapshot(), announcements=(begun,))


def test_it_looks_as_it_did():
    assert_golden("maintenance.ics", CALENDAR)


def test_what_is_planned_and_not_already_announced_is_an_event():
    assert [(str(each["SUMMARY"]), each["DTSTART"].dt, each["DTEND"].dt, each["STATUS"]) for each in events()] == [
        ("Restart", FEBRUARY, FEBRUARY + 2 * HOUR, "CONFIRMED"),
        ("Called off", FEBRUARY + 2 * DAY, FEBRUARY + 2 * DAY + 2 * HOUR, "CANCELLED"),
        ("New disks", NOON - HOUR, NOON + HOUR, "CONFIRMED"),
        ("Firewall", NOON, NOON + 2 * HOUR, "CONFIRMED"),
        ("Move, at last", NOON + DAY, NOON + DAY + 2 * HOUR, "CONFIRMED"),
    ]


def test_other_times_make_a_new_version_of_the_same_event():
    ahead = an_announcement(scheduled_for=NOON + HOUR, scheduled_until=NOON + 2 * HOUR)
    moved = rescheduled(ahead, NOON + DAY, NOON + DAY + HOUR, at=NOON + HOUR / 2)
    (was,), (now,) = (events(a_snapshot(scheduled=(AnnouncementSnapshot.of(each, ()),))) for each in (ahead, moved))
    assert was["UID"] == now["UID"]
    assert [each.decoded("SEQUENCE") for each in (was, now)] == [1, 2]
    assert (now["DTSTART"].dt, now.decoded("LAST-MODIFIED")) == (NOON + DAY, NOON + HOUR / 2)


def test_an_event_has_what_calendars_need():
    (move,) = [each for each in events() if each["SUMMARY"] == "Move, at last"]
    assert {name: move.decoded(name) for name in ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")} == {
        "DTSTAMP": NOON - HOUR,
        "LAST-MODIFIED": NOON - HOUR,
        "SEQUENCE": 1,
    }
    assert move.categories == ["Daten & Söhne", "Search"]
    assert str(move["URL"]) == f"{BASE}/status/acme#announcement-14"
    assert str(move["UID"]) == "page-7-20250824083015-announcement-14@lull.invalid"
    assert str(move["TRANSP"]) == "TRANSPARENT"
    (firewall,) = [each for each in events() if each["SUMMARY"] == "Firewall"]
    assert (firewall.decoded("SEQUENCE"), firewall.decoded("DTSTAMP")) == (3, NOON - 9 * DAY)
    assert str(firewall["UID"]) == "page-7-20250824083015-maintenance-4-2@lull.invalid"


def test_the_calendar_says_what_it_is_and_when_to_ask_again():
    calendar = read()
    assert str(calendar["VERSION"]) == "2.0"
    assert "METHOD" not in calendar, "it would need an ORGANIZER for each event"
    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"]) == "Acme & Söhne"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert str(calendar["X-PUBLISHED-TTL"]) == "PT1H"
    assert [each.name for each in calendar.subcomponents] == ["VEVENT"] * 5


def test_a_calendar_of_nothing_has_a_component_all_the_same():
    empty = read(a_snapshot())
    (zone,) = empty.subcomponents
    assert (zone.name, str(zone["TZID"]), zone.errors, empty.errors) == ("VTIMEZONE", "UTC", [], [])
    assert zone.to_tz().utcoffset(NOON.replace(tzinfo=None)) == timedelta()


def test_uids_outlive_names_hosts_and_orders():
    before, after = (
        {str(each["UID"]) for each in found} for found in (events(), events(renamed(TOLD), "https://o.test"))
    )
    assert before == after
    assert len(before) == 5


def test_what_did_not_change_is_the_same_bytes():
    assert ical.render(TOLD, NOON + DAY, base_url=BASE) == CALENDAR


def test_the_sequence_rises_with_every_update():
    later = ("INVESTIGATING", "Later.", FEBRUARY + HOUR)
    found = [events(told_once(*updates))[0] for updates in ([], [later], [later, later])]
    assert [each.decoded("SEQUENCE") for each in found] == [1, 2, 3]
    assert [each.decoded("DTSTAMP") for each in found] == [FEBRUARY, FEBRUARY + HOUR, FEBRUARY + HOUR]


@pytest.mark.parametrize(
    ("resolved_at", "status"),
    [(NOON - HOUR, "CANCELLED"), (NOON, "CONFIRMED"), (NOON + HOUR, "CONFIRMED"), (NOON + 2 * HOUR, "CONFIRMED")],
)
def test_what_was_resolved_before_it_began_was_called_off(resolved_at, status):
    (event,) = events(told_once(("RESOLVED", "Over.", resolved_at)))
    assert event["STATUS"] == status


@pytest.mark.parametrize(("days", "kept"), [(0, True), (90, True), (91, False)])
def test_what_is_over_stays_for_ninety_days(days, kept):
    over = told(1, "Disks", ("RESOLVED", "Over.", NOON - 120 * DAY), **planned(NOON - days * DAY))
    assert len(events(a_snapshot(resolved=(over,)))) == kept


def test_an_unscheduled_announcement_is_no_event():
    assert events(a_snapshot(announcements=(told(1, "Slow", ("INVESTIGATING", "We look.", NOON)),))) == []


def test_each_time_of_a_recurring_window_is_an_event_of_its_own():
    times = [a_maintenance_snapshot(occurrence=number, component_ids=()) for number in (1, 2)]
    first, second = (events(a_snapshot(maintenances=(each,)))[0] for each in times)
    assert first["UID"] != second["UID"]
    assert first["DTSTAMP"].dt == a_snapshot().created_at


def test_long_texts_are_cut():
    text = "word " * 30_000
    begun = told(1, "Disks", ("INVESTIGATING", text, NOON), **planned(NOON))
    assert len(str(events(a_snapshot(announcements=(begun,)))[0]["DESCRIPTION"])) == 4_000


@settings(max_examples=60, deadline=None)
@given(text=hostile_texts)
def test_any_text_is_read_as_it_was_written(text):
    page = written_by(text)
    content = ical.render(page, NOON, base_url=BASE)
    assert max(map(len, content.split(b"\r\n"))) <= 75
    assert all(line.decode() for line in content.split(b"\r\n")[:-1])
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")
    found = events(page)
    assert len(found) == 5
    assert {str(each["SUMMARY"]) for each in found} == {_plain(text)}
    (firewall,) = [each for each in found if "-maintenance-" in each["UID"]]
    assert str(firewall.get("DESCRIPTION", "")) == _plain(text)
    assert firewall.categories == [_plain(text)] * 2


def _plain(text: str) -> str:
    """Without control characters, except for tabs and ends of lines, which are all alike."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in "\t\n" or not _is_control(ord(each)))


def _is_control(code: int) -> bool:
    return code < 0x20 or 0x7F <= code < 0xA0 or code in (0xFFFE, 0xFFFF)


@pytest.mark.parametrize(
    "name", ["x" * 300, "\N{LATIN SMALL LETTER E WITH ACUTE}" * 150, "日本語\N{PARTY POPPER}" * 30]
)
def test_a_fold_never_tears_a_character(name):
    page = replace(TOLD, name=name)
    lines = ical.render(page, NOON, base_url=BASE).split(b"\r\n")
    assert max(len(line) for line in lines) in (73, 74, 75)
    assert [line for line in lines if line.decode("utf-8", "replace").encode() != line] == []
    assert str(read(page)["NAME"]) == name
