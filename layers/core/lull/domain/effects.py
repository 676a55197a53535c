"""What must happen outside the table for a change; `consequences` says which changes ask for which.

Effects name what to look at, not what to do: workers read the record as it is by then and make its consequences true,
so an effect that comes twice, late or out of order changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from lull.domain.deployment_windows import Edge
from lull.domain.ledger import Change
from lull.domain.signals import Signal


@dataclass(frozen=True, slots=True)
class ReconcileWindow:
    """Make the wake-ups of this deployment window, on these edges, those that the record asks for."""

    workspace_id: int
    window_id: int
    edges: frozenset[Edge]


@dataclass(frozen=True, slots=True)
class ResumeWork:
    """Go on with a deployment window that still has checks to hold or to release."""

    workspace_id: int
    window_id: int


@dataclass(frozen=True, slots=True)
class WakeCheck:
    """Bring a check to where its signals and the clock say it should be."""

    workspace_id: int
    check_id: int


@dataclass(frozen=True, slots=True)
class WakeDependents:
    """Weigh again every check that needs this dependency."""

    workspace_id: int
    dependency_id: int


@dataclass(frozen=True, slots=True)
class WakeProbe:
    """Probe a check at once, and not with the next sweep."""

    workspace_id: int
    check_id: int


@dataclass(frozen=True, slots=True)
class WakeIncident:
    """Bring an incident to where the records say it should be."""

    workspace_id: int
    incident_id: int


@dataclass(frozen=True, slots=True)
class ReconcileMaintenance:
    """Make the wake-up of this maintenance window the one that the record asks for."""

    workspace_id: int
    window_id: int


@dataclass(frozen=True, slots=True)
class ReconcileComponentDeployment:
    """Make the wake-up of this component deployment the one that the record asks for: at once, or at its deadline."""

    workspace_id: int
    deployment_id: str


@dataclass(frozen=True, slots=True)
class ReconcileAppDeployment:
    """Make the wake-up of this application deployment the one that the record asks for: at once, or at its deadline."""

    workspace_id: int
    deployment_id: str


@dataclass(frozen=True, slots=True)
class CallExecutor:
    """Tell the executor of this application deployment what it is to be told, unless somebody has."""

    workspace_id: int
    deployment_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ReconcileAnnouncement:
    """Make the wake-up of this announcement the one that the record asks for."""

    workspace_id: int
    announcement_id: int


@dataclass(frozen=True, slots=True)
class AnnounceMaintenance:
    """Wake every maintenance window of the workspace that is told on status pages: there is another place to tell."""

    workspace_id: int


@dataclass(frozen=True, slots=True)
class SendDelivery:
    """Send this delivery, unless somebody has."""

    workspace_id: int
    delivery_id: int


@dataclass(frozen=True, slots=True)
class ApplyDelivery:
    """Apply this delivery of a CI hook, unless somebody has."""

    workspace_id: int
    delivery_id: str


@dataclass(frozen=True, slots=True)
class TellSubscribers:
    """Tell the subscribers of a page about this, each once: see `notices.subjects`."""

    workspace_id: int
    page_id: int
    announcement_id: int
    subject: str


@dataclass(frozen=True, slots=True)
class AskSubscriber:
    """Ask an address to confirm that it wants to be told."""

    workspace_id: int
    page_id: int
    subscriber_id: int
    request: str


@dataclass(frozen=True, slots=True)
class ForgetSubscribers:
    """The page is gone, and whom it told is nobody's business any more."""

    workspace_id: int
    page_id: int


@dataclass(frozen=True, slots=True)
class WakeMaintenance:
    """Bring a maintenance window to where the record and the clock say it should be, or clear away what it left."""

    workspace_id: int
    window_id: int


@dataclass(frozen=True, slots=True)
class WakeProject:
    """Judge every check of a project again: what kept it quiet is over."""

    workspace_id: int
    project_id: int


@dataclass(frozen=True, slots=True)
class RecordUptime:
    """Record from when on a check shows what. Says what happened, not where to look: twice is once."""

    workspace_id: int
    check_id: int
    change: Change


@dataclass(frozen=True, slots=True)
class RecordSignal:
    """Add this entry to the timeline of a check, under a name that makes twice once."""

    workspace_id: int
    check_id: int
    name: str
    signal: Signal


@dataclass(frozen=True, slots=True)
class PublishSource:
    """Publish the pages that show this check, project or dependency."""

    workspace_id: int
    source: str
    source_id: int


@dataclass(frozen=True, slots=True)
class PublishProject:
    """Publish the pages that show this project or one of its checks."""

    workspace_id: int
    project_id: int


@dataclass(frozen=True, slots=True)
class PublishPage:
    """Publish this page, wherever it is now."""

    workspace_id: int
    page_id: int


@dataclass(frozen=True, slots=True)
class PublishSlug:
    """Publish whatever owns this slug, or this custom domain, now."""

    slug: str


Wake = WakeCheck | WakeIncident | WakeMaintenance | WakeProject | ApplyDelivery
Publish = PublishSource | PublishProject | PublishPage | PublishSlug
Subscribing = TellSubscribers | AskSubscriber | ForgetSubscribers
Effect = (
    ReconcileWindow
    | ResumeWork
    | ReconcileMaintenance
    | ReconcileAnnouncement
    | ReconcileComponentDeployment
    | ReconcileAppDeployment
    | CallExecutor
    | AnnounceMaintenance
    | RecordUptime
    | RecordSignal
    | Wake
    | WakeDependents
    | WakeProbe
    | SendDelivery
    | Subscribing
    | Publish
)
