"""Components, environments and deployments of them, through the API."""

from typing import Any

from tests.api import Api


def a_component(api: Api, name: str = "checkout", **fields: Any) -> str:
    return str(api.post("/api/v1/components", {"name": name, **fields})["id"])


def an_environment(api: Api, name: str = "production", **fields: Any) -> str:
    return str(api.post("/api/v1/environments", {"name": name, **fields})["id"])


def a_deployment(api: Api, component: str, environment: str, version: str = "v1", **fields: Any) -> str:
    body = {"componentId": component, "environmentId": environment, "version": version, **fields}
    return str(api.post("/api/v1/deployments", body)["id"])


def move(api: Api, deployment: str, *statuses: str) -> Any:
    """Through these statuses, to the answer of the last."""
    answer = None
    for status in statuses:
        answer = api.patch(f"/api/v1/deployments/{deployment}", {"status": status})
    return answer


def deployed(api: Api, component: str, environment: str, version: str = "v1", **fields: Any) -> str:
    """A deployment that has succeeded."""
    deployment = a_deployment(api, component, environment, version, **fields)
    move(api, deployment, "in_progress", "succeeded")
    return deployment
