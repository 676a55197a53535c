"""Deployment windows: the checks of a project are paused, whatever is deployed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lull_ci.api import Api
from lull_ci.errors import Misused, Refused, Unreachable
from lull_ci.runs import Run
from lull_ci.terminal import Terminal

_PATH = "/deployments"
_LONGEST_NAME = 255
_MOST_PROJECTS = 20
ENDED = "ENDED"
_NOT_LULL = "check LULL_URL: what answers there is not Lull"


@dataclass(frozen=True)
class Window:
    id: int
    status: str
    said: dict[str, Any]

    @classmethod
    def of(cls, said: Any) -> Window:
        if not isinstance(said, dict) or type(said.get("id")) is not int or not isinstance(said.get("status"), str):
            raise Unreachable(_NOT_LULL)
        return cls(id=said["id"], status=said["status"], said=said)


def named(run: Run, name: str | None) -> str | None:
    """The name, with the mark of a run that has no link.

    >>> named(Run(provider="other", id="17"), "Autumn sale")
    'Autumn sale (run 17)'
    """
    if run.mark is None:
        return name
    return f"{(name or 'Deployment')[: _LONGEST_NAME - len(run.mark) - 1]} {run.mark}"


def start(api: Api, run: Run, body: dict[str, Any], key: str | None, terminal: Terminal) -> Window:
    """Open, with its checks paused. The same step run again finds the one that it made."""
    opened = Window.of(api.post(_PATH, body, key=run.key("window", str(body["projectId"]), key)))
    if opened.status == ENDED:
        terminal.warning(f"deployment window {opened.id} of this job has ended already; give a --key to open another")
    else:
        until = f" until {opened.said['scheduledEndAt']}" if opened.said.get("scheduledEndAt") else ""
        terminal.note(f"deployment window {opened.id} is open{until}; the checks in it are paused")
    return opened


def read(api: Api, window_id: int) -> Window:
    return Window.of(api.get(f"{_PATH}/{window_id}"))


def find(api: Api, run: Run, project: int | None) -> int | None:
    """The newest of this run that has not ended; windows remember the run by its link, or else by their names.

    Without a project it is looked for in all of them. Raises Misused where several may be meant.
    """
    if run.id is None:
        raise Misused("no CI run is known here: give --id, as `lull window start` printed it, or set LULL_RUN for both")
    if project is not None:
        return next(iter(_of_run(api, run, project)), None)
    found = [each for one in _projects(api) for each in _of_run(api, run, one)]
    if len(found) > 1:
        several = ", ".join(str(each) for each in found)
        raise Misused(f"this run has several deployment windows open: give --id, or --project ({several})")
    return next(iter(found), None)


def _of_run(api: Api, run: Run, project: int) -> list[int]:
    windows = [Window.of(each) for each in api.list(_PATH, projectId=project)]
    return [each.id for each in windows if each.status != ENDED and _is_of(run, each)]


def _projects(api: Api) -> list[int]:
    """Of which the credential may have opened windows. Raises Misused for more than are asked one by one."""
    grant = api.get("/v1/ci-identity").get("grant")
    if isinstance(grant, dict):
        ids = [id_ for each in _objects(grant.get("allowances")) for id_ in each.get("projectIds", ())]
    else:
        ids = [each.get("id") for each in _objects(api.get("/projects", limit=_MOST_PROJECTS + 1).get("items"))]
    if not all(type(each) is int for each in ids):
        raise Unreachable(_NOT_LULL)
    ids = list(dict.fromkeys(ids))
    if len(ids) > _MOST_PROJECTS:
        raise Misused(
            f"there are more than {_MOST_PROJECTS} projects to look in: give --project (LULL_PROJECT), or --id"
        )
    return ids


def _objects(found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unreachable(_NOT_LULL)
    return found


def _is_of(run: Run, window: Window) -> bool:
    if run.mark is None:
        return window.said.get("link") == run.link
    return str(window.said.get("name")).endswith(f" {run.mark}")


def end(api: Api, window_id: int, terminal: Terminal) -> Window:
    """Ended, by this request or before it."""
    try:
        ended = Window.of(api.put(f"{_PATH}/{window_id}/end", key=f"window-{window_id}-end"))
    except Refused as refusal:
        if refusal.status != 409 or "already ended" not in str(refusal):
            raise
        terminal.note(f"deployment window {window_id} has ended already")
        return Window(window_id, ENDED, {"id": window_id, "status": ENDED})
    terminal.note(f"deployment window {ended.id} has ended; its checks are back")
    return ended
