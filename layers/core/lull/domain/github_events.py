"""GitHub's webhooks: `deployment`, `deployment_status`, `workflow_run` and `ping`."""

import json
from datetime import datetime
from typing import Any

from lull.domain.ci_payloads import Payload, count, link, moment, number, part, past, sha, text, version_of
from lull.domain.component_deployments import Reason, Status
from lull.domain.deployment_reports import Report, Source
from lull.domain.no_reports import Ignored, Ping, Unknown

State = tuple[Status, Reason | None]

_STATES: dict[str, State] = {
    "queued": (Status.PENDING, None),
    "pending": (Status.PENDING, None),
    "waiting": (Status.PENDING, None),
    "in_progress": (Status.IN_PROGRESS, None),
    "success": (Status.SUCCEEDED, None),
    "failure": (Status.FAILED, Reason.FAILED),
    "error": (Status.FAILED, Reason.FAILED),
}
_CONCLUSIONS: dict[str, State] = {
    "success": (Status.SUCCEEDED, None),
    "failure": (Status.FAILED, Reason.FAILED),
    "startup_failure": (Status.FAILED, Reason.FAILED),
    "timed_out": (Status.FAILED, Reason.TIMED_OUT),
    "cancelled": (Status.FAILED, Reason.CANCELLED),
}
_NO_ENDS = {
    "skipped": "nothing ran",
    "neutral": "it says neither that it deployed nor that it failed",
    "stale": "nothing ran",
    "action_required": "it waits for somebody",
}
_ANNOUNCED = "the run is only announced: it may be skipped, or never run"
# A fork can have a workflow of any name run for its own pull request.
_OF_STRANGERS = ("pull_request", "pull_request_target", "pull_request_review")


def read(
    event: str, payload: Payload, *, host: str | None, wants_runs: bool, at: datetime
) -> Report | Ignored | Ping | Unknown:
    """`host` is that of a GitHub Enterprise Server, whose ids are its own."""
    if event == "ping":
        return Ping()
    if event == "workflow_run" and wants_runs:
        return _run(payload, host, at)
    if event not in ("deployment", "deployment_status"):
        return Unknown()
    if payload.get("action") not in ("created", None):
        return Ignored(f"the action is {text(payload.get('action'))}")
    return _deployment(payload, host, at) if event == "deployment" else _status(payload, host, at)


def _status(payload: Payload, host: str | None, at: datetime) -> Report | Ignored:
    status = part(payload, "deployment_status")
    state = text(status.get("state")) or "unknown"
    if state == "inactive":
        return Ignored("inactive says that another deployment took its place, or that its environment is gone")
    if state not in _STATES:
        return Ignored(f"the state {state} is not known")
    run, check = part(payload, "workflow_run"), part(payload, "check_run")
    shown = link(status.get("log_url"), status.get("target_url"), run.get("html_url"), check.get("html_url"))
    when = moment(status.get("created_at")) or at
    return _report(payload, host, _STATES[state], shown=shown, when=min(when, at))


def _deployment(payload: Payload, host: str | None, at: datetime) -> Report | Ignored:
    when = moment(part(payload, "deployment").get("created_at")) or at
    shown = link(part(payload, "workflow_run").get("html_url"))
    return _report(payload, host, (Status.PENDING, None), shown=shown, when=min(when, at))


def _report(payload: Payload, host: str | None, state: State, *, shown: str | None, when: datetime) -> Report | Ignored:
    deployment, repository, run = (part(payload, name) for name in ("deployment", "repository", "workflow_run"))
    own_id, repository_id = number(deployment.get("id")), number(repository.get("id"))
    if own_id is None or repository_id is None:
        return Ignored("it names no deployment of a repository")
    commit, ref = sha(deployment.get("sha")), text(deployment.get("ref"))
    status = part(payload, "deployment_status")
    return Report(
        key=_key(host, repository_id, own_id),
        status=state[0],
        reason=state[1],
        at=when,
        attempt=count(run.get("run_attempt")),
        repository=text(repository.get("full_name")),
        repository_id=repository_id,
        path=text(part(payload, "workflow").get("path")) or text(run.get("path")),
        environment=text(deployment.get("environment")) or text(status.get("environment")),
        version=version_of(said=_said(deployment.get("payload")).get("version"), ref=ref, commit=commit),
        commit_sha=commit,
        ref=ref,
        link=shown,
        deployed_by=_actor(run) or _login(deployment.get("creator")) or _login(payload.get("sender")),
        description=text(deployment.get("description")),
        ordered_by=text(part(_said(deployment.get("payload")), "lull").get("deployment_id")),
    )


def _run(payload: Payload, host: str | None, at: datetime) -> Report | Ignored:
    run, repository = part(payload, "workflow_run"), part(payload, "repository")
    own_id, repository_id = number(run.get("id")), number(repository.get("id"))
    if own_id is None or repository_id is None:
        return Ignored("it names no run of a repository")
    head = number(part(run, "head_repository").get("id"))
    if run.get("event") in _OF_STRANGERS or head not in (None, repository_id):
        return Ignored("runs for pull requests and forks deploy nothing")
    state = _state_of_run(payload.get("action"), text(run.get("conclusion")))
    if isinstance(state, Ignored):
        return state
    ended = state[0] in (Status.SUCCEEDED, Status.FAILED)
    when = moment(run.get("updated_at" if ended else "run_started_at")) or at
    commit, branch = sha(run.get("head_sha")), text(run.get("head_branch"))
    return Report(
        key=_key(host, repository_id, f"run:{own_id}"),
        source=Source.RUNS,
        status=state[0],
        reason=state[1],
        at=min(when, at),
        attempt=count(run.get("run_attempt")),
        repository=text(repository.get("full_name")),
        repository_id=repository_id,
        path=text(run.get("path")) or text(part(payload, "workflow").get("path")),
        version=version_of(ref=branch, commit=commit),
        commit_sha=commit,
        commit_timestamp=past(moment(part(run, "head_commit").get("timestamp")), at=at),
        ref=branch,
        link=link(run.get("html_url")),
        deployed_by=_actor(run) or _login(payload.get("sender")),
        description=text(run.get("display_title")) or text(run.get("name")),
    )


def _state_of_run(action: Any, conclusion: str | None) -> State | Ignored:
    if action == "in_progress":
        return Status.IN_PROGRESS, None
    if action != "completed":
        return Ignored(_ANNOUNCED)
    why = _NO_ENDS.get(conclusion or "", "it is not known")
    return _CONCLUSIONS.get(conclusion or "") or Ignored(f"the conclusion {conclusion} is no end: {why}")


def _key(host: str | None, repository_id: str, own_id: str) -> str:
    server = f"github:{text(host)}" if text(host) else "github"
    return f"{server}:{repository_id}:{own_id}"


def _actor(run: Payload) -> str | None:
    return _login(run.get("triggering_actor")) or _login(run.get("actor"))


def _login(account: Any) -> str | None:
    return text(account.get("login")) if isinstance(account, dict) else None


def _said(payload: Any) -> Payload:
    """What whoever made the deployment has to say; older clients send it as text."""
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except (ValueError, RecursionError):
            return {}
    return payload if isinstance(payload, dict) else {}
