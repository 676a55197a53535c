"""What must hold of every alert: asked for once for each channel, sent by whoever has the lease, known to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lull.domain.alert_channels import AlertChannel
from lull.domain.deliveries import MOST_TRIES, TRIES_OF_A_REFUSED_ONE, Delivery, DeliveryState
from lull.domain.incidents import Announcement, IncidentState
from lull.store import alert_channels, keys
from lull.store.deliveries import decode_delivery
from lull.store.incidents import decode_incident
from tests.simulation.actors import Actor
from tests.simulation.expressions import Item
from tests.simulation.findings import Findings
from tests.simulation.maintenance_rules import WORKSPACE
from tests.simulation.outside import Arrival, Outside
from tests.simulation.tables import Key, Table, Write

_GONE = 410


@dataclass
class DeliveryRules:
    table: Table
    findings: Findings
    outside: Outside
    asked: dict[tuple[int, Announcement, int], int] = field(default_factory=dict)
    """Which delivery tells a channel of an incident."""
    sent: dict[int, list[Arrival]] = field(default_factory=dict)
    """What has arrived, by delivery."""
    _writers: dict[int, Actor] = field(default_factory=dict)
    """Who wrote each delivery last."""
    _trying: dict[str, int] = field(default_factory=dict)
    """Which delivery each actor took last."""
    _recorded: set[int] = field(default_factory=set)
    """Deliveries whose last arrival its sender has written down."""
    _channels: dict[int, AlertChannel] = field(default_factory=dict)
    """Each delivery's channel when its lease was taken."""

    def after(self, actor: Actor, writes: Sequence[Write], now: datetime) -> None:
        created = [write for write in writes if write.key[1] == "DELIVERY" and write.before is None]
        for write in writes:
            if write.key[1] == "DELIVERY":
                self._delivery(actor, write, now)
            elif write.key[1] == "INCIDENT" and write.before and write.after:
                before, after = decode_incident(write.before), decode_incident(write.after)
                if before.announced is not after.announced:
                    told = frozenset(decode_delivery(each.after or {}).channel_id for each in created)
                    said = f"incident {after.id} was announced to channels {sorted(told)}, not {actor.saw_channels}"
                    self.findings.judge("ASKED", told == actor.saw_channels, said)

    def memory(self) -> tuple[Any, ...]:
        sent = tuple((each, len(arrivals)) for each, arrivals in sorted(self.sent.items()))
        writers = tuple((each, actor.name) for each, actor in sorted(self._writers.items()))
        return sent, writers, frozenset(self._recorded)

    def arrived(self, by: Actor, arrival: Arrival) -> None:
        """Something was sent: by the only one that may, of something not known to be sent."""
        if by.role != "notifier":
            return
        judge = self.findings.judge
        delivery_id = self._trying.get(by.name, 0)
        has_lease = self._writers.get(delivery_id) is by and self._is_pending(delivery_id)
        judge("SEND", has_lease, f"{arrival.to} was told by {by.name} without a lease")
        if not has_lease or delivery_id not in self._channels:
            return
        channel, now = self._channels[delivery_id], self.channel(self._channels[delivery_id].id)
        who = f"delivery {delivery_id} to {arrival.to}"
        right = arrival.message_id in ("", f"msg_{WORKSPACE}_{delivery_id}")
        judge("SEND", right, f"{who} bears the id {arrival.message_id}")
        places = {(each.webhook_url or ", ".join(each.to)) for each in (channel, now) if each and each.enabled}
        judge("SEND", arrival.to in places, f"{who} went to a channel that was disabled or gone")
        before = self.sent.setdefault(delivery_id, [])
        known = bool(before) and before[-1].heard and before[-1].status < 300 and delivery_id in self._recorded
        judge("ONCE", not known, f"{who} had arrived, was known to, and was sent again")
        before.append(arrival)
        self._recorded.discard(delivery_id)

    def _is_pending(self, delivery_id: int) -> bool:
        delivery = self.delivery(delivery_id)
        return delivery is not None and delivery.state is DeliveryState.PENDING

    def _delivery(self, actor: Actor, write: Write, now: datetime) -> None:
        judge = self.findings.judge
        if write.after is None:
            judge("ASKED", False, f"{write.key[0]} is gone")
            return
        after = decode_delivery(write.after)
        self._due(after, write.after)
        if write.before is None:
            self._asked_for(actor, after)
            return
        before, who = decode_delivery(write.before), f"delivery {after.id}"
        judge("INV-6", after.revision == before.revision + 1, f"{who} skipped a revision")
        judge("INV-1", before.state is DeliveryState.PENDING, f"{who} was {before.state} and is {after.state}")
        judge("SEND", actor.role == "notifier", f"{who} was written by {actor.name}")
        if after.tries != before.tries:
            self._leased(actor, before, after, now)
            return
        judge("LEASE", self._writers.get(after.id) is actor, f"{who} was settled by {actor.name} without a lease")
        if (arrivals := self.sent.get(after.id)) and arrivals[-1].by is actor:
            self._recorded.add(after.id)
        self._settled(actor, after)

    def _due(self, delivery: Delivery, item: Item) -> None:
        due = delivery.next_at if delivery.state is DeliveryState.PENDING else None
        at = item["DueSK"]["S"].split("#")[0] if "DueSK" in item else None
        said = f"delivery {delivery.id} is {delivery.state} and due at {at}"
        self.findings.judge("INV-DUE", at == (keys.instant(due) if due else None), said)

    def _asked_for(self, actor: Actor, after: Delivery) -> None:
        judge, what = self.findings.judge, (after.incident_id, after.announcement, after.channel_id)
        judge("ASKED", actor.role == "transitioner", f"delivery {after.id} was asked for by {actor.name}")
        judge("ASKED", what not in self.asked, f"deliveries {self.asked.get(what)} and {after.id} both tell {what}")
        self.asked[what] = after.id
        item = self.table.get(_key(keys.incident(WORKSPACE, after.incident_id)))
        announced = decode_incident(item).announced if item else None
        judge("ASKED", announced is after.announcement, f"delivery {after.id} tells {what}, announced is {announced}")

    def _leased(self, actor: Actor, before: Delivery, after: Delivery, now: datetime) -> None:
        judge, who = self.findings.judge, f"delivery {after.id}"
        judge("LEASE", after.tries == before.tries + 1, f"{who} went from {before.tries} tries to {after.tries}")
        judge("LEASE", before.next_at <= now, f"{who} was taken at {now}, before {before.next_at}")
        judge("LEASE", after.next_at > (actor.looked_at_clock or now), f"{who} was taken without a lease")
        self._writers[after.id] = actor
        self._trying[actor.name] = after.id
        if channel := self.channel(after.channel_id):
            self._channels[after.id] = channel

    def _settled(self, actor: Actor, after: Delivery) -> None:
        judge, who = self.findings.judge, f"delivery {after.id}"
        mine = [each for each in self.sent.get(after.id, []) if each.by is actor]
        if after.state is DeliveryState.SENT:
            judge("SENT", bool(mine) and mine[-1].status < 300, f"{who} is SENT and {mine} arrived")
        elif after.state is DeliveryState.FAILED:
            gone = bool(mine) and mine[-1].status == _GONE
            tired = after.tries > MOST_TRIES or (mine and after.tries >= TRIES_OF_A_REFUSED_ONE)
            tired = tired or after.tries >= MOST_TRIES
            judge("SENT", gone or bool(tired), f"{who} was given up after {after.tries} tries")
        elif after.state is DeliveryState.DROPPED:
            judge("SENT", not mine, f"{who} was sent and DROPPED")
            judge("SENT", self._has_reason_to_be_dropped(after), f"{who} was DROPPED: {after.reason}")

    def _has_reason_to_be_dropped(self, after: Delivery) -> bool:
        was, now = self._channels.get(after.id), self.channel(after.channel_id)
        item = self.table.get(_key(keys.incident(WORKSPACE, after.incident_id)))
        over = item is None or decode_incident(item).state is IncidentState.RESOLVED
        return not (was and was.enabled and now and now.enabled) or over

    def delivery(self, delivery_id: int) -> Delivery | None:
        item = self.table.get(_key(keys.delivery(WORKSPACE, delivery_id)))
        return decode_delivery(item) if item else None

    def deliveries(self) -> list[Delivery]:
        items = [item for key, item in sorted(self.table.items.items()) if key[1] == "DELIVERY"]
        return sorted((decode_delivery(item) for item in items), key=lambda each: each.id)

    def channel(self, channel_id: int) -> AlertChannel | None:
        item = self.table.get(_key(keys.alert_channel(WORKSPACE, channel_id)))
        return alert_channels._records.decode(item) if item else None

    def enabled(self) -> frozenset[int]:
        items = [item for key, item in self.table.items.items() if key[1].startswith(keys.CHANNEL)]
        found = (alert_channels._records.decode(item) for item in items)
        return frozenset(channel.id for channel in found if channel.enabled)


def _key(key: dict[str, str]) -> Key:
    return key["PK"], key["SK"]
