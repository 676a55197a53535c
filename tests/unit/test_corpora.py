"""Names, texts, slugs, colours, addresses and passwords of every kind, in each language that they are written into."""

import json
import re
import unicodedata
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import html5lib
import pytest
from pydantic import TypeAdapter, ValidationError

from lull.domain.errors import Invalid
from lull.domain.page_access import LONGEST_PASSWORD, password_bytes
from lull.domain.status_pages import validated_page
from lull.publishing.renderers import (
    atom,
    badge,
    history_json,
    history_page,
    ical,
    page,
    rss,
    shields,
    status_json,
    statuspage_v2,
)
from lull.publishing.renderers.colors import contrast
from lull.publishing.renderers.markdown import html
from lull.publishing.renderers.style import style_sheet
from lull.publishing.snapshot import StatusSnapshot
from schemas.base import Name, Prose
from tests.builders import NOON
from tests.corpora import KEPT, REFUSED, REMOVED, TEXT, Case, corpus
from tests.harmless import elements_of, harms, text_of
from tests.page_builders import (
    a_component_snapshot,
    a_maintenance_snapshot,
    a_page,
    a_snapshot,
    an_announcement_snapshot,
    an_incident_snapshot,
)

BASE = "https://status.example.com"
AA = 4.5


def refuses(type_: object, given: str) -> bool:
    try:
        TypeAdapter(type_).validate_python(given)
    except ValidationError:
        return True
    return False


def wrong(name: str, verdict_of) -> list[tuple[str, str]]:
    return [(case.given, got) for case in corpus(name) if (got := verdict_of(case)) != case.verdict]


@pytest.mark.parametrize(
    ("name", "at_least"),
    [("owner_html", 400), ("markdown", 300), ("names", 150), ("slugs", 100), ("colours", 80), ("urls", 100)],
)
def test_the_corpora_are_large_and_no_case_is_there_twice(name, at_least):
    given = [case.given for case in corpus(name)]
    assert len(given) == len(set(given)) >= at_least


# ---- Markdown


def test_markdown_becomes_what_it_says_and_can_do_nothing_but_be_read():
    def verdict(case: Case) -> str:
        if refuses(Prose, case.given):
            return REFUSED
        written = html(TypeAdapter(Prose).validate_python(case.given))
        assert written == case.shown, case.given
        assert harms(written) == [], case.given
        if set(elements_of(written)) - {"p"}:
            return KEPT
        return TEXT if text_of(written).strip() else REMOVED

    assert wrong("markdown", verdict) == []


def test_raw_markdown_would_be_harmful():
    """The judge is no yes-man."""
    assert sum(bool(harms(case.given)) for case in corpus("markdown") if not case.is_refused) > 40


# ---- names


def test_names_are_accepted_or_refused():
    assert wrong("names", lambda case: REFUSED if refuses(Name, case.given) else TEXT) == []


NAMES = [TypeAdapter(Name).validate_python(case.given) for case in corpus("names") if not case.is_refused]


def named(names: list[str]) -> StatusSnapshot:
    """A page that has each name wherever there are names, in this order."""
    numbered = list(enumerate(names, 1))
    return a_snapshot(
        *(
            a_component_snapshot(id=number, name=name, description=name, group_name=name, timeline=())
            for number, name in numbered
        ),
        name=names[0],
        announcements=tuple(an_announcement_snapshot(id=number, title=name) for number, name in numbered),
        maintenances=tuple(a_maintenance_snapshot(id=number, name=name, description=name) for number, name in numbered),
        incidents=tuple(
            an_incident_snapshot(id=number, component_id=number, component_name=name) for number, name in numbered
        ),
    )


HOSTILE = named(NAMES)
PLAIN = named([f"Name {number}" for number, _ in enumerate(NAMES)])


def tree_of(document: bytes) -> Element:
    tree: Element = html5lib.parse(document.decode(), namespaceHTMLElements=False)
    return tree


def outline(tree: Element) -> list[tuple[str, list[str]]]:
    """Every element of an HTML page with the names of its attributes."""
    return [(str(each.tag), sorted(each.attrib)) for each in tree.iter()]


def test_a_page_of_hostile_names_has_the_elements_of_any_page_and_the_names_as_text():
    for render in (page.render, lambda shown, at: history_page.render(shown, at, "2026-03")):
        tree = tree_of(render(HOSTILE, NOON))
        assert outline(tree) == outline(tree_of(render(PLAIN, NOON)))
        said = {"".join(each.itertext()) for each in tree.iter("bdi")} | {
            "".join(each.itertext()).removesuffix(" is down") for each in tree.iter("h3")
        }
        assert set(NAMES) <= said


def test_json_has_the_names_as_they_are():
    written = json.loads(status_json.render(HOSTILE, NOON))
    assert [each["name"] for each in written["components"]] == NAMES
    assert [each["title"] for each in written["announcements"]] == NAMES
    assert [each["name"] for each in written["maintenances"]] == NAMES
    history = json.loads(history_json.render(HOSTILE, NOON))["months"][0]
    assert {each["title"].removesuffix(" is down") for each in history["incidents"]} == set(NAMES)
    summary = json.loads(statuspage_v2.render(HOSTILE, NOON, base_url=BASE)["summary"])
    assert {each["name"] for each in summary["components"]} == set(NAMES)


def as_xml_can_write(name: str) -> str:
    """By the letter of XML 1.0, section 2.2, with white space as readers of one line see it."""
    legal = (
        each
        for each in name
        if each in "\t\n\r" or " " <= each <= "\ud7ff" or "\ue000" <= each <= "\ufffd" or each >= "\U00010000"
    )
    return " ".join("".join(legal).split())


def test_feeds_are_xml_of_the_same_form_with_the_names_as_text():
    for render in (rss.render, atom.render):
        hostile, plain = (
            list(ElementTree.fromstring(render(each, NOON, base_url=BASE)).iter()) for each in (HOSTILE, PLAIN)
        )
        assert [each.tag for each in hostile] == [each.tag for each in plain]
        assert [sorted(each.attrib) for each in hostile] == [sorted(each.attrib) for each in plain]
        titles = {each.text for each in hostile if each.tag.endswith("title")}
        newest = [name for name in NAMES if any(as_xml_can_write(name) in str(title) for title in titles)]
        assert len(newest) > 20
    # The badges, which are written by the same means, are read for each of them.
    for number, name in list(enumerate(NAMES, 1))[::5]:
        feed = ElementTree.fromstring(rss.render(HOSTILE, NOON, base_url=BASE, component_id=number))
        assert as_xml_can_write(name) in str(feed.findtext("channel/title")), ascii(name)


def test_badges_are_svg_of_the_same_form_with_the_name_as_text():
    form = [each.tag for each in ElementTree.fromstring(badge.render(PLAIN, NOON, component_id=1)).iter()]
    for number, name in enumerate(NAMES, 1):
        drawn = ElementTree.fromstring(badge.render(HOSTILE, NOON, component_id=number))
        assert [each.tag for each in drawn.iter()] == form
        label = str(drawn.get("aria-label")).removesuffix(": operational")
        expected = as_xml_can_write(name) or "status"
        assert label == expected or (len(expected) > 40 and expected.startswith(label.removesuffix("…"))), ascii(name)
        assert json.loads(shields.render(HOSTILE, NOON, component_id=number))["label"]


def test_a_calendar_has_as_many_lines_begun_and_ended_whatever_the_names():
    def frame(shown: StatusSnapshot) -> list[bytes]:
        unfolded = ical.render(shown, NOON, base_url=BASE).replace(b"\r\n ", b"")
        return [line.partition(b":")[0].partition(b";")[0] for line in unfolded.split(b"\r\n")]

    assert frame(HOSTILE) == frame(PLAIN)


# ---- slugs


def test_slugs_are_accepted_or_refused():
    assert wrong("slugs", lambda case: verdict_of_page(slug=case.given)) == []


def test_a_slug_is_a_path_in_the_script_of_its_page():
    for case in corpus("slugs"):
        if not case.is_refused:
            read = page.render(a_snapshot(slug=case.given), NOON).decode()
            (source,) = re.findall(r"new EventSource\((.*?)\+", read)
            assert json.loads(source) == f"/api/public/status/{case.given}/events"
            assert f'<a href="/status/{case.given}">' in read


# ---- colours


def verdict_of_page(**fields) -> str:
    try:
        validated_page(a_page(**fields))
    except Invalid:
        return REFUSED
    return KEPT


def test_colours_are_accepted_or_refused():
    assert wrong("colours", lambda case: verdict_of_page(primary_color=case.given)) == []


def test_whatever_the_colours_no_other_text_gets_into_the_style_sheet_and_all_of_it_can_be_read():
    none = style_sheet(primary_color=None, background_color=None)
    for case in corpus("colours"):
        branded = style_sheet(primary_color=case.given, background_color=None).removeprefix(none)
        if case.is_refused:
            assert branded == ""
            assert style_sheet(primary_color=None, background_color=case.given) == none
            continue
        hexed = "(#[0-9a-f]{6})"
        slab = rf"@media\(prefers-color-scheme:light\)\{{header\{{background:{hexed};color:{hexed}\}}\}}"
        rule = re.fullmatch(rf"\nheader\{{border-top:\.25rem solid {hexed}\}}\n{slab}", branded)
        assert rule
        assert rule[1] == rule[2] == case.shown
        assert contrast(rule[2], rule[3]) >= AA
        ground = style_sheet(primary_color=None, background_color=case.given)
        (page_color,), (text,) = re.findall(r"--page:(#\w{6})", ground), re.findall(r"--on-page:(#\w{6})", ground)
        assert page_color == case.shown
        assert contrast(page_color, text) >= AA


# ---- addresses


def test_addresses_are_accepted_or_refused():
    assert wrong("urls", lambda case: verdict_of_page(logo_url=case.given)) == []


def test_an_address_is_the_source_of_a_picture_and_nothing_else():
    plain = tree_of(page.render(a_snapshot(logo_url="https://acme.test/", favicon_url="https://acme.test/"), NOON))
    for case in corpus("urls"):
        if case.is_refused:
            continue
        tree = tree_of(page.render(a_snapshot(logo_url=case.given, favicon_url=case.given), NOON))
        assert [each.get("src") for each in tree.iter("img")] == [case.given]
        assert [each.get("href") for each in tree.iter("link") if each.get("rel") == "icon"] == [case.given]
        assert urlsplit(case.given).scheme == "https"
        assert outline(tree) == outline(plain)


# ---- passwords


def test_a_password_is_one_to_256_bytes_however_it_is_typed():
    def verdict(case: Case) -> str:
        encoded = password_bytes(case.given)
        if encoded is not None:
            assert encoded == unicodedata.normalize("NFC", case.given).encode()
            assert 1 <= len(encoded) <= LONGEST_PASSWORD == 256
        return REFUSED if encoded is None else KEPT

    assert wrong("passwords", verdict) == []
