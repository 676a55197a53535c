"""What subscribers read, where nothing of HTML is shown."""

from datetime import timedelta

import pytest

from lull.domain import notices
from lull.domain.announcements import Impact, Status, updated
from lull.publishing.renderers.plain_text import plain
from lull.publishing.renderers.subscriber_mail import of_telling
from tests.builders import NOON
from tests.page_builders import a_page, an_announcement

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("hm **b** _i_ `c` <b>", "hm b i c <b>"),
        ("# Disks\n\none  \ntwo\nthree", "Disks\n\none\ntwo\nthree"),
        ("- a\n- **b**\n  - c\n", "- a\n- b\n  - c"),
        ("3. a\n\n4. b\n\n   more", "3. a\n\n4. b\n\n   more"),
        ("> said\n>\n> again", "> said\n> \n> again"),
        ("```\nx = *y*\n```", "x = *y*"),
        ("[details](https://acme.test/?a=1&b=2)", "details (https://acme.test/?a=1&b=2)"),
        ("<https://acme.test> <me@acme.test>", "https://acme.test me@acme.test"),
        ("![a picture](https://acme.test/x.png) &amp; so", "a picture & so"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("a\n\n***\n\nb", "a\n\n---\n\nb"),
        ("", ""),
    ],
)
def test_markdown_is_text_without_its_marks(markdown, text):
    assert plain(markdown) == text


def written(announcement, number: int = 1):
    telling = notices.telling(announcement, f"update-{number}")
    assert telling
    links = {"page_url": "https://lull.test/status/acme", "unsubscribe_url": "https://lull.test/off"}
    return of_telling(a_page(), announcement, telling, concerned=["API", "R&D"], **links)


def test_a_mail_says_what_since_when_how_bad_and_with_what():
    told = an_announcement(impact=Impact.MAJOR, body="hm **b**")
    mail = written(told)
    about = ["Investigating", "Since 2026-03-01 12:00 UTC", "Impact: major", "Affects: API, R&D"]
    assert mail.text.startswith("Slow answers\n\n" + "\n".join(about) + "\n\nhm b\n\n")
    assert "<strong>Affects: API, R&amp;D</strong>" in mail.html
    assert "<strong>b</strong>" in mail.html
    over = written(updated(told, status=Status.RESOLVED, body="Done.", at=NOON + HOUR), 2)
    assert "Resolved\n2026-03-01 12:00 UTC to 2026-03-01 13:00 UTC\n" in over.text


def test_a_mail_about_planned_work_says_when_it_is():
    mail = written(an_announcement(scheduled_for=NOON + HOUR, scheduled_until=NOON + 2 * HOUR))
    assert "Scheduled\n2026-03-01 13:00 UTC to 2026-03-01 14:00 UTC\n" in mail.text
