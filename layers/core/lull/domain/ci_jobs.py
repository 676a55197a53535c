"""What the claims of a CI token say of its job.

GitHub: https://docs.github.com/actions/reference/openid-connect-reference
GitLab: https://docs.gitlab.com/ci/secrets/id_token_authentication/

`sub` is not looked at: GitHub has two forms of it, and both providers let projects write it as they like.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from lull.domain.credentials import Attested, shortened
from lull.domain.errors import Unauthenticated

LEEWAY = timedelta(seconds=60)
REQUIRED = ("iss", "aud", "exp", "nbf", "iat", "jti")

_LONGEST = 1_000
_ID = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)


class Provider(StrEnum):
    GITHUB = "github"
    GITLAB = "gitlab"


OWN_ISSUERS = {
    Provider.GITHUB: "https://token.actions.githubusercontent.com",
    Provider.GITLAB: "https://gitlab.com",
}
"""Where a trust record that names no issuer is for."""

ID_CLAIM = {Provider.GITHUB: "repository_id", Provider.GITLAB: "project_id"}

# Whoever may propose a change decides what such a job runs: the change is not on a branch of the repository yet.
_EVENT_CLAIM = {Provider.GITHUB: "event_name", Provider.GITLAB: "pipeline_source"}
_PROPOSALS = {
    Provider.GITHUB: re.compile(r"pull_request.*|merge_group", re.ASCII | re.DOTALL),
    Provider.GITLAB: re.compile(r"(?:external_pull|merge)_request_event", re.ASCII),
}
# A pipeline that a merge request's pipeline started has another source, but still its ref.
_PROPOSED_REFS = ("refs/pull/", "refs/merge-requests/", "refs/heads/gh-readonly-queue/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Where a job runs, and what for; None for what the token does not say."""

    repository_id: str
    environment: str | None
    ref: str | None
    """In full, such as `refs/heads/main`."""
    is_ref_protected: bool
    workflows: tuple[str, ...]
    """Where its code is from: the workflow and the reusable workflow, or the CI configuration."""
    attested: Attested


def instant_of(claims: dict[str, Any], name: str) -> datetime:
    """The instant of a claim. Raises Unauthenticated for what is no number of seconds."""
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unauthenticated(f"the token's {name} is not a number")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unauthenticated(f"the token's {name} is not a time") from error


def require_current(claims: dict[str, Any], *, at: datetime) -> datetime:
    """When the token expires. Raises Unauthenticated if it has, or is for later, by more than a minute."""
    expires_at = instant_of(claims, "exp")
    if expires_at + LEEWAY <= at:
        raise Unauthenticated("the token has expired")
    for name in ("nbf", "iat"):
        if instant_of(claims, name) - LEEWAY > at:
            raise Unauthenticated(f"the token is not valid yet, by its {name}")
    return expires_at


def job_of(provider: Provider, issuer: str, claims: dict[str, Any]) -> Job:
    """Raises Unauthenticated for jobs of proposed changes, and for claims that are not what the provider documents."""
    number = _text(claims, ID_CLAIM[provider])
    if number is None or not _ID.fullmatch(number):
        raise Unauthenticated(f"the token's {ID_CLAIM[provider]} is not a string of digits")
    event = _text(claims, _EVENT_CLAIM[provider])
    if event is None:
        raise Unauthenticated(f"the token has no {_EVENT_CLAIM[provider]}")
    if _PROPOSALS[provider].fullmatch(event):
        raise Unauthenticated(f"the event {shortened(event)} is not accepted")
    ref = _text(claims, "ref") if provider is Provider.GITHUB else _ref_of_gitlab(claims)
    if ref and ref.startswith(_PROPOSED_REFS):
        raise Unauthenticated(f"the ref {shortened(ref)} is not accepted: it is of a proposed change")
    names = ("workflow_ref", "job_workflow_ref") if provider is Provider.GITHUB else ("ci_config_ref_uri",)
    environment = _text(claims, "environment")
    return Job(
        repository_id=number,
        environment=environment,
        ref=ref,
        is_ref_protected=claims.get("ref_protected") == "true",
        workflows=tuple(text for name in names if (text := _text(claims, name))),
        attested=_attested(provider, issuer, claims, ref=ref, environment=environment),
    )


def _ref_of_gitlab(claims: dict[str, Any]) -> str | None:
    """`ref_path`, which GitLab before 16.0 did not say."""
    if path := _text(claims, "ref_path"):
        return path
    folder = {"branch": "refs/heads/", "tag": "refs/tags/"}.get(_text(claims, "ref_type") or "")
    ref = _text(claims, "ref")
    return folder + ref if folder and ref else None


def _text(claims: dict[str, Any], name: str) -> str | None:
    """A claim that is a text; None if it is not there, or empty. Raises Unauthenticated for anything else."""
    value = claims.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise Unauthenticated(f"the token's {name} is not a text of at most {_LONGEST} characters")
    return value


def _attested(
    provider: Provider, issuer: str, claims: dict[str, Any], *, ref: str | None, environment: str | None
) -> Attested:
    github = provider is Provider.GITHUB
    sha = _text(claims, "sha")
    run_id = _text(claims, "run_id" if github else "pipeline_id")
    repository = _text(claims, "repository" if github else "project_path")
    actor = _text(claims, "actor" if github else "user_login")
    link = None
    if run_id and _DIGITS.fullmatch(run_id) and repository and _PATH.fullmatch(repository):
        link = f"{_site(provider, issuer)}/{repository}/{'actions/runs' if github else '-/pipelines'}/{run_id}"
    return Attested(
        commit_sha=sha if sha and _SHA.fullmatch(sha) else None,
        deployed_by=shortened(actor) or None if actor else None,
        link=link,
        ref=ref,
        run_id=run_id,
        repository=repository,
        environment=environment,
    )


def _site(provider: Provider, issuer: str) -> str:
    """Where people find what the issuer's jobs are of."""
    if provider is Provider.GITLAB:
        return issuer
    parts = urlsplit(issuer)
    if issuer.startswith(OWN_ISSUERS[Provider.GITHUB]):
        return "https://github.com"
    # `token.actions.SUB.ghe.com` with data residency; `HOST/_services/token` of a server of one's own.
    return f"{parts.scheme}://{parts.netloc.removeprefix('token.actions.')}"
