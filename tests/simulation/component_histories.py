"""What a write adds to the history of a component deployment, and where that leads."""

from collections.abc import Sequence

from lull.domain.component_deployments import ComponentDeployment, Event, Status
from lull.domain.hook_deliveries import HookDelivery
from lull.store import component_deployments, keys
from lull.store.hook_deliveries import decode_hook_delivery
from tests.simulation.maintenance_rules import WORKSPACE
from tests.simulation.tables import Key, Write

# Said once more on purpose: the product's own table is what is judged.
MOVES = {
    (Status.PENDING, Status.IN_PROGRESS),
    (Status.PENDING, Status.FAILED),
    (Status.IN_PROGRESS, Status.SUCCEEDED),
    (Status.IN_PROGRESS, Status.FAILED),
    (Status.SUCCEEDED, Status.ROLLED_BACK),
    (Status.FAILED, Status.PENDING),
    (Status.ROLLED_BACK, Status.PENDING),
}


def keys_of_events(deployment: ComponentDeployment, writes: Sequence[Write]) -> list[Key]:
    """The new entries of its history."""
    partition = keys.component_deployment(WORKSPACE, deployment.id)["PK"]
    found = [each.key for each in writes if each.key[0] == partition and each.before is None]
    return sorted(key for key in found if key[1].startswith(keys.EVENT))


def events_of(deployment: ComponentDeployment, writes: Sequence[Write]) -> list[Event]:
    items = {each.key: each.after for each in writes if each.after}
    return [component_deployments._events.decode(items[key]) for key in keys_of_events(deployment, writes)]


def report_of(deployment: ComponentDeployment, writes: Sequence[Write]) -> HookDelivery | None:
    """What tells of it in the same breath."""
    found = [decode_hook_delivery(each.after) for each in writes if each.key[1] == "HOOKDELIVERY" and each.after]
    return next((each for each in found if each.deployment_id == deployment.id), None)


def ways(source: Status, events: Sequence[Event]) -> list[Status]:
    """Where these steps lead, if every one of them is in the table; to be what it is already is no step."""
    for each in events:
        if each.status is not source and (source, each.status) not in MOVES:
            return []
        source = each.status
    return [source]
