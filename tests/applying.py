"""Applications and deployments of them, through the API."""

from typing import Any

from tests.api import Api

SIGNING_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw3yZ0y9uAqVA="
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def an_application(api: Api, url: str, name: str = "Shop", **fields: Any) -> str:
    """Its path."""
    body = {"name": name, "repository": {"provider": "git", "url": url}, "executor": {"kind": "none"}, **fields}
    return f"/v1/applications/{api.post('/v1/applications', body)['application']['id']}"


def triggered(api: Api, application: str) -> Any:
    """A new deployment."""
    return api.post(f"{application}/deployments")["deployment"]


def read(api: Api, application: str, deployment: Any) -> Any:
    return api.get(f"{application}/deployments/{deployment['id']}")["deployment"]


def say(api: Api, application: str, deployment: Any, *statuses: str, token: str | None = None) -> Any:
    """Move it through these statuses, to the answer of the last; by its callback token, if one is given."""
    answer = None
    headers = {"authorization": f"Bearer {token}"} if token else {}
    for status in statuses:
        answer = api("PATCH", f"{application}/deployments/{deployment['id']}", {"status": status}, **headers)
        assert answer.status == 200, answer
    assert answer is not None
    return answer.json["deployment"]
