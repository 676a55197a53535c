"""What providers send to CI hooks, and what callers can do with it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lull.domain import ci_events, webhook_signatures
from lull.domain import hook_deliveries as domain
from lull.domain.ci_hooks import ID_LENGTH, CiHook
from lull.domain.ci_payloads import parse
from lull.domain.credentials import Caller
from lull.domain.errors import Invalid, NotFound, Unauthenticated, invalid
from lull.domain.hook_deliveries import HookDelivery, Verdict
from lull.domain.no_reports import Ignored, Malformed, Ping, Unknown
from lull.store import ci_hooks
from lull.store import hook_deliveries as store
from lull.use_cases.ci_hooks import get_hook
from lull.use_cases.retrying import on_stale_write

_ID = re.compile(f"[0-9A-Za-z]{{{ID_LENGTH}}}", re.ASCII)


class Outcome(StrEnum):
    PONG = "pong"
    RECEIVED = "received"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    NOT_OURS = "not_ours"
    """It does not speak of deployments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    outcome: Outcome
    delivery_id: str | None = None
    reason: str | None = None


def receive(hook_id: str, headers: Mapping[str, str], body: bytes, *, at: datetime) -> Receipt:
    """Keep what a provider sends, to be applied from the stream: one read and one write.

    `headers` are by name in lower case, `body` is as it came over the wire. Raises NotFound for an unknown or disabled
    hook, Unauthenticated before anything is read of a body that is not signed as the hook wants it, Invalid for one
    that holds no JSON object, or breaks our own schema.
    """
    hook = ci_hooks.get_ci_hook(hook_id) if _ID.fullmatch(hook_id) else None
    if hook is None or not hook.enabled:
        raise NotFound("hook")
    if reason := webhook_signatures.refusal(hook.scheme, hook.live_secrets(at), headers, body, at=at):
        _note_rejection(hook, reason, at=at)
        raise Unauthenticated(reason)
    payload = parse(body, headers.get("content-type", ""))
    if payload is None:
        raise invalid("body", "must be a JSON object")
    message = ci_events.read(hook, headers, payload, at=at)
    if isinstance(message.heard, Malformed):
        raise Invalid(*message.heard.errors)
    if isinstance(message.heard, Ping):
        return Receipt(outcome=Outcome.PONG)
    if isinstance(message.heard, Unknown):
        return Receipt(outcome=Outcome.NOT_OURS)
    ignored = message.heard if isinstance(message.heard, Ignored) else None
    sender_id = message.sender_id or hashlib.sha256(body).hexdigest()
    delivery = HookDelivery(
        id=domain.delivery_id(hook.id, sender_id),
        workspace_id=hook.workspace_id,
        hook_id=hook.id,
        event=message.event,
        sender_id=sender_id,
        received_at=at,
        asked_at=at,
        report=None if isinstance(message.heard, Ignored) else message.heard,
        verdict=Verdict.IGNORED if ignored else None,
        reason=ignored.reason if ignored else None,
    )
    if not store.create_hook_delivery(delivery):
        return Receipt(outcome=Outcome.DUPLICATE, delivery_id=delivery.id)
    outcome = Outcome.IGNORED if ignored else Outcome.RECEIVED
    return Receipt(outcome=outcome, delivery_id=delivery.id, reason=delivery.reason)


def _note_rejection(hook: CiHook, reason: str, *, at: datetime) -> None:
    """So that whoever configures a hook sees why nothing comes; one a minute, whoever knocks."""
    minute = f"rejected {at:%Y-%m-%dT%H:%M}"
    store.create_hook_delivery(
        HookDelivery(
            id=domain.delivery_id(hook.id, minute),
            workspace_id=hook.workspace_id,
            hook_id=hook.id,
            event="",
            sender_id="",
            received_at=at,
            asked_at=at,
            verdict=Verdict.REJECTED,
            reason=reason,
        )
    )


def list_deliveries(
    caller: Caller, hook_id: str, *, skip: int, take: int, at: datetime
) -> tuple[list[HookDelivery], bool]:
    """The deliveries of the last 14 days from position `skip` on, newest first, and whether there are more."""
    hook = get_hook(caller, hook_id)
    found = store.list_hook_deliveries(hook.id, skip=skip, take=take + 1, at=at)
    return found[:take], len(found) > take


def replay_delivery(caller: Caller, hook_id: str, delivery_id: str, *, at: datetime) -> HookDelivery:
    """Have an unmapped delivery applied once more, by the rules of now. Raises Conflict for any other."""
    hook = get_hook(caller, hook_id)

    def decide() -> HookDelivery:
        delivery = store.get_hook_delivery(caller.workspace_id, delivery_id)
        if delivery is None or delivery.hook_id != hook.id or delivery.received_at + domain.KEPT_FOR <= at:
            raise NotFound("delivery")
        return store.save_hook_delivery(domain.replayed(delivery, at=at))

    return on_stale_write(decide)
