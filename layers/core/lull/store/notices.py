"""What subscribers were told in the table: written by whoever sends first, due until settled, kept for 30 days."""

from dataclasses import replace

from lull import randomness
from lull.domain.deliveries import KEPT_FOR, DeliveryState
from lull.domain.errors import StaleWrite
from lull.domain.notices import Notice
from lull.store import keys, table
from lull.store.codec import Codec, Item, integer

KIND = "notice"

_codec = Codec(Notice)


def get_notice(workspace_id: int, subscriber_id: int, announcement_id: int | None, subject: str) -> Notice | None:
    item = table.get(keys.notice(workspace_id, subscriber_id, announcement_id or 0, subject))
    return _decode(item) if item else None


def list_pending_notices(workspace_id: int, subscriber_id: int) -> list[Notice]:
    items = table.query_all(keys.notices_of_subscriber(workspace_id, subscriber_id), begins_with=keys.NOTICE)
    return [each for each in map(_decode, items) if each.state is DeliveryState.PENDING]


def save_notice(notice: Notice) -> Notice:
    """Write a new or a changed one. Raises StaleWrite if somebody else wrote it meanwhile."""
    token = randomness.secret(16)
    saved = replace(notice, revision=notice.revision + 1)
    attributes: Item = {
        "body": _codec.body(saved),
        "revision": integer(saved.revision),
        "opToken": {"S": token},
        "expiresAt": integer(int((saved.created_at + KEPT_FOR).timestamp())),
    }
    if saved.due_at:
        # The sweep finds the subscriber, and with it all that it is owed.
        due = keys.due(saved.due_at, KIND, saved.workspace_id, saved.subscriber_id)
        attributes |= {name: {"S": value} for name, value in due.items()}
    known = {"condition": "revision = :read", "values": {":read": integer(notice.revision)}}
    condition = known if notice.revision else {"condition": "attribute_not_exists(PK)"}
    key = keys.notice(saved.workspace_id, saved.subscriber_id, saved.announcement_id or 0, saved.subject)
    try:
        table.write(table.put(key, attributes, **condition), token=token)
    except table.ConditionFailed as refused:
        raise StaleWrite("notice") from refused
    return saved


def _decode(item: Item) -> Notice:
    return replace(_codec.decode(item), revision=int(item["revision"]["N"]))
