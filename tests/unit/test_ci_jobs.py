"""What CI tokens attest, and what a grant allows."""

from typing import Any

import pytest

from lull.domain.ci_jobs import OWN_ISSUERS, Provider, job_of
from lull.domain.credentials import Allowance, Attested, Caller, Grant, Role
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


def a_caller(*records: dict[str, Any], attested: Attested = Attested(), **record: Any) -> Caller:  # noqa: B008
    """A job that these records take, with ids from 4 on; or one record."""
    allowances = tuple(
        Allowance(trust_id=number, trust_name="CI", **each) for number, each in enumerate(records or (record,), 4)
    )
    grant = Grant(allowances=allowances, attested=attested, token="t", expires_at=NOON)
    return Caller(workspace_id=1, role=Role.DEPLOYER, actor="ci", grant=grant)


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
    for record in ({}, {"project_ids": (1,)}):
        with pytest.raises(Forbidden):
            a_caller(record).require_project(2)


A, B = {"component_ids": ("c1",), "environment_ids": ("e1",)}, {"component_ids": ("c2",), "environment_ids": ("e2",)}


@pytest.mark.parametrize("records", [(A, B), (B, A)])
def test_a_job_may_do_what_any_of_its_records_allows_as_a_whole(records):
    targets = {(component, environment) for component in ("c1", "c2", "c3") for environment in ("e1", "e2", "e3")}
    caller = a_caller(*records)
    assert {each for each in targets if allowed(caller, *each)} == {("c1", "e1"), ("c2", "e2")}


def test_what_one_record_maps_says_nothing_of_the_names_that_another_wants():
    staging = Attested(environment="staging")
    caller = a_caller(
        {"component_ids": ("c1",), "binds_environment": True},
        {"component_ids": ("c2",), "environment_ids": ("e1",)},
        attested=staging,
    )
    assert allowed(caller, "c1", name="Staging")
    assert not allowed(caller, "c1", name="Production")
    assert allowed(caller, "c2", name="Production")
    assert caller.binds_environment


def test_projects_of_all_records_are_open_and_none_of_no_record():
    caller = a_caller({"project_ids": (1,)}, {}, {"project_ids": (3,)})
    caller.require_project(1)
    caller.require_project(3)
    with pytest.raises(Forbidden, match=r"^trust records 4, 5, 6 do not allow deployment windows of project 2$"):
        caller.require_project(2)


def test_a_refusal_tells_of_each_record_what_it_lacks():
    caller = a_caller(
        {"component_ids": ("c2",)},
        {"environment_ids": ("e2",)},
        {"component_ids": ("c3",), "environment_ids": ("e2",)},
        {"binds_environment": True},
        attested=Attested(environment="staging"),
    )
    with pytest.raises(Forbidden) as refused:
        caller.require_deployable("c1", "e1", "Production")
    assert str(refused.value) == (
        "trust records 4, 6 do not allow deployments of this component; "
        "trust record 5 does not allow deployments to this environment; "
        "trust record 7 does not allow a job of the environment staging to deploy to Production"
    )


def test_other_credentials_have_no_grant_to_ask():
    person = Caller(workspace_id=1, role=Role.VIEWER, actor="key:x")
    assert allowed(person)
    person.require_project(7)
    assert person.attested == Attested()
    assert not person.binds_environment
