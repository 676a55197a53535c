"""What CI tokens attest, and what a grant allows."""

from typing import Any

import pytest

from lull.domain.ci_jobs import OWN_ISSUERS, Provider, job_of
from lull.domain.credentials import Attested, Caller, Grant, Role
from lull.domain.errors import Forbidden
from tests.builders import NOON
from tests.ci_tokens import JOBS

GITHUB, GITLAB = Provider.GITHUB, Provider.GITLAB


def attested(provider: Provider, issuer: str = "", **claims: Any) -> Attested:
    return job_of(provider, issuer or OWN_ISSUERS[provider], {**JOBS[provider], **claims}).attested


@pytest.mark.parametrize(
    ("provider", "issuer", "link"),
    [
        (GITHUB, "https://token.actions.githubusercontent.com", "https://github.com/acme/shop/actions/runs/4242"),
        (GITHUB, "https://token.actions.githubusercontent.com/acme", "https://github.com/acme/shop/actions/runs/4242"),
        (GITHUB, "https://token.actions.acme.ghe.com", "https://acme.ghe.com/acme/shop/actions/runs/4242"),
        (GITHUB, "https://git.acme.example/_services/token", "https://git.acme.example/acme/shop/actions/runs/4242"),
        (GITLAB, "https://gitlab.com", "https://gitlab.com/acme/shop/-/pipelines/4242"),
        (GITLAB, "https://acme.example/gitlab", "https://acme.example/gitlab/acme/shop/-/pipelines/4242"),
    ],
)
def test_the_link_leads_to_the_run_where_people_see_it(provider, issuer, link):
    assert attested(provider, issuer).link == link


@pytest.mark.parametrize(
    "claims",
    [{"run_id": "1?x"}, {"run_id": None}, {"repository": "acme/shop?x"}, {"repository": "a b/c"}, {"repository": "x"}],
)
def test_there_is_no_link_that_leads_elsewhere(claims):
    assert attested(GITHUB, **claims).link is None


def test_only_a_commit_is_a_commit():
    assert attested(GITHUB, sha="main").commit_sha is None
    assert attested(GITHUB, sha="a" * 64).commit_sha == "a" * 64


def test_names_are_plain_and_short():
    assert attested(GITHUB, actor="ada\u202e\n" + "x" * 200).deployed_by == "ada" + "x" * 97
    assert attested(GITHUB, actor="\n").deployed_by is None


def a_caller(**grant: Any) -> Caller:
    made = Grant(**{"trust_id": 4, "trust_name": "CI", "token": "t", "expires_at": NOON, **grant})
    return Caller(workspace_id=1, role=Role.DEPLOYER, actor="ci", grant=made)


def allowed(caller: Caller, component: str = "c1", environment: str = "e1", name: str = "Production") -> bool:
    try:
        caller.require_deployable(component, environment, name)
    except Forbidden:
        return False
    return True


def test_a_grant_allows_what_its_record_names():
    assert allowed(a_caller())
    assert allowed(a_caller(component_ids=("c1",), environment_ids=("e1", "e2")))
    assert not allowed(a_caller(component_ids=("c2",)))
    assert not allowed(a_caller(environment_ids=("e2",)))


def test_the_environments_of_job_and_deployment_have_one_name_where_the_record_says_so():
    job = Attested(environment="production")
    assert allowed(a_caller(attested=job, binds_environment=True))
    assert not allowed(a_caller(attested=job, binds_environment=True), name="Staging")
    assert allowed(a_caller(attested=job), name="Staging")
    assert allowed(a_caller(binds_environment=True), name="Staging")
    folded = Attested(environment="\u017ftaging")
    assert not allowed(a_caller(attested=folded, binds_environment=True), name="Staging")


def test_a_grant_opens_windows_of_no_project_but_those_it_names():
    a_caller(project_ids=(1, 2)).require_project(2)
    for grant in ({}, {"project_ids": (1,)}):
        with pytest.raises(Forbidden):
            a_caller(**grant).require_project(2)


def test_other_credentials_have_no_grant_to_ask():
    person = Caller(workspace_id=1, role=Role.VIEWER, actor="key:x")
    assert allowed(person)
    person.require_project(7)
    assert person.attested == Attested()
