"""Subscribers for tests: what they ask for, what they are sent, and the links in it."""

import email.policy
import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from lull import aws, clock
from lull.domain.subscribers import Channel, Subscriber, SubscriberState
from lull.store import subscribers as store
from tests.builders import NOON
from tests.visitors import Seen, visit

_ids = itertools.count(1000)


def a_subscriber(**changes: Any) -> Subscriber:
    """One that has confirmed and is told of everything."""
    number = changes.get("id", 1)
    fields = {
        "id": number,
        "page_id": 1,
        "workspace_id": 1,
        "channel": Channel.EMAIL,
        "address": f"reader{number}@acme.example",
        "handle": f"handle{number}",
        "key": f"key{number}",
        "state": SubscriberState.CONFIRMED,
        "asked_at": NOON,
        "confirmed_at": NOON,
        "created_at": NOON,
    }
    return Subscriber(**{**fields, **changes})


def subscribed(page: int, count: int, **changes: Any) -> list[Subscriber]:
    """So many of them in the table."""
    at = changes.pop("at", clock.now())
    return [
        store.create_subscriber(a_subscriber(id=next(_ids), page_id=page, asked_at=at, created_at=at, **changes))
        for _ in range(count)
    ]


def ask(slug: str, body: Any, **arguments: str) -> Seen:
    path = f"/api/public/status/{slug}/subscribe"
    return visit("POST", path, json.dumps(body), content_type="application/json", **arguments)


class Mails:
    """Every mail to subscribers, as it was handed to SES."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    def note(self, params: dict[str, Any], **_: Any) -> None:
        raw = params["Content"].get("Raw")
        if raw:
            self.messages.append(email.message_from_bytes(raw["Data"], policy=email.policy.default))

    def to(self, address: str) -> list[EmailMessage]:
        return [each for each in self.messages if each["To"] == address]

    @property
    def recipients(self) -> list[str]:
        return sorted(str(each["To"]) for each in self.messages)


@contextmanager
def mails() -> Iterator[Mails]:
    noted = Mails()
    events = aws.client("sesv2").meta.events
    events.register("provide-client-params.sesv2.SendEmail", noted.note)
    try:
        yield noted
    finally:
        events.unregister("provide-client-params.sesv2.SendEmail", noted.note)


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link(message: EmailMessage, purpose: str) -> str:
    """The path of a link in a mail."""
    found = re.search(rf"https?://\S+/subscriptions/{purpose}/\S+", text_of(message))
    assert found, text_of(message)
    return urlsplit(found[0]).path


def stored(page: int, address: str, at: datetime) -> Subscriber:
    found, _ = store.list_live_subscribers(1, page, skip=0, take=100, at=at)
    return next(each for each in found if each.address == address)
