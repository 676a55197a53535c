"""Events of whatever speaks Standard Webhooks: `{"type": "deployment.…", "timestamp", "data": {…}}`."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from lull.domain.ci_payloads import Payload, count, link, moment, number, sha, text, version_of
from lull.domain.clocks import CLOCKS_DIFFER_BY
from lull.domain.component_deployments import Reason, Status
from lull.domain.deployment_reports import Report
from lull.domain.errors import FieldError
from lull.domain.no_reports import Malformed, Ping, Unknown

TYPES: dict[str, tuple[Status, Reason | None]] = {
    "deployment.pending": (Status.PENDING, None),
    "deployment.started": (Status.IN_PROGRESS, None),
    "deployment.succeeded": (Status.SUCCEEDED, None),
    "deployment.failed": (Status.FAILED, Reason.FAILED),
    "deployment.cancelled": (Status.FAILED, Reason.CANCELLED),
    "deployment.timed_out": (Status.FAILED, Reason.TIMED_OUT),
}
_LONGEST = 255
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)

Read = Callable[[Any], Any]
"""From what is sent to what is meant; None where it cannot be."""


def read(event: str, payload: Payload, *, hook_id: str, at: datetime) -> Report | Malformed | Ping | Unknown:
    """What is called `externalId` is so called by one hook only. A field that is null is one that is not there."""
    if event == "ping":
        return Ping()
    if event not in TYPES:
        return Unknown()
    data = payload.get("data")
    if not isinstance(data, dict):
        return Malformed((FieldError("data", "must be an object"),))
    errors = [*_wrong(payload, _ENVELOPE, ""), *_wrong(data, _DATA, "data.")]
    if data.get("externalId") is None:
        errors.append(FieldError("data.externalId", "is required: what you call the deployment"))
    said = {name: reading(data.get(name)) for name, (reading, _) in _DATA.items()}
    happened, committed = moment(payload.get("timestamp")), said["commitTimestamp"]
    errors += [
        FieldError(field, "must not be in the future")
        for field, when in (("timestamp", happened), ("data.commitTimestamp", committed))
        if when and when > at + CLOCKS_DIFFER_BY
    ]
    if errors:
        return Malformed(tuple(errors))
    status, reason = TYPES[event]
    return Report(
        key=f"standard:{hook_id}:{said['externalId']}",
        status=status,
        reason=reason,
        at=min(happened or at, at),
        attempt=said["attempt"],
        repository=said["repository"],
        path=said["path"],
        environment=said["environment"],
        environment_id=said["environmentId"],
        component=said["component"],
        component_id=said["componentId"],
        version=said["version"] or version_of(ref=said["ref"], commit=said["commitSha"]),
        commit_sha=said["commitSha"],
        commit_timestamp=committed,
        ref=said["ref"],
        link=said["link"],
        deployed_by=said["deployedBy"],
        description=said["description"],
    )


def _wrong(payload: Payload, fields: dict[str, tuple[Read, str]], prefix: str) -> list[FieldError]:
    return [
        FieldError(f"{prefix}{name}", form)
        for name, (reading, form) in fields.items()
        if payload.get(name) is not None and reading(payload[name]) is None
    ]


def _line(value: Any) -> str | None:
    """As `text`, but nothing is cut off and nothing replaced."""
    said = text(value, longest=_LONGEST + 1)
    if said is None or len(said) > _LONGEST or not _is_unicode(value):
        return None
    return said


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _own_id(value: Any) -> str | None:
    return _line(value) or number(value)


def _uuid(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and _UUID.fullmatch(value) else None


_TEXT = (_line, f"must be text of 1 to {_LONGEST} characters")
_TIME = (moment, "must be an ISO 8601 date and time, such as 2026-03-01T12:30:00Z")
_ID = (_uuid, "must be a UUID")
_ENVELOPE: dict[str, tuple[Read, str]] = {"timestamp": _TIME}
_DATA: dict[str, tuple[Read, str]] = {
    "externalId": (_own_id, f"must be text of 1 to {_LONGEST} characters or a positive integer"),
    "componentId": _ID,
    "component": _TEXT,
    "environmentId": _ID,
    "environment": _TEXT,
    "repository": _TEXT,
    "path": _TEXT,
    "version": _TEXT,
    "commitSha": (sha, "must be 7 to 64 hexadecimal digits"),
    "commitTimestamp": _TIME,
    "ref": _TEXT,
    "link": (link, "must be an http or https URL of at most 2048 ASCII characters"),
    "deployedBy": _TEXT,
    "description": _TEXT,
    "attempt": (count, "must be an integer from 1 to 999,999"),
}
