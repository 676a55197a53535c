"""A page as HTML: one request, no script, readable without colours, styles or a mouse.

It does not reload itself: that would move the focus of people who read with a keyboard or a screen reader.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from lull.domain.health import ComponentStatus
from lull.publishing.renderers.markdown import html
from lull.publishing.renderers.style import LIGHT, style_sheet
from lull.publishing.snapshot import AnnouncementSnapshot, ComponentSnapshot, MaintenanceSnapshot, StatusSnapshot

# Not strftime's names, which follow the locale of the process.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is told: a word, a shape (16 × 16, even-odd), and the colour's name in the style sheet."""

    word: str
    shape: str
    color: str


_DISC = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0Z"
LOOKS = {
    ComponentStatus.OPERATIONAL: Look(
        "Operational", f"{_DISC}M12.2 5.9 7.1 11 3.8 7.7l1.3-1.3 2 2 3.8-3.8Z", "operational"
    ),
    ComponentStatus.DEGRADED_PERFORMANCE: Look(
        "Degraded performance", "M8 1l8 14H0ZM7 6h2v4.5H7ZM7 11.7h2v1.8H7Z", "degraded"
    ),
    ComponentStatus.PARTIAL_OUTAGE: Look("Partial outage", "M8 0l8 8-8 8-8-8ZM7 4h2v5H7ZM7 10.3h2v2H7Z", "partial"),
    ComponentStatus.MAJOR_OUTAGE: Look(
        "Major outage",
        "M5 0h6l5 5v6l-5 5H5l-5-5V5ZM5.2 4.1 8 6.9l2.8-2.8 1.1 1.1L9.1 8l2.8 2.8-1.1 1.1"
        "L8 9.1l-2.8 2.8-1.1-1.1L6.9 8 4.1 5.2Z",
        "major",
    ),
    ComponentStatus.UNDER_MAINTENANCE: Look(
        "Under maintenance",
        "M2 0h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H2a2 2 0 0 1-2-2V2a2 2 0 0 1 2-2ZM5 4h2v8H5ZM9 4h2v8H9Z",
        "maintenance",
    ),
    ComponentStatus.NOT_MONITORED: Look(
        "Not monitored",
        f"{_DISC}M8 1.6a6.4 6.4 0 1 1 0 12.8A6.4 6.4 0 0 1 8 1.6ZM4.5 7.2h7v1.6h-7Z",
        "unmonitored",
    ),
}


def render(snapshot: StatusSnapshot, updated_at: datetime) -> bytes:
    style = style_sheet(primary_color=snapshot.primary_color, background_color=snapshot.background_color)
    data = f"/api/public/status/{quote(snapshot.slug)}"
    look = LOOKS[snapshot.status]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_content_security_policy(style)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(snapshot.description)} · {escape(snapshot.name)}</title>
<link rel="icon" href="{escape(snapshot.favicon_url or _favicon(look))}">
<link rel="alternate" type="application/json" href="{data}">
<style>{style}</style>
</head>
<body>
<header><div class="column">{_logo(snapshot.logo_url)}<h1><bdi>{escape(snapshot.name)}</bdi></h1></div></header>
<main class="column">
<p class="banner {look.color}" role="status">{_shape(look)}{escape(snapshot.description)}</p>
{_announcements(snapshot)}{_maintenances(snapshot)}{_sections(snapshot.components)}
</main>
<footer><div class="column">
<p>Last change: {_time(updated_at)}</p>
<a href="{data}">This page as JSON</a>
<a href="{data}/badge.svg">Badge</a>
</div></footer>
</body>
</html>
""".encode()


def _content_security_policy(style: str) -> str:
    """Nothing but this style sheet and images: whatever else got into the page would not run."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src https: data:; base-uri 'none'; form-action 'none'"


def _favicon(look: Look) -> str:
    """The status itself, inline: a missing icon would be a second request."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
        f'<path fill="{LIGHT[look.color]}" fill-rule="evenodd" d="{look.shape}"/></svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"


def _logo(url: str | None) -> str:
    return f'<img src="{escape(url)}" alt="" referrerpolicy="no-referrer">' if url else ""


def _announcements(snapshot: StatusSnapshot) -> str:
    if not snapshot.announcements:
        return ""
    names = {component.id: component.name for component in snapshot.components}
    articles = "\n".join(_announcement(each, names) for each in snapshot.announcements)
    return f"""<section aria-labelledby="announcements"><h2 id="announcements">Announcements</h2>
{articles}
</section>
"""


def _announcement(announcement: AnnouncementSnapshot, names: Mapping[int, str]) -> str:
    about = _planned(announcement) + _concerned(announcement.component_ids, names)
    updates = "\n".join(
        f'<h4>{each.status.capitalize()} <small>{_time(each.created_at)}</small></h4><div class="text">'
        f"{html(each.body)}</div>"
        for each in reversed(announcement.updates)
    )
    return f"<article><h3><bdi>{escape(announcement.title)}</bdi></h3>{about}\n{updates}\n</article>"


def _planned(announcement: AnnouncementSnapshot) -> str:
    begins, ends = announcement.scheduled_for, announcement.scheduled_until
    return f"<p>{_time(begins)} to {_time(ends)}</p>" if begins and ends else ""


def _concerned(component_ids: Iterable[int], names: Mapping[int, str]) -> str:
    concerned = ", ".join(f"<bdi>{escape(names[each])}</bdi>" for each in component_ids)
    return f"<p>Concerns {concerned}</p>" if concerned else ""


def _maintenances(snapshot: StatusSnapshot) -> str:
    """What is ahead, and what is under way without an announcement that tells of it."""
    names = {component.id: component.name for component in snapshot.components}
    lines = "\n".join(
        [_maintenance(each, names) for each in snapshot.maintenances if not each.announced]
        + [_scheduled(each, names) for each in snapshot.scheduled]
    )
    if not lines:
        return ""
    return f"""<section aria-labelledby="maintenance"><h2 id="maintenance">Maintenance</h2>
<ul role="list">
{lines}
</ul></section>
"""


def _maintenance(maintenance: MaintenanceSnapshot, names: Mapping[int, str]) -> str:
    look = LOOKS[ComponentStatus.UNDER_MAINTENANCE]
    word = "Under way" if maintenance.under_way else "Planned"
    about = f"<p><bdi>{escape(maintenance.description)}</bdi></p>" if maintenance.description else ""
    concerned = _concerned(maintenance.component_ids, names)
    return (
        f'<li><div class="about"><bdi class="name">{escape(maintenance.name)}</bdi>'
        f"<p>{_time(maintenance.start_at)} to {_time(maintenance.end_at)}</p>{about}{concerned}</div>"
        f'<span class="status {look.color}">{_shape(look)}{word}</span></li>'
    )


def _scheduled(announcement: AnnouncementSnapshot, names: Mapping[int, str]) -> str:
    look = LOOKS[ComponentStatus.UNDER_MAINTENANCE]
    texts = "".join(html(each.body) for each in reversed(announcement.updates))
    return (
        f'<li><div class="about"><bdi class="name">{escape(announcement.title)}</bdi>{_planned(announcement)}'
        f'<div class="text">{texts}</div>{_concerned(announcement.component_ids, names)}</div>'
        f'<span class="status {look.color}">{_shape(look)}Planned</span></li>'
    )


def _sections(components: Iterable[ComponentSnapshot]) -> str:
    """Groups in the order in which they first appear; what has no group is one of them, with a heading to hear."""
    groups: dict[str | None, list[ComponentSnapshot]] = {}
    for component in components:
        groups.setdefault(component.group_name or None, []).append(component)
    return "\n".join(_section(*group, number) for number, group in enumerate(groups.items(), 1)) or (
        "<p>Nothing is listed here yet.</p>"
    )


def _section(name: str | None, components: Iterable[ComponentSnapshot], number: int) -> str:
    label = f"><bdi>{escape(name)}</bdi>" if name else ' class="unseen">Components'
    heading = f'<h2 id="group-{number}"{label}</h2>'
    lines = "\n".join(_component(component) for component in components)
    return f'<section aria-labelledby="group-{number}">{heading}\n<ul role="list">\n{lines}\n</ul></section>'


def _component(component: ComponentSnapshot) -> str:
    look = LOOKS[component.status]
    description = component.description
    about = f"<p><bdi>{escape(description)}</bdi></p>" if description else ""
    return (
        f'<li><div class="about"><bdi class="name">{escape(component.name)}</bdi>{about}</div>'
        f'<span class="status {look.color}">{_shape(look)}{look.word}</span></li>'
    )


def _shape(look: Look) -> str:
    """Decoration: the word beside it says the same."""
    return f'<svg viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="{look.shape}"/></svg>'


def _time(at: datetime) -> str:
    utc = at.astimezone(UTC)
    machine = utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    human = f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year}, {utc:%H:%M} UTC"
    return f'<time datetime="{machine}">{human}</time>'
