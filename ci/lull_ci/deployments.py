"""Deployments of a component to an environment: begun, and ended."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from lull_ci.api import Api
from lull_ci.attempts import Attempt
from lull_ci.errors import CommandError, Misused, Refused, Unreachable
from lull_ci.names import COMPONENT, ENVIRONMENT, id_of
from lull_ci.runs import Run
from lull_ci.terminal import Terminal
from lull_ci.texts import UUID

PENDING, IN_PROGRESS, SUCCEEDED, FAILED, ROLLED_BACK = "pending", "in_progress", "succeeded", "failed", "rolled_back"
_OPEN = (PENDING, IN_PROGRESS)
_PATH = "/v1/deployments"
FIRST_POLL, _LAST_POLL = 0.25, 2.0


@dataclass(frozen=True)
class Deployment:
    id: str
    status: str
    attempt: int
    quiet: str
    key: str | None
    """What tells it from others of its run."""
    by: Attempt | None
    """Of which attempt of its run it is, where that is known."""
    said: dict[str, Any]
    """The answer as it came."""

    @classmethod
    def of(cls, said: Any) -> Deployment:
        texts = [said.get(name) for name in ("id", "status", "quiet", "version")] if isinstance(said, dict) else [None]
        if not all(isinstance(each, str) for each in texts) or not UUID.fullmatch(said["id"]):
            raise Unreachable("check LULL_URL: what answers there is not Lull")
        metadata = said.get("metadata")
        said["metadata"] = metadata if isinstance(metadata, dict) else {}
        ci = said["metadata"].get("ci")
        return cls(
            id=said["id"].lower(),
            status=said["status"],
            attempt=said.get("attempt") or 1,
            quiet=said["quiet"],
            key=ci.get("key") if isinstance(ci, dict) else None,
            by=Attempt.of(said["metadata"]),
            said=said,
        )

    def __str__(self) -> str:
        return f"{self.said.get('componentName')} {self.said['version']} to {self.said.get('environmentName')}"

    @property
    def target(self) -> dict[str, str]:
        """What is deployed where, as a query."""
        return {f"{noun}Id": str(self.said.get(f"{noun}Id")) for noun in (COMPONENT, ENVIRONMENT)}

    def is_of(self, component: str | None, environment: str | None) -> bool:
        """Whether it is what these names or ids say; None says nothing."""
        return all(
            wanted is None
            or wanted.casefold() in (str(self.said.get(f"{noun}Id")), str(self.said.get(f"{noun}Name")).casefold())
            for noun, wanted in ((COMPONENT, component), (ENVIRONMENT, environment))
        )


@dataclass(frozen=True)
class Order:
    """What is deployed where, and what else is to be said of it, under the API's names."""

    component: str
    environment: str
    key: str | None
    facts: dict[str, Any]


def record(api: Api, run: Run, order: Order) -> Deployment:
    """On record; the same step run again finds the one that it made."""
    component, environment = id_of(api, COMPONENT, order.component), id_of(api, ENVIRONMENT, order.environment)
    body = {"componentId": component, "environmentId": environment, **order.facts}
    try:
        return Deployment.of(api.post(_PATH, body, key=run.key("deployment", component, environment, order.key)))
    except Refused as refusal:
        if refusal.status == 409 and "idempotency key" in str(refusal):
            raise Refused(
                f"this job has recorded a deployment of {order.component} to {order.environment} in other words "
                "already (its version?): give each a --key of its own",
                409,
            ) from refusal
        raise


def begin(api: Api, made: Deployment, terminal: Terminal) -> Deployment:
    """In progress; what had failed, in another attempt."""
    if made.status == SUCCEEDED:
        terminal.warning(f"this job has deployed {made} already; give a --key to record another")
        return made
    if made.status in (FAILED, ROLLED_BACK):
        made = move(api, made, PENDING)
    return made if made.status == IN_PROGRESS else move(api, made, IN_PROGRESS)


def wait_until_quiet(api: Api, begun: Deployment, seconds: float, terminal: Terminal) -> Deployment:
    """Until its checks are known to be quiet, or there are none: a second or two. A warning says so if they are not."""
    if not seconds:
        return begun
    api.exchanges.allow(seconds)
    pause = FIRST_POLL
    while begun.status == IN_PROGRESS and begun.quiet == "waiting":
        if pause > api.exchanges.seconds_left:
            terminal.warning(f"the checks behind {begun} are not quiet after {seconds:g} s; they will be soon")
            return begun
        time.sleep(pause)
        pause = min(pause * 1.5, _LAST_POLL)
        try:
            begun = read(api, begun.id)
        except CommandError as error:
            terminal.warning(f"{begun} has begun, but it is not known whether its checks are quiet: {error}")
            return begun
    if begun.status == IN_PROGRESS:
        quiet = "its checks are quiet" if begun.quiet == "on" else "no checks are behind it"
        terminal.note(f"{begun} is in progress; {quiet}")
    return begun


def read(api: Api, deployment_id: str) -> Deployment:
    return Deployment.of(api.get(f"{_PATH}/{deployment_id}"))


def find(api: Api, run: Run, component: str, environment: str, key: str | None) -> Deployment | None:
    """The newest of this run that is still open, else its newest; where no run is known, the only one in progress.

    Those of this attempt of the job go first, and those that a later attempt has replaced are over.

    Raises Misused where several may be meant.
    """
    target = {"componentId": id_of(api, COMPONENT, component), "environmentId": id_of(api, ENVIRONMENT, environment)}
    if run.id is None:
        begun = [each for each in listed(api, **target, status=IN_PROGRESS) if key in (None, each.key)]
        if len(begun) > 1:
            several = ", ".join(each.id for each in begun)
            raise Misused(
                f"no CI run is known here, and several deployments of {component} to {environment} are in progress: "
                f"give --id, or set LULL_RUN for start and end ({several})"
            )
        return next(iter(begun), None)
    ours = [each for each in listed(api, **target) if run.made(each.said["metadata"]) and key in (None, each.key)]
    ours = [each for each in ours if run.made_in_this_attempt(each.by)] or ours
    ours = [each for each in ours if not (each.by and any(each.by.is_before(other.by) for other in ours))]
    still_open = [each for each in ours if each.status in _OPEN]
    if len({each.key for each in still_open}) > 1:
        several = ", ".join(each.id for each in still_open)
        raise Misused(
            f"this run has several deployments of {component} to {environment} open: give --key or --id ({several})"
        )
    return next(iter(still_open or ours), None)


def listed(api: Api, **which: str) -> list[Deployment]:
    """The newest hundred."""
    data = api.get(_PATH, **which, take=100).get("data")
    return [Deployment.of(each) for each in (data if isinstance(data, list) else [])]


def end(api: Api, found: Deployment, status: str, terminal: Terminal) -> Deployment:
    """In this status, which it may have had before. Raises Refused if it has ended otherwise."""
    if found.status == status:
        terminal.note(f"{found} has {status} already")
        return found
    if found.status not in _OPEN:
        why = (
            " (timed out: give `lull deploy start` a longer --max-duration)"
            if found.said.get("reason") == "timed_out"
            else ""
        )
        raise Refused(f"{found} has {found.status.replace('_', ' ')}{why}: it cannot become {status}")
    if found.status == PENDING and status == SUCCEEDED:
        found = move(api, found, IN_PROGRESS)
    ended = move(api, found, status)
    terminal.note(f"{ended} has {ended.status}")
    return ended


def move(api: Api, deployment: Deployment, status: str) -> Deployment:
    """Moved on, by this request or by an earlier one whose answer was lost."""
    try:
        key = f"{deployment.id}-{deployment.attempt}-{status}"
        return Deployment.of(api.patch(f"{_PATH}/{deployment.id}", {"status": status}, key=key))
    except Refused as refusal:
        if refusal.status not in (400, 409):
            raise
        now = read(api, deployment.id)
        if now.status != status:
            raise
        return now
