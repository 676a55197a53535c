"""What both feeds of a page have in common."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import feedparser
import pytest
from hypothesis import given, settings

from lull.domain.health import ComponentStatus
from lull.publishing.renderers import atom, rss
from lull.publishing.renderers.feed import feeds
from lull.publishing.snapshot import StatusSnapshot
from tests.builders import NOON
from tests.page_builders import a_component_snapshot, a_snapshot, an_announcement_snapshot
from tests.told_page import BASE, DAY, HOUR, TOLD, hostile_texts, planned, random_page, renamed, told, written_by

Render = Callable[..., bytes]
both = pytest.mark.parametrize("render", [rss.render, atom.render], ids=["rss", "atom"])


def read(render: Render, snapshot: StatusSnapshot, at: datetime = NOON, base_url: str = BASE, **which):
    """The feed as a reader has it."""
    return parsed(render(snapshot, at, base_url=base_url, **which))


def parsed(feed: bytes):
    # What readers do to make HTML harmless is their affair, and takes them long.
    found = feedparser.parse(feed, sanitize_html=False, resolve_relative_uris=False)
    assert not found.bozo, found.bozo_exception
    return found


def moment(parsed: tuple[int, ...]) -> datetime:
    year, month, day, hour, minute, seconds, *_ = parsed
    return datetime(year, month, day, hour, minute, seconds, tzinfo=UTC)


def titles(render: Render, snapshot: StatusSnapshot, **which) -> list[str]:
    return [entry.title for entry in read(render, snapshot, **which).entries]


def ids(render: Render, snapshot: StatusSnapshot, **how) -> list[str]:
    return [entry.id for entry in read(render, snapshot, **how).entries]


@both
def test_there_is_an_item_for_each_update_and_each_change_of_an_outage_newest_first(render):
    assert titles(render, TOLD) == [
        "Verifying: New disks",
        "API is down",
        "Scheduled: Move, at last",
        "Identified: Slow <answers>",
        "Investigating: Slow <answers>",
        "Scheduled: New disks",
        "Cancelled: Called off",
        "Completed: Restart",
        "Scheduled: Called off",
        "Resolved: Lost mails",
        "Scheduled: Restart",
        "Investigating: Lost mails",
        "Search is no longer down",
        "Search is down",
        "Completed: Long ago",
        "In progress: Long ago",
    ]


@both
def test_ids_outlive_names_hosts_and_orders(render):
    before, after = ids(render, TOLD), ids(render, renamed(TOLD), base_url="https://other.test")
    assert before == after
    assert len(set(before)) == len(before)
    assert before[:2] == [
        "tag:lull.invalid,2025-08-24:083015/page/7/announcement/13/update/2",
        "tag:lull.invalid,2025-08-24:083015/page/7/incident/31/began",
    ]


@both
def test_what_did_not_change_is_the_same_bytes(render):
    later = replace(
        TOLD,
        status=ComponentStatus.OPERATIONAL,
        components=tuple(replace(each, status=ComponentStatus.OPERATIONAL) for each in TOLD.components),
    )
    assert render(TOLD, NOON, base_url=BASE) == render(later, NOON + DAY, base_url=BASE)
    empty = a_snapshot()
    assert render(empty, NOON, base_url=BASE) == render(empty, NOON + DAY, base_url=BASE)


@both
def test_it_was_updated_when_its_newest_item_was_written(render):
    (newest, *_) = read(render, TOLD).entries
    assert read(render, TOLD).feed.updated_parsed == newest.published_parsed
    assert moment(newest.published_parsed) == NOON - HOUR / 2
    assert moment(read(render, a_snapshot()).feed.updated_parsed) == a_snapshot().created_at


@both
def test_nothing_is_dated_in_the_future(render):
    found = read(render, TOLD, at=NOON - DAY)
    moments = [found.feed.updated_parsed, *(entry.published_parsed for entry in found.entries)]
    assert max(map(moment, moments)) == NOON - DAY
    assert len(moments) == 17


@both
def test_what_was_written_after_its_time_is_published_then_as_completed(render):
    record = an_announcement_snapshot(**planned(NOON - 9 * DAY))
    (entry,) = read(render, a_snapshot(resolved=(record,)), at=NOON + HOUR).entries
    assert (entry.title, moment(entry.published_parsed)) == ("Completed: Slow answers", NOON)


@both
def test_a_record_of_two_updates_does_not_say_that_the_work_goes_on(render):
    """As such records were written once."""
    updates = [("INVESTIGATING", "We moved.", NOON), ("RESOLVED", "The scheduled time is over.", NOON)]
    record = told(1, "Disks", *updates, **planned(NOON - 9 * DAY))
    assert titles(render, a_snapshot(resolved=(record,))) == ["Completed: Disks"] * 2


def test_an_item_is_updated_when_the_title_is():
    changed = replace(an_announcement_snapshot(), edited_at=NOON + HOUR)
    found = read(atom.render, a_snapshot(announcements=(changed,)), at=NOON + DAY)
    (entry,) = found.entries
    assert moment(entry.updated_parsed) == moment(found.feed.updated_parsed) == NOON + HOUR
    assert moment(entry.published_parsed) == NOON
    (early,) = read(atom.render, a_snapshot(announcements=(changed,))).entries
    assert moment(early.updated_parsed) == NOON, "never in the future"


@both
def test_the_newest_fifty_are_told(render):
    updates = [("INVESTIGATING", f"Update {number}", NOON + timedelta(seconds=number)) for number in range(1, 61)]
    found = read(render, a_snapshot(announcements=(told(1, "Long", *updates),)), at=NOON + DAY).entries
    assert [entry.id.rpartition("/")[2] for entry in found] == [str(number) for number in range(60, 10, -1)]


@both
def test_the_feed_of_a_component_has_what_names_it_and_what_names_none(render):
    assert titles(render, TOLD, component_id=5) == [
        "Verifying: New disks",
        "API is down",
        "Identified: Slow <answers>",
        "Investigating: Slow <answers>",
        "Scheduled: New disks",
        "Cancelled: Called off",
        "Scheduled: Called off",
        "Resolved: Lost mails",
        "Investigating: Lost mails",
        "Completed: Long ago",
        "In progress: Long ago",
    ]
    assert {"Scheduled: Move, at last", "Completed: Restart"} <= set(titles(render, TOLD, component_id=6))
    assert set(ids(render, TOLD, component_id=5)) < set(ids(render, TOLD))
    with pytest.raises(LookupError):
        render(TOLD, NOON, base_url=BASE, component_id=99)


@pytest.mark.parametrize("module", [rss, atom])
def test_all_feeds_of_a_page_are_what_each_of_them_is_alone(module):
    together = {each.component_id: module.write(each) for each in feeds(TOLD, NOON, base_url=BASE)}
    assert together == {
        component_id: module.render(TOLD, NOON, base_url=BASE, component_id=component_id)
        for component_id in (None, 5, 8, 6)
    }


def test_what_several_feeds_say_is_written_once():
    page, *others = feeds(TOLD, NOON, base_url=BASE)
    known = {id(each) for each in page.items}
    assert [each for other in others for each in other.items if id(each) not in known] == []


@both
def test_what_named_only_components_that_are_gone_is_in_the_feed_of_no_other(render):
    assert [an_announcement_snapshot(component_ids=each).general for each in ((), (5,))] == [True, False]
    orphan = told(1, "Orphan", ("INVESTIGATING", "We look.", NOON), general=False)
    page = a_snapshot(a_component_snapshot(id=5), announcements=(orphan,))
    assert titles(render, page) == ["Investigating: Orphan"]
    assert titles(render, page, component_id=5) == []


@both
def test_a_page_that_shows_no_past_still_says_that_something_is_over_for_a_week(render):
    over = [
        told(1, "Just now", ("INVESTIGATING", "We look.", NOON - 8 * DAY), ("RESOLVED", "Found.", NOON - 7 * DAY)),
        told(2, "Then", ("INVESTIGATING", "We look.", NOON - 8 * DAY), ("RESOLVED", "Found.", NOON - 8 * DAY)),
    ]
    page = a_snapshot(resolved=tuple(over), show_incident_history=False)
    assert titles(render, page) == ["Resolved: Just now", "Investigating: Just now"]


@both
def test_texts_are_markdown_with_the_time_and_what_is_concerned(render):
    (move,) = [entry for entry in read(render, TOLD).entries if "Move" in entry.title]
    assert (move.get("content") or [{"value": move.description}])[0]["value"] == (
        "<p>We move.</p>\n<p>2026-03-02 12:00 to 2026-03-02 14:00 UTC</p>\n<p>Affects: Daten &amp; Söhne, Search</p>"
    )


@both
def test_names_are_text_in_what_is_html(render):
    feed = render(written_by("<b>&amp;"), NOON, base_url=BASE)
    texts = [
        each.text or "" for each in ElementTree.fromstring(feed).iter() if each.tag.endswith(("description", "content"))
    ]
    assert "<p>&lt;b&gt;&amp;amp; is down</p>\n" in texts
    assert any("Affects: &lt;b&gt;&amp;amp;, " in each for each in texts)


@both
def test_items_lead_to_their_place_on_the_page(render):
    links = [entry.link for entry in read(render, TOLD).entries]
    assert links[:2] == [f"{BASE}/status/acme#announcement-13", f"{BASE}/status/acme#incident-31"]


@both
def test_a_thousand_pages_are_well_formed_and_read_without_complaint(render):
    random = Random(7)
    for number in range(1_000):
        page = random_page(random)
        feed = render(page, NOON, base_url=BASE)
        ElementTree.fromstring(feed)
        # Half of the pages for each of the two, since the reader takes its time.
        if (number % 2 == 0) == (render is rss.render):
            found = parsed(feed)
            updates = sum(len(each.updates) for each in page.announcements)
            assert len(found.entries) == updates + sum(2 if each.resolved_at else 1 for each in page.incidents)
            assert all(each.title for each in (found.feed, *found.entries))


@both
@settings(max_examples=50, deadline=None)
@given(text=hostile_texts)
def test_a_title_is_what_its_owner_wrote(render, text):
    tree = ElementTree.fromstring(render(written_by(text), NOON, base_url=BASE))
    shown = [each.text for each in tree.iter() if each.tag.rpartition("}")[2] == "title"]
    legal = " ".join("".join(each for each in text if _is_legal(ord(each))).split())
    assert shown[0] == (legal or "other")
    assert shown[1] == f"Verifying: {legal}".strip()
    assert shown[2] == f"{legal} is down".strip()


def _is_legal(code: int) -> bool:
    """XML 1.0, production 2."""
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
