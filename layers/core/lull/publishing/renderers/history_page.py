"""What a page told, month by month, as HTML: a page for each of the last twelve months that the page has lived."""

from dataclasses import replace
from datetime import UTC, date, datetime

from lull.publishing.renderers.identity import page_link
from lull.publishing.renderers.layout import document, way_back
from lull.publishing.renderers.past import Told, concerned, newest_first, told, updates
from lull.publishing.renderers.times import month_text, time_element
from lull.publishing.snapshot import StatusSnapshot

_MOST_MONTHS = 12


def months(snapshot: StatusSnapshot) -> list[str]:
    """The months that have a page, newest first: since the page began, or what it tells of did."""
    began = [each.at for each in _everything(snapshot)]
    first = min([snapshot.created_at, *began]).astimezone(UTC).date()
    return [_before(snapshot.today, number) for number in range(min(_MOST_MONTHS, _months_since(first, snapshot)))]


def _months_since(first: date, snapshot: StatusSnapshot) -> int:
    today = snapshot.today
    return max(1, (today.year - first.year) * 12 + today.month - first.month + 1)


def _before(day: date, number: int) -> str:
    count = day.year * 12 + day.month - 1 - number
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def render(snapshot: StatusSnapshot, updated_at: datetime, month: str) -> bytes:
    found = [each for each in _everything(snapshot) if f"{each.at.astimezone(UTC):%Y-%m}" == month]
    listed = "\n".join(told(each) for each in found) or "<p>Nothing happened in this month.</p>"
    return document(
        snapshot,
        title=f"{month_text(month)} · {snapshot.name}",
        main=f"{way_back(snapshot)}<h2>{month_text(month)}</h2>\n{listed}\n{_turn(snapshot, month)}",
        footer=f"<p>Last change: {time_element(updated_at)}</p>",
    )


def _everything(snapshot: StatusSnapshot) -> list[Told]:
    texts = {each.id: each for each in (*snapshot.announcements, *snapshot.resolved)}
    names = {component.id: component.name for component in snapshot.components}
    whole = newest_first((), snapshot.incidents)
    for announcement in texts.values():
        (line,) = newest_first([announcement], ())
        whole.append(
            replace(line, detail=line.detail + concerned(announcement.component_ids, names) + updates(announcement))
        )
    return sorted(whole, key=lambda each: each.at, reverse=True)


def _turn(snapshot: StatusSnapshot, month: str) -> str:
    """The way to the month before and the one after, as far as there are pages."""
    known = months(snapshot)
    place = known.index(month)
    links = [
        f'<a href="{page_link(snapshot, f"/history/{known[at]}")}" rel="{rel}">{month_text(known[at])}</a>'
        for at, rel in ((place + 1, "prev"), (place - 1, "next"))
        if 0 <= at < len(known)
    ]
    return f'<nav class="turn" aria-label="Months">{" ".join(links)}</nav>' if links else ""
