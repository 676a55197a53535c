"""Telling executors: take a lease, call, note what came of it."""

import importlib
from datetime import datetime
from types import ModuleType

from lull import randomness, settings
from lull.domain import callbacks
from lull.domain import executor_calls as domain
from lull.domain.app_deployments import AppDeployment, Task
from lull.domain.applications import SECRET_FIELDS, Application, ExecutorKind, is_told_alike
from lull.domain.executor_calls import Reply, Result
from lull.gateways import queues
from lull.gateways import secrets as vault
from lull.observability import logger
from lull.store import app_deployments as store
from lull.store import applications
from lull.use_cases.retrying import on_stale_write

_MODULES = {
    ExecutorKind.WEBHOOK: "webhook",
    ExecutorKind.GITHUB: "github_deployments",
    ExecutorKind.GITLAB: "gitlab_trigger",
    ExecutorKind.CODEBUILD: "codebuild",
}
_WITH_TOKEN = {ExecutorKind.WEBHOOK, ExecutorKind.GITLAB}


def call(workspace_id: int, deployment_id: str, *, at: datetime) -> None:
    """Tell the executor of a deployment what it is to be told, if that is due.

    Of two that try at once, one takes the lease and the other finds nothing to do.
    """
    token = callbacks.callback_token(workspace_id, randomness.secret(callbacks.RANDOM_LENGTH))
    leased = on_stale_write(lambda: _leased(workspace_id, deployment_id, token, at=at))
    if leased is None or leased.call is None:
        return
    task = leased.call.task
    reply = _reply(leased, task, token, at=at)
    settled = on_stale_write(lambda: _settled(workspace_id, deployment_id, task, reply, at=at))
    facts = {"deployment_id": deployment_id, "task": task, "result": reply.result, "detail": reply.detail}
    logger.info("executor told", extra=facts)
    if settled and settled.call and settled.call.task is not Task.ASK:
        queues.send_executor_calls([(workspace_id, deployment_id, settled.call.next_at)], at=at)


def _leased(workspace_id: int, deployment_id: str, token: str, *, at: datetime) -> AppDeployment | None:
    """The deployment, whose executor is ours to call for a while; None if there is nothing to be said now."""
    deployment = store.get_app_deployment(workspace_id, deployment_id)
    if deployment is None:
        return None
    sent = callbacks.hashed(token) if deployment.executor in _WITH_TOKEN else None
    leased = domain.leased(deployment, callback_hash=sent, at=at)
    return store.save_app_deployment(leased) if leased else None


def _settled(workspace_id: int, deployment_id: str, task: Task, reply: Reply, *, at: datetime) -> AppDeployment | None:
    deployment = store.get_app_deployment(workspace_id, deployment_id)
    if deployment is None:
        return None
    after = domain.after(deployment, task, reply, at=at, jitter=randomness.jitter())
    return deployment if after == deployment else store.save_app_deployment(after)


def _reply(deployment: AppDeployment, task: Task, token: str, *, at: datetime) -> Reply:
    if domain.is_worn_out(deployment):
        return _refused("whoever called it did not come to an end, time and again")
    application = applications.get_application(deployment.workspace_id, deployment.application_id)
    if application is None:
        return _refused("the application is gone")
    then = application.aimed(deployment.aim)
    if not is_told_alike(then, application):
        return _refused("the application has another executor by now, and the secret of the one before is gone")
    secret = vault.read(application.secret_name).executor
    if then.executor.kind in SECRET_FIELDS and not isinstance(secret, str):
        return _refused("the secret of its executor is gone")
    return _told(then, deployment, task, token, secret if isinstance(secret, str) else "", at=at)


def _told(
    application: Application, deployment: AppDeployment, task: Task, token: str, secret: str, *, at: datetime
) -> Reply:
    from lull.gateways.executors.orders import Order

    path = f"/v1/applications/{application.id}/deployments/{deployment.id}"
    order = Order(
        application=application,
        deployment=deployment,
        secret=secret,
        callback_url=f"{settings.public_url()}{path}",
        callback_token=token,
        at=at,
    )
    reply: Reply = getattr(_module(deployment.executor), task)(order)
    return reply


def _module(kind: ExecutorKind) -> ModuleType:
    # Only one of them is needed, and none before there is something to tell.
    return importlib.import_module(f"lull.gateways.executors.{_MODULES[kind]}")


def _refused(detail: str) -> Reply:
    return Reply(result=Result.REFUSED, detail=detail)
