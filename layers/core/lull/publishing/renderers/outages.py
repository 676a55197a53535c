"""Outages that visitors meet as one: those of several components that begin together.

Feeds and JSON have each outage by itself: what has an id there keeps it (ADR 22).
"""

from collections.abc import Iterable
from datetime import timedelta

from lull.publishing.snapshot import IncidentSnapshot

TOGETHER = timedelta(minutes=5)
"""How long after the first of them an outage begins that is told with it."""


def grouped(incidents: Iterable[IncidentSnapshot]) -> list[tuple[IncidentSnapshot, ...]]:
    """In the order of their beginnings, and so within each group.

    An outage belongs to the group before if it begins within five minutes of the first of the group, while one of the
    group goes on. What is still down is told apart from what is not: each says the truth for all of its components.
    """
    found: dict[bool, list[tuple[IncidentSnapshot, ...]]] = {True: [], False: []}
    for incident in sorted(incidents, key=lambda each: (each.started_at, each.id)):
        groups = found[incident.resolved_at is None]
        if groups and _begins_with(incident, groups[-1]):
            groups[-1] = (*groups[-1], incident)
        else:
            groups.append((incident,))
    return sorted((*found[True], *found[False]), key=lambda group: (group[0].started_at, group[0].id))


def _begins_with(incident: IncidentSnapshot, group: tuple[IncidentSnapshot, ...]) -> bool:
    if incident.started_at - group[0].started_at > TOGETHER:
        return False
    return any(each.resolved_at is None or each.resolved_at > incident.started_at for each in group)
