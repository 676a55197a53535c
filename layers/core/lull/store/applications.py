"""Applications in the table; the numbers of their deployments are beside them, see `app_deployments`."""

from lull.domain.applications import Application
from lull.store import keys, table
from lull.store.codec import Item
from lull.store.named_records import NamedRecords

_applications = NamedRecords(Application, "application", keys.application)
create_application = _applications.create
save_application = _applications.save
delete_application = _applications.delete


def get_application(workspace_id: int, application_id: str) -> Application | None:
    return _applications.records.get(keys.application(workspace_id, application_id))


def list_applications(workspace_id: int) -> list[Application]:
    """By name."""
    found = _applications.records.list(keys.in_workspace(workspace_id), keys.APPLICATION)
    return sorted(found, key=lambda each: (each.name.casefold(), each.id))


def requiring(workspace_id: int, application_id: str) -> Item:
    """The condition that it exists, for a transaction."""
    return table.require(keys.application(workspace_id, application_id))
