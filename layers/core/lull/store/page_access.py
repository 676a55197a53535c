"""How protected pages are kept, in a record that no list and no answer reads."""

from dataclasses import replace

from lull.domain.page_access import PageAccess
from lull.store import keys, table
from lull.store.codec import Item
from lull.store.records import Records

_records = Records(PageAccess, "status page")


def get_page_access(workspace_id: int, page_id: int) -> PageAccess | None:
    return _records.get(keys.page_access(workspace_id, page_id))


def save_page_access(access: PageAccess) -> PageAccess:
    """Raises StaleWrite if it was changed since it was read, NotFound if the page is protected no longer."""
    return _records.save(_key(access), access)


def replacing(was: PageAccess | None, access: PageAccess | None, *, token: str) -> list[Item]:
    """The writes of a transaction that put one in the place of the other."""
    if access is was:
        return []
    if was is None and access is not None:
        return [_records.creating(_key(access), replace(access, revision=0), token=token)]
    if access is not None:
        return [_records.saving(_key(access), access, token=token)]
    return [removing(was.workspace_id, was.page_id)] if was else []


def removing(workspace_id: int, page_id: int) -> Item:
    return table.delete(keys.page_access(workspace_id, page_id), condition=table.ANYHOW)


def _key(access: PageAccess) -> keys.Key:
    return keys.page_access(access.workspace_id, access.page_id)
