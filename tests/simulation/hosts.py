"""Whoever deploys for applications: GitHub, in memory, and a receiver of signed webhooks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "https://github.com/acme/shop"
GITHUB = "https://api.github.com/repos/acme/shop"
RECEIVER = "https://deploy.example/lull"
REPOSITORY_ID = 42
SHA = "9fceb02d0ae598e95dc970b74767f19372d61af8"
_BRANCH = {
    "name": "main",
    "commit": {
        "sha": SHA,
        "commit": {
            "message": "Mend the till",
            "committer": {"name": "Sam", "email": "sam@shop.example", "date": "2026-02-28T12:00:00Z"},
        },
        "committer": {"login": "sam"},
    },
}

Said = tuple[int, Any]
"""A status code and a JSON value."""


def is_of_an_executor(url: str) -> bool:
    return url == RECEIVER or url.startswith(GITHUB)


@dataclass
class Made:
    """A deployment of GitHub's; `states` are oldest first."""

    number: int
    ordered_by: str
    sha: str
    environment: str
    payload: Any
    states: list[str] = field(default_factory=list)


@dataclass
class Hosts:
    """`tokens` are the callback tokens that somebody out there holds, by deployment."""

    made: list[Made] = field(default_factory=list)
    tokens: dict[str, list[str]] = field(default_factory=dict)

    def memory(self) -> tuple[Any, ...]:
        return tuple((each.ordered_by, tuple(each.states)) for each in self.made)

    def hold(self, deployment_id: str, token: str) -> None:
        self.tokens.setdefault(deployment_id, []).append(token)

    def of(self, deployment_id: str) -> Made | None:
        """The first that GitHub made for a deployment of ours."""
        return next((each for each in self.made if each.ordered_by == deployment_id), None)

    def answer(self, method: str, url: str, text: str) -> Said:
        """What becomes of a request that arrived."""
        parts = urlsplit(url)
        path = parts.path.removeprefix(urlsplit(GITHUB).path)
        value: Any = json.loads(text) if text else {}
        if url == RECEIVER:
            self._receive(value)
            return 200, {}
        if not url.startswith(GITHUB):
            return 200, {}
        if not path:
            return 200, {"id": REPOSITORY_ID, "default_branch": "main"}
        if path.startswith("/branches/"):
            return 200, _BRANCH
        if path == "/deployments":
            return self._create(value) if method == "POST" else (200, self._found(parse_qs(parts.query)))
        return self._status(method, int(path.split("/")[2]), value)

    def _receive(self, value: Any) -> None:
        if callback := value["data"].get("callback"):
            self.hold(value["data"]["deployment"]["id"], callback["token"])

    def _create(self, value: Mapping[str, Any]) -> Said:
        payload = value["payload"]
        ordered_by = payload["lull"]["deployment_id"]
        self.made.append(Made(len(self.made) + 1, ordered_by, value["ref"], value["environment"], payload))
        return 201, {"id": len(self.made)}

    def _found(self, query: Mapping[str, list[str]]) -> list[Any]:
        return [
            {"id": each.number, "payload": each.payload}
            for each in reversed(self.made)
            if [each.sha] == query["sha"] and [each.environment] == query["environment"]
        ][:10]

    def _status(self, method: str, number: int, value: Any) -> Said:
        if not 0 < number <= len(self.made):
            return 404, {"message": "Not Found"}
        states = self.made[number - 1].states
        if method == "POST":
            states.append(value["state"])
            return 201, {"id": len(states)}
        return 200, [{"state": each} for each in reversed(states)][:10]
