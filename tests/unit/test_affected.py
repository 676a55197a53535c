"""Which pages a change touches."""

from lull.publishing import affected

SHOWN = [("check", 10, 1), ("check", 10, 2), ("project", 10, 3), ("dependency", 7, 4)]


def test_every_page_that_shows_a_changed_source_is_affected():
    assert affected.pages({("check", 10), ("dependency", 7)}, SHOWN) == {1, 2, 4}


def test_a_source_of_another_kind_with_the_same_id_is_another_source():
    assert affected.pages({("project", 10)}, SHOWN) == {3}


def test_a_source_that_is_shown_nowhere_affects_no_page():
    assert affected.pages({("check", 11)}, SHOWN) == set()
