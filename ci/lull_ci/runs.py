"""The CI run that this command is a step of, as its environment tells.

GitHub: https://docs.github.com/actions/reference/workflows-and-actions/variables
GitLab: https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from lull_ci.attempts import Attempt
from lull_ci.texts import one_line

GITHUB, GITLAB, OTHER = "github", "gitlab", "other"

_PLAIN = re.compile("[ -~]{1,100}", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{7,64}", re.ASCII)
_URL = "https?://[!-~]{1,2000}"
_LONGEST = 255
_SHORT_SHA = 12


@dataclass(frozen=True)
class Run:
    """None for what is not known; without `provider` nobody's run, but somebody at a terminal."""

    provider: str | None = None
    id: str | None = None
    attempt: str | None = None
    """Which try of it: GitHub counts those of a run, GitLab makes a new job for each."""
    job: str | None = None
    repository: str | None = None
    workflow: str | None = None
    event: str | None = None
    job_url: str | None = None
    sha: str | None = None
    ref: str | None = None
    """In full, as the CI's token says it too: then it is attested."""
    tag: str | None = None
    actor: str | None = None
    link: str | None = None
    commit_timestamp: str | None = None

    @property
    def version(self) -> str | None:
        return self.tag or (self.sha[:_SHORT_SHA] if self.sha else None)

    def key(self, *parts: str | None) -> str:
        """An idempotency key: the same whenever this try of this job asks for the same, and nobody else's."""
        if self.id is None:
            return f"lull-ci-{uuid.uuid4()}"
        said = json.dumps([self.provider, self.repository, self.id, self.attempt, self.job, *parts])
        return f"lull-ci-{self.provider}-{hashlib.sha256(said.encode()).hexdigest()[:40]}"

    @property
    def mark(self) -> str | None:
        """What the name of a window ends with, for runs that have no link to be known by."""
        if self.id is None or self.link is not None:
            return None
        # What a name cannot hold in full must still be told from others.
        said = self.id if _PLAIN.fullmatch(self.id) else hashlib.sha256(self.id.encode()).hexdigest()[:40]
        return f"(run {said})"

    def metadata(self, key: str | None) -> dict[str, Any]:
        """What a deployment remembers of the run that made it."""
        said = {
            "provider": self.provider,
            "repository": self.repository,
            "runId": self.id,
            "runAttempt": self.attempt,
            "job": self.job,
            "workflow": self.workflow,
            "event": self.event,
            "jobUrl": self.job_url,
            "key": key,
        }
        known = {name: value for name, value in said.items() if value is not None}
        return {"ci": known} if known else {}

    def made(self, metadata: Mapping[str, Any]) -> bool:
        """Whether a deployment with this metadata was made by this run, in whichever job and try."""
        ci = metadata.get("ci")
        if self.id is None or not isinstance(ci, dict):
            return False
        return (ci.get("provider"), ci.get("repository"), ci.get("runId")) == (self.provider, self.repository, self.id)

    def attempt_at(self, key: str | None) -> Attempt | None:
        """What a deployment with this key that is made now remembers."""
        return Attempt.of(self.metadata(key))

    def made_in_this_attempt(self, by: Attempt | None) -> bool:
        return by is not None and by == self.attempt_at(by.key)


def run_of(environ: Mapping[str, str]) -> Run:
    """The run of GitHub Actions, GitLab CI, or of any other CI that sets LULL_RUN to something of its own."""
    if environ.get("GITHUB_ACTIONS") == "true":
        run = _of_github(environ)
    elif environ.get("GITLAB_CI") == "true":
        run = _of_gitlab(environ)
    elif environ.get("LULL_RUN"):
        run = Run(provider=OTHER, id=environ["LULL_RUN"])
    else:
        return Run()
    # An empty variable is one that is not there.
    said = {each.name: one_line(getattr(run, each.name) or "", _LONGEST) or None for each in fields(Run)}
    said["sha"] = said["sha"] if said["sha"] and _SHA.fullmatch(said["sha"]) else None
    for name in ("link", "job_url"):
        url = getattr(run, name) or ""
        said[name] = url if re.fullmatch(_URL, url, re.ASCII) else None
    return Run(**said)


def _of_github(environ: Mapping[str, str]) -> Run:
    repository, run = environ.get("GITHUB_REPOSITORY"), environ.get("GITHUB_RUN_ID")
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    return Run(
        provider=GITHUB,
        id=run,
        attempt=environ.get("GITHUB_RUN_ATTEMPT"),
        job=environ.get("GITHUB_JOB"),
        repository=repository,
        workflow=environ.get("GITHUB_WORKFLOW"),
        event=environ.get("GITHUB_EVENT_NAME"),
        sha=environ.get("GITHUB_SHA"),
        ref=environ.get("GITHUB_REF"),
        tag=environ.get("GITHUB_REF_NAME") if environ.get("GITHUB_REF_TYPE") == "tag" else None,
        actor=environ.get("GITHUB_ACTOR"),
        link=f"{server}/{repository}/actions/runs/{run}" if repository and run else None,
    )


def _of_gitlab(environ: Mapping[str, str]) -> Run:
    tag, branch = environ.get("CI_COMMIT_TAG"), environ.get("CI_COMMIT_BRANCH")
    return Run(
        provider=GITLAB,
        id=environ.get("CI_PIPELINE_ID"),
        attempt=environ.get("CI_JOB_ID"),
        job=environ.get("CI_JOB_NAME"),
        repository=environ.get("CI_PROJECT_PATH"),
        event=environ.get("CI_PIPELINE_SOURCE"),
        job_url=environ.get("CI_JOB_URL"),
        sha=environ.get("CI_COMMIT_SHA"),
        ref=f"refs/tags/{tag}" if tag else f"refs/heads/{branch}" if branch else environ.get("CI_COMMIT_REF_NAME"),
        tag=tag,
        actor=environ.get("GITLAB_USER_LOGIN"),
        link=environ.get("CI_PIPELINE_URL"),
        commit_timestamp=environ.get("CI_COMMIT_TIMESTAMP"),
    )
