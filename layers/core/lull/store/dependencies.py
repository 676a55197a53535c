"""Dependencies in the table. `checks` counts those that watch one, so that it cannot be deleted under them."""

from collections.abc import Sequence

from lull.domain.dependencies import Dependency
from lull.store import keys
from lull.store.codec import integer
from lull.store.records import Records

_records = Records(Dependency, "dependency")


def get_dependency(workspace_id: int, dependency_id: int) -> Dependency | None:
    return _records.get(keys.dependency(workspace_id, dependency_id))


def get_dependencies(workspace_id: int, dependency_ids: Sequence[int]) -> list[Dependency]:
    return _records.get_many([keys.dependency(workspace_id, each) for each in dict.fromkeys(dependency_ids)])


def list_dependencies(workspace_id: int) -> list[Dependency]:
    return _records.list(keys.in_workspace(workspace_id), keys.DEPENDENCY)


def create_dependency(dependency: Dependency) -> Dependency:
    key = keys.dependency(dependency.workspace_id, dependency.id)
    return _records.create(key, dependency, checks=integer(0))


def save_dependency(dependency: Dependency) -> Dependency:
    return _records.save(keys.dependency(dependency.workspace_id, dependency.id), dependency)


def delete_dependency(workspace_id: int, dependency_id: int) -> None:
    """Raises Conflict while a check watches it, NotFound if there is none."""
    _records.delete_unused(
        keys.dependency(workspace_id, dependency_id), otherwise="a check still watches or needs the dependency"
    )
