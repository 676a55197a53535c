"""Deployment windows: the checks of a project are paused, whatever is deployed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lull_ci.api import Api
from lull_ci.errors import Misused, Refused, Unreachable
from lull_ci.runs import Run
from lull_ci.terminal import Terminal

_PATH = "/deployments"
ENDED = "ENDED"


@dataclass(frozen=True)
class Window:
    id: int
    status: str
    said: dict[str, Any]

    @classmethod
    def of(cls, said: Any) -> Window:
        if not isinstance(said, dict) or type(said.get("id")) is not int or not isinstance(said.get("status"), str):
            raise Unreachable("check LULL_URL: what answers there is not Lull")
        return cls(id=said["id"], status=said["status"], said=said)


def start(api: Api, run: Run, body: dict[str, Any], key: str | None, terminal: Terminal) -> Window:
    """Open, with its checks paused. The same step run again finds the one that it made."""
    opened = Window.of(api.post(_PATH, body, key=run.key("window", str(body["projectId"]), key)))
    if opened.status == ENDED:
        terminal.warning(f"deployment window {opened.id} of this job has ended already; give a --key to open another")
    else:
        until = f" until {opened.said['scheduledEndAt']}" if opened.said.get("scheduledEndAt") else ""
        terminal.note(f"deployment window {opened.id} is open{until}; the checks in it are paused")
    return opened


def find(api: Api, run: Run, project: int) -> int | None:
    """The newest of this run that has not ended; windows remember the run by its link."""
    if run.link is None:
        raise Misused("no CI run is known here: give --id, as `lull window start` printed it")
    try:
        windows = [Window.of(each) for each in api.list(_PATH, projectId=project)]
    except Refused as refusal:
        if refusal.status != 403:
            raise
        raise Misused("this credential may not list windows: give --id, as `lull window start` printed it") from refusal
    ours = [each for each in windows if each.said.get("link") == run.link and each.status != ENDED]
    return ours[0].id if ours else None


def end(api: Api, window_id: int, terminal: Terminal) -> Window:
    """Ended, by this request or before it."""
    try:
        ended = Window.of(api.put(f"{_PATH}/{window_id}/end", key=f"window-{window_id}-end"))
    except Refused as refusal:
        # The credential of a CI job may end a window, and not read it.
        if refusal.status != 409 or "already ended" not in str(refusal):
            raise
        terminal.note(f"deployment window {window_id} has ended already")
        return Window(window_id, ENDED, {"id": window_id, "status": ENDED})
    terminal.note(f"deployment window {ended.id} has ended; its checks are back")
    return ended
