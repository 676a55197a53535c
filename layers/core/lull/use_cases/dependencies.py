"""What callers can do with dependencies."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from lull.domain.checks import Check, CheckStatus
from lull.domain.credentials import Caller
from lull.domain.dependencies import Dependency
from lull.domain.errors import NotFound
from lull.store import checks, counters
from lull.store import dependencies as store
from lull.use_cases.retrying import on_stale_write


class DependencyStatus(StrEnum):
    NEW = "NEW"
    OK = "OK"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True)
class WatchedDependency:
    dependency: Dependency
    status: DependencyStatus


def _status(watching: list[Check]) -> DependencyStatus:
    """DOWN if a check that watches it is late or down, OK if one says so, NEW while nothing is known."""
    seen = {check.status for check in watching}
    if seen & {CheckStatus.DOWN, CheckStatus.LATE}:
        return DependencyStatus.DOWN
    return DependencyStatus.OK if seen & {CheckStatus.OK, CheckStatus.RESUMED} else DependencyStatus.NEW


def _watched(dependency: Dependency) -> WatchedDependency:
    ids = checks.list_check_ids_of_dependency(dependency.workspace_id, dependency.id)
    return WatchedDependency(dependency, _status(checks.get_checks(dependency.workspace_id, ids)))


def create_dependency(caller: Caller, described: Dependency, *, at: datetime) -> WatchedDependency:
    dependency = replace(described, id=counters.next_id("dependency"), workspace_id=caller.workspace_id, created_at=at)
    return WatchedDependency(store.create_dependency(dependency), DependencyStatus.NEW)


def get_dependency(caller: Caller, dependency_id: int) -> WatchedDependency:
    return _watched(_get(caller, dependency_id))


def _get(caller: Caller, dependency_id: int) -> Dependency:
    dependency = store.get_dependency(caller.workspace_id, dependency_id)
    if dependency is None:
        raise NotFound("dependency")
    return dependency


def list_dependencies(caller: Caller, *, first: int, count: int) -> tuple[list[WatchedDependency], int]:
    """`count` dependencies from position `first` on, by id, and how many there are in all."""
    everything = store.list_dependencies(caller.workspace_id)
    return [_watched(dependency) for dependency in everything[first : first + count]], len(everything)


def change_dependency(
    caller: Caller, dependency_id: int, change: Callable[[Dependency], Dependency]
) -> WatchedDependency:
    return _watched(on_stale_write(lambda: store.save_dependency(change(_get(caller, dependency_id)))))


def delete_dependency(caller: Caller, dependency_id: int) -> None:
    """Raises Conflict while a check watches it."""
    store.delete_dependency(caller.workspace_id, dependency_id)
