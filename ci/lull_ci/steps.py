"""The steps of a pipeline, from options to what is printed and handed on. Each answers with its exit code."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from lull_ci import deployments, gate, leftovers, windows
from lull_ci.api import Api
from lull_ci.commits import committed_at, timestamp
from lull_ci.deployments import FAILED, SUCCEEDED, Deployment, Order
from lull_ci.errors import GATE_SAYS_NO, CommandError, Misused, Refused
from lull_ci.handover import Handover
from lull_ci.runs import Run
from lull_ci.terminal import Terminal


@dataclass(frozen=True)
class Step:
    """One step of a pipeline: what it is asked to do, and what it does it with."""

    api: Api
    run: Run
    asked: argparse.Namespace
    terminal: Terminal
    handover: Handover
    required: bool
    """Whether it fails where Lull cannot be reached."""


def start_deployment(step: Step) -> int:
    order = Order(step.asked.component, step.asked.environment, step.asked.key, _facts(step.run, step.asked))
    try:
        made = deployments.record(step.api, step.run, order)
    except CommandError:
        # Later steps must not take the id of an earlier deployment for this one's.
        step.handover.deployment("")
        raise
    step.handover.deployment(made.id)
    if not step.asked.json:
        step.terminal.result(made.id)
    _warn_without_run(step, "deployment")
    begun = deployments.wait_until_quiet(
        step.api, deployments.begin(step.api, made, step.terminal), step.asked.wait, step.terminal
    )
    if step.asked.json:
        step.terminal.record(begun.said)
    # Not before: in between nothing would keep the checks quiet.
    leftovers.end(step.api, step.run, begun, step.terminal)
    return 0


def _warn_without_run(step: Step, noun: str) -> None:
    if step.run.id is None:
        step.terminal.warning(
            f"no CI run is known here, so this step makes another {noun} if it is run again: set LULL_RUN to something "
            "of this run's own, the same in all of its steps"
        )


def _facts(run: Run, asked: argparse.Namespace) -> dict[str, Any]:
    said = {
        "version": asked.version or run.version,
        "commitSha": run.sha,
        "commitTimestamp": timestamp(run.commit_timestamp) or committed_at(run.sha),
        "ref": run.ref,
        "deployedBy": run.actor,
        "link": run.link,
        "description": asked.description,
        "unplanned": asked.unplanned or None,
        "metadata": {**dict(asked.metadata), **run.metadata(asked.key)},
        "maxDurationSeconds": asked.max_duration,
    }
    if said["version"] is None:
        raise Misused("it is not known what is deployed: give --version")
    return {name: value for name, value in said.items() if value is not None}


def end_deployment(step: Step, status: str) -> int:
    found = _meant(step)
    if found is None:
        return _nothing(step, "deployment", "deploy")
    ended = deployments.end(step.api, found, status, step.terminal)
    _print(step, ended.id, ended.said)
    leftovers.end(step.api, step.run, ended, step.terminal)
    return 0


def _meant(step: Step) -> Deployment | None:
    """The one whose id is given; else the one that `deploy start` handed on, unless another is named; else by name."""
    if step.asked.id:
        return deployments.read(step.api, step.asked.id)
    if step.asked.inherited_id:
        inherited = deployments.read(step.api, step.asked.inherited_id)
        if inherited.is_of(step.asked.component, step.asked.environment) and step.asked.key in (None, inherited.key):
            return inherited
    if step.asked.component is None or step.asked.environment is None:
        raise Misused("it is not known which deployment is meant: give --id, or --component and --environment")
    return deployments.find(step.api, step.run, step.asked.component, step.asked.environment, step.asked.key)


def _nothing(step: Step, noun: str, command: str) -> int:
    """There is none to end, which is so too where Lull was down when it was to be started."""
    text = f"there is no {noun} of this run to end: did `lull {command} start` run, and reach Lull?"
    if step.required:
        step.terminal.error(text)
        return Refused.exit_code
    step.terminal.warning(text)
    return 0


def start_window(step: Step) -> int:
    said = {
        "projectId": step.asked.project,
        "autoPause": True,
        "checkIds": step.asked.checks,
        "name": windows.named(step.run, step.asked.name),
        "version": step.asked.version or step.run.version,
        "author": step.run.actor,
        "link": step.run.link,
        "scheduledEndAt": step.asked.until,
        # Not an end by this machine's clock: the same step run again says the same.
        "maxDurationSeconds": step.asked.duration,
    }
    body = {name: value for name, value in said.items() if value is not None}
    try:
        opened = windows.start(step.api, step.run, body, step.asked.key, step.terminal)
    except CommandError:
        step.handover.window("")
        raise
    step.handover.window(str(opened.id))
    _warn_without_run(step, "deployment window")
    _print(step, str(opened.id), opened.said)
    return 0


def end_window(step: Step) -> int:
    window_id = step.asked.id or _inherited_window(step) or windows.find(step.api, step.run, step.asked.project)
    if window_id is None:
        return _nothing(step, "deployment window", "window")
    ended = windows.end(step.api, window_id, step.terminal)
    _print(step, str(ended.id), ended.said)
    return 0


def _inherited_window(step: Step) -> int | None:
    """The one that `window start` handed on, unless a window of another project is meant."""
    inherited: int | None = step.asked.inherited_id
    if inherited is None or step.asked.project is None:
        return inherited
    return inherited if windows.read(step.api, inherited).said.get("projectId") == step.asked.project else None


def can_deploy(step: Step) -> int:
    try:
        verdict = gate.ask(step.api, step.run, step.asked.component, step.asked.environment)
    except (Refused, Misused):
        raise
    except Exception:
        # Lull is down, or this command has a fault.
        step.handover.verdict("unknown")
        if not step.required and not step.asked.json:
            step.terminal.result("unknown")
        raise
    for left in verdict.left:
        step.terminal.note(f"{left}: by an earlier attempt of this job, so it does not count; `deploy start` ends it")
    step.handover.verdict("true" if verdict.can_deploy else "false")
    if step.asked.json:
        step.terminal.record(verdict.said)
    else:
        step.terminal.result("yes" if verdict.can_deploy else "no")
        for reason in verdict.reasons:
            step.terminal.result(f"- {reason}")
    if verdict.can_deploy:
        return 0
    step.terminal.error(
        f"{step.asked.component} must not be deployed to {step.asked.environment} now: {'; '.join(verdict.reasons)}"
    )
    return GATE_SAYS_NO


def _print(step: Step, identifier: str, record: dict[str, Any]) -> None:
    if step.asked.json:
        step.terminal.record(record)
    else:
        step.terminal.result(identifier)


STEPS: dict[str, Callable[[Step], int]] = {
    "deploy start": start_deployment,
    "deploy succeed": partial(end_deployment, status=SUCCEEDED),
    "deploy fail": partial(end_deployment, status=FAILED),
    "window start": start_window,
    "window end": end_window,
    "can-deploy": can_deploy,
}
