"""What a stream record says has changed: enough to know where to look, never what to believe."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lull.domain.announcements import Announcement
from lull.domain.app_deployments import AppDeployment
from lull.domain.checks import Check
from lull.domain.component_deployments import ComponentDeployment
from lull.domain.deliveries import Delivery
from lull.domain.deployment_windows import DeploymentWindow
from lull.domain.hook_deliveries import HookDelivery
from lull.domain.incidents import Incident
from lull.domain.maintenance_windows import MaintenanceWindow
from lull.domain.status_pages import PageComponent, StatusPage
from lull.domain.subscribers import Subscriber
from lull.store.announcements import decode_announcement
from lull.store.app_deployments import decode_app_deployment
from lull.store.checks import decode_check
from lull.store.codec import UNREADABLE, Item
from lull.store.component_deployments import decode_component_deployment
from lull.store.deliveries import decode_delivery
from lull.store.deployment_windows import decode_deployment_window
from lull.store.hook_deliveries import decode_hook_delivery
from lull.store.incidents import decode_incident
from lull.store.maintenance_windows import decode_maintenance_window
from lull.store.status_pages import decode_component, decode_status_page
from lull.store.subscribers import decode_subscriber

Entity = (
    Check
    | DeploymentWindow
    | ComponentDeployment
    | AppDeployment
    | HookDelivery
    | MaintenanceWindow
    | Incident
    | Delivery
    | StatusPage
    | PageComponent
    | Announcement
    | Subscriber
)

_DECODERS: dict[str, Any] = {
    "CHECK": decode_check,
    "DEPLOYMENT": decode_deployment_window,
    "RELEASE": decode_component_deployment,
    "APPDEPLOYMENT": decode_app_deployment,
    "MAINTENANCE": decode_maintenance_window,
    "INCIDENT": decode_incident,
    "DELIVERY": decode_delivery,
    "HOOKDELIVERY": decode_hook_delivery,
    "PAGE": decode_status_page,
    "COMPONENT": decode_component,
    "ANNOUNCEMENT": decode_announcement,
    "SUBSCRIBER": decode_subscriber,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One write, as the stream tells it; `before` or `after` is None where the item did not exist."""

    sequence_number: str
    """Rises from write to write of one item."""
    written_at: datetime
    """Floored to seconds."""
    before: Entity | None
    after: Entity | None

    @property
    def entity(self) -> Entity:
        entity = self.after or self.before
        if entity is None:
            raise ValueError("a change without images")
        return entity


def decode_change(record: Mapping[str, Any]) -> Change | None:
    """The change of a record, None for a kind that nothing follows from. Raises one of UNREADABLE."""
    stream = record["dynamodb"]
    decoder = _DECODERS.get(stream["Keys"]["SK"]["S"].partition("#")[0])
    if decoder is None:
        return None
    old: Item | None = stream.get("OldImage")
    new: Item | None = stream.get("NewImage")
    after = decoder(new) if new else None
    return Change(
        sequence_number=stream["SequenceNumber"],
        written_at=datetime.fromtimestamp(int(stream["ApproximateCreationDateTime"]), UTC),
        before=_before(old, decoder, after) if old else None,
        after=after,
    )


def _before(old: Item, decode: Any, after: Entity | None) -> Entity | None:
    """What is being put right was not to be read before: its change is as good as its beginning."""
    try:
        found: Entity = decode(old)
    except UNREADABLE:
        if after is None:
            raise
        return None
    return found
