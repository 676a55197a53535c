"""What owners may put around their page, and what becomes of the rest."""

import random
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from pydantic import TypeAdapter, ValidationError

from lull.domain.errors import Invalid
from lull.domain.owner_html import MOST_CHARACTERS, cleaned, kept
from schemas.base import Markup
from tests.corpora import KEPT, REFUSED, REMOVED, TEXT, corpus
from tests.harmless import elements_of, harms, links_of, text_of

CASES = corpus("owner_html")
ALLOWED = [case for case in CASES if not case.is_refused]


def what_becomes_of(given: str) -> tuple[str, str | None]:
    try:
        left = kept("headerHtml", TypeAdapter(Markup).validate_python(given))
    except (ValidationError, Invalid):
        return REFUSED, None
    if left is None:
        return REMOVED, None
    return (KEPT if elements_of(left) else TEXT), left


def test_every_case_gets_its_verdict():
    expected = [(case.verdict, case.shown if case.verdict in (KEPT, TEXT) else None) for case in CASES]
    wrong = [
        (case.given, verdict, got)
        for case, verdict in zip(CASES, expected, strict=True)
        if (got := what_becomes_of(case.given)) != verdict
    ]
    assert wrong == []


def test_what_is_left_can_do_nothing_but_be_read_and_is_left_as_it_is():
    for case in ALLOWED:
        left = cleaned(case.given)
        assert harms(left) == [], case.given
        assert cleaned(left) == left, case.given
        assert what_becomes_of(left)[0] != REFUSED, case.given


def test_a_link_without_a_scheme_stays_at_the_host_and_means_the_same_at_each_address():
    links = [link for case in ALLOWED for link in links_of(cleaned(case.given)) if not urlsplit(link).scheme]
    # Browsers take a backslash for a slash.
    assert [each for each in links if not each.startswith("/") or each[1:2] in ("/", "\\")] == []
    assert len(links) > 5


def test_so_can_what_is_left_of_halves_that_meet():
    chance = random.Random(7)
    for _ in range(300):
        before, after = (each.given for each in chance.choices(ALLOWED, k=2))
        met = before[: chance.randrange(len(before) + 1)] + after[chance.randrange(len(after) + 1) :]
        left = cleaned(met)
        assert harms(left) == [], met
        assert cleaned(left) == left, met


def test_a_hostile_case_would_be_noticed():
    """The judge is no yes-man: raw, most of the corpus is harmful."""
    harmful = [case for case in ALLOWED if harms(case.given)]
    assert len(harmful) > len(ALLOWED) / 2
    assert harms("<svg><a xlink:href='javascript:x'>") != []
    assert harms("<a href='java\tscript:x' rel='nofollow noopener noreferrer'>") != []


def test_headings_leave_no_level_out():
    for case in ALLOWED:
        levels = [
            1,
            *(int(name[1]) for name in elements_of(cleaned(case.given)) if name[0] == "h" and name[1:].isdigit()),
        ]
        assert all(2 <= after <= before + 1 for before, after in pairwise(levels)), case.given


def test_what_has_no_tags_is_shown_as_it_is_written():
    for case in ALLOWED:
        if case.kind == "text" and "<" not in case.given:
            assert text_of(cleaned(case.given)) == case.given


@pytest.mark.parametrize(
    ("html", "fits"),
    [
        ("x" * MOST_CHARACTERS, True),
        ("𝄞" * MOST_CHARACTERS, True),
        # An ampersand is kept as five characters, and each link says that it tells nothing of its reader.
        ("&" * (MOST_CHARACTERS // 5), True),
        ("&" * (MOST_CHARACTERS // 5 + 1), False),
        ("<a href=https://a.test>x" * 300, False),
        # Megabytes, by the rules of HTML.
        ("<p>" + "".join(f"<b a{number}>" for number in range(300)) + "<p>x" * 600, False),
        ("<b><i><u>" * 400, True),
    ],
)
def test_what_is_kept_is_no_longer_than_what_may_be_sent(html, fits):
    assert len(html) <= MOST_CHARACTERS
    if not fits:
        with pytest.raises(Invalid) as refused:
            kept("footerHtml", html)
        assert [error.field for error in refused.value.errors] == ["footerHtml"]
    else:
        left = kept("footerHtml", html)
        assert left is not None
        assert kept("footerHtml", left) == left


def test_no_html_is_none():
    assert kept("headerHtml", None) is None
    assert kept("headerHtml", "") is None
