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


def noting(deployment: ComponentDeployment) -> list[Item]:
    """The write that notes how an attempt ended; none if it has not just ended."""
    if deployment.status not in ENDS or deployment.finished_at is None:
        return []
    key = keys.ending(
        deployment.workspace_id,
        deployment.environment_id,
        deployment.finished_at,
        deployment.id,
        deployment.attempt,
    )
    attributes: Item = {
        "componentId": {"S": deployment.component_id},
        "status": {"S": deployment.status},
        "expiresAt": integer(int((deployment.finished_at + _KEPT_FOR).timestamp())),
    }
    return [table.put(key, attributes, condition=table.ANYHOW)]


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
