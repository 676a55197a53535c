"""What those who follow a page are told: each change once, in order, from wherever they were."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from lull.domain.health import ComponentStatus
from lull.domain.publications import MOST_EVENTS, Publication
from lull.domain.rescheduling import rescheduled
from lull.publishing import events
from lull.publishing.renderers import sse
from lull.publishing.renderers.status_json import instant
from lull.publishing.snapshot import AnnouncementSnapshot, StatusSnapshot, UpdateSnapshot
from tests.builders import NOON
from tests.page_builders import a_component_snapshot, a_snapshot, an_announcement, an_announcement_snapshot

LATER = NOON + timedelta(minutes=5)
QUIET = a_snapshot(a_component_snapshot(id=1, name="API"), a_component_snapshot(id=2, name="Web"))
DOWN = replace(
    QUIET, components=(replace(QUIET.components[0], status=ComponentStatus.MAJOR_OUTAGE), *QUIET.components[1:])
)


def published(was: Publication | None, snapshot: StatusSnapshot, at=LATER) -> Publication:
    return events.published(was, snapshot, workspace_id=1, at=at)


FIRST = published(None, QUIET, NOON)


def told(was: Publication, snapshot: StatusSnapshot) -> list[dict]:
    return [json.loads(event.data) for event in published(was, snapshot).events]


def test_the_first_publication_tells_nothing():
    assert (FIRST.number, FIRST.events, FIRST.updated_at) == (0, (), NOON)


def test_what_shows_the_same_is_the_same_publication():
    assert published(FIRST, QUIET) is FIRST


def test_a_component_that_changes_is_told_with_what_it_was():
    assert told(FIRST, DOWN) == [
        {
            "type": "component.status",
            "component": {"id": 1, "name": "API", "status": "MAJOR_OUTAGE", "previousStatus": "OPERATIONAL"},
            "status": "OPERATIONAL",
            "statusDescription": "All systems operational",
            "at": "2026-03-01T12:05:00Z",
        }
    ]


def test_an_announcement_is_told_when_it_is_made_updated_and_over():
    announcement = an_announcement_snapshot(id=7)
    made = published(FIRST, replace(QUIET, announcements=(announcement,)))
    more = replace(
        announcement,
        updates=(*announcement.updates, UpdateSnapshot(id=2, status="MONITORING", body="x", created_at=NOON)),
    )
    updated = published(made, replace(QUIET, announcements=(more,)))
    end = UpdateSnapshot(id=3, status="RESOLVED", body="x", created_at=NOON)
    resolved = replace(more, status="RESOLVED", updates=(*more.updates, end))
    over = published(updated, replace(QUIET, resolved=(resolved,)))
    kinds = [json.loads(event.data)["type"] for event in over.events]
    assert kinds == ["announcement.created", "announcement.updated", "announcement.updated"]
    assert [event.number for event in over.events] == [1, 2, 3]
    assert json.loads(over.events[-1].data)["announcement"]["status"] == "RESOLVED"
    assert published(over, replace(QUIET, resolved=(resolved,))) is over


def test_that_planned_work_has_moved_is_told_with_its_new_times():
    ahead = an_announcement(scheduled_for=LATER, scheduled_until=LATER + timedelta(hours=1))
    moved = rescheduled(ahead, LATER, LATER + timedelta(hours=2), at=NOON)
    first, second = (replace(QUIET, scheduled=(AnnouncementSnapshot.of(each, ()),)) for each in (ahead, moved))
    told = json.loads(published(published(FIRST, first), second).events[-1].data)
    assert told["type"] == "announcement.updated"
    assert told["announcement"]["scheduledUntil"] == instant(LATER + timedelta(hours=2))


def test_one_that_was_edited_or_deleted_and_any_other_change_is_told_as_a_change_of_the_page():
    announcement = an_announcement_snapshot(id=7)
    made = published(FIRST, replace(QUIET, announcements=(announcement,)))
    for changed in (
        replace(QUIET, announcements=(replace(announcement, title="Other"),)),
        replace(QUIET, announcements=(announcement,), name="A"),
    ):
        newest = json.loads(published(made, changed).events[-1].data)
        assert newest["type"] == "page.updated"


def an_update(number: int, body: str = "x", status: str = "MONITORING", after: int = 0) -> UpdateSnapshot:
    return UpdateSnapshot(id=number, status=status, body=body, created_at=NOON + timedelta(seconds=after))


def with_updates(id: int, *updates: UpdateSnapshot, **more) -> AnnouncementSnapshot:
    return replace(an_announcement_snapshot(id=id), updates=updates, status=updates[-1].status, **more)


def kinds(found: list[dict]) -> list[tuple]:
    return [(each["type"], each["announcement"]["id"], each["update"]["id"]) for each in found]


def test_each_update_is_told_once_and_in_order_however_many_one_publish_finds():
    one, other = with_updates(7, an_update(1)), with_updates(8, an_update(1, after=1))
    first = published(FIRST, replace(QUIET, announcements=(one,)))
    more = with_updates(7, an_update(1), an_update(2, "**We** know", "IDENTIFIED", 2), an_update(3, after=4))
    begun = replace(other, updates=(*other.updates, an_update(2, after=3)))
    found = told(first, replace(QUIET, announcements=(begun, more)))[1:]
    assert kinds(found) == [
        ("announcement.created", 8, 1),
        ("announcement.updated", 7, 2),
        ("announcement.updated", 8, 2),
        ("announcement.updated", 7, 3),
    ]
    assert found[1]["update"] == {
        "id": 2,
        "status": "IDENTIFIED",
        "body": "We know",
        "createdAt": "2026-03-01T12:00:02Z",
    }
    assert (found[1]["announcement"]["status"], found[1]["announcement"]["updates"]) == ("IDENTIFIED", 2)


def test_what_was_made_and_resolved_before_the_next_publish_is_told_as_both():
    over = with_updates(7, an_update(1), an_update(2, status="RESOLVED"))
    assert kinds(told(FIRST, replace(QUIET, resolved=(over,)))) == [
        ("announcement.created", 7, 1),
        ("announcement.updated", 7, 2),
    ]


def test_what_is_open_again_is_told_by_its_newest_update_alone():
    over = with_updates(7, an_update(1), an_update(2, status="RESOLVED"))
    again = with_updates(7, *over.updates, an_update(3))
    known = published(FIRST, replace(QUIET, resolved=(over,)))
    assert kinds(told(known, replace(QUIET, announcements=(again,))))[2:] == [("announcement.updated", 7, 3)]
    much_later = published(FIRST, replace(QUIET, name="A"), NOON + timedelta(days=1))
    assert kinds(told(much_later, replace(QUIET, announcements=(again,)))[1:]) == [("announcement.updated", 7, 3)]
    assert [each["type"] for each in told(much_later, replace(QUIET, resolved=(over,)))] == ["page.updated"] * 2


def test_what_was_deleted_is_told_and_what_only_left_the_page_is_not():
    open_ = with_updates(7, an_update(1))
    over = with_updates(7, an_update(1), an_update(2, status="RESOLVED"))
    shown = published(FIRST, replace(QUIET, announcements=(open_,)))
    (deleted,) = told(shown, QUIET)[1:]
    assert (deleted["type"], deleted["announcement"]) == ("announcement.deleted", {"id": 7})
    assert events.missing(shown, QUIET) == {7}
    resolved = events.published(shown, QUIET, [over], workspace_id=1, at=LATER)
    assert [json.loads(each.data)["type"] for each in resolved.events] == [
        "announcement.created",
        "announcement.updated",
    ]


def test_long_texts_are_cut_and_fifty_of_them_fit_into_an_item():
    long = with_updates(7, an_update(1), *(an_update(number, "\N{SNAKE}" * 5_000) for number in range(2, 60)))
    publication = published(FIRST, replace(QUIET, announcements=(long,)))
    assert len(publication.events) == MOST_EVENTS
    assert json.loads(publication.events[-1].data)["update"]["body"] == "\N{SNAKE}" * 200 + "…"
    assert len(json.dumps([each.data for each in publication.events])) < 380_000


def test_a_new_day_and_a_longer_timeline_are_no_news():
    bars = replace(QUIET, components=tuple(replace(each, timeline=()) for each in QUIET.components))
    tomorrow = replace(bars, today=NOON.date() + timedelta(days=1))
    moved = published(published(FIRST, bars), tomorrow)
    assert (moved.number, moved.events) == (0, ())
    assert moved.updated_at == LATER


def test_time_never_goes_back():
    assert published(published(FIRST, DOWN), QUIET, NOON - timedelta(days=1)).updated_at == LATER


def test_the_newest_events_are_kept_and_numbers_go_on():
    publication = FIRST
    for _ in range(MOST_EVENTS):
        publication = published(published(publication, DOWN), QUIET)
    assert len(publication.events) == MOST_EVENTS
    assert [event.number for event in publication.events] == list(range(MOST_EVENTS + 1, 2 * MOST_EVENTS + 1))


# ---- as a stream


def test_a_stream_has_a_number_for_each_message_and_no_names():
    publication = published(FIRST, DOWN)
    text = sse.render(9, publication.number, publication.events, calm=False).decode()
    lines = text.split("\n")
    assert lines[0] == "retry: 15000"
    assert lines[2] == "id: 9-1"
    assert json.loads(lines[3].removeprefix("data: "))["type"] == "component.status"
    assert text.endswith("\n\n")
    assert "event:" not in text


def test_who_has_missed_nothing_still_learns_where_the_stream_stands():
    assert sse.render(9, 4, [], calm=True) == b"retry: 60000\n\nid: 9-4\n\n"


@pytest.mark.parametrize(
    ("last", "ids"),
    [
        *[("9-1", ["9-2"]), ("9-0", ["9-1", "9-2"]), ("9-2", ["9-2"]), ("9-99", ["9-2"]), (None, ["9-2"])],
        *[("", ["9-2"]), ("8-1", ["9-2"]), ("9-", ["9-2"]), ("x", ["9-2"]), ("9-1-1", ["9-2"]), ("9--1", ["9-2"])],
        *[("9-" + "1" * 400, ["9-2"]), ("9-\N{ARABIC-INDIC DIGIT THREE}", ["9-2"])],
    ],
)
def test_only_what_was_missed_of_this_page_is_told_and_where_the_stream_stands(last, ids):
    publication = published(published(FIRST, DOWN), QUIET)
    part = sse.part(sse.render(9, 2, publication.events, calm=True), last).decode()
    assert [line.removeprefix("id: ") for line in part.split("\n") if line.startswith("id: ")] == ids
    assert part.count("data: ") == (len(ids) if last in ("9-0", "9-1") else 0)
    assert part.startswith("retry: 60000\n\n")
    assert part.endswith("\n\n")


def test_a_stream_without_events_stands_at_its_beginning():
    tail = sse.render(9, 0, (), calm=True)
    assert sse.part(tail, None) == sse.part(tail, "9-0") == tail
