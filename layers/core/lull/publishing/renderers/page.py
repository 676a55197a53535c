"""A page as HTML: one request, readable without a script, colours, styles or a mouse."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from urllib.parse import quote

from lull.domain.health import ComponentStatus
from lull.publishing.renderers import bars, subscribe
from lull.publishing.renderers.identity import data_url, page_link, page_url
from lull.publishing.renderers.layout import document
from lull.publishing.renderers.looks import LOOKS, shape
from lull.publishing.renderers.markdown import html
from lull.publishing.renderers.past import concerned, newest_first, ongoing, told, updates
from lull.publishing.renderers.stages import running
from lull.publishing.renderers.times import short_day_text, time_element
from lull.publishing.snapshot import (
    AnnouncementSnapshot,
    ComponentSnapshot,
    MaintenanceSnapshot,
    StatusSnapshot,
    UptimeSnapshot,
)

_MOST_PAST = 10
_MOST_NAMED = 3
_MEASURED = "Uptime is what checks have measured up to the last change; announcements do not count."
_CALM = (ComponentStatus.OPERATIONAL, ComponentStatus.NOT_MONITORED)


def render(
    snapshot: StatusSnapshot,
    updated_at: datetime,
    *,
    base_url: str | None = None,
    takes_mail: bool = False,
    since: str = "",
) -> bytes:
    """With `base_url`, where the public files are, the page says which of its addresses is the one to keep.

    `since` is the id of the last event that the page shows the outcome of.
    """
    data = f"/api/public/status/{quote(snapshot.slug)}"
    look = LOOKS[snapshot.status]
    main = f"""<p class="banner {look.color}" role="status">{shape(look)}<span>{escape(snapshot.description)}\
{_affected(snapshot)}</span></p>
<p id="news" role="status" data-since="{since}" hidden> <a href="{page_link(snapshot)}">Show it</a></p>
{_outages(snapshot)}{_announcements(snapshot)}{_maintenances(snapshot)}{_sections(snapshot, updated_at)}\
{_past(snapshot)}"""
    return document(
        snapshot,
        title=f"{snapshot.description} · {snapshot.name}",
        main=main,
        footer=f"""{subscribe.form(snapshot) if takes_mail else ""}<p>Last change: {time_element(updated_at)}</p>
<div class="links"><a href="{data}/feed.rss">RSS</a>
<a href="{data}/feed.atom">Atom</a>
<a href="{data}/maintenance.ics">Calendar</a>
<a href="{data}">JSON</a>
<a href="{data}/badge.svg">Badge</a>{"" if takes_mail else subscribe.link(snapshot, "Subscribe")}</div>""",
        links=_canonical(snapshot, base_url) + _links(snapshot, base_url, data),
    )


def _affected(snapshot: StatusSnapshot) -> str:
    """What the matter is with: a few by name, more as their number."""
    names = [each.name for each in snapshot.components if each.status not in _CALM]
    if not names:
        return ""
    few = ", ".join(f"<bdi>{escape(name)}</bdi>" for name in names)
    return f" <small>{few if len(names) <= _MOST_NAMED else f'{len(names)} components'}</small>"


def _canonical(snapshot: StatusSnapshot, base_url: str | None) -> str:
    return f'<link rel="canonical" href="{escape(page_url(snapshot, base_url))}">\n' if base_url else ""


def _links(snapshot: StatusSnapshot, base_url: str | None, data: str) -> str:
    """What readers of feeds and browsers find by themselves."""
    below = data_url(snapshot, base_url) if base_url and snapshot.host else data
    kinds = {"feed.rss": "application/rss+xml", "feed.atom": "application/atom+xml"}
    feeds = "".join(
        f'<link rel="alternate" type="{kind}" href="{below}/{file}" title="{escape(snapshot.name)}">\n'
        for file, kind in kinds.items()
    )
    return f'{feeds}<link rel="alternate" type="application/json" href="{data}">\n'


def _outages(snapshot: StatusSnapshot) -> str:
    """What checks have found to be down and nothing has ended yet, whether anybody has announced it or not."""
    articles = "\n".join(ongoing(snapshot))
    if not articles:
        return ""
    return f"""<section aria-labelledby="outages"><h2 id="outages">Outages</h2>
{articles}
</section>
"""


def _announcements(snapshot: StatusSnapshot) -> str:
    """What is open, but for planned work, which is told as maintenance."""
    names = {component.id: component.name for component in snapshot.components}
    articles = "\n".join(_announcement(each, names) for each in snapshot.announcements if each.scheduled_for is None)
    if not articles:
        return ""
    return f"""<section aria-labelledby="announcements"><h2 id="announcements">Announcements</h2>
{articles}
</section>
"""


def _announcement(announcement: AnnouncementSnapshot, names: Mapping[int, str]) -> str:
    about = _planned(announcement) + concerned(announcement.component_ids, names)
    title = f"<h3><bdi>{escape(announcement.title)}</bdi></h3>"
    if announcement.scheduled_for is not None:
        word = running(announcement.updates[-1]).replace("_", " ").capitalize()
        title = f'<div class="line">{title}{_maintenance_status(word)}</div>'
    return f'<article id="announcement-{announcement.id}">{title}{about}\n{updates(announcement)}\n</article>'


def _planned(announcement: AnnouncementSnapshot) -> str:
    begins, ends = announcement.scheduled_for, announcement.scheduled_until
    return f"<p>{time_element(begins)} to {time_element(ends)}</p>" if begins and ends else ""


def _maintenances(snapshot: StatusSnapshot) -> str:
    """What is under way with all that was told of it, what is under way without a word, and what is ahead."""
    names = {component.id: component.name for component in snapshot.components}
    articles = [_announcement(each, names) for each in snapshot.announcements if each.scheduled_for is not None]
    lines = "\n".join(
        [_maintenance(each, names) for each in snapshot.maintenances if not each.announced]
        + [_scheduled(each, names) for each in snapshot.scheduled]
    )
    parts = articles + ([f'<ul role="list">\n{lines}\n</ul>'] if lines else [])
    if not parts:
        return ""
    told = "\n".join(parts)
    return f"""<section aria-labelledby="maintenance"><h2 id="maintenance">Maintenance</h2>
{told}</section>
"""


def _maintenance_status(word: str) -> str:
    look = LOOKS[ComponentStatus.UNDER_MAINTENANCE]
    return f'<span class="status {look.color}">{shape(look)}{word}</span>'


def _maintenance(maintenance: MaintenanceSnapshot, names: Mapping[int, str]) -> str:
    word = "In progress" if maintenance.under_way else "Planned"
    about = f"<p><bdi>{escape(maintenance.description)}</bdi></p>" if maintenance.description else ""
    about += concerned(maintenance.component_ids, names)
    return (
        f'<li><div class="about"><bdi class="name">{escape(maintenance.name)}</bdi>'
        f"<p>{time_element(maintenance.start_at)} to {time_element(maintenance.end_at)}</p>{about}</div>"
        f"{_maintenance_status(word)}</li>"
    )


def _scheduled(announcement: AnnouncementSnapshot, names: Mapping[int, str]) -> str:
    texts = "".join(html(each.body) for each in reversed(announcement.updates))
    return (
        f'<li id="announcement-{announcement.id}"><div class="about">'
        f'<bdi class="name">{escape(announcement.title)}</bdi>{_planned(announcement)}'
        f'<div class="text">{texts}</div>{concerned(announcement.component_ids, names)}</div>'
        f"{_maintenance_status('Planned')}</li>"
    )


def _sections(snapshot: StatusSnapshot, at: datetime) -> str:
    """Groups in the order in which they first appear; what has no group is one of them, with a heading to hear."""
    groups: dict[str | None, list[str]] = {}
    for component in snapshot.components:
        uptime = component.uptime(days=snapshot.uptime_history_days, at=at) if snapshot.show_uptime_history else None
        groups.setdefault(component.group_name or None, []).append(_component(component, uptime))
    if not groups:
        return "<p>Nothing is listed here yet.</p>"
    sections = "\n".join(_section(*group, number) for number, group in enumerate(groups.items(), 1))
    # Beside an outage that was announced and that no check saw, 100 % would look like a lie.
    return sections + (f'\n<p class="note">{_MEASURED}</p>' if 'class="uptime"' in sections else "")


def _section(name: str | None, lines: Iterable[str], number: int) -> str:
    label = f"><bdi>{escape(name)}</bdi>" if name else ' class="unseen">Components'
    heading = f'<h2 id="group-{number}"{label}</h2>'
    listed = "\n".join(lines)
    return f'<section aria-labelledby="group-{number}">{heading}\n<ul role="list">\n{listed}\n</ul></section>'


def _component(component: ComponentSnapshot, uptime: UptimeSnapshot | None) -> str:
    look = LOOKS[component.status]
    description = component.description
    about = f"<p><bdi>{escape(description)}</bdi></p>" if description else ""
    return (
        f'<li><div class="about"><bdi class="name">{escape(component.name)}</bdi>{about}</div>'
        f'<span class="status {look.color}">{shape(look)}{look.word}</span>{_uptime(uptime) if uptime else ""}</li>'
    )


def _uptime(uptime: UptimeSnapshot) -> str:
    days = len(uptime.days)
    span = f"{days} days ago" if days > 1 else "Today"
    up = bars.percent(uptime.percentage)
    if uptime.percentage is not None:
        since = bars.measured_since(uptime)
        # A new page has measured little: its 100 % is not that of ninety days.
        up += f" up since {short_day_text(since)}" if since else " up"
    return (
        f'<div class="uptime">{bars.strip(uptime)}<p class="span" aria-hidden="true"><span>{span}</span>'
        f"<span>{up}</span><span>Today</span></p>{bars.table(uptime)}</div>"
    )


def _past(snapshot: StatusSnapshot) -> str:
    """The newest of what is over, and the way to the rest."""
    if not snapshot.show_incident_history:
        return ""
    over = [each for each in newest_first(snapshot.resolved, snapshot.incidents) if each.is_over][:_MOST_PAST]
    lines = "\n".join(told(each) for each in over) or "<p>No incidents have been reported.</p>"
    return f"""<section aria-labelledby="past"><h2 id="past">Past incidents</h2>
{lines}
<p><a href="{page_link(snapshot, "/history")}">All incidents by month</a></p></section>"""
