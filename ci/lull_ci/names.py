"""Components and environments by the names that people give them."""

from __future__ import annotations

from typing import Any

from lull_ci.api import Api
from lull_ci.errors import Refused, Unreachable
from lull_ci.texts import UUID, one_line

COMPONENT, ENVIRONMENT = "component", "environment"


def id_of(api: Api, noun: str, name: str) -> str:
    """The id of the one with this name; an id is taken as it is. Raises Refused for none, and for several."""
    if UUID.fullmatch(name):
        return name.lower()
    path = f"/v1/{noun}s"
    found = _data(api.get(path, name=name, take=100))
    if len(found) > 1:
        # Names have no case. Should that ever change, this one is meant.
        found = [each for each in found if each.get("name") == name] or found
    if len(found) > 1:
        raise Refused(f"{len(found)} {noun}s are called {name}: give the id of one as --{noun}")
    if not found:
        known = ", ".join(one_line(each.get("name"), 100) for each in _data(api.get(path, take=10)))
        advice = f"the first few are {known}" if known else "there are none yet"
        raise Refused(f"there is no {noun} called {name}: {advice}")
    identifier = found[0].get("id")
    if not isinstance(identifier, str) or not UUID.fullmatch(identifier):
        raise Unreachable("check LULL_URL: what answers there is not Lull")
    return identifier


def _data(page: dict[str, Any]) -> list[dict[str, Any]]:
    data = page.get("data")
    if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        raise Unreachable("check LULL_URL: what answers there is not Lull")
    return data
