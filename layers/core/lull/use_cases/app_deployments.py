"""What callers and executors can do with deployments of applications."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lull import randomness
from lull.domain import app_deployments as domain
from lull.domain import callbacks, executor_calls
from lull.domain.app_deployments import AppDeployment, Status
from lull.domain.applications import Application
from lull.domain.component_deployments import ComponentDeployment
from lull.domain.credentials import Caller, Role
from lull.domain.errors import Conflict, Forbidden, NotFound, Unauthenticated, invalid
from lull.gateways import secrets as vault
from lull.observability import logger
from lull.store import app_deployments as store
from lull.store import environments, idempotency
from lull.store.codec import Item
from lull.store.deployment_windows import AlreadyMade
from lull.store.idempotency import IdempotencyKey, Made
from lull.use_cases import applications, component_deployments
from lull.use_cases.retrying import on_stale_write

_TRIES = 50
"""So many may ask for the next number at once."""
_VERSION_LENGTH = 12
_BEYOND_ALL = 10**12
ACTOR = "lull"


@dataclass(frozen=True, slots=True, kw_only=True)
class Triggered:
    deployment: AppDeployment
    callback_token: str | None
    """Known now and never again; None where an idempotency key had made the deployment before."""


def trigger(caller: Caller, application_id: str, *, idempotency_key: str | None = None, at: datetime) -> Triggered:
    """Find the newest commit of an application's repository, and set its deployment going.

    Raises NotFound, Invalid naming what kept the commit from being found: then nothing is stored; Forbidden if a CI job
    may not. With an idempotency
    key that was used in the last three days, the deployment that it made is the answer.
    """
    application = applications.get_application(caller, application_id)
    _require(caller, application)
    once = _once(caller, idempotency_key, application_id)
    made = idempotency.find_made(once, at=at) if once else None
    if once and made:
        return _made_already(caller, application_id, once, made)
    token = callbacks.callback_token(caller.workspace_id, randomness.secret(callbacks.RANDOM_LENGTH))
    described = _described(caller, application, token, at=at)

    def decide() -> AppDeployment:
        last = store.get_last_number(caller.workspace_id, application_id)
        deployment = replace(described, deploy_number=last + 1)
        driven = _driven(caller, application, deployment, at=at)
        if driven:
            deployment = replace(deployment, component_deployment_id=driven.deployment.id)
        return store.create_app_deployment(deployment, driven=driven, once=once)

    try:
        return Triggered(deployment=on_stale_write(decide, tries=_TRIES), callback_token=token)
    except AlreadyMade as already:
        return _made_already(caller, application_id, already.once, already.made)


def _require(caller: Caller, application: Application) -> None:
    """Raises Forbidden for a CI job, unless the application goes where its trust record lets it deploy."""
    if caller.grant is None:
        return
    if application.component_id is None or application.environment_id is None:
        raise Forbidden("CI jobs deploy only applications that name a component and an environment")
    environment = environments.get_environment(caller.workspace_id, application.environment_id)
    if environment is None:
        raise Forbidden("the environment of the application is gone")
    caller.require_deployable(application.component_id, environment.id, environment.name)


def _described(caller: Caller, application: Application, token: str, *, at: datetime) -> AppDeployment:
    from lull.gateways import repositories

    secret = vault.read(application.secret_name).repository if application.repository.has_token else None
    head = repositories.newest(application.repository, secret if isinstance(secret, str) else None, at=at)
    return AppDeployment(
        id=randomness.new_uuid(),
        workspace_id=caller.workspace_id,
        application_id=application.id,
        deploy_number=0,
        commit=head.commit,
        ref=head.branch,
        executor=application.executor.kind,
        aim=application.aim,
        call=executor_calls.first_call(application.executor.kind, at=at),
        callback_hashes=(callbacks.hashed(token),),
        deadline_at=at + timedelta(seconds=application.max_duration_seconds),
        created_at=at,
        created_by=caller.actor,
        updated_at=at,
    )


def _driven(
    caller: Caller, application: Application, deployment: AppDeployment, *, at: datetime
) -> store.Driven | None:
    """The component deployment that goes with it, if the application names where it goes."""
    if application.component_id is None or application.environment_id is None:
        return None
    commit = deployment.commit
    described = ComponentDeployment(
        id="",
        workspace_id=caller.workspace_id,
        component_id=application.component_id,
        component_name="",
        environment_id=application.environment_id,
        environment_name="",
        version=commit.sha[:_VERSION_LENGTH],
        commit_sha=commit.sha,
        commit_timestamp=commit.committed_at if commit.is_dated else None,
        ref=deployment.ref,
        description=f"{application.name} #{deployment.deploy_number}",
        max_duration_seconds=application.max_duration_seconds,
        created_at=at,
        created_by="",
        updated_at=at,
    )
    try:
        recorded, event = component_deployments.prepared(caller, described, at=at)
    except NotFound as gone:
        noun = "component" if "component" in str(gone) else "environment"
        raise invalid(f"{noun}Id", f"the {noun} of the application is gone") from gone
    return store.Driven(deployment=recorded, event=event)


def _once(caller: Caller, key: str | None, application_id: str) -> IdempotencyKey | None:
    if key is None:
        return None
    fingerprint = hashlib.sha256(application_id.encode()).hexdigest()
    return IdempotencyKey(workspace_id=caller.workspace_id, kind=store.KIND, key=key, fingerprint=fingerprint)


def _made_already(caller: Caller, application_id: str, once: IdempotencyKey, made: Made) -> Triggered:
    if made.fingerprint != once.fingerprint:
        raise Conflict("the idempotency key was used for a deployment of another application")
    return Triggered(deployment=get_deployment(caller, application_id, made.record_id), callback_token=None)


def get_deployment(caller: Caller, application_id: str, deployment_id: str) -> AppDeployment:
    deployment = store.get_app_deployment(caller.workspace_id, deployment_id)
    if deployment is None or deployment.application_id != application_id:
        raise NotFound("deployment")
    return deployment


def list_deployments(caller: Caller, application_id: str, *, below: int | None, take: int) -> list[AppDeployment]:
    """The deployments of an application with a number below this, newest first."""
    applications.get_application(caller, application_id)
    ids = store.list_app_deployment_ids(
        caller.workspace_id, application_id, below=_BEYOND_ALL if below is None else below, take=take
    )
    found = {each.id: each for each in store.get_app_deployments([(caller.workspace_id, each) for each in ids])}
    return [found[each] for each in ids if each in found]


def change_status(
    caller: Caller,
    application_id: str,
    deployment_id: str,
    status: Status,
    *,
    idempotency_key: str | None = None,
    at: datetime,
) -> AppDeployment:
    """Move a deployment on; with an idempotency key that has done so before, the answer is the deployment as it is.

    Raises NotFound, Invalid for what the transition table does not have, Conflict if the key was used for another
    status, Forbidden if a CI job may not.
    """
    if caller.grant:
        _require_changeable(caller, get_deployment(caller, application_id, deployment_id))

    def decide() -> AppDeployment:
        deployment = get_deployment(caller, application_id, deployment_id)
        now = domain.told(deployment, status, key=idempotency_key, at=at)
        return deployment if now == deployment else store.save_app_deployment(now)

    return on_stale_write(decide)


def _require_changeable(caller: Caller, deployment: AppDeployment) -> None:
    """Raises Forbidden for a CI job that may not change what the deployment drives.

    The application may go elsewhere since: that says nothing of where this deployment went.
    """
    driven_id = deployment.component_deployment_id
    driven = component_deployments.find_deployment(caller, driven_id) if driven_id else None
    if driven is None:
        raise Forbidden("CI jobs change only deployments that go to a component and an environment")
    component_deployments.require_changeable(caller, driven)


def cancel(
    caller: Caller, application_id: str, deployment_id: str, *, idempotency_key: str | None = None, at: datetime
) -> AppDeployment:
    """End a deployment that is not over; its executor is told, where it can be. `change_status` has what it raises."""
    return change_status(
        caller, application_id, deployment_id, Status.CANCELLED, idempotency_key=idempotency_key, at=at
    )


def apply_status(
    was: AppDeployment,
    status: Status,
    *,
    at: datetime,
    source: str,
    external_id: str | None = None,
    detail: str | None = None,
    beside: Callable[[AppDeployment], Sequence[Item]] = lambda _now: (),
) -> AppDeployment:
    """Take in news of a deployment from outside, such as the webhook of a CI.

    News come late, twice and out of order, and leave out steps: what is behind the record changes nothing, what is
    ahead of it is caught up with. `source` is who says so, for the log; `external_id` is noted if none is known. A
    changed record is written together with what `beside` makes of it. Raises StaleWrite if it was changed since it was
    read.
    """
    now = domain.reported(domain.found(was, external_id), status, at=at, detail=detail)
    if now != was:
        now = store.save_app_deployment(now, beside=beside(now))
    facts = {"deployment_id": was.id, "said": status, "status": now.status, "source": source}
    logger.info("application deployment reported on", extra=facts)
    return now


def authenticated(token: str, application_id: str, deployment_id: str, *, at: datetime) -> Caller:
    """Whoever holds a callback token of this deployment. Raises Unauthenticated, also past its deadline."""
    workspace_id = callbacks.workspace_of(token)
    deployment = store.get_app_deployment(workspace_id, deployment_id)
    hashes = deployment.callback_hashes if deployment and deployment.application_id == application_id else ()
    if not callbacks.is_one_of(token, hashes) or deployment is None or deployment.deadline_at <= at:
        raise Unauthenticated("the callback token is not valid for this deployment, or no longer")
    return Caller(workspace_id=workspace_id, role=Role.DEPLOYER, actor="callback")


def advance(workspace_id: int, deployment_id: str, *, at: datetime) -> AppDeployment | None:
    """Bring a deployment, and with it its component deployment, to where the record and the clock say they should be.

    None if there is no such deployment.
    """
    while True:
        deployment, moving = on_stale_write(lambda: _step(workspace_id, deployment_id, at=at))
        if not moving:
            return deployment


def _step(workspace_id: int, deployment_id: str, *, at: datetime) -> tuple[AppDeployment | None, bool]:
    deployment = store.get_app_deployment(workspace_id, deployment_id)
    step = domain.next_step(deployment, at=at) if deployment else None
    if deployment is None or step is None:
        return deployment, False
    if step is domain.Step.TIME_OUT:
        store.save_app_deployment(domain.timed_out(deployment, at=at))
    else:
        _drive(deployment, at=at)
    return deployment, True


def _drive(deployment: AppDeployment, *, at: datetime) -> None:
    """Bring the component deployment to where it should be, then note that: in between it is found there already."""
    target, driven_id = deployment.drives_to, deployment.component_deployment_id
    if target is None or driven_id is None:
        return
    try:
        component_deployments.bring(
            deployment.workspace_id,
            driven_id,
            lambda current: domain.driving(current, target),
            reason=domain.component_reason(deployment),
            actor=ACTOR,
            message=f"Deployment {deployment.deploy_number} of its application is {deployment.status}",
            at=at,
        )
    except NotFound:
        # What it is of was deleted, and its place in the matrix with it.
        logger.info("component of an application is gone", extra={"deployment_id": deployment.id})
    store.save_app_deployment(replace(deployment, driven=target))
