"""The Atom feed of a page."""

import re
import xml.etree.ElementTree as ElementTree

from lull.publishing.renderers import atom
from tests.builders import NOON
from tests.golden import assert_golden
from tests.told_page import BASE, TOLD

FEED = atom.render(TOLD, NOON, base_url=BASE)
TREE = ElementTree.fromstring(FEED)
ATOM = "{http://www.w3.org/2005/Atom}"
# RFC 4151, section 2.1, without mail addresses.
TAG = re.compile(r"tag:[a-z0-9]+(?:[.-][a-z0-9]+)*,\d{4}-\d\d-\d\d:[A-Za-z0-9/-]+")


def test_it_looks_as_it_did():
    assert_golden("feed.atom", FEED)


def test_feed_and_entries_have_exactly_one_of_each_that_must_be_there():
    entries = TREE.findall(f"{ATOM}entry")
    assert len(entries) == 16
    for each in (TREE, *entries):
        assert [len(each.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated")] == [1, 1, 1]
    assert TREE.findtext(f"{ATOM}author/{ATOM}name") == "Acme & Söhne"
    assert TREE.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert {each.get("type") for each in TREE.iter(f"{ATOM}content")} == {"html"}


def test_every_id_is_a_tag():
    found = [each.text or "" for each in TREE.iter(f"{ATOM}id")]
    assert len(set(found)) == 17
    assert [each for each in found if not TAG.fullmatch(each)] == []
    of_component = ElementTree.fromstring(atom.render(TOLD, NOON, base_url=BASE, component_id=5))
    assert of_component.findtext(f"{ATOM}id") == f"{found[0]}/component/5"


def test_it_knows_its_own_address_and_that_of_the_page():
    assert [each.attrib for each in TREE.findall(f"{ATOM}link")] == [
        {
            "rel": "self",
            "type": "application/atom+xml",
            "href": "https://status.example.com/api/public/status/acme/feed.atom",
        },
        {"rel": "alternate", "type": "text/html", "href": "https://status.example.com/status/acme"},
    ]
