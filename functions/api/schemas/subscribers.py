"""Subscribers in requests and responses: seed 003."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from lull.domain.status_pages import MAX_COMPONENTS
from lull.domain.subscribers import Channel, DisabledReason, SubscriberState
from schemas.alert_channels import Address
from schemas.base import HttpUrl, Id, In, Out, OutInstant

MESSAGE = "If this can be done, a confirmation is on its way: open the link in the mail, or echo the challenge."


class SubscribeIn(In):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "me@acme.example", "channel": "EMAIL", "componentIds": [3, 5]}]}
    )

    channel: Annotated[Channel, Field(strict=False)]
    email: Address | None = Field(default=None, description="Required for EMAIL, and for it alone.")
    webhook_url: HttpUrl | None = Field(default=None, description="Required for WEBHOOK, and for it alone: https.")
    component_ids: Annotated[list[Id], Field(max_length=MAX_COMPONENTS)] = Field(
        default=[], description="Components of the page to be told of; all of them if there are none."
    )


class SubscribedOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [{"message": MESSAGE}]})

    message: str = Field(description="The same whatever is known of the address.")


_EXAMPLE: dict[str, Any] = {
    "id": 7,
    "pageId": 1,
    "channel": "EMAIL",
    "address": "me@acme.example",
    "state": "CONFIRMED",
    "reason": None,
    "componentIds": [3, 5],
    "createdAt": "2026-03-01T12:00:00Z",
    "confirmedAt": "2026-03-01T12:05:00Z",
    "failingSince": None,
}


class SubscriberOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: int
    page_id: int
    channel: Channel
    address: str = Field(description="An e-mail address or a URL.")
    state: SubscriberState
    reason: DisabledReason | None = Field(description="Why it is DISABLED.")
    component_ids: list[int] = Field(description="What it is told of; all of the page if there are none.")
    created_at: OutInstant
    confirmed_at: OutInstant | None
    failing_since: OutInstant | None


class SubscriberPageOut(Out):
    data: list[SubscriberOut]
    total: int
    skip: int
    take: int
