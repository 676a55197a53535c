"""From a page, its components and the checks behind them to what visitors see."""

from collections.abc import Mapping, Sequence

from lull.domain import health
from lull.domain.checks import Check
from lull.domain.status_pages import PageComponent, Source, StatusPage
from lull.publishing.snapshot import ComponentSnapshot, StatusSnapshot

Watching = Mapping[tuple[Source, int], Sequence[Check]]
"""The checks behind each source: a check itself, those of a project, those that watch a dependency."""


def project(page: StatusPage, components: Sequence[PageComponent], watching: Watching) -> StatusSnapshot:
    """The page as it stands. A component whose source is gone, or has no checks, is NOT_MONITORED."""
    shown = tuple(_component(component, watching) for component in components)
    status = health.overall(component.status for component in shown)
    return StatusSnapshot(
        name=page.name,
        slug=page.slug,
        logo_url=page.logo_url,
        favicon_url=page.favicon_url,
        primary_color=page.primary_color,
        background_color=page.background_color,
        show_uptime_history=page.show_uptime_history,
        uptime_history_days=page.uptime_history_days,
        show_incident_history=page.show_incident_history,
        status=status,
        description=health.SENTENCES[status],
        components=shown,
    )


def _component(component: PageComponent, watching: Watching) -> ComponentSnapshot:
    return ComponentSnapshot(
        id=component.id,
        name=component.name,
        description=component.description,
        group_name=component.group_name,
        position=component.position,
        status=health.of_checks(watching.get(component.source, ())),
        show_uptime_bar=component.show_uptime_bar,
    )
