"""What was, as visitors see it: uptime bars, past incidents, months."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from lull.domain.announcements import Status, updated
from lull.domain.uptime import Bucket, second
from lull.publishing.renderers import bars, history_json, history_page, page, status_json
from lull.publishing.snapshot import AnnouncementSnapshot, UptimeSnapshot
from tests.builders import NOON
from tests.page_builders import (
    a_component_snapshot,
    a_snapshot,
    an_announcement,
    an_announcement_snapshot,
    an_incident_snapshot,
)
from tests.unit.test_renderers import HOSTILE, Document

DAY = timedelta(days=1)


def a_timeline(*changes: tuple[timedelta, Bucket]):
    return tuple((second(NOON - ago), bucket) for ago, bucket in changes)


LIVELY = a_timeline(
    (5 * DAY, Bucket.OPERATIONAL),
    (3 * DAY, Bucket.MAJOR),
    (3 * DAY - timedelta(minutes=90), Bucket.OPERATIONAL),
    (2 * DAY, Bucket.MAINTENANCE),
    (2 * DAY - timedelta(seconds=30), Bucket.DEGRADED),
    (2 * DAY - timedelta(hours=1), Bucket.OPERATIONAL),
)


def an_uptime(days: int = 7, timeline=LIVELY) -> UptimeSnapshot:
    uptime = a_component_snapshot(timeline=timeline).uptime(days=days, at=NOON)
    assert uptime
    return uptime


def test_a_day_is_shown_as_the_worst_of_it():
    assert [bars.worst(day) for day in an_uptime().days] == [
        Bucket.NOT_MONITORED,
        Bucket.OPERATIONAL,
        Bucket.OPERATIONAL,
        Bucket.MAJOR,
        Bucket.DEGRADED,
        Bucket.OPERATIONAL,
        Bucket.OPERATIONAL,
    ]


def test_every_day_has_one_bar_in_its_place_and_no_two_buckets_are_of_one_height():
    svg = bars.strip(an_uptime())
    found = {}
    for name, path in re.findall(r'<path class="(\w+)" d="([^"]*)"', svg):
        place = 0
        for move, height in re.findall(r"[Mm](\d+) \d+v-(\d+)h4v\d+z", path):
            place += int(move)
            found[place // 5] = (name, int(height))
    assert [found[at][0] for at in range(7)] == [
        "unmonitored",
        "operational",
        "operational",
        "major",
        "degraded",
        "operational",
        "operational",
    ]
    assert len(set(bars._HEIGHTS.values())) == len(bars._HEIGHTS)
    assert 'viewBox="0 0 34 34"' in svg


def test_today_is_at_least_as_bad_as_it_is_now_though_no_second_has_passed():
    just_begun = an_uptime(2, a_timeline((DAY, Bucket.OPERATIONAL), (timedelta(), Bucket.MAJOR)))
    assert [bars.worst(day) for day in just_begun.days] == [Bucket.OPERATIONAL] * 2
    assert 'class="major"' in bars.strip(just_begun)
    assert "Major outage on 1 day" in bars.strip(just_begun)
    over = an_uptime(2, a_timeline((DAY, Bucket.MAJOR), (timedelta(hours=1), Bucket.OPERATIONAL)))
    assert "Major outage on 2 days" in bars.strip(over)


def test_a_strip_is_one_picture_with_a_spoken_summary():
    svg = bars.strip(an_uptime())
    assert svg.count('role="img"') == 1
    assert (
        'aria-label="Uptime measured by checks since 24 February 2026: 98.74\N{NO-BREAK SPACE}%. '
        'Major outage on 1 day, degraded performance on 1 day."'
    ) in svg
    assert "measured by checks over the last 6 days: 98.74" in bars.strip(an_uptime(6))
    assert "No outage." in bars.strip(an_uptime(1))
    assert "no data" in bars.strip(an_uptime(timeline=()))


def test_the_table_names_the_days_on_which_something_was_the_matter_newest_first():
    table = bars.table(an_uptime())
    assert "2 days with events" in table
    rows = re.findall(r'<th scope="row">([^<]*)</th><td>([^<]*)</td>', table)
    assert [(day, told.replace("\N{NO-BREAK SPACE}", " ")) for day, told in rows] == [
        ("27 February 2026", "Degraded performance for 59 min, maintenance for 30 s"),
        ("26 February 2026", "Major outage for 1 h 30 min"),
    ]
    assert bars.table(an_uptime(2)) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [("100.00", "100 %"), ("99.90", "99.9 %"), ("99.95", "99.95 %"), ("0.00", "0 %"), (None, "no data")],
)
def test_a_percentage_is_short(value, text):
    assert bars.percent(value and Decimal(value)).replace("\N{NO-BREAK SPACE}", " ") == text


def test_the_page_and_its_json_show_the_uptime_of_what_has_a_bar():
    shown = a_component_snapshot(id=1, timeline=LIVELY)
    hidden = a_component_snapshot(id=2, show_uptime_bar=False)
    snapshot = a_snapshot(shown, hidden, uptime_history_days=7)
    text = page.render(snapshot, NOON).decode()
    assert text.count('class="bars"') == 1
    assert "7 days ago" in text
    assert "<span>98.74\N{NO-BREAK SPACE}% up since 24 Feb 2026</span>" in text
    of_six = page.render(replace(snapshot, uptime_history_days=6), NOON).decode()
    assert "<span>98.74\N{NO-BREAK SPACE}% up</span>" in of_six, "every day that is shown was measured"
    read = status_json.document(snapshot, NOON)
    assert [each["uptime"] for each in read["components"]] == [98.74, None]
    assert text.count("Uptime is what checks have measured") == 1
    for without in (replace(snapshot, show_uptime_history=False), a_snapshot(hidden), a_snapshot()):
        assert not re.search('class="bars"|measured', page.render(without, NOON).decode())


def test_what_is_over_is_told_newest_first_ten_of_it():
    over = replace(an_announcement_snapshot(id=2, title="Disks"), status="RESOLVED")
    outages = [
        an_incident_snapshot(id=n, started_at=NOON - n * DAY, resolved_at=NOON - n * DAY + timedelta(minutes=5))
        for n in range(1, 15)
    ]
    open_one = an_incident_snapshot(id=20, component_name="Web")
    text = page.render(a_snapshot(resolved=(over,), incidents=(open_one, *outages)), NOON).decode()
    assert text.count('class="past"') == 10
    assert text.index("Disks") < text.index("API was down") < text.index("All incidents by month")
    assert "Web is down" not in text
    assert "5\N{NO-BREAK SPACE}min" in text


def test_there_is_a_page_for_each_month_that_the_page_has_lived_twelve_at_most():
    made = datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert history_page.months(a_snapshot(created_at=made)) == ["2026-03", "2026-02", "2026-01", "2025-12"]
    old = a_snapshot(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert len(history_page.months(old)) == 12
    assert history_page.months(old)[-1] == "2025-04"
    older = an_incident_snapshot(started_at=datetime(2026, 1, 31, tzinfo=UTC))
    assert history_page.months(a_snapshot(incidents=(older,))) == ["2026-03", "2026-02", "2026-01"]


def test_a_month_has_what_began_in_it_with_its_texts_and_leads_on():
    january = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)
    before = an_incident_snapshot(id=1, started_at=january, resolved_at=january + DAY)
    told = replace(an_announcement_snapshot(id=2, title="Slow <b>", body="We **look**."), status="RESOLVED")
    snapshot = a_snapshot(a_component_snapshot(), incidents=(before,), resolved=(told,))
    march = history_page.render(snapshot, NOON, "2026-03").decode()
    assert "Slow &lt;b&gt;" in march
    assert "<strong>look</strong>" in march
    assert "API was down" not in march
    assert '<a href="/status/acme-status/history/2026-02" rel="prev">February 2026</a>' in march
    assert 'rel="next"' not in march
    february = history_page.render(snapshot, NOON, "2026-02").decode()
    assert "Nothing happened in this month." in february
    assert ('rel="prev"' in february, 'rel="next"' in february) == (True, True)
    assert "API was down" in history_page.render(snapshot, NOON, "2026-01").decode()


def test_what_was_called_off_says_so_where_it_was_announced():
    ahead = an_announcement(title="Disks", scheduled_for=NOON + 60 * DAY, scheduled_until=NOON + 61 * DAY)
    off = updated(ahead, status=Status.RESOLVED, body="Not needed.", at=NOON + DAY)
    snapshot = a_snapshot(resolved=(AnnouncementSnapshot.of(off, ()),))
    for body in (page.render(snapshot, NOON), history_page.render(snapshot, NOON, "2026-03")):
        read = Document(body)
        assert "Disks" in read.text_of("bdi")
        assert b"<p>Maintenance: cancelled <time" in body


def recorded_afterwards(at: datetime = NOON) -> AnnouncementSnapshot:
    begins = at - 9 * DAY
    times = {"scheduled_for": begins, "scheduled_until": begins + timedelta(hours=1)}
    return an_announcement_snapshot(title="Disks", component_ids=(5,), **times)


def test_planned_work_that_was_written_down_later_is_over_when_its_time_was():
    snapshot = a_snapshot(a_component_snapshot(), resolved=(recorded_afterwards(),))
    began = '<time datetime="2026-02-20T12:00:00Z">20 February 2026, 12:00 UTC</time>'
    past = f"<p>Maintenance: {began}, 1\N{NO-BREAK SPACE}h</p>"
    assert past in page.render(snapshot, NOON).decode()
    february = history_page.render(snapshot, NOON, "2026-02").decode()
    assert past in february
    assert '<h4>Completed <small><time datetime="2026-02-20T13:00:00Z">' in february
    assert "Disks" not in history_page.render(snapshot, NOON, "2026-03").decode()
    for month, found in zip(history_json._months(snapshot, NOON)[:2], ([], ["2026-02-20T13:00:00Z"]), strict=True):
        assert [each["resolvedAt"] for each in month["announcements"]] == found


def test_a_month_names_the_components_that_a_matter_is_with():
    web = a_component_snapshot(id=6, name="<Web>")
    told = replace(an_announcement_snapshot(component_ids=(5, 6)), status="RESOLVED")
    march = history_page.render(a_snapshot(a_component_snapshot(), web, resolved=(told,)), NOON, "2026-03")
    assert b"<p>Affects: <bdi>API</bdi>, <bdi>&lt;Web&gt;</bdi></p>" in march


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts_in_the_past_too(text):
    told = replace(an_announcement_snapshot(title=text), status="RESOLVED")
    outage = an_incident_snapshot(component_name=text, resolved_at=NOON)
    snapshot = a_snapshot(resolved=(told,), incidents=(outage,))
    for body in (page.render(snapshot, NOON), history_page.render(snapshot, NOON, "2026-03")):
        read = Document(body)
        assert set(read.text_of("bdi")) >= {text, f"{text} was down"}
        assert len(read.all("script")) == 1
