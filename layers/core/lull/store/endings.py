"""When component deployments succeeded and failed, by environment: what the delivery metrics are counted from.

Each attempt that ends is noted in the transaction that ends it, whatever becomes of the deployment afterwards, and
forgotten when no question can reach it any more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lull.domain.component_deployments import ENDS, ComponentDeployment, Status
from lull.store import keys, table
from lull.store.codec import Item, integer

_KEPT_FOR = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of one attempt."""

    at: datetime
    deployment_id: str
    component_id: str
    status: Status
    """Succeeded or failed."""


def noting(deployment: ComponentDeployment, *, was: ComponentDeployment | None = None) -> list[Item]:
    """The writes that note how an attempt ended, and forget what it was taken for before; none if that is known."""
    known, key = _key_of_end(was) if was else None, _key_of_end(deployment)
    if was and (known, was.status) == (key, deployment.status):
        return []
    writes = [table.put(key, _attributes(deployment), condition=table.ANYHOW)] if key else []
    # What was rolled back, or is tried again, had ended all the same.
    stands = was is None or was.attempt != deployment.attempt or deployment.status is Status.ROLLED_BACK
    if known and known != key and not stands:
        writes.append(table.delete(known, condition=table.ANYHOW))
    return writes


def _key_of_end(deployment: ComponentDeployment) -> keys.Key | None:
    at = deployment.finished_at
    if deployment.status not in ENDS or at is None:
        return None
    return keys.ending(deployment.workspace_id, deployment.environment_id, at, deployment.id, deployment.attempt)


def _attributes(deployment: ComponentDeployment) -> Item:
    ended_at = deployment.finished_at or deployment.updated_at
    return {
        "componentId": {"S": deployment.component_id},
        "status": {"S": deployment.status},
        "expiresAt": integer(int((ended_at + _KEPT_FOR).timestamp())),
    }


def list_endings(
    workspace_id: int, environment_id: str, *, component_id: str | None = None, since: datetime
) -> list[Ending]:
    """What ended in an environment since then, oldest first."""
    partition = keys.endings_of_environment(workspace_id, environment_id)
    found: list[Ending] = []
    start: Item | None = None
    while True:
        page = table.query(partition, between=(keys.ended_at(since), f"{keys.ENDED}~"), start=start)
        found += [_decode(item) for item in page.items if component_id in (None, item["componentId"]["S"])]
        start = page.last_key
        if start is None:
            return found


def _decode(item: Item) -> Ending:
    at, deployment_id = keys.ended(item["SK"]["S"])
    return Ending(
        at=at,
        deployment_id=deployment_id,
        component_id=item["componentId"]["S"],
        status=Status(item["status"]["S"]),
    )
