"""The list of public paths is that of the files that pages are rendered to."""

import re

from lull.publishing.assets import render_all
from lull.publishing.events import published
from lull.use_cases.public_files import FILES
from lull.use_cases.public_pages import slug_of
from tests.builders import NOON
from tests.told_page import TOLD


def test_every_file_is_listed_and_every_listed_path_is_a_file():
    rendered = render_all(TOLD, published(None, TOLD, workspace_id=1, at=NOON))
    patterns = {re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)): kind for path, kind in FILES}
    found = {
        path: [(pattern, kind) for pattern, kind in patterns.items() if re.fullmatch(pattern, path)]
        for path in rendered
    }
    assert {pattern for matches in found.values() for pattern, _ in matches} == set(patterns)
    assert {path: [file.content_type] for path, file in rendered.items()} == {
        path: [kind for _, kind in matches] for path, matches in found.items()
    }


def test_the_gate_knows_the_slug_of_every_path():
    rendered = render_all(TOLD, published(None, TOLD, workspace_id=1, at=NOON))
    assert {slug_of(path) for path in rendered} == {TOLD.slug}
