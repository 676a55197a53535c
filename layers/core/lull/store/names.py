"""Claims of names: an item each, in the transaction that writes whatever is so called."""

from lull.store import keys, table
from lull.store.codec import Item

_LONGEST_SORT_KEY = 1024


def claiming(workspace_id: int, noun: str, name: str, owner_id: str, *, token: str) -> Item:
    """The write that takes a name; refused if it is taken. Writing another case of one's own name is no conflict."""
    return table.put(
        keys.taken_name(workspace_id, noun, name),
        {"ownerId": {"S": owner_id}, "opToken": {"S": token}},
        condition="attribute_not_exists(PK) OR ownerId = :owner",
        values={":owner": {"S": owner_id}},
    )


def find_owner(workspace_id: int, noun: str, name: str) -> str | None:
    """The id of what is so called, whatever the case; None for what is too long to be a name."""
    key = keys.taken_name(workspace_id, noun, name)
    item = table.get(key) if len(key["SK"].encode()) <= _LONGEST_SORT_KEY else None
    return item["ownerId"]["S"] if item else None


def freeing(workspace_id: int, noun: str, name: str) -> Item:
    """The write that frees a name."""
    return table.delete(keys.taken_name(workspace_id, noun, name), condition=table.ANYHOW)
