"""The delivery metrics of a workspace, a component or an environment."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lull.domain import dora as domain
from lull.domain.component_deployments import Status
from lull.domain.components import Component
from lull.domain.credentials import Caller
from lull.domain.dora import Metrics
from lull.domain.environments import Environment, EnvironmentType
from lull.domain.errors import NotFound
from lull.domain.incidents import Incident, IncidentState
from lull.store import component_deployments, components, endings, environments, incidents
from lull.use_cases import watched_checks

# A deployment may have been begun this long before it ended, the longest that one may take, in an open incident.
_MARGIN = timedelta(days=8)
_BATCH = 100


def get_metrics(
    caller: Caller, *, component_id: str | None, environment_id: str | None, days: int, at: datetime
) -> Metrics:
    """The metrics of the last `days`, of every production environment unless one is named.

    Raises NotFound for a component or environment that does not exist.
    """
    places = _environments(caller.workspace_id, environment_id)
    since = at - timedelta(days=days)
    ended = [
        ending
        for environment in places
        for ending in endings.list_endings(caller.workspace_id, environment.id, component_id=component_id, since=since)
    ]
    succeeded = {each.deployment_id for each in ended if each.status is Status.SUCCEEDED}
    deployments = component_deployments.get_component_deployments(
        [(caller.workspace_id, each) for each in sorted(succeeded)]
    )
    known = _components(caller.workspace_id, component_id)
    deployed = {(each.component_id, each.environment_id) for each in deployments}
    behind = {
        (component.id, environment.id): _checks(component, environment)
        for component in known
        for environment in places
        if (component.id, environment.id) in deployed
    }
    check_ids = {check_id for ids in behind.values() for check_id in ids}
    found = _incidents(caller.workspace_id, check_ids, since=since - _MARGIN) if check_ids else []
    failures = [each.at for each in ended if each.status is Status.FAILED]
    return domain.metrics(deployments, found, behind, failures, days=days, until=at)


def _environments(workspace_id: int, environment_id: str | None) -> list[Environment]:
    if environment_id is None:
        known = environments.list_environments(workspace_id)
        return [each for each in known if each.type is EnvironmentType.PRODUCTION]
    environment = environments.get_environment(workspace_id, environment_id)
    if environment is None:
        raise NotFound("environment")
    return [environment]


def _components(workspace_id: int, component_id: str | None) -> list[Component]:
    if component_id is None:
        return components.list_components(workspace_id)
    component = components.get_component(workspace_id, component_id)
    if component is None:
        raise NotFound("component")
    return [component]


def _checks(component: Component, environment: Environment) -> Sequence[int]:
    return [check_id for ids in watched_checks.behind(component, environment).values() for check_id in ids]


def _incidents(workspace_id: int, check_ids: set[int], *, since: datetime) -> list[Incident]:
    """Incidents of these checks that were opened since then or are open still."""
    listed = [each for each in incidents.list_incidents(workspace_id) if each.check_id in check_ids]
    found: list[Incident] = []
    for start in range(0, len(listed), _BATCH):
        batch = incidents.get_incidents(workspace_id, [each.id for each in listed[start : start + _BATCH]])
        found += batch
        if batch and batch[-1].opened_at < since:
            rest = [each.id for each in listed[start + _BATCH :] if each.state is IncidentState.ACTIVE]
            return found + incidents.get_incidents(workspace_id, rest)
    return found
