"""Deliveries of CI hooks in the table: written once, due until they have a verdict, kept for 14 days."""

from dataclasses import replace
from datetime import datetime

from lull import randomness
from lull.domain.errors import StaleWrite
from lull.domain.hook_deliveries import KEPT_FOR, HookDelivery
from lull.store import keys, table
from lull.store.codec import Codec, Item, integer

KIND = "hook-delivery"

_codec = Codec(HookDelivery)


def decode_hook_delivery(item: Item) -> HookDelivery:
    return replace(_codec.decode(item), revision=int(item["revision"]["N"]))


def get_hook_delivery(workspace_id: int, delivery_id: str) -> HookDelivery | None:
    item = table.get(keys.hook_delivery(workspace_id, delivery_id))
    return decode_hook_delivery(item) if item else None


def list_hook_deliveries(hook_id: str, *, skip: int, take: int, at: datetime) -> list[HookDelivery]:
    """Those from position `skip` on, newest first. Skipped ones are read."""
    found: list[HookDelivery] = []
    start: Item | None = None
    while len(found) < skip + take:
        page = table.query(
            keys.deliveries_of_hook(hook_id),
            index=keys.LIST_INDEX,
            names=("ListPK", "ListSK"),
            between=(keys.instant(at - KEPT_FOR), keys.instant(at) + "~"),
            limit=skip + take - len(found),
            start=start,
            descending=True,
        )
        found += [decode_hook_delivery(item) for item in page.items]
        start = page.last_key
        if start is None:
            break
    return found[skip:]


def create_hook_delivery(delivery: HookDelivery) -> bool:
    """Write it; False if it is there already."""
    token = randomness.secret(16)
    # DynamoDB removes what has expired within days, not at once.
    free = "attribute_not_exists(PK) OR expiresAt <= :now"
    now = integer(int(delivery.received_at.timestamp()))
    try:
        table.write(_put(replace(delivery, revision=1), token, condition=free, values={":now": now}), token=token)
    except table.ConditionFailed:
        return False
    return True


def saving(delivery: HookDelivery) -> Item:
    """The write of a changed delivery, for a transaction; refused if it was changed since it was read."""
    saved = replace(delivery, revision=delivery.revision + 1)
    read = {":read": integer(delivery.revision)}
    return _put(saved, randomness.secret(16), condition="revision = :read", values=read)


def save_hook_delivery(delivery: HookDelivery) -> HookDelivery:
    """Raises StaleWrite if it was changed since it was read."""
    request = saving(delivery)
    try:
        table.write(request, token=request["Put"]["Item"]["opToken"]["S"])
    except table.ConditionFailed as refused:
        raise StaleWrite("delivery") from refused
    return replace(delivery, revision=delivery.revision + 1)


def _put(delivery: HookDelivery, token: str, *, condition: str, values: Item) -> Item:
    attributes: Item = {
        "body": _codec.body(delivery),
        "revision": integer(delivery.revision),
        "opToken": {"S": token},
        "expiresAt": integer(int((delivery.received_at + KEPT_FOR).timestamp())),
        "ListPK": {"S": keys.deliveries_of_hook(delivery.hook_id)},
        "ListSK": {"S": keys.by_receipt(delivery.received_at, delivery.id)},
    }
    if delivery.due_at:
        due = keys.due(delivery.due_at, KIND, delivery.workspace_id, delivery.id)
        attributes |= {name: {"S": value} for name, value in due.items()}
    return table.put(
        keys.hook_delivery(delivery.workspace_id, delivery.id), attributes, condition=condition, values=values
    )
