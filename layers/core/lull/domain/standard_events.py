"""Events of whatever speaks Standard Webhooks: `{"type": "deployment.…", "timestamp", "data": {…}}`."""

import re
from datetime import datetime
from typing import Any

from lull.domain.ci_payloads import Payload, count, link, moment, number, part, sha, text, version_of
from lull.domain.component_deployments import Reason, Status
from lull.domain.deployment_reports import Report
from lull.domain.no_reports import Ignored, Ping, Unknown

TYPES: dict[str, tuple[Status, Reason | None]] = {
    "deployment.pending": (Status.PENDING, None),
    "deployment.started": (Status.IN_PROGRESS, None),
    "deployment.succeeded": (Status.SUCCEEDED, None),
    "deployment.failed": (Status.FAILED, Reason.FAILED),
    "deployment.cancelled": (Status.FAILED, Reason.CANCELLED),
    "deployment.timed_out": (Status.FAILED, Reason.TIMED_OUT),
}
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def read(event: str, payload: Payload, *, hook_id: str, at: datetime) -> Report | Ignored | Ping | Unknown:
    """What is called `externalId` is so called by one hook only."""
    if event == "ping":
        return Ping()
    if event not in TYPES:
        return Unknown()
    data = part(payload, "data")
    own_id = text(data.get("externalId")) or number(data.get("externalId"))
    if own_id is None:
        return Ignored("data.externalId is required: what you call the deployment")
    status, reason = TYPES[event]
    commit, ref = sha(data.get("commitSha")), text(data.get("ref"))
    return Report(
        key=f"standard:{hook_id}:{own_id}",
        status=status,
        reason=reason,
        at=min(moment(payload.get("timestamp")) or at, at),
        attempt=count(data.get("attempt")),
        repository=text(data.get("repository")),
        path=text(data.get("path")),
        environment=text(data.get("environment")),
        environment_id=_uuid(data.get("environmentId")),
        component=text(data.get("component")),
        component_id=_uuid(data.get("componentId")),
        version=version_of(said=data.get("version"), ref=ref, commit=commit),
        commit_sha=commit,
        commit_timestamp=moment(data.get("commitTimestamp")),
        ref=ref,
        link=link(data.get("link")),
        deployed_by=text(data.get("deployedBy")),
        description=text(data.get("description")),
    )


def _uuid(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and _UUID.fullmatch(value) else None
