"""What admins can do with CI trusts."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from lull.domain import ci_trusts as domain
from lull.domain.ci_trusts import CiTrust
from lull.domain.credentials import Caller
from lull.domain.errors import FieldError, Invalid, NotFound, invalid
from lull.store import ci_trusts as store
from lull.store import components, counters, environments, projects
from lull.use_cases.ci_oidc import issuers
from lull.use_cases.retrying import on_stale_write


def create_ci_trust(caller: Caller, described: CiTrust, *, at: datetime) -> CiTrust:
    """Raises Invalid naming fields, Conflict if the workspace has as many as it may."""
    trust = replace(described, workspace_id=caller.workspace_id, created_at=at)
    if issuers().get(trust.issuer) is not trust.provider:
        message = f"is no issuer of {trust.provider} tokens here; who runs the installation adds it to CiIssuers"
        raise invalid("issuer", message)
    _validate(trust, was=None)
    created = replace(trust, id=counters.next_id(store.KIND))
    return on_stale_write(lambda: store.create_ci_trust(created))


def _validate(trust: CiTrust, *, was: CiTrust | None) -> None:
    """Components and environments may be gone that the record named before: it opens nothing by them."""
    domain.validated(trust)
    workspace_id = trust.workspace_id
    known_projects = {each.id for each in projects.get_projects(workspace_id, trust.project_ids)}
    known_components = set(was.component_ids if was else ())
    known_environments = set(was.environment_ids if was else ())
    if new := [each for each in trust.component_ids if each not in known_components]:
        known_components |= {each.id for each in components.get_components(workspace_id, new)}
    if new := [each for each in trust.environment_ids if each not in known_environments]:
        known_environments |= {each.id for each in environments.get_environments(workspace_id, new)}
    errors = [
        *_unknown("componentIds", "component", trust.component_ids, known_components),
        *_unknown("environmentIds", "environment", trust.environment_ids, known_environments),
        *_unknown("projectIds", "project", trust.project_ids, known_projects),
    ]
    if errors:
        raise Invalid(*errors)


def _unknown(field: str, noun: str, named: Sequence[Any], known: Collection[Any]) -> list[FieldError]:
    return [
        FieldError(f"{field}.{position}", f"there is no {noun} {each}")
        for position, each in enumerate(named)
        if each not in known
    ]


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
        was = _get(caller, trust_id)
        changed = change(was)
        _validate(changed, was=was)
        return store.save_ci_trust(changed)

    (trust,) = store.with_last_uses([on_stale_write(decide)])
    return trust


def delete_ci_trust(caller: Caller, trust_id: int) -> None:
    """Its jobs are refused at once."""
    on_stale_write(lambda: store.delete_ci_trust(_get(caller, trust_id)))
