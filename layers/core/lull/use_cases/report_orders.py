"""Which deployment of an application asked for what a report of CI is about."""

from collections.abc import Iterator

from lull.domain import deployment_orders as domain
from lull.domain.app_deployments import AppDeployment
from lull.domain.applications import Application, ExecutorKind
from lull.domain.ci_hooks import CiHook, Provider
from lull.domain.deployment_reports import Report, Source
from lull.domain.hook_deliveries import HookDelivery
from lull.store import app_deployments, applications, ci_hooks

_LOOKED_AT = 10
_EXECUTORS = {ExecutorKind.GITHUB: Provider.GITHUB, ExecutorKind.GITLAB: Provider.GITLAB}
"""Whose webhooks may speak for which executor."""


def find_ordered(delivery: HookDelivery, report: Report) -> AppDeployment | None:
    """The deployment that a report names, if it is believed: see `domain.may_speak_for`."""
    if report.ordered_by is None:
        return None
    found = app_deployments.get_app_deployment(delivery.workspace_id, report.ordered_by)
    if found is None or found.executor not in _EXECUTORS:
        return None
    hook = ci_hooks.get_ci_hook(delivery.hook_id)
    application = applications.get_application(delivery.workspace_id, found.application_id)
    if hook is None or application is None or _EXECUTORS[found.executor] is not hook.provider:
        return None
    return found if domain.may_speak_for(report, application.aimed(found.aim), found) else None


def find_unnamed(hook: CiHook, report: Report, target: tuple[str, str]) -> AppDeployment | None:
    """The deployment to this component and environment that a Deployment Hook of GitLab is about, if there is one."""
    if hook.provider is not Provider.GITLAB or report.source is not Source.DEPLOYMENTS:
        return None
    return domain.newest_asked_for(report, _deployments_to(hook.workspace_id, target))


def _deployments_to(workspace_id: int, target: tuple[str, str]) -> Iterator[tuple[Application, AppDeployment]]:
    """The newest of each application that GitLab deploys there."""
    for application in applications.list_applications(workspace_id):
        goes_to = application.component_id, application.environment_id
        if application.executor.kind is not ExecutorKind.GITLAB or goes_to != target:
            continue
        last = app_deployments.get_last_number(workspace_id, application.id)
        ids = app_deployments.list_app_deployment_ids(workspace_id, application.id, below=last + 1, take=_LOOKED_AT)
        for deployment in app_deployments.get_app_deployments([(workspace_id, each) for each in ids]):
            yield application.aimed(deployment.aim), deployment
