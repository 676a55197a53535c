"""CI trusts: which jobs of which repository may act for a workspace with nothing but their OIDC token.

Several records may take a job: it may do what any of them allows. What two of them allow is not put together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lull.domain.ci_jobs import Job, Provider
from lull.domain.credentials import Allowance, Grant, ascii_lower, shortened
from lull.domain.errors import FieldError, Invalid

MAX_TRUSTS = 100
"""Of one workspace: those of one repository are read at once."""
MAX_ENTRIES = 50
"""Of each list of a record."""

_REF = re.compile(r"refs/[^\s*]*\*?", re.ASCII)
_WORKFLOW = re.compile(r"[^\s*]+\*?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CiTrust:
    """Every rule has to hold. A list without entries is no rule, but for `project_ids`."""

    id: int
    workspace_id: int
    name: str
    provider: Provider
    issuer: str
    repository_id: str
    """GitHub's `repository_id` or GitLab's `project_id`. Names are given up and taken by others, numbers are not."""
    repository: str | None = None
    """Its name, for people; nothing is judged by it."""
    environments: tuple[str, ...] = ()
    """Those of the CI. What is deployed to has their name, unless `environment_ids` has one entry, which maps them."""
    refs: tuple[str, ...] = ()
    """In full; one that ends in `*` is for all that begin with it."""
    workflow_refs: tuple[str, ...] = ()
    """As `refs`, for the workflow file, the reusable workflow or the CI configuration that the job is from."""
    require_protected_ref: bool = False
    component_ids: tuple[str, ...] = ()
    environment_ids: tuple[str, ...] = ()
    """Lull's own, not those of the CI."""
    project_ids: tuple[int, ...] = ()
    """Whose deployment windows it may open and end; without any, none."""
    enabled: bool = True
    created_at: datetime
    last_used_at: datetime | None = None
    revision: int = 0


def validated(trust: CiTrust) -> CiTrust:
    """Return the record, or raise Invalid naming each field that breaks a rule."""
    errors = [
        FieldError(f"{field}.{position}", f"must be {form}, in full or up to a `*` at its end")
        for field, pattern, form, entries in (
            ("refs", _REF, "a ref such as refs/heads/main", trust.refs),
            ("workflowRefs", _WORKFLOW, "a workflow's path and ref", trust.workflow_refs),
        )
        for position, entry in enumerate(entries)
        if not pattern.fullmatch(entry)
    ]
    if trust.require_protected_ref and trust.provider is Provider.GITHUB:
        # https://docs.github.com/actions/reference/openid-connect-reference lists no such claim.
        message = "is only for gitlab: GitHub documents no claim that says so; name refs or environments instead"
        errors.append(FieldError("requireProtectedRef", message))
    if errors:
        raise Invalid(*errors)
    return trust


def refusal(trust: CiTrust, job: Job) -> str | None:
    """Why the record does not take the job, for who runs it; None if it does. What the record takes is not told."""
    if not trust.enabled:
        return "it is disabled"
    if trust.environments and not _takes_environment(trust, job.environment):
        return _untaken("environment", job.environment)
    if trust.refs and not (job.ref and _any_matches(trust.refs, job.ref)):
        return _untaken("ref", job.ref)
    if trust.workflow_refs and not any(_any_matches(trust.workflow_refs, each) for each in job.workflows):
        return _untaken("workflow", job.workflows[0] if job.workflows else None)
    if trust.require_protected_ref and not job.is_ref_protected:
        return "it takes protected refs only"
    return None


def _untaken(what: str, said: str | None) -> str:
    return f"it does not take the {what} {shortened(said)}" if said else f"it does not take jobs without {what}"


def _takes_environment(trust: CiTrust, environment: str | None) -> bool:
    if environment is None:
        return False
    if trust.provider is Provider.GITHUB:
        # There, names that differ in case are one environment; elsewhere each has its own protection.
        return ascii_lower(environment) in map(ascii_lower, trust.environments)
    return environment in trust.environments


def _any_matches(patterns: tuple[str, ...], text: str) -> bool:
    return any(_matches(each, text) for each in patterns)


def _matches(pattern: str, text: str) -> bool:
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def granted(trusts: Sequence[CiTrust], job: Job, *, token: str, expires_at: datetime) -> Grant:
    """What a job that these records take may do."""
    return Grant(allowances=tuple(map(_allowance, trusts)), attested=job.attested, token=token, expires_at=expires_at)


def _allowance(trust: CiTrust) -> Allowance:
    return Allowance(
        trust_id=trust.id,
        trust_name=trust.name,
        component_ids=trust.component_ids,
        environment_ids=trust.environment_ids,
        project_ids=trust.project_ids,
        # One environment of ours is what a record maps its environments to, whatever they are called.
        binds_environment=bool(trust.environments) and len(trust.environment_ids) != 1,
    )


def least_recently_used(trusts: Sequence[CiTrust]) -> CiTrust:
    """The one whose last use is to be written down: one for each request, so that all get their turn."""
    return min(trusts, key=lambda trust: (trust.last_used_at is not None, trust.last_used_at, trust.id))
