"""How checks add up to what visitors see: the tables of section 6 of the semantics."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from lull.domain.announcements import Announcement, Impact
from lull.domain.checks import Check, CheckStatus


class ComponentStatus(StrEnum):
    """Worst first, except for the last, which says nothing. Maintenance never hides a problem elsewhere."""

    MAJOR_OUTAGE = "MAJOR_OUTAGE"
    PARTIAL_OUTAGE = "PARTIAL_OUTAGE"
    DEGRADED_PERFORMANCE = "DEGRADED_PERFORMANCE"
    UNDER_MAINTENANCE = "UNDER_MAINTENANCE"
    OPERATIONAL = "OPERATIONAL"
    NOT_MONITORED = "NOT_MONITORED"


OF_CHECK = {
    CheckStatus.NEW: ComponentStatus.NOT_MONITORED,
    CheckStatus.OK: ComponentStatus.OPERATIONAL,
    CheckStatus.RESUMED: ComponentStatus.OPERATIONAL,
    CheckStatus.LATE: ComponentStatus.DEGRADED_PERFORMANCE,
    CheckStatus.DOWN: ComponentStatus.MAJOR_OUTAGE,
    # Held by hand. One that a deployment holds is under maintenance, whoever else holds it.
    CheckStatus.PAUSED: ComponentStatus.NOT_MONITORED,
}

SENTENCES = {
    ComponentStatus.MAJOR_OUTAGE: "Major outage",
    ComponentStatus.PARTIAL_OUTAGE: "Partial outage",
    ComponentStatus.DEGRADED_PERFORMANCE: "Degraded performance",
    ComponentStatus.UNDER_MAINTENANCE: "Under maintenance",
    ComponentStatus.OPERATIONAL: "All systems operational",
}
"""What a page says of itself, for every status that `overall` can give."""

NOTED = "Systems operational, with open announcements"
"""What it says instead of the best, while an open announcement tells of an impact on no component that is monitored."""

_SEVERITY = {status: rank for rank, status in enumerate(ComponentStatus)}


Maintained = Mapping[int, datetime]
"""Projects on which there is maintenance now, by id, and since when."""


def of_check(check: Check, maintained: Maintained = MappingProxyType({})) -> ComponentStatus:
    """Maintenance explains everything but an outage that began before it."""
    since = maintained.get(check.project_id) if check.project_id is not None else None
    if since is not None and not _was_down(check, since):
        return ComponentStatus.UNDER_MAINTENANCE
    if check.is_held_by_deployment:
        return ComponentStatus.UNDER_MAINTENANCE
    status = OF_CHECK[check.status]
    # A dependency that it needs is down.
    return ComponentStatus.DEGRADED_PERFORMANCE if check.impacts and status is ComponentStatus.OPERATIONAL else status


def _was_down(check: Check, since: datetime) -> bool:
    return check.status is CheckStatus.DOWN and check.judged_at is not None and check.judged_at < since


def of_checks(checks: Iterable[Check], maintained: Maintained = MappingProxyType({})) -> ComponentStatus:
    """The status of a project or a dependency over its checks."""
    return combined(of_check(check, maintained) for check in checks)


def combined(statuses: Iterable[ComponentStatus]) -> ComponentStatus:
    """The worst of what is monitored, but a major outage of some is a partial outage of all.

    NOT_MONITORED if nothing is.
    """
    monitored = set(statuses) - {ComponentStatus.NOT_MONITORED}
    status = worst(monitored)
    if status is ComponentStatus.MAJOR_OUTAGE and len(monitored) > 1:
        return ComponentStatus.PARTIAL_OUTAGE
    return status


OF_IMPACT = {
    Impact.NONE: ComponentStatus.NOT_MONITORED,
    Impact.MINOR: ComponentStatus.DEGRADED_PERFORMANCE,
    Impact.MAJOR: ComponentStatus.PARTIAL_OUTAGE,
    Impact.CRITICAL: ComponentStatus.MAJOR_OUTAGE,
}


def of_announcement(announcement: Announcement) -> ComponentStatus:
    """What an open announcement says of the components that it names; NOT_MONITORED if it says nothing of them."""
    if announcement.scheduled_for is not None:
        return ComponentStatus.UNDER_MAINTENANCE
    return OF_IMPACT[announcement.impact]


def worst(statuses: Iterable[ComponentStatus]) -> ComponentStatus:
    """The worst of them, be it of one thing by several sources; NOT_MONITORED of none."""
    return min(statuses, key=_SEVERITY.__getitem__, default=ComponentStatus.NOT_MONITORED)


def overall(statuses: Iterable[ComponentStatus], told: Iterable[ComponentStatus] = ()) -> ComponentStatus:
    """The status of a page over its components.

    If none of them is monitored, what the open announcements say (`told`); OPERATIONAL if they say nothing.
    """
    for status in (combined(statuses), worst(told)):
        if status is not ComponentStatus.NOT_MONITORED:
            return status
    return ComponentStatus.OPERATIONAL


def sentence(status: ComponentStatus, opened: Iterable[Announcement]) -> str:
    """What a page of this overall status says of itself, with these announcements open."""
    if status is ComponentStatus.OPERATIONAL and any(each.impact is not Impact.NONE for each in opened):
        return NOTED
    return SENTENCES[status]
