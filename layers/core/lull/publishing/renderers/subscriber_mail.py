"""What subscribers are written: the same as text and as HTML, readable without styles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from lull.domain.announcements import Announcement, Status
from lull.domain.notices import Telling
from lull.domain.status_pages import StatusPage
from lull.publishing.renderers.markdown import html
from lull.publishing.renderers.plain_text import plain


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    text: str
    html: str


def confirmation(page: StatusPage, *, confirm_url: str, unsubscribe_url: str) -> Mail:
    lines = [
        f"Somebody, most likely you, asked for the updates of {page.name} to be sent to this address.",
        "To receive them, open this page within two days and press its button:",
    ]
    end = "If it was not you, do nothing: no updates will be sent."
    return Mail(
        f"Confirm your subscription to {page.name}",
        "\n\n".join([*lines, confirm_url, end, f"Never ask again: {unsubscribe_url}"]) + "\n",
        _document(
            "".join(f"<p>{escape(line)}</p>" for line in lines)
            + f'<p><a href="{escape(confirm_url)}">Confirm the subscription</a></p><p>{escape(end)}</p>',
            unsubscribe_url,
        ),
    )


def of_telling(
    page: StatusPage,
    announcement: Announcement,
    telling: Telling,
    *,
    concerned: Sequence[str] = (),
    page_url: str,
    unsubscribe_url: str,
) -> Mail:
    """One subject for all mails about an announcement, so that they are one thread.

    `concerned` are the names of the components that it is about.
    """
    about = [telling.heading, _when(announcement, telling), f"Impact: {announcement.impact.lower()}"]
    about += [f"Affects: {', '.join(concerned)}"] if concerned else []
    text = "\n\n".join(
        [
            f"{announcement.title}",
            "\n".join(about),
            plain(telling.body),
            f"{page.name}: {page_url}",
            f"Unsubscribe: {unsubscribe_url}",
        ]
    )
    shown = "".join(f"<p><strong>{escape(line)}</strong></p>" for line in about)
    return Mail(
        f"[{page.name}] {announcement.title}",
        text + "\n",
        _document(
            f"<h1>{escape(announcement.title)}</h1>{shown}{html(telling.body)}"
            f'<p><a href="{escape(page_url)}">{escape(page.name)}</a></p>',
            unsubscribe_url,
        ),
    )


def _when(announcement: Announcement, telling: Telling) -> str:
    begins, ends = announcement.scheduled_for, announcement.scheduled_until
    if begins is None and telling.update.status is Status.RESOLVED:
        begins, ends = announcement.created_at, telling.update.created_at
    return f"{_people(begins)} to {_people(ends)}" if begins and ends else f"Since {_people(announcement.created_at)}"


def _people(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _document(body: str, unsubscribe_url: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"></head><body>{body}\n'
        f'<p><small><a href="{escape(unsubscribe_url)}">Unsubscribe</a></small></p></body></html>\n'
    )
