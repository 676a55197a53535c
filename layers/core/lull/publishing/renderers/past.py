"""What is over, or will be: announcements and outages on one line of time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from lull.domain.health import SENTENCES, ComponentStatus, worst
from lull.publishing.renderers.bars import duration
from lull.publishing.renderers.markdown import html
from lull.publishing.renderers.outages import grouped
from lull.publishing.renderers.stages import began_at, is_cancelled, stage, told_of
from lull.publishing.renderers.times import time_element
from lull.publishing.snapshot import AnnouncementSnapshot, IncidentSnapshot, StatusSnapshot, UpdateSnapshot

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    at: datetime
    """When it began."""
    over_at: datetime | None
    anchor: str
    """The id of its element, which feeds link to."""
    title: str
    detail: str
    """HTML."""

    @property
    def is_over(self) -> bool:
        return self.over_at is not None


def newest_first(announcements: Iterable[AnnouncementSnapshot], incidents: Iterable[IncidentSnapshot]) -> list[Told]:
    everything = [*map(_of_announcement, announcements), *map(_of_outages, grouped(incidents))]
    return sorted(everything, key=lambda each: each.at, reverse=True)


def told(each: Told) -> str:
    return f'<article class="past" id="{each.anchor}"><h3><bdi>{escape(each.title)}</bdi></h3>{each.detail}</article>'


def ongoing(snapshot: StatusSnapshot) -> list[str]:
    """What is down now, newest first, grouped as it will be once it is over."""
    shown = {component.id: component.status for component in snapshot.components}
    return [_ongoing(group, shown) for group in reversed(grouped(snapshot.ongoing))]


def _ongoing(outages: Sequence[IncidentSnapshot], shown: Mapping[int, ComponentStatus]) -> str:
    word = SENTENCES[worst(shown[each.component_id] for each in outages)].lower()
    since = f"<small>since {time_element(outages[0].started_at)}</small>"
    each_of = _each_of(outages) if len(outages) > 1 else ""
    title = f"<bdi>{escape(_names(outages))}</bdi>: {word} {since}"
    return f'<article class="past" id="{_anchor(outages[0])}"><h3>{title}</h3>{each_of}</article>'


def heading(announcement: AnnouncementSnapshot, update: UpdateSnapshot) -> str:
    """What an update is headed. Planned work is not investigated; what ends before it begins is called off."""
    word = stage(announcement, update)
    return "Planned" if word == "scheduled" else word.replace("_", " ").capitalize()


def updates(announcement: AnnouncementSnapshot) -> str:
    """All that was told, newest first."""
    return "\n".join(
        f"<h4>{heading(announcement, each)} <small>{time_element(told_of(announcement, each))}</small></h4>"
        f'<div class="text">{html(each.body)}</div>'
        for each in reversed(announcement.updates)
    )


def concerned(component_ids: Iterable[int], names: Mapping[int, str]) -> str:
    listed = ", ".join(f"<bdi>{escape(names[each])}</bdi>" for each in component_ids if each in names)
    return f"<p>Affects: {listed}</p>" if listed else ""


def _of_announcement(announcement: AnnouncementSnapshot) -> Told:
    began = began_at(announcement)
    over = announcement.resolved_at
    return Told(
        at=began,
        over_at=over,
        anchor=f"announcement-{announcement.id}",
        title=announcement.title,
        detail=f"<p>{_kind(announcement)}{_course(announcement, began, over)}</p>",
    )


def _kind(announcement: AnnouncementSnapshot) -> str:
    return "" if announcement.scheduled_for is None else "Maintenance: "


def _course(announcement: AnnouncementSnapshot, began: datetime, over: datetime | None) -> str:
    return f"cancelled {time_element(over)}" if over and is_cancelled(announcement) else _lasted(began, over)


def _of_outages(outages: Sequence[IncidentSnapshot]) -> Told:
    """Outages that began together: from the first that began to the last that ended."""
    first = outages[0]
    ends = [each.resolved_at for each in outages if each.resolved_at]
    over = max(ends) if len(ends) == len(outages) else None
    return Told(
        at=first.started_at,
        over_at=over,
        anchor=_anchor(first),
        title=_title(outages),
        detail=f"<p>{_lasted(first.started_at, over)}</p>" + (_each_of(outages) if len(outages) > 1 else ""),
    )


def _title(outages: Sequence[IncidentSnapshot]) -> str:
    some = _names(outages)
    if some == outages[0].component_name:
        return outages[0].title
    return f"{some} were down" if outages[0].resolved_at else f"{some} are down"


def _names(outages: Sequence[IncidentSnapshot]) -> str:
    names = list(dict.fromkeys(each.component_name for each in outages))
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) <= _MOST_NAMED else f"{len(names)} components"


def _each_of(outages: Sequence[IncidentSnapshot]) -> str:
    """Each by its name; what leads to one of them, as links of feeds do, still leads to it."""
    lines = "".join(
        f"<li{_place(each, outages)}><bdi>{escape(each.component_name)}</bdi> "
        f"<span>{_lasted(each.started_at, each.resolved_at)}</span></li>"
        for each in outages
    )
    return f'<ul role="list">{lines}</ul>'


def _place(outage: IncidentSnapshot, outages: Sequence[IncidentSnapshot]) -> str:
    return "" if outage is outages[0] else f' id="{_anchor(outage)}"'


def _anchor(outage: IncidentSnapshot) -> str:
    return f"incident-{outage.id}"


def _lasted(began: datetime, over: datetime | None) -> str:
    if over is None:
        return f"Since {time_element(began)}"
    return f"{time_element(began)}, {duration(max(0, int((over - began).total_seconds())))}"
