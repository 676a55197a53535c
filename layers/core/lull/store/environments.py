"""Environments in the table."""

from collections.abc import Sequence

from lull.domain.environments import Environment
from lull.store import keys
from lull.store.named_records import NamedRecords

_environments = NamedRecords(Environment, "environment", keys.environment)
create_environment = _environments.create
save_environment = _environments.save
delete_environment = _environments.delete
decode_environment = _environments.records.decode


def get_environment(workspace_id: int, environment_id: str) -> Environment | None:
    return _environments.records.get(keys.environment(workspace_id, environment_id))


def get_environments(workspace_id: int, environment_ids: Sequence[str]) -> list[Environment]:
    """Those that exist, in no order."""
    wanted = [keys.environment(workspace_id, each) for each in dict.fromkeys(environment_ids)]
    return _environments.records.get_many(wanted)


def list_environments(workspace_id: int) -> list[Environment]:
    """In their order, by name where that is equal."""
    found = _environments.records.list(keys.in_workspace(workspace_id), keys.ENVIRONMENT)
    return sorted(found, key=lambda each: (each.order, each.name.casefold(), each.id))
