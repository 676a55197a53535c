"""Planted bugs of alerts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest import mock

from lull import randomness
from lull.domain import deliveries as domain
from lull.domain import messages
from lull.domain.alert_channels import AlertChannel
from lull.domain.deliveries import Delivery, DeliveryState, Result
from lull.store import alert_channels, due, incidents, table
from lull.store import deliveries as store
from lull.store.codec import Item
from lull.use_cases import deliveries as use_cases
from tests.simulation.mutants import Mutant


def _takes_no_lease() -> Any:
    """Whoever finds it due sends it, and it is due until it is sent."""

    def leased(delivery: Delivery, *, at: datetime) -> Delivery | None:
        found = real(delivery, at=at)
        return found and replace(found, next_at=delivery.next_at)

    real = domain.leased
    return mock.patch.object(domain, "leased", leased)


def _takes_the_lease_unseen() -> Any:
    """Of two that take the lease at once, both have it."""
    put = store._put

    def unconditional(delivery: Delivery, token: str, *, condition: str, values: Item | None = None) -> Item:
        if condition.startswith("revision"):
            return put(delivery, token, condition="attribute_exists(PK)")
        return put(delivery, token, condition=condition, values=values)

    return mock.patch.object(store, "_put", unconditional)


def _notes_before_it_sends() -> Any:
    """What is noted as sent is lost with whoever was to send it."""

    def send(channel: AlertChannel, message: messages.Message, *, at: datetime) -> tuple[Result, str | None]:
        _, _, delivery_id = message.id.split("_")
        found = store.get_delivery(channel.workspace_id, int(delivery_id))
        assert found
        if found.state is DeliveryState.PENDING:
            store.save_delivery(domain.tried(found, Result.DELIVERED, None, at=at, jitter=0))
        return real(channel, message, at=at)

    real = use_cases.send
    return mock.patch.object(use_cases, "send", send)


def _sends_under_new_ids() -> Any:
    return mock.patch.object(Delivery, "message_id", property(lambda _delivery: f"msg_{randomness.secret(8)}"))


def _sends_to_disabled_channels() -> Any:
    def get_alert_channel(workspace_id: int, channel_id: int) -> AlertChannel | None:
        found = real(workspace_id, channel_id)
        return found and replace(found, enabled=True)

    real = alert_channels.get_alert_channel
    return mock.patch.object(alert_channels, "get_alert_channel", get_alert_channel)


def _asks_beside_the_announcement() -> Any:
    """The alerts are asked for first, the incident is written afterwards: a repetition asks once more."""

    def save_incident(incident: Any, event: Any, *, was: Any, also: Sequence[Item] = ()) -> Any:
        for write in also:
            table.write(write)
        return real(incident, event, was=was)

    real = incidents.save_incident
    return mock.patch.object(incidents, "save_incident", save_incident)


def _gives_up_at_once() -> Any:
    return mock.patch.object(domain, "MOST_TRIES", 1)


def _leaves_alerts_to_the_stream() -> Any:
    """The sweep forgets them: what was lost on the way is never sent."""

    def list_due(*, until: datetime) -> Iterator[due.Due]:
        return (each for each in real(until=until) if each.kind != store.KIND)

    real = due.list_due
    return mock.patch.object(due, "list_due", list_due)


_SEND = "send an alert"

MUTANTS = [
    Mutant("takes no lease", _takes_no_lease, (), ("sending twice",)),
    Mutant("takes the lease unseen", _takes_the_lease_unseen, (), ("sending twice",)),
    Mutant("notes before it sends", _notes_before_it_sends, (_SEND,)),
    Mutant("sends under new ids", _sends_under_new_ids, (_SEND,)),
    Mutant("sends to disabled channels", _sends_to_disabled_channels, ("disable a channel",)),
    Mutant("asks beside the announcement", _asks_beside_the_announcement, ("ask for alerts",)),
    Mutant("gives up at once", _gives_up_at_once, ("send an alert once more",)),
    Mutant("leaves alerts to the stream", _leaves_alerts_to_the_stream, ("sweep of alerts",)),
]
