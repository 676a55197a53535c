"""Deployments of applications in the table.

A deployment, its number, its place in the list of its application and its component deployment are written in one
transaction, on the condition that the number follows on the last one: there is no gap, and none is given twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lull import randomness
from lull.domain.app_deployments import AppDeployment
from lull.domain.component_deployments import ComponentDeployment, Event
from lull.domain.errors import NotFound, StaleWrite
from lull.store import applications, component_deployments, idempotency, keys, table
from lull.store.codec import Item, integer
from lull.store.deployment_windows import AlreadyMade
from lull.store.idempotency import IdempotencyKey
from lull.store.records import Records

KIND = "app-deployment"

_records = Records(AppDeployment, "deployment")
decode_app_deployment = _records.decode


def get_app_deployment(workspace_id: int, deployment_id: str) -> AppDeployment | None:
    return _records.get(keys.app_deployment(workspace_id, deployment_id))


def get_app_deployments(addresses: Sequence[tuple[int, str]]) -> list[AppDeployment]:
    """Those that exist and can be read, by (workspace id, deployment id), in no order."""
    return _records.get_readable([keys.app_deployment(*address) for address in dict.fromkeys(addresses)])


def list_app_deployment_ids(workspace_id: int, application_id: str, *, below: int, take: int) -> list[str]:
    """The ids of the deployments of an application with a number below this, newest first."""
    page = table.query(
        keys.deployments_of_application(workspace_id, application_id),
        between=(keys.by_deploy_number(0), keys.by_deploy_number(below - 1)),
        limit=take,
        descending=True,
    )
    return [item["deploymentId"]["S"] for item in page.items]


def get_last_number(workspace_id: int, application_id: str) -> int:
    """The number of the newest deployment of an application; 0 if there is none."""
    item = table.get(keys.last_deploy_number(workspace_id, application_id))
    return int(item["n"]["N"]) if item else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """The component deployment that is created with a deployment."""

    deployment: ComponentDeployment
    event: Event


def create_app_deployment(
    deployment: AppDeployment, *, driven: Driven | None = None, once: IdempotencyKey | None = None
) -> AppDeployment:
    """Write a new deployment under its number.

    Raises StaleWrite if that is not the next one, AlreadyMade if the idempotency key was used, NotFound naming what is
    gone of application, component and environment.
    """
    created = replace(deployment, revision=1)
    token = randomness.secret(16)
    writes = [
        table.put(_key(created), _attributes(created, token), condition="attribute_not_exists(PK)"),
        applications.requiring(created.workspace_id, created.application_id),
        _numbering(created),
        _listing(created),
    ]
    if once:
        writes.append(idempotency.claiming(once, created.id, at=created.created_at))
    try:
        if driven:
            component_deployments.create_component_deployment(driven.deployment, driven.event, beside=writes)
        else:
            table.transact(writes, token=token)
    except table.Cancelled as refused:
        stood = refused.items
        if once and stood[4]:
            raise AlreadyMade(once, idempotency.decode_made(stood[4])) from refused
        if stood[1] is not None:
            raise NotFound("application") from refused
        raise StaleWrite("application") from refused
    return created


def save_app_deployment(deployment: AppDeployment, *, beside: Sequence[Item] = ()) -> AppDeployment:
    """Write a changed deployment, with whatever else is written `beside` it.

    Raises StaleWrite if any was changed since it was read.
    """
    token = randomness.secret(16)
    saved = replace(deployment, revision=deployment.revision + 1)
    request = table.put(
        _key(saved),
        _attributes(saved, token),
        condition="revision = :read",
        values={":read": integer(deployment.revision)},
    )
    try:
        if beside:
            table.transact([request, *beside], token=token)
        else:
            table.write(request, token=token)
    except table.ConditionFailed as refused:
        raise _records.lost(refused.item) from refused
    except table.Cancelled as refused:
        raise StaleWrite("deployment") from refused
    return saved


def _key(deployment: AppDeployment) -> keys.Key:
    return keys.app_deployment(deployment.workspace_id, deployment.id)


def _attributes(deployment: AppDeployment, token: str) -> Item:
    attributes: Item = {
        "body": _records.body(deployment),
        "revision": integer(deployment.revision),
        "opToken": {"S": token},
    }
    if deployment.due_at:
        due = keys.due(deployment.due_at, KIND, deployment.workspace_id, deployment.id)
        attributes |= {name: {"S": value} for name, value in due.items()}
    return attributes


def _numbering(deployment: AppDeployment) -> Item:
    return table.update(
        keys.last_deploy_number(deployment.workspace_id, deployment.application_id),
        "SET #n = :next",
        condition="attribute_not_exists(PK)" if deployment.deploy_number == 1 else "#n = :last",
        names={"#n": "n"},
        values={":next": integer(deployment.deploy_number)}
        | ({":last": integer(deployment.deploy_number - 1)} if deployment.deploy_number > 1 else {}),
    )


def _listing(deployment: AppDeployment) -> Item:
    key = keys.app_deployment_listing(deployment.workspace_id, deployment.application_id, deployment.deploy_number)
    return table.put(key, {"deploymentId": {"S": deployment.id}}, condition="attribute_not_exists(PK)")
