"""Components in the table, not to be confused with those of a status page."""

from collections.abc import Sequence

from lull.domain.components import Component
from lull.domain.environments import Environment
from lull.store import environments, keys, table
from lull.store.codec import Item
from lull.store.named_records import NamedRecords

_components = NamedRecords(Component, "component", keys.software_component)
create_component = _components.create
save_component = _components.save
delete_component = _components.delete


def get_component(workspace_id: int, component_id: str) -> Component | None:
    return _components.records.get(keys.software_component(workspace_id, component_id))


def get_components(workspace_id: int, component_ids: Sequence[str]) -> list[Component]:
    """Those that exist, in no order."""
    wanted = [keys.software_component(workspace_id, each) for each in dict.fromkeys(component_ids)]
    return _components.records.get_many(wanted)


def list_components(workspace_id: int) -> list[Component]:
    """By name."""
    found = _components.records.list(keys.in_workspace(workspace_id), keys.COMPONENT)
    return sorted(found, key=lambda each: (each.name.casefold(), each.id))


def get_target(
    workspace_id: int, component_id: str, environment_id: str
) -> tuple[Component | None, Environment | None]:
    """What is deployed and where, in one read."""
    wanted = (keys.software_component(workspace_id, component_id), keys.environment(workspace_id, environment_id))
    found: dict[str, Item] = {item["SK"]["S"]: item for item in table.batch_get(wanted)}
    component, environment = (found.get(key["SK"]) for key in wanted)
    return (
        _components.records.decode(component) if component else None,
        environments.decode_environment(environment) if environment else None,
    )


def requiring(workspace_id: int, component_id: str, environment_id: str) -> list[Item]:
    """The conditions that both exist, for a transaction."""
    return [
        table.require(keys.software_component(workspace_id, component_id)),
        table.require(keys.environment(workspace_id, environment_id)),
    ]
