"""GitLab's webhooks: the Deployment Hook and the Pipeline Hook."""

from datetime import datetime
from urllib.parse import urlsplit

from lull.domain.ci_payloads import Payload, link, moment, number, part, past, sha, text, version_of
from lull.domain.component_deployments import Reason, Status
from lull.domain.deployment_reports import Report, Source
from lull.domain.no_reports import Ignored, Unknown

State = tuple[Status, Reason | None]

_ENDS: dict[str, State] = {
    "success": (Status.SUCCEEDED, None),
    "failed": (Status.FAILED, Reason.FAILED),
    "canceled": (Status.FAILED, Reason.CANCELLED),
}
_RUNS: State = (Status.IN_PROGRESS, None)
_ANNOUNCED = "it is only announced: it may be skipped, or never run"
_SAYS_NOTHING = {
    "skipped": "nothing ran",
    **dict.fromkeys(("created", "waiting_for_resource", "preparing", "pending", "scheduled"), _ANNOUNCED),
    **dict.fromkeys(("manual", "blocked"), "it waits for somebody"),
}
"""GitLab tells of no end of a deployment that was skipped after it was announced."""
_STATES: dict[str, State] = {"running": _RUNS, **_ENDS}
_OF_PIPELINES: dict[str, State] = {"canceling": _RUNS, **_STATES}


def read(
    event: str, payload: Payload, *, instance: str | None, wants_runs: bool, at: datetime
) -> Report | Ignored | Unknown:
    """`instance` is the URL of the server, whose ids are its own."""
    if event == "deployment":
        return _deployment(payload, instance, at)
    found = _pipeline(payload, instance, at) if event == "pipeline" else Unknown()
    # What we asked for ourselves is heard without a rule.
    return found if wants_runs or (isinstance(found, Report) and found.ordered_by) else Unknown()


def _deployment(payload: Payload, instance: str | None, at: datetime) -> Report | Ignored:
    project = part(payload, "project")
    # Servers before 14.2 name the job only.
    own_id, project_id = number(payload.get("deployment_id")), number(project.get("id"))
    own_id = own_id or number(payload.get("deployable_id"))
    if own_id is None or project_id is None:
        return Ignored("it names no deployment of a project")
    said = text(payload.get("status")) or "unknown"
    if said not in _STATES:
        return _ignored(said)
    state = _STATES[said]
    commit = sha((text(payload.get("commit_url"), longest=2048) or "").rpartition("/")[2])
    commit = commit or sha(payload.get("short_sha"))
    ref, user = text(payload.get("ref")), part(payload, "user")
    when = moment(payload.get("status_changed_at")) or at
    return Report(
        key=f"gitlab:{_server(instance, project)}:{project_id}:{own_id}",
        status=state[0],
        reason=state[1],
        at=min(when, at),
        repository=text(project.get("path_with_namespace")),
        repository_id=project_id,
        environment=text(payload.get("environment")) or text(part(payload, "environment").get("name")),
        version=version_of(ref=ref, commit=commit, digits=8),
        commit_sha=commit,
        ref=ref,
        link=link(payload.get("deployable_url")),
        deployed_by=text(user.get("username")) or text(user.get("name")),
        description=text(payload.get("commit_title")),
    )


def _pipeline(payload: Payload, instance: str | None, at: datetime) -> Report | Ignored:
    pipeline, project = part(payload, "object_attributes"), part(payload, "project")
    own_id, project_id = number(pipeline.get("id")), number(project.get("id"))
    if own_id is None or project_id is None:
        return Ignored("it names no pipeline of a project")
    if pipeline.get("source") in ("merge_request_event", "external_pull_request_event"):
        return Ignored("pipelines of merge requests deploy nothing")
    said = text(pipeline.get("status")) or "unknown"
    ordered_by = _variable(pipeline, "LULL_DEPLOYMENT_ID")
    if ordered_by is None and said == "canceled" and _never_ran(payload, pipeline):
        return Ignored("canceled: nothing ran")
    state = _OF_PIPELINES.get(said)
    if state is None and ordered_by and said in _SAYS_NOTHING:
        # Whoever asked for it knows by this that it is there.
        state = (Status.PENDING, None)
    if state is None:
        return _ignored(said)
    commit, ref, user = sha(pipeline.get("sha")), text(pipeline.get("ref")), part(payload, "user")
    when = moment(pipeline.get("finished_at")) if said in _ENDS else None
    return Report(
        key=f"gitlab:{_server(instance, project)}:{project_id}:pipeline:{own_id}",
        source=Source.RUNS,
        status=state[0],
        reason=state[1],
        at=min(when or at, at),
        repository=text(project.get("path_with_namespace")),
        repository_id=project_id,
        path=text(pipeline.get("name")),
        version=version_of(ref=ref, is_tag=pipeline.get("tag") is True, commit=commit),
        commit_sha=commit,
        commit_timestamp=past(moment(part(payload, "commit").get("timestamp")), at=at),
        ref=ref,
        link=link(pipeline.get("url")),
        deployed_by=text(user.get("username")) or text(user.get("name")),
        description=text(part(payload, "commit").get("title")),
        ordered_by=ordered_by,
    )


def _never_ran(payload: Payload, pipeline: Payload) -> bool:
    """Whether none of its jobs was begun, as of one that a newer pipeline made redundant while it waited."""
    builds = payload.get("builds")
    begun = [part({"build": each}, "build").get("started_at") for each in builds] if isinstance(builds, list) else []
    return bool(begun) and not any(begun) and not pipeline.get("duration")


def _ignored(said: str) -> Ignored:
    why = _SAYS_NOTHING.get(said)
    return Ignored(f"{said}: {why}" if why else f"the status {said} is not known")


def _variable(pipeline: Payload, name: str) -> str | None:
    """A variable that whoever triggered the pipeline gave it."""
    given = pipeline.get("variables")
    found = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    return next((text(each.get("value")) for each in found if each.get("key") == name), None)


def _server(instance: str | None, project: Payload) -> str:
    """Whose ids these are; older servers do not say, but where their projects are."""
    if said := link(instance) or link(project.get("web_url")):
        parts = urlsplit(said)
        return f"{parts.scheme}://{parts.netloc}".lower()
    return ""
