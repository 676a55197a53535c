"""What admins can do with CI trusts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from lull.domain import ci_trusts as domain
from lull.domain.ci_trusts import CiTrust
from lull.domain.credentials import Caller
from lull.domain.errors import FieldError, Invalid, NotFound, invalid
from lull.store import ci_trusts as store
from lull.store import counters, projects
from lull.use_cases.ci_oidc import issuers
from lull.use_cases.retrying import on_stale_write


def create_ci_trust(caller: Caller, described: CiTrust, *, at: datetime) -> CiTrust:
    """Raises Invalid naming fields, Conflict if the workspace has as many as it may."""
    trust = replace(described, workspace_id=caller.workspace_id, created_at=at)
    if issuers().get(trust.issuer) is not trust.provider:
        message = f"is no issuer of {trust.provider} tokens here; who runs the installation adds it to CiIssuers"
        raise invalid("issuer", message)
    _validate(trust)
    created = replace(trust, id=counters.next_id(store.KIND))
    return on_stale_write(lambda: store.create_ci_trust(created))


def _validate(trust: CiTrust) -> None:
    domain.validated(trust)
    known = {project.id for project in projects.get_projects(trust.workspace_id, trust.project_ids)}
    errors = [
        FieldError(f"projectIds.{position}", f"there is no project {each}")
        for position, each in enumerate(trust.project_ids)
        if each not in known
    ]
    if errors:
        raise Invalid(*errors)


def list_ci_trusts(caller: Caller, *, skip: int, take: int) -> tuple[list[CiTrust], int]:
    """A page of the workspace's records by id, and how many there are."""
    found = store.list_ci_trusts(caller.workspace_id)
    return store.with_last_uses(found[skip : skip + take]), len(found)


def get_ci_trust(caller: Caller, trust_id: int) -> CiTrust:
    (trust,) = store.with_last_uses([_get(caller, trust_id)])
    return trust


def _get(caller: Caller, trust_id: int) -> CiTrust:
    trust = store.get_ci_trust(caller.workspace_id, trust_id)
    if trust is None:
        raise NotFound("CI trust")
    return trust


def change_ci_trust(caller: Caller, trust_id: int, change: Callable[[CiTrust], CiTrust]) -> CiTrust:
    """Write what `change` makes of the record; which repository it is for stays. Raises Invalid naming fields."""

    def decide() -> CiTrust:
        changed = change(_get(caller, trust_id))
        _validate(changed)
        return store.save_ci_trust(changed)

    (trust,) = store.with_last_uses([on_stale_write(decide)])
    return trust


def delete_ci_trust(caller: Caller, trust_id: int) -> None:
    """Its jobs are refused at once."""
    on_stale_write(lambda: store.delete_ci_trust(_get(caller, trust_id)))
