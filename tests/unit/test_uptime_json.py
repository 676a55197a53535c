"""The uptime of a component as JSON."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lull.domain.errors import Invalid
from lull.domain.uptime import Bucket, second
from lull.publishing.renderers import uptime_json
from tests.builders import NOON
from tests.golden import assert_golden
from tests.page_builders import a_component_snapshot, a_snapshot
from tests.told_page import DAY, HOUR, TOLD

PUBLISHED = json.loads(uptime_json.render(TOLD, NOON, component_id=5))
NONE = dict.fromkeys(map(str, Bucket), 0)


def read(at=NOON, **which) -> Any:
    """As it goes over the wire."""
    return json.loads(json.dumps(uptime_json.document(PUBLISHED, at=at, **which)))


def test_it_looks_as_it_did():
    assert_golden("uptime.json", json.dumps(read(days=4), indent=1).encode() + b"\n")
    assert_golden("uptime-published.json", uptime_json.render(TOLD, NOON, component_id=5))


def test_days_come_oldest_first_with_every_bucket_and_the_running_day_as_far_as_it_has_passed():
    assert read(days=2) == {
        "componentId": 5,
        "days": 2,
        "offset": 0,
        "uptime": 96.38,
        "history": [
            {"date": "2026-02-28", "seconds": {**NONE, "operational": 82_800, "partial": 3_600}, "uptime": 98.75},
            {"date": "2026-03-01", "seconds": {**NONE, "operational": 39_600, "major": 3_600}, "uptime": 91.66},
        ],
    }


def test_time_goes_on_though_nothing_is_published():
    assert read(at=NOON + HOUR, days=1)["history"][0]["seconds"]["major"] == 7_200
    later = read(at=NOON + DAY, days=2)["history"]
    assert [each["date"] for each in later] == ["2026-03-01", "2026-03-02"]
    assert later[1]["seconds"] == {**NONE, "major": 43_200}


def test_an_offset_moves_the_last_day_back():
    assert [each["date"] for each in read(days=2, offset=3)["history"]] == ["2026-02-25", "2026-02-26"]
    assert read(days=1, offset=3)["history"][0]["seconds"] == {**NONE, "noData": 43_200, "operational": 43_200}


def test_ninety_days_are_shown_unless_others_are_asked_for_and_what_is_not_known_has_no_figure():
    history = read()["history"]
    assert (len(history), history[0]["date"], history[0]["uptime"]) == (90, "2025-12-02", None)
    assert len(read(days=365)["history"]) == 365


def test_where_no_uptime_is_shown_there_is_none():
    hidden = json.loads(uptime_json.render(TOLD, NOON, component_id=8))
    assert hidden == {"componentId": 8, "timeline": None}
    assert uptime_json.document(hidden, at=NOON) is None
    with pytest.raises(LookupError):
        uptime_json.render(TOLD, NOON, component_id=99)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"days": 0}, "days"), ({"days": 366}, "days"), ({"offset": -1}, "offset"), ({"offset": 365}, "offset")],
)
def test_what_cannot_be_asked_for_is_named(wrong, field):
    with pytest.raises(Invalid) as refused:
        read(**wrong)
    assert [each.field for each in refused.value.errors] == [field]


points = st.dictionaries(st.integers(second(NOON - 9 * DAY), second(NOON)), st.sampled_from(Bucket), max_size=12)


@settings(max_examples=50, deadline=None)
@given(points=points, days=st.integers(1, 12), offset=st.integers(0, 12))
def test_what_was_published_gives_the_days_that_the_page_shows(points, days, offset):
    component = a_component_snapshot(timeline=tuple(sorted(points.items())))
    published = json.loads(uptime_json.render(a_snapshot(component), NOON, component_id=5))
    found = uptime_json.document(published, days=days, offset=offset, at=NOON)
    assert found is not None
    shown = component.uptime(days=days + offset, at=NOON)
    assert shown is not None
    expected = shown.days[:days]
    assert [each["seconds"] for each in found["history"]] == [each.seconds for each in expected]
    assert [date.fromisoformat(each["date"]) for each in found["history"]] == [each.day for each in expected]
    assert expected[-1].day == NOON.date() - timedelta(days=offset)
    if offset == 0:
        assert found["uptime"] == (None if shown.percentage is None else float(shown.percentage))
