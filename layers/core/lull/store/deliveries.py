"""Deliveries in the table: written with the announcement they carry, due until they are settled, kept for 30 days."""

from dataclasses import replace

from lull import randomness
from lull.domain.deliveries import KEPT_FOR, Delivery
from lull.domain.errors import StaleWrite
from lull.store import keys, table
from lull.store.codec import Codec, Item, integer

KIND = "delivery"

_codec = Codec(Delivery)


def decode_delivery(item: Item) -> Delivery:
    return replace(_codec.decode(item), revision=int(item["revision"]["N"]))


def get_delivery(workspace_id: int, delivery_id: int) -> Delivery | None:
    item = table.get(keys.delivery(workspace_id, delivery_id))
    return decode_delivery(item) if item else None


def creating(delivery: Delivery) -> Item:
    """The write that asks for a delivery."""
    return _put(replace(delivery, revision=1), "", condition="attribute_not_exists(PK)")


def save_delivery(delivery: Delivery) -> Delivery:
    """Raises StaleWrite if somebody else wrote it since it was read."""
    token = randomness.secret(16)
    saved = replace(delivery, revision=delivery.revision + 1)
    request = _put(saved, token, condition="revision = :read", values={":read": integer(delivery.revision)})
    try:
        table.write(request, token=token)
    except table.ConditionFailed as refused:
        raise StaleWrite("delivery") from refused
    return saved


def _put(delivery: Delivery, token: str, *, condition: str, values: Item | None = None) -> Item:
    attributes: Item = {
        "body": _codec.body(delivery),
        "revision": integer(delivery.revision),
        "opToken": {"S": token},
        "expiresAt": integer(int((delivery.created_at + KEPT_FOR).timestamp())),
    }
    if delivery.due_at:
        due = keys.due(delivery.due_at, KIND, delivery.workspace_id, delivery.id)
        attributes |= {name: {"S": value} for name, value in due.items()}
    return table.put(keys.delivery(delivery.workspace_id, delivery.id), attributes, condition=condition, values=values)
