"""Deployments that an earlier attempt of a job began and did not end, as its runner died."""

from __future__ import annotations

from lull_ci import deployments
from lull_ci.api import Api
from lull_ci.deployments import FAILED, IN_PROGRESS, Deployment
from lull_ci.errors import CommandError
from lull_ci.runs import Run
from lull_ci.terminal import Terminal

_SECONDS = 5.0


def end(api: Api, run: Run, current: Deployment, terminal: Terminal) -> None:
    """Failed, so that they do not keep the checks quiet: those of earlier attempts at what is `current` in this run.

    This comes after what the step is for, takes seconds at most, and fails no step: their deadline ends them too.
    """
    by = current.by
    if by is None or not by.is_repeated or not run.made(current.said["metadata"]):
        return
    api.exchanges.allow(_SECONDS)
    try:
        begun = deployments.listed(api, **current.target, status=IN_PROGRESS)
    except CommandError as error:
        terminal.warning(f"it is not known whether an earlier attempt of this job left {current} in progress: {error}")
        return
    for each in begun:
        if each.by and each.by.is_before(by):
            _end(api, each, terminal)


def _end(api: Api, left: Deployment, terminal: Terminal) -> None:
    what = f"an earlier attempt of this job left {left} in progress"
    try:
        deployments.move(api, left, FAILED)
    except CommandError as error:
        terminal.warning(f"{what}, and that cannot be ended: {error}")
    else:
        terminal.note(f"{what} (deployment {left.id}): it has failed")
