"""Subscribers in the table: the record in its page, the claim of its address, and the handle of its links.

The three come, expire and go together. The claim is found by a hash: no address is part of a key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lull import randomness
from lull.domain.errors import NotFound, StaleWrite
from lull.domain.subscribers import Channel, Subscriber, hashed_address
from lull.store import keys, table
from lull.store.codec import Item, integer
from lull.store.records import Records

KIND = "subscriber"

_records = Records(Subscriber, "subscriber")
decode_subscriber = _records.decode

# Each is three writes, and a transaction takes a hundred.
_DELETED_AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class SubscriberPage:
    found: list[Subscriber]
    after: int | None
    """The id to go on after, if there are more."""


def get_subscriber(workspace_id: int, page_id: int, subscriber_id: int) -> Subscriber | None:
    return _records.get(keys.subscriber(workspace_id, page_id, subscriber_id))


def list_subscribers(workspace_id: int, page_id: int, *, after: int | None, most: int) -> SubscriberPage:
    """The next subscribers of a page by id, so many of them, in whatever state."""
    start = keys.subscriber(workspace_id, page_id, after) if after is not None else None
    page = table.query(
        keys.subscribers_of_page(workspace_id, page_id),
        begins_with=keys.SUBSCRIBER,
        limit=most,
        start={name: {"S": value} for name, value in start.items()} if start else None,
    )
    found = [decode_subscriber(item) for item in page.items]
    return SubscriberPage(found, found[-1].id if found and page.last_key else None)


def list_live_subscribers(
    workspace_id: int, page_id: int, *, skip: int, take: int, at: datetime
) -> tuple[list[Subscriber], int]:
    """Some of the subscribers of a page that have not expired, newest first, and how many there are."""
    partition = keys.subscribers_of_page(workspace_id, page_id)
    items = [
        item
        for item in table.query_all(partition, begins_with=keys.SUBSCRIBER, descending=True)
        if "expiresAt" not in item or int(item["expiresAt"]["N"]) > at.timestamp()
    ]
    return [decode_subscriber(item) for item in items[skip : skip + take]], len(items)


def find_subscriber_of_handle(handle: str) -> Subscriber | None:
    item = table.get(keys.subscription_of_handle(handle))
    return get_subscriber(*_address(item)) if item else None


def list_subscriptions_of_address(channel: Channel, address: str) -> list[Subscriber]:
    """Of all pages and workspaces."""
    claims = table.query_all(keys.subscriptions_of_address(hashed_address(channel, address)))
    found = [get_subscriber(*_address(item)) for item in claims]
    return [each for each in found if each]


def create_subscriber(subscriber: Subscriber) -> Subscriber:
    """Write it. Raises NotFound if the page is gone, StaleWrite if its address has been claimed meanwhile."""
    token = randomness.secret(16)
    first = replace(subscriber, revision=0)
    # A claim whose subscriber is gone has outlived it: the table removes what has expired one by one.
    outlived = "attribute_not_exists(PK) OR expiresAt <= :now"
    now = {":now": integer(int(subscriber.created_at.timestamp()))}
    writes = [
        _records.creating(_key(first), first, token=token, **_expiry(first)),
        table.put(_claim(first), _pointer(first), condition=outlived, values=now),
        table.put(keys.subscription_of_handle(first.handle), _pointer(first), condition="attribute_not_exists(PK)"),
        table.require(keys.status_page(first.workspace_id, first.page_id)),
    ]
    try:
        table.transact(writes, token=token)
    except table.Cancelled as refused:
        gone = refused.items[3] is not None
        raise (NotFound("status page") if gone else StaleWrite("subscriber")) from refused
    return replace(subscriber, revision=1)


def save_subscriber(subscriber: Subscriber, *, was: Subscriber) -> Subscriber:
    """Write a changed one. Raises StaleWrite if it was changed since it was read, NotFound if it is gone."""
    token = randomness.secret(16)
    attributes = {
        "body": _records.body(replace(subscriber, revision=0)),
        "revision": integer(was.revision + 1),
        "opToken": {"S": token},
        **_expiry(subscriber),
    }
    read = {":read": integer(was.revision)}
    saving = table.put(_key(subscriber), attributes, condition="revision = :read", values=read)
    beside = [
        table.put(key, _pointer(subscriber), condition=table.ANYHOW)
        for key in (_claim(subscriber), keys.subscription_of_handle(subscriber.handle))
        if subscriber.expires_at != was.expires_at
    ]
    try:
        table.transact([saving, *beside], token=token)
    except table.Cancelled as refused:
        raise _records.lost(refused.items[0]) from refused
    return replace(subscriber, revision=was.revision + 1)


def delete_subscribers(subscribers: Sequence[Subscriber]) -> None:
    """Remove them with all that leads to them. Safe to repeat."""
    for start in range(0, len(subscribers), _DELETED_AT_ONCE):
        table.transact(
            [
                table.delete(key, condition=table.ANYHOW)
                for each in subscribers[start : start + _DELETED_AT_ONCE]
                for key in (_key(each), _claim(each), keys.subscription_of_handle(each.handle))
            ]
        )


def _key(subscriber: Subscriber) -> keys.Key:
    return keys.subscriber(subscriber.workspace_id, subscriber.page_id, subscriber.id)


def _claim(subscriber: Subscriber) -> keys.Key:
    digest = hashed_address(subscriber.channel, subscriber.address)
    return keys.subscription_of_address(digest, subscriber.workspace_id, subscriber.page_id)


def _pointer(subscriber: Subscriber) -> Item:
    address = {"workspaceId": subscriber.workspace_id, "pageId": subscriber.page_id, "id": subscriber.id}
    return {**{name: integer(value) for name, value in address.items()}, **_expiry(subscriber)}


def _address(item: Item) -> tuple[int, int, int]:
    return int(item["workspaceId"]["N"]), int(item["pageId"]["N"]), int(item["id"]["N"])


def _expiry(subscriber: Subscriber) -> Item:
    return {"expiresAt": integer(int(subscriber.expires_at.timestamp()))} if subscriber.expires_at else {}
