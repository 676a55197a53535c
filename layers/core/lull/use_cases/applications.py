"""What callers can do with applications."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from lull import randomness
from lull.domain import applications as domain
from lull.domain.applications import Application, Secrets
from lull.domain.credentials import Caller
from lull.domain.errors import Conflict, DomainError, NotFound, invalid
from lull.gateways import secrets as vault
from lull.store import app_deployments, components
from lull.store import applications as store
from lull.use_cases import secret_notes
from lull.use_cases.retrying import on_stale_write

Change = Callable[[Application], tuple[Application, Secrets]]
"""From an application to what it is to be, and what is said of its secrets."""
_LOOKED_AT = 100


def create_application(caller: Caller, described: Application, said: Secrets, *, at: datetime) -> Application:
    """Raises Conflict if the name is taken, Invalid naming what cannot be."""
    application = replace(described, id=randomness.new_uuid(), workspace_id=caller.workspace_id, created_at=at)
    application = domain.with_secrets(application, said)
    _require(application, was=None)
    return _written(application, said, store.create_application, at=at)


def get_application(caller: Caller, application_id: str) -> Application:
    application = store.get_application(caller.workspace_id, application_id)
    if application is None:
        raise NotFound("application")
    return application


def list_applications(caller: Caller) -> list[Application]:
    """By name."""
    return store.list_applications(caller.workspace_id)


def change_application(caller: Caller, application_id: str, change: Change, *, at: datetime) -> Application:
    """Raises NotFound, Conflict if a new name is taken, Invalid naming what cannot be."""

    def decide() -> Application:
        was = get_application(caller, application_id)
        now, said = change(was)
        kept = vault.read(was.secret_name)
        secrets = domain.merged(was, now, kept=kept, said=said)
        now = domain.with_secrets(now, secrets)
        _require(now, was=was)
        if secrets == kept:
            return store.save_application(now, was=was)
        secret_notes.note(was.workspace_id, was.id, was.secret_name, at=at)
        unnamed = replace(now, secret_name=None)
        saved = _written(unnamed, secrets, lambda each: store.save_application(each, was=was), at=at)
        vault.delete(was.secret_name)
        return saved

    return on_stale_write(decide)


def delete_application(caller: Caller, application_id: str, *, at: datetime) -> None:
    """Remove an application with its secrets. Raises Conflict while one of its newest deployments is under way."""
    application = get_application(caller, application_id)
    newest = app_deployments.get_last_number(caller.workspace_id, application_id)
    ids = app_deployments.list_app_deployment_ids(
        caller.workspace_id, application_id, below=newest + 1, take=_LOOKED_AT
    )
    found = app_deployments.get_app_deployments([(caller.workspace_id, each) for each in ids])
    if any(not each.is_over for each in found):
        raise Conflict("a deployment of this application is in progress")
    secret_notes.note(application.workspace_id, application.id, application.secret_name, at=at)
    store.delete_application(application)
    vault.delete(application.secret_name)


def _written(
    application: Application, secrets: Secrets, write: Callable[[Application], Application], *, at: datetime
) -> Application:
    """Write an application whose secrets are new; where that is refused, they are removed again."""
    if secrets.are_none:
        return write(application)
    name = vault.new_name(application.workspace_id, application.id)
    secret_notes.note(application.workspace_id, application.id, name, at=at)
    vault.create(name, secrets)
    try:
        return write(replace(application, secret_name=name))
    except DomainError:
        vault.delete(name)
        raise


def _require(application: Application, *, was: Application | None) -> None:
    domain.require(application)
    component, environment = application.component_id, application.environment_id
    if (
        component
        and environment
        and (was is None or (was.component_id, was.environment_id) != (component, environment))
    ):
        found = components.get_target(application.workspace_id, component, environment)
        for field, noun, each in zip(
            ("componentId", "environmentId"), ("component", "environment"), found, strict=True
        ):
            if each is None:
                raise invalid(field, f"is no {noun} of this workspace")
    if was is None or was.repository.url != application.repository.url:
        _require_reachable("repository.url", application.repository.url)
    if application.executor.url and (was is None or was.executor.url != application.executor.url):
        _require_reachable("executor.url", application.executor.url)


def _require_reachable(field: str, url: str) -> None:
    from lull.gateways import webhooks

    if reason := webhooks.refusal(url):
        raise invalid(field, reason)
