"""The history of a page as JSON."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from lull.domain.errors import Invalid
from lull.publishing.renderers import history_json, status_json
from lull.publishing.snapshot import StatusSnapshot
from tests.builders import NOON
from tests.golden import assert_golden
from tests.page_builders import a_snapshot
from tests.told_page import DAY, TOLD, hostile_texts, planned, told, written_by


def published(snapshot: StatusSnapshot = TOLD) -> Any:
    return json.loads(history_json.render(snapshot, NOON))


def shown(snapshot: StatusSnapshot = TOLD, **which) -> dict[str, tuple[list[int], list[int]]]:
    """By month: the ids of announcements and of incidents."""
    months = history_json.document(published(snapshot), **which)["months"]
    return {
        each["month"]: ([one["id"] for one in each["announcements"]], [one["id"] for one in each["incidents"]])
        for each in months
    }


def test_it_looks_as_it_did():
    assert_golden("history.json", history_json.render(TOLD, NOON))


def test_three_months_are_shown_unless_more_are_asked_for_the_empty_ones_too():
    assert shown(a_snapshot()) == {"2026-03": ([], []), "2026-02": ([], []), "2026-01": ([], [])}
    assert list(shown(months=12))[-1] == "2025-04"
    assert len(shown(months=12)) == 12


def test_planned_work_is_where_it_took_place_and_all_is_newest_first():
    assert shown() == {"2026-03": ([13, 12], [31]), "2026-02": ([11, 10], []), "2026-01": ([9], [30])}
    assert shown(months=1, offset=4) == {"2025-11": ([3], [])}


def test_what_was_called_off_before_its_month_came_is_where_it_was_announced():
    updates = ("INVESTIGATING", "We move.", NOON), ("RESOLVED", "We do not.", NOON)
    called_off = told(1, "Disks", *updates, **planned(NOON + 60 * DAY))
    assert shown(a_snapshot(resolved=(called_off,)), months=1) == {"2026-03": ([1], [])}


def test_what_was_called_off_says_so():
    everything = [one for each in published()["months"] for one in each["announcements"]]
    assert [each["title"] for each in everything if each["cancelled"]] == ["Called off"]


def test_announcements_are_as_on_the_page_and_incidents_tell_their_times():
    march, _, january = history_json.document(published())["months"]
    assert march["announcements"][1] == status_json.document(TOLD, NOON)["announcements"][1]
    assert march["incidents"] == [
        {"id": 31, "componentId": 5, "title": "API is down", "startedAt": "2026-03-01T11:00:00Z", "resolvedAt": None}
    ]
    assert january["incidents"][0]["resolvedAt"] == "2026-01-19T10:00:00Z"
    assert january["incidents"][0]["title"] == "Search was down"


def test_an_offset_leaves_out_the_newest_months():
    assert list(shown(offset=1)) == ["2026-02", "2026-01", "2025-12"]
    assert list(shown(months=12, offset=11)) == ["2025-04"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"months": 0}, "months"), ({"months": 13}, "months"), ({"offset": -1}, "offset"), ({"offset": 12}, "offset")],
)
def test_what_cannot_be_asked_for_is_named(wrong, field):
    with pytest.raises(Invalid) as refused:
        history_json.document(published(), **wrong)
    assert [each.field for each in refused.value.errors] == [field]


def test_a_page_that_shows_no_past_has_an_empty_one():
    page = replace(TOLD, show_incident_history=False, incidents=())
    assert set(map(str, shown(page, months=12).values())) == {"([], [])"}


@settings(max_examples=30, deadline=None)
@given(text=hostile_texts)
def test_any_text_is_carried_unchanged(text):
    months = history_json.document(published(written_by(text)))["months"]
    assert {one["title"] for each in months for one in each["announcements"]} == {text}
