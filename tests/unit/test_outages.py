"""Outages of several components that begin together are told as one: ADR 22."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from lull.domain.health import ComponentStatus
from lull.publishing.renderers import history_json, history_page, page
from lull.publishing.renderers.feed import feed
from lull.publishing.renderers.outages import grouped
from tests.builders import NOON
from tests.page_builders import a_component_snapshot, a_snapshot, an_incident_snapshot

MINUTE = timedelta(minutes=1)
NAMES = ["API", "Web", "Mail", "Search"]


def outages(*spans):
    """One for each (component, first minute, last minute or None), with ids from 1 in this order."""
    return [
        an_incident_snapshot(
            id=number,
            component_id=component,
            component_name=NAMES[component],
            started_at=NOON - 60 * MINUTE + begin * MINUTE,
            resolved_at=None if end is None else NOON - 60 * MINUTE + end * MINUTE,
        )
        for number, (component, begin, end) in enumerate(spans, 1)
    ]


@pytest.mark.parametrize(
    ("spans", "groups"),
    [
        ([], []),
        ([(0, 0, 9)], [[1]]),
        ([(0, 0, 9), (1, 5, 9)], [[1, 2]]),
        ([(0, 0, 9), (1, 5.1, 9)], [[1], [2]]),
        ([(0, 0, 2), (1, 2, 9)], [[1], [2]]),
        ([(0, 0, 2), (1, 3, 9)], [[1], [2]]),
        # The second begins before the first is over, the third before the second is.
        ([(0, 0, 2), (1, 1, 4), (2, 3, 9)], [[1, 2, 3]]),
        # Each begins within five minutes of the one before, the third not within five of the first.
        ([(0, 0, 9), (1, 4, 9), (2, 8, 9)], [[1, 2], [3]]),
        ([(0, 0, 9), (1, 0, 9), (2, 0, 9)], [[1, 2, 3]]),
        ([(1, 1, 9), (0, 0, 9)], [[2, 1]]),
        # What is still down is told apart.
        ([(0, 0, 9), (1, 1, None), (2, 2, 9)], [[1, 3], [2]]),
        ([(0, 0, None), (1, 1, None)], [[1, 2]]),
        ([(0, 0, 1), (1, 0.5, 3), (0, 2, 3)], [[1, 2, 3]]),
    ],
)
def test_what_begins_within_five_minutes_of_the_first_while_it_goes_on_is_one(spans, groups):
    found = outages(*spans)
    assert [[each.id for each in group] for group in grouped(found)] == groups
    assert grouped(reversed(found)) == grouped(found)


def shown(*spans):
    components = [a_component_snapshot(id=number, name=name) for number, name in enumerate(NAMES)]
    return a_snapshot(*components, incidents=tuple(reversed(outages(*spans))))


def cards(html):
    return [
        (re.findall(r'id="([^"]+)"', card), *re.findall("<h3><bdi>(.*?)</bdi>", card))
        for card in re.findall(r'<article class="past".*?</article>', html.decode(), re.DOTALL)
    ]


def test_a_card_names_all_components_and_leads_to_each_outage():
    snapshot = shown((0, 0, 9), (1, 1, 12), (2, 2, 4), (3, 20, 25))
    told = [
        (["incident-4"], "Search was down"),
        (["incident-1", "incident-2", "incident-3"], "API, Web and Mail were down"),
    ]
    main = page.render(snapshot, NOON)
    assert cards(main) == cards(history_page.render(snapshot, NOON, "2026-03")) == told
    assert "12\N{NO-BREAK SPACE}min</p>" in main.decode()
    many = cards(page.render(shown(*((each, each / 2, 9) for each in range(4))), NOON))
    assert [title for _, title in many] == ["4 components were down"]


def test_one_component_that_comes_and_goes_is_named_once():
    found = cards(page.render(shown((0, 0, 1), (1, 0.5, 3), (0, 2, 3)), NOON))
    assert found == [(["incident-1", "incident-2", "incident-3"], "API and Web were down")]


def test_what_is_still_down_waits_for_its_end_and_joins_the_others_then():
    still = shown((0, 0, 9), (1, 1, None))
    assert [title for _, title in cards(page.render(still, NOON))] == ["API was down"]
    assert [title for _, title in cards(history_page.render(still, NOON, "2026-03"))] == ["Web is down", "API was down"]
    assert [title for _, title in cards(page.render(shown((0, 0, 9), (1, 1, 50)), NOON))] == ["API and Web were down"]


def down_page(*spans, **statuses):
    """With every component down that has no other status."""
    snapshot = shown(*spans)
    components = tuple(
        replace(each, status=statuses.get(each.name, ComponentStatus.MAJOR_OUTAGE)) for each in snapshot.components
    )
    return page.render(replace(snapshot, components=components), NOON).decode()


def running(html):
    section = re.search(r'<section aria-labelledby="outages">.*?</section>', html, re.DOTALL)
    return re.findall(r'<article class="past" id="(.*?)"><h3>(.*?)</h3>', section[0]) if section else []


def test_what_is_down_now_is_told_with_its_begin_where_feeds_lead_to():
    html = down_page((0, 0, 9), (1, 20, None))
    since = '<small>since <time datetime="2026-03-01T11:20:00Z">1 March 2026, 11:20 UTC</time></small>'
    assert running(html) == [("incident-2", f"<bdi>Web</bdi>: major outage {since}")]
    assert html.count('id="incident-2"') == html.count('id="incident-1"') == 1
    assert html.index("incident-2") < html.index("incident-1"), "what is over comes last"
    assert running(down_page((0, 0, 9))) == []


def test_what_is_down_since_the_same_minutes_is_told_as_one_as_it_will_be_once_it_is_over():
    html = down_page((0, 0, None), (1, 1, None), (2, 20, None), Web=ComponentStatus.PARTIAL_OUTAGE)
    assert [(anchor, title.partition(" <small>")[0]) for anchor, title in running(html)] == [
        ("incident-3", "<bdi>Mail</bdi>: major outage"),
        ("incident-1", "<bdi>API and Web</bdi>: major outage"),
    ]
    assert 'id="incident-2"><bdi>Web</bdi>' in html
    partial = down_page((1, 1, None), Web=ComponentStatus.PARTIAL_OUTAGE)
    assert "<bdi>Web</bdi>: partial outage <small>since" in partial


def test_an_outage_that_maintenance_explains_is_told_as_maintenance_alone():
    assert running(down_page((0, 0, None), API=ComponentStatus.UNDER_MAINTENANCE)) == []


def test_programs_are_told_of_each_outage_by_its_own_id():
    snapshot = shown((0, 0, 9), (1, 1, 12))
    ids = [each.id.rpartition("incident")[2] for each in feed(snapshot, NOON, base_url="https://lull.test").items]
    assert sorted(ids) == sorted(f"/{number}/{what}" for number in (1, 2) for what in ("began", "over"))
    month = history_json._months(snapshot, NOON)[0]
    assert [each["id"] for each in month["incidents"]] == [2, 1]
