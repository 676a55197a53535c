"""What people and machines are told of an incident."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lull.domain.incidents import Announcement, Incident, IncidentState, Reason, past_title

_WORDS = {Reason.SERVICE_DOWN: "DOWN", Reason.DEPENDENCY_DOWN: "IMPACTED"}

TEST = "test"
"""The type of a message that only tries a channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One announcement, for every kind of channel."""

    id: str
    type: str
    subject: str
    lines: tuple[str, ...]
    data: dict[str, Any]
    at: datetime
    """When that of which it tells occurred: the same in each try."""

    @property
    def text(self) -> str:
        return "\n".join((self.subject, "", *self.lines)) + "\n"

    @property
    def payload(self) -> dict[str, Any]:
        """The body of a webhook (Standard Webhooks: type, timestamp, data)."""
        return {"type": self.type, "timestamp": _instant(self.at), "data": self.data}

    @property
    def slack(self) -> dict[str, Any]:
        """The body of an incoming webhook of Slack, which reads `&`, `<` and `>` as its own."""
        escaped = self.text.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return {"text": escaped}


def of_incident(incident: Incident, announcement: Announcement, *, message_id: str) -> Message:
    resolved_at = incident.resolved_at if announcement is Announcement.RESOLVED else None
    return Message(
        id=message_id,
        type=announcement,
        subject=_subject(incident, announcement),
        lines=tuple(_lines(incident, announcement)),
        data=_data(incident, announcement),
        at=resolved_at or incident.opened_at,
    )


def test_message(channel_name: str, *, message_id: str, at: datetime) -> Message:
    """A message that says that a channel works."""
    return Message(
        id=message_id,
        type=TEST,
        subject="[TEST] Lull can reach you",
        lines=(f"This is a test of the alert channel {channel_name}.", "Nothing is wrong."),
        data={"channel": channel_name},
        at=at,
    )


def _subject(incident: Incident, announcement: Announcement) -> str:
    if announcement is Announcement.OPENED:
        return f"[{_WORDS[incident.reason]}] {incident.title}"
    lasted = f" for {_roughly(incident.resolved_at - incident.opened_at)}" if incident.resolved_at else ""
    return f"[RESOLVED] {past_title(incident)}{lasted}"


def _lines(incident: Incident, announcement: Announcement) -> list[str]:
    lines = [incident.cause] if incident.cause else []
    lines.append(f"Since {_people(incident.opened_at)}")
    if announcement is Announcement.RESOLVED and incident.resolved_at:
        lines = [
            f"From {_people(incident.opened_at)} to {_people(incident.resolved_at)}",
            f"Lasted {_lasting(incident.resolved_at - incident.opened_at)}",
        ]
        if incident.resolved_by:
            lines.append(f"Resolved by {incident.resolved_by}")
    lines.append(f"Severity {incident.severity}, incident {incident.id}, check {incident.check_id}")
    if incident.deployment_ids:
        lines.append(f"Deployments under way: {', '.join(map(str, incident.deployment_ids))}")
    return lines


def _data(incident: Incident, announcement: Announcement) -> dict[str, Any]:
    """As of what is announced: it may be over by now, and that is announced next."""
    over = announcement is Announcement.RESOLVED
    return {
        "incidentId": incident.id,
        "workspaceId": incident.workspace_id,
        "projectId": incident.project_id,
        "checkId": incident.check_id,
        "dependencyId": incident.dependency_id,
        "title": incident.title,
        "cause": incident.cause,
        "state": IncidentState.RESOLVED if over else IncidentState.ACTIVE,
        "reason": incident.reason,
        "severity": incident.severity,
        "openedAt": _instant(incident.opened_at),
        "resolvedAt": _instant(incident.resolved_at) if over and incident.resolved_at else None,
        "resolvedBy": incident.resolved_by if over else None,
        "deploymentIds": list(incident.deployment_ids),
    }


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds").replace("+00:00", "Z")


def _people(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _roughly(time: timedelta) -> str:
    """For a line to glance at: no seconds beside hours."""
    return _lasting(timedelta(minutes=time // timedelta(minutes=1)) if time >= timedelta(hours=1) else time)


def _lasting(time: timedelta) -> str:
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (seconds, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "less than a second"
