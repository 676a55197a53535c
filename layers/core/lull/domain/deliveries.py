"""Deliveries: one announcement to one alert channel, sent once; and what all that is sent has in common.

    PENDING ──► SENT, FAILED, DROPPED

Whoever sends takes a lease first: `next_at` moves on before anything is sent, so that a second worker finds nothing to
do, and a worker that died is followed by another once the lease is over. The receiver tells the rare repetition by its
message id.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from lull.domain.incidents import Announcement, Incident, IncidentState
from lull.domain.machine import Transitions, move


class DeliveryState(StrEnum):
    PENDING = "PENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    """Given up."""
    DROPPED = "DROPPED"
    """Its channel is gone or disabled, or it came to be untrue before it could be sent."""


TRANSITIONS: Transitions[DeliveryState] = {
    DeliveryState.PENDING: frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DROPPED}),
    DeliveryState.SENT: frozenset(),
    DeliveryState.FAILED: frozenset(),
    DeliveryState.DROPPED: frozenset(),
}

LEASE = timedelta(seconds=60)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
RETRY_AFTER = (timedelta(seconds=5), _MINUTE, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 6 * _HOUR, 12 * _HOUR)
"""Eight tries in 21 hours."""
TRIES_OF_A_REFUSED_ONE = 3
"""A receiver that answers 4xx is not likely to change its mind."""
JITTER = 0.2
KEPT_FOR = timedelta(days=30)


class Result(StrEnum):
    """How a try ended."""

    DELIVERED = "DELIVERED"
    UNREACHED = "UNREACHED"
    """No answer, or one that says that it will be better later: 5xx, 429, 408."""
    REFUSED = "REFUSED"
    """The receiver does not want it: other 4xx, a redirect."""
    GONE = "GONE"
    """The receiver will never want any: 410."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How the sending of one message stands."""

    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    next_at: datetime
    """When it is to be tried next: after the lease of whoever is trying now."""
    created_at: datetime
    sent_at: datetime | None = None
    reason: str | None = None
    """Why the last try failed, or it was dropped."""
    revision: int = 0

    @property
    def due_at(self) -> datetime | None:
        return self.next_at if self.state is DeliveryState.PENDING else None


S = TypeVar("S", bound=Sending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Sending):
    id: int
    workspace_id: int
    channel_id: int
    incident_id: int
    announcement: Announcement

    @property
    def message_id(self) -> str:
        """The same for each try, so that a receiver can tell a repetition."""
        return f"msg_{self.workspace_id}_{self.id}"


def leased(delivery: S, *, at: datetime) -> S | None:
    """The delivery, for whoever asked to try it now; None if it is not due."""
    if delivery.due_at is None or delivery.due_at > at:
        return None
    return replace(delivery, tries=delivery.tries + 1, next_at=at + LEASE)


MOST_TRIES = len(RETRY_AFTER) + 1


def is_worn_out(delivery: Sending) -> bool:
    """Whether every try was taken, and none of them came to an end: whoever sends it dies of it."""
    return delivery.tries > MOST_TRIES


def is_outdated(delivery: Delivery, incident: Incident) -> bool:
    """Whether an alarm that could not be raised in time has become untrue: the end of the incident tells all."""
    over = incident.state is IncidentState.RESOLVED
    told = incident.announced is Announcement.RESOLVED
    return delivery.announcement is Announcement.OPENED and over and (delivery.tries > 1 or told)


def dropped(delivery: S, reason: str) -> S:
    state = move(TRANSITIONS, delivery.state, DeliveryState.DROPPED, noun="delivery")
    return replace(delivery, state=state, reason=reason)


def given_up(delivery: S, reason: str | None) -> S:
    state = move(TRANSITIONS, delivery.state, DeliveryState.FAILED, noun="delivery")
    return replace(delivery, state=state, reason=reason)


def tried(delivery: S, result: Result, reason: str | None, *, at: datetime, jitter: float) -> S:
    """The delivery after a try; `jitter` in [0, 1) spreads the next one."""
    if result is Result.DELIVERED:
        state = move(TRANSITIONS, delivery.state, DeliveryState.SENT, noun="delivery")
        return replace(delivery, state=state, sent_at=at, reason=None)
    most = TRIES_OF_A_REFUSED_ONE if result is Result.REFUSED else MOST_TRIES
    if result is Result.GONE or delivery.tries >= most:
        return given_up(delivery, reason)
    wait = RETRY_AFTER[delivery.tries - 1] * (1 + JITTER * jitter)
    return replace(delivery, next_at=at + wait, reason=reason)
