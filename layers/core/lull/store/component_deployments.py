"""Component deployments in the table.

A deployment is listed in eight places: with all, those of its component, of its environment and of both, each time
under its status and under none. So every filter of the API is one query, and each of these four lists has an item that
counts its deployments by status: the total of a page is exact and counts nothing. Lists, counts, history, matrix cell
and record change in one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lull import randomness
from lull.domain.cells import Cell, Success
from lull.domain.component_deployments import ComponentDeployment, Event, Status
from lull.domain.errors import NotFound, StaleWrite
from lull.store import cells, components, endings, idempotency, keys, table
from lull.store.codec import Codec, Item, integer
from lull.store.deployment_windows import AlreadyMade
from lull.store.idempotency import IdempotencyKey
from lull.store.records import Records

KIND = "component-deployment"

_records = Records(ComponentDeployment, "deployment")
_events = Codec(Event)
decode_component_deployment = _records.decode


def get_component_deployment(workspace_id: int, deployment_id: str) -> ComponentDeployment | None:
    return _records.get(keys.component_deployment(workspace_id, deployment_id))


def get_component_deployments(addresses: Sequence[tuple[int, str]]) -> list[ComponentDeployment]:
    """Those that exist and can be read, by (workspace id, deployment id), in no order."""
    return _records.get_readable([keys.component_deployment(*address) for address in dict.fromkeys(addresses)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which deployments are listed; None stands for any."""

    component_id: str | None = None
    environment_id: str | None = None
    status: Status | None = None


def list_component_deployment_ids(workspace_id: int, wanted: Filter, *, skip: int, take: int) -> list[str]:
    """The ids of the deployments from position `skip` on, newest first. Skipped ones are read: 40 bytes each."""
    partition = keys.component_deployments_of(workspace_id, wanted.component_id, wanted.environment_id)
    found: list[str] = []
    start: Item | None = None
    while len(found) < skip + take:
        page = table.query(
            partition,
            begins_with=keys.listed_by_status(wanted.status),
            limit=skip + take - len(found),
            start=start,
            descending=True,
        )
        found += [keys.listed_deployment_id(item["SK"]["S"]) for item in page.items]
        start = page.last_key
        if start is None:
            break
    return found[skip:]


def get_count(workspace_id: int, wanted: Filter) -> int:
    """How many deployments a filter finds, from the item that counts them."""
    key = keys.component_deployment_count(workspace_id, wanted.component_id, wanted.environment_id)
    item = table.get(key) or {}
    statuses = [wanted.status] if wanted.status else list(Status)
    return sum(int(item[status]["N"]) for status in statuses if status in item)


def list_events(workspace_id: int, deployment_id: str) -> list[Event]:
    """Oldest first."""
    partition = keys.component_deployment(workspace_id, deployment_id)["PK"]
    return [_events.decode(item) for item in table.query_all(partition, begins_with=keys.EVENT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change of a deployment does to its cell."""

    cell: Cell
    noted: Success | None = None
    forgotten: Success | None = None


def create_component_deployment(
    deployment: ComponentDeployment,
    event: Event,
    *further: Event,
    once: IdempotencyKey | None = None,
    effect: Effect | None = None,
    beside: Sequence[Item] = (),
) -> ComponentDeployment:
    """Write a new deployment, with whatever else is written `beside` it.

    One that is further than pending has an event for each step, and its effect. Raises NotFound naming what it is of if
    that is gone, AlreadyMade if the idempotency key was used, StaleWrite if its cell was changed since it was read,
    Cancelled with what stood in the way of `beside`.
    """
    token = randomness.secret(16)
    created = replace(deployment, revision=1 + len(further))
    requiring = components.requiring(created.workspace_id, created.component_id, created.environment_id)
    own, *others = creating(created, token=token)
    writes = [
        own,
        *requiring,
        *beside,
        *_noting(created, event, *further),
        *others,
        *_counting(created, {created.status: 1}),
        # What a new cell takes is required already.
        *([cells.saving(effect.cell, token=token)[0], *_of_successes(effect)] if effect else []),
        *endings.noting(created),
    ]
    if once:
        writes.append(idempotency.claiming(once, created.id, at=created.created_at))
    try:
        table.transact(writes, token=token)
    except table.Cancelled as refused:
        if once and refused.items[-1]:
            raise AlreadyMade(once, idempotency.decode_made(refused.items[-1])) from refused
        for position, noun in enumerate(("component", "environment"), start=1):
            if refused.items[position] is not None:
                raise NotFound(noun) from refused
        stood = refused.items[3 : 3 + len(beside)]
        if effect and stood.count(None) == len(stood):
            raise StaleWrite("deployment") from refused
        raise table.Cancelled(stood) from refused
    return created


def creating(deployment: ComponentDeployment, *, token: str) -> list[Item]:
    """The writes of a new deployment and of its entries in the lists; its own comes first."""
    own = table.put(_key(deployment), _attributes(deployment, token), condition="attribute_not_exists(PK)")
    return [own, *_entering(deployment)]


def saving(
    deployment: ComponentDeployment,
    *events: Event,
    was: ComponentDeployment,
    effect: Effect | None = None,
    token: str,
) -> list[Item]:
    """The writes of a changed deployment, on the condition that it is as it was read; its own comes first.

    Each step of the change is an event.
    """
    saved = replace(deployment, revision=was.revision + len(events))
    writes = [
        table.put(
            _key(saved),
            _attributes(saved, token),
            condition="revision = :read",
            values={":read": integer(was.revision)},
        ),
        *_noting(saved, *events),
    ]
    if saved.status is not was.status:
        writes += [*_leaving(was), *_entering(saved, status_only=True)]
        writes += _counting(saved, {was.status: -1, saved.status: 1})
    writes += endings.noting(saved, was=was)
    if effect:
        writes += [*cells.saving(effect.cell, token=token), *_of_successes(effect)]
    return writes


def _of_successes(effect: Effect) -> list[Item]:
    writes = [cells.noting(effect.cell, effect.noted)] if effect.noted else []
    if effect.forgotten:
        writes.append(cells.forgetting(effect.cell, effect.forgotten.at, effect.forgotten.deployment_id))
    return writes


def save_component_deployment(
    deployment: ComponentDeployment,
    *events: Event,
    was: ComponentDeployment,
    effect: Effect | None = None,
    beside: Sequence[Item] = (),
) -> ComponentDeployment:
    """Write a changed deployment, its history and its cell, with whatever else is written `beside` them.

    Raises StaleWrite if any was changed since it was read.
    """
    token = randomness.secret(16)
    try:
        table.transact([*saving(deployment, *events, was=was, effect=effect, token=token), *beside], token=token)
    except table.Cancelled as refused:
        raise _lost(refused, effect) from refused
    return replace(deployment, revision=was.revision + len(events))


def _lost(refused: table.Cancelled, effect: Effect | None) -> NotFound | StaleWrite:
    new_cell = effect is not None and effect.cell.revision == 0
    if new_cell and {} in refused.items:
        return NotFound("component or environment")
    return StaleWrite("deployment")


def _key(deployment: ComponentDeployment) -> keys.Key:
    return keys.component_deployment(deployment.workspace_id, deployment.id)


def _attributes(deployment: ComponentDeployment, token: str) -> Item:
    attributes: Item = {
        "body": _records.body(deployment),
        "revision": integer(deployment.revision),
        "opToken": {"S": token},
    }
    if deployment.due_at:
        due = keys.due(deployment.due_at, KIND, deployment.workspace_id, deployment.id)
        attributes |= {name: {"S": value} for name, value in due.items()}
    return attributes


def _noting(deployment: ComponentDeployment, *events: Event) -> list[Item]:
    """The last has the revision of the deployment itself."""
    first = deployment.revision - len(events) + 1
    return [
        table.put(
            keys.component_deployment_event(deployment.workspace_id, deployment.id, revision),
            {"body": _events.body(event)},
            condition="attribute_not_exists(PK)",
        )
        for revision, event in enumerate(events, start=first)
    ]


def _scopes(deployment: ComponentDeployment) -> list[tuple[str | None, str | None]]:
    return [
        (component_id, environment_id)
        for component_id in (None, deployment.component_id)
        for environment_id in (None, deployment.environment_id)
    ]


def _listings(deployment: ComponentDeployment, status: Status | None) -> list[keys.Key]:
    listed = keys.listed_deployment(deployment.created_at, deployment.id)
    return [
        keys.component_deployment_listing(deployment.workspace_id, *scope, status, listed)
        for scope in _scopes(deployment)
    ]


def _entering(deployment: ComponentDeployment, *, status_only: bool = False) -> list[Item]:
    lists = _listings(deployment, deployment.status) + ([] if status_only else _listings(deployment, None))
    return [table.put(key, {}, condition=table.ANYHOW) for key in lists]


def _leaving(deployment: ComponentDeployment) -> list[Item]:
    return [table.delete(key, condition=table.ANYHOW) for key in _listings(deployment, deployment.status)]


def _counting(deployment: ComponentDeployment, changes: dict[Status, int]) -> list[Item]:
    names = {f"#{number}": str(status) for number, status in enumerate(changes)}
    values = {f":{number}": integer(change) for number, change in enumerate(changes.values())}
    expression = "ADD " + ", ".join(f"#{number} :{number}" for number in range(len(changes)))
    return [
        table.update(
            keys.component_deployment_count(deployment.workspace_id, *scope),
            expression,
            condition=table.ANYHOW,
            names=names,
            values=values,
        )
        for scope in _scopes(deployment)
    ]
