"""What reports of CI say of the deployments that applications of ours asked for.

GitHub gives back the payload that it was given, and GitLab's Pipeline Hook the variables of the pipeline. GitLab's
Deployment Hook has neither, nor the id of a pipeline: it is about what an application asked for if everything that it
does have says so.
"""

from collections.abc import Iterable

from lull.domain.app_deployments import AppDeployment, Status, Task
from lull.domain.applications import Application, ExecutorKind, path_of
from lull.domain.clocks import CLOCKS_DIFFER_BY
from lull.domain.component_deployments import Reason
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


def name_of(report: Report) -> str | None:
    """What the executors call what a report is of, a deployment of GitHub or a pipeline of GitLab; None if neither."""
    provider, *_, repository_id, own_id = report.key.split(":")
    if provider == "github" and report.source is Source.DEPLOYMENTS:
        return f"github:{repository_id}:{own_id}"
    server, _, pipeline = report.key.partition("://")
    is_pipeline = server.startswith("gitlab:") and report.source is Source.RUNS
    return f"gitlab:{pipeline}" if is_pipeline else None


def may_speak_for(report: Report, application: Application, deployment: AppDeployment) -> bool:
    """Whether a report that names a deployment is believed.

    A provider gives back what it was given, to all who see the repository, and whoever may deploy anywhere could give
    it the same words. So it has to come from where the deployment is known to be; until its executor has answered, from
    the application's own repository and, at GitHub, of the commit that it was told to deploy. GitLab is told a branch,
    which may have moved on.
    """
    by_gitlab = deployment.executor is ExecutorKind.GITLAB
    if deployment.external_id:
        parts = 3 if by_gitlab else 2
        return deployment.external_id.split(":")[-parts:] == report.key.split(":")[-parts:]
    return (
        _is_told(deployment)
        and (by_gitlab or _is_same_commit(report, deployment))
        and _is_of_project(report, application, deployment)
        and report.at >= deployment.created_at - CLOCKS_DIFFER_BY
    )


def newest_asked_for(report: Report, candidates: Iterable[tuple[Application, AppDeployment]]) -> AppDeployment | None:
    """The deployment that a Deployment Hook of GitLab is about, of those to the same component and environment.

    Of several, one that is not over; of those, one that was not heard of; of those, the oldest.
    """
    found = [deployment for application, deployment in candidates if is_about(report, application, deployment)]
    return min(found, key=lambda each: (each.is_over, each.status is Status.DEPLOYING, each.created_at), default=None)


def is_about(report: Report, application: Application, deployment: AppDeployment) -> bool:
    """Whether it is of the same project and commit, and of the time in which the deployment was under way."""
    if {application.executor.kind, deployment.executor} != {ExecutorKind.GITLAB}:
        return False
    return (
        _is_told(deployment)
        and _is_same_commit(report, deployment)
        and _is_of_project(report, application, deployment)
        and _is_then(report, deployment)
    )


def _is_told(deployment: AppDeployment) -> bool:
    """Whether its executor may have begun."""
    call = deployment.call
    return call is None or call.task is not Task.START or call.tries > 0


def _is_same_commit(report: Report, deployment: AppDeployment) -> bool:
    return report.commit_sha is not None and deployment.commit.sha.startswith(report.commit_sha)


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
