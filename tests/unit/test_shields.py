"""What shields.io asks for."""

import json
import re

import pytest
from hypothesis import given

from lull.domain.health import ComponentStatus
from lull.publishing.renderers import shields
from tests.builders import NOON
from tests.golden import assert_golden
from tests.page_builders import a_component_snapshot, a_snapshot
from tests.told_page import TOLD, hostile_texts


def test_it_looks_as_it_did():
    assert_golden("shields.json", shields.render(TOLD, NOON))


def test_a_page_and_its_components_have_one_each():
    assert json.loads(shields.render(TOLD, NOON)) == {
        "schemaVersion": 1,
        "label": "status",
        "message": "partial outage",
        "color": "#bc4c00",
    }
    assert json.loads(shields.render(TOLD, NOON, component_id=8)) == {
        "schemaVersion": 1,
        "label": "Daten & Söhne",
        "message": "not monitored",
        "color": "#59636e",
    }


@pytest.mark.parametrize("status", ComponentStatus)
def test_colours_are_hexadecimal(status):
    read = json.loads(shields.render(a_snapshot(a_component_snapshot(status=status)), NOON, component_id=5))
    assert re.fullmatch("#[0-9a-f]{6}", read["color"])


@given(text=hostile_texts)
def test_the_label_is_never_empty_nor_long(text):
    read = json.loads(shields.render(a_snapshot(a_component_snapshot(name=text)), NOON, component_id=5))
    assert 1 <= len(read["label"]) <= 40
