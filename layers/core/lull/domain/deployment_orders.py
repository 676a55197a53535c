"""What reports of CI say of the deployments that applications of ours asked for.

GitHub gives back the payload that it was given, and GitLab's Pipeline Hook the variables of the pipeline. GitLab's
Deployment Hook has neither, nor the id of a pipeline: it is about what an application asked for if everything that it
does have says so.
"""

from collections.abc import Iterable

from lull.domain.app_deployments import AppDeployment, Status, Task
from lull.domain.applications import Application, ExecutorKind, path_of
from lull.domain.component_deployments import CLOCKS_DIFFER_BY, Reason
from lull.domain.component_deployments import Status as Reported
from lull.domain.deployment_reports import Report, Source

# GitHub has no word for what was cancelled, GitLab has; both say that what runs is under way, and not how far.
_MEANT = {
    Reported.PENDING: Status.CREATED,
    Reported.IN_PROGRESS: Status.DEPLOYING,
    Reported.SUCCEEDED: Status.AVAILABLE,
    Reported.FAILED: Status.FAILED,
}


def meant(report: Report) -> Status | None:
    """What a report says of the deployment of an application."""
    return Status.CANCELLED if report.reason is Reason.CANCELLED else _MEANT.get(report.status)


def pipeline_of(report: Report) -> str | None:
    """What the executor gitlab calls the pipeline that a report is of; None if it is of none."""
    server, _, pipeline = report.key.partition("://")
    is_one = server.startswith("gitlab:") and report.source is Source.RUNS
    return f"gitlab:{pipeline}" if is_one else None


def newest_asked_for(report: Report, candidates: Iterable[tuple[Application, AppDeployment]]) -> AppDeployment | None:
    """The deployment that a Deployment Hook of GitLab is about, of those to the same component and environment.

    Of several, one that is not over; of those, one that was not heard of; of those, the oldest.
    """
    found = [deployment for application, deployment in candidates if is_about(report, application, deployment)]
    return min(found, key=lambda each: (each.is_over, each.status is Status.DEPLOYING, each.created_at), default=None)


def is_about(report: Report, application: Application, deployment: AppDeployment) -> bool:
    """Whether it is of the same project and commit, and of the time in which the deployment was under way."""
    if {application.executor.kind, deployment.executor} != {ExecutorKind.GITLAB} or report.commit_sha is None:
        return False
    call = deployment.call
    is_told = call is None or call.task is not Task.START or call.tries > 0
    is_same_commit = deployment.commit.sha.startswith(report.commit_sha)
    return (
        is_told and is_same_commit and _is_of_project(report, application, deployment) and _is_then(report, deployment)
    )


def _is_of_project(report: Report, application: Application, deployment: AppDeployment) -> bool:
    if deployment.external_id:
        return deployment.external_id.split(":")[-3] == report.repository_id
    path, named = path_of(application.executor_url), report.repository
    return path is not None and named is not None and path.casefold() == named.casefold()


def _is_then(report: Report, deployment: AppDeployment) -> bool:
    if report.at < deployment.created_at - CLOCKS_DIFFER_BY:
        return False
    if not deployment.is_over or report.at <= deployment.updated_at:
        return True
    # A job that says itself how it went ends a moment later. What says anything else then is something else.
    return report.at <= deployment.updated_at + CLOCKS_DIFFER_BY and meant(report) is deployment.status
