"""The RSS feed of a page."""

import re
import xml.etree.ElementTree as ElementTree
from email.utils import parsedate_to_datetime

from lull.publishing.renderers import rss
from tests.builders import NOON
from tests.golden import assert_golden
from tests.told_page import BASE, TOLD

FEED = rss.render(TOLD, NOON, base_url=BASE)
ATOM = "{http://www.w3.org/2005/Atom}"


def test_it_looks_as_it_did():
    assert_golden("feed.rss", FEED)


def test_the_channel_has_what_readers_need():
    channel = ElementTree.fromstring(FEED)[0]
    assert {each.tag: each.text for each in channel if each.tag not in ("item", "lastBuildDate")} == {
        "title": "Acme & Söhne",
        "link": "https://status.example.com/status/acme",
        f"{ATOM}link": None,
        "description": "Announcements and outages of Acme & Söhne",
        "language": "en",
        "ttl": "5",
    }


def test_it_knows_its_own_address():
    of_component = rss.render(TOLD, NOON, base_url=BASE, component_id=5)
    links = [ElementTree.fromstring(each).find(f"*/{ATOM}link") for each in (FEED, of_component)]
    assert [each.attrib for each in links if each is not None] == [
        {
            "rel": "self",
            "type": "application/rss+xml",
            "href": f"https://status.example.com/api/public/status/acme{below}/feed.rss",
        }
        for below in ("", "/components/5")
    ]
    assert b"<title>Acme &amp; S\xc3\xb6hne \xc2\xb7 API</title>" in of_component


def test_dates_have_a_numeric_zone():
    dates = re.findall(rb"Date>([^<]*)</", FEED)
    assert len(dates) == 17
    assert all(re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", each.decode()) for each in dates)
    assert parsedate_to_datetime(dates[0].decode()) <= NOON


def test_ids_are_no_addresses():
    assert {each.get("isPermaLink") for each in ElementTree.fromstring(FEED).iter("guid")} == {"false"}
