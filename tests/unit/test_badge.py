"""Badges of components, and how wide texts are. Those of pages: test_renderers."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings

from lull.domain.health import ComponentStatus
from lull.publishing.renderers import badge, verdana
from tests.builders import NOON
from tests.golden import assert_golden
from tests.page_builders import a_component_snapshot, a_snapshot
from tests.told_page import TOLD, hostile_texts

SVG = "{http://www.w3.org/2000/svg}"


def named(name: str, status: ComponentStatus = ComponentStatus.OPERATIONAL) -> ElementTree.Element:
    page = a_snapshot(a_component_snapshot(name=name, status=status), status=ComponentStatus.MAJOR_OUTAGE)
    return ElementTree.fromstring(badge.render(page, NOON, component_id=5))


def label(svg: ElementTree.Element) -> str:
    return svg.findall(f".//{SVG}text")[1].text or ""


def test_it_looks_as_it_did():
    assert_golden("badge-component.svg", badge.render(TOLD, NOON, component_id=8))


@pytest.mark.parametrize(
    ("name", "status", "message", "widths"),
    [
        ("API", ComponentStatus.PARTIAL_OUTAGE, "partial outage", (29, 87)),
        ("Söhne & <Co>", ComponentStatus.NOT_MONITORED, "not monitored", (93, 89)),
        ("WWWiii", ComponentStatus.OPERATIONAL, "operational", (51, 73)),
    ],
)
def test_a_badge_of_a_component_says_its_name_and_status(name, status, message, widths):
    svg = named(name, status)
    assert svg.get("aria-label") == svg.findtext(f"{SVG}title") == f"{name}: {message}"
    assert [text.text for text in svg.findall(f".//{SVG}text")] == [name, name, message, message]
    assert tuple(int(rect.get("width", 0)) for rect in svg.findall(f"{SVG}g/{SVG}rect")) == widths
    assert svg.get("width") == str(sum(widths))
    left, right = (width * 10 - 100 for width in widths)
    lengths = [text.get("textLength") for text in svg.findall(f".//{SVG}text")]
    assert lengths == [str(left), str(left), str(right), str(right)]


# As shields.io has them.
@pytest.mark.parametrize(
    ("text", "length"),
    [
        *(("status", 330), ("operational", 630), ("degraded", 510), ("partial outage", 770), ("major outage", 750)),
        *(("maintenance", 710), ("unknown", 510), ("no data", 410)),
    ],
)
def test_texts_are_as_wide_as_elsewhere(text, length):
    assert verdana.tenths(text) == length


def test_accents_take_no_room_and_what_is_unknown_that_of_an_m():
    assert verdana.tenths("Söhne") == verdana.tenths("So\u0308hne") == verdana.tenths("Sohne")
    assert verdana.tenths("日本") == verdana.tenths("mm")


def test_long_names_are_cut():
    assert label(named("x" * 40)) == "x" * 40
    assert label(named("x" * 41)) == "x" * 39 + "…"


def test_a_name_of_which_nothing_can_be_read_is_left_out():
    assert label(named("\x00\n")) == "status"


@settings(max_examples=100, deadline=None)
@given(text=hostile_texts)
def test_any_name_gives_a_badge(text):
    svg = named(text)
    shown = label(svg)
    assert 1 <= len(shown) <= 40
    assert svg.findtext(f"{SVG}title") == f"{shown}: operational"
    assert [each.tag for each in svg.iter()] == [each.tag for each in named("API").iter()]
