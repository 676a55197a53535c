"""From a verified delivery to a report about a deployment, or to why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lull.domain import github_events, gitlab_events, standard_events
from lull.domain.ci_hooks import CiHook, Provider
from lull.domain.ci_payloads import Payload, text
from lull.domain.deployment_reports import Report
from lull.domain.no_reports import Ignored, Malformed, Ping, Unknown

Heard = Report | Ignored | Malformed | Ping | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a provider sent: `event` is its word for what happened, `sender_id` tells repetitions."""

    event: str
    sender_id: str | None
    heard: Heard


def read(hook: CiHook, headers: Mapping[str, str], payload: Payload, *, at: datetime) -> Message:
    """What a delivery says that was received at `at`. Whatever the payload is, this does not raise."""
    if hook.provider is Provider.GITHUB:
        event = headers.get("x-github-event", "")
        host = headers.get("x-github-enterprise-host")
        heard = github_events.read(event, payload, host=host, wants_runs=hook.wants_runs, at=at)
        return _message(event, headers.get("x-github-delivery"), heard)
    if hook.provider is Provider.GITLAB:
        event = text(payload.get("object_kind")) or ""
        sender_id = headers.get("webhook-id") or headers.get("idempotency-key") or headers.get("x-gitlab-event-uuid")
        instance = headers.get("x-gitlab-instance")
        heard = gitlab_events.read(event, payload, instance=instance, wants_runs=hook.wants_runs, at=at)
        return _message(event, sender_id, heard)
    event = text(payload.get("type")) or ""
    return _message(event, headers.get("webhook-id"), standard_events.read(event, payload, hook_id=hook.id, at=at))


def _message(event: str, sender_id: str | None, heard: Heard) -> Message:
    return Message(event=text(event, longest=100) or "", sender_id=text(sender_id), heard=heard)
