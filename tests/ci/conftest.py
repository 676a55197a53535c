"""The real API with a shop in it, and pipelines that know its address."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lull.domain.credentials import Role
from tests.api import Api, a_workspace
from tests.ci.command import Pipeline
from tests.ci.lull_server import LullServer, serving
from tests.deploying import a_component, an_environment

_workspaces = itertools.count(1)


@dataclass(frozen=True)
class Shop:
    """A workspace with one component, one environment and two checks behind them."""

    api: Api
    component: str
    environment: str
    project: int
    checks: tuple[int, ...]

    def deployments(self) -> list[dict]:
        found: list[dict] = self.api.get("/api/v1/deployments?take=100")["data"]
        return found

    def statuses(self) -> list[str]:
        return [check["status"] for check in self.api.get("/api/checks")["items"]]


@pytest.fixture(scope="module")
def served(shared_stack) -> Iterator[LullServer]:
    import management

    with serving(management.app) as running:
        yield running


@pytest.fixture
def lull(served: LullServer) -> LullServer:
    served.requests.clear()
    served.troubles.clear()
    return served


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch):
    """Of commands in this process."""
    monkeypatch.setattr("lull_ci.exchanges.FIRST_PAUSE", 0.02)
    monkeypatch.setattr("lull_ci.deployments.FIRST_POLL", 0.02)


@pytest.fixture
def shop(shared_stack) -> Shop:
    api = a_workspace(next(_workspaces), Role.ADMIN)
    project = api.post("/api/projects", {"name": "Shop"})["id"]
    checks = tuple(
        api.post("/api/checks", {"projectId": project, "name": name, "intervalSeconds": 300})["id"]
        for name in ("API", "Web")
    )
    component = a_component(api, "checkout", projectId=project)
    return Shop(api, component, an_environment(api, "production"), project, checks)


@pytest.fixture
def pipeline(tmp_path, lull, shop, shared_stack) -> Pipeline:
    environment = {"LULL_URL": lull.url, "LULL_TOKEN": str(shop.api.key), "HOME": str(tmp_path)}
    drained = 0

    def follow() -> None:
        """What a change leads to; to look for it all the time would take most of the time."""
        nonlocal drained
        if drained != lull.changes:
            drained = lull.changes
            shared_stack.drain()

    shared_stack.drain()
    return Pipeline(tmp_path, environment, follow)


@pytest.fixture
def nobody(tmp_path, lull) -> Pipeline:
    """For whom there is nothing to be found: cheaper, where it does not come to that."""
    return Pipeline(tmp_path, {"LULL_URL": lull.url, "LULL_TOKEN": "lull_nobody"})
