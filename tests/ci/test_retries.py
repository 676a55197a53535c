"""Jobs that are started again after their runner died, and left a deployment in progress."""

import pytest

from tests.ci.command import Outcome, Pipeline
from tests.ci.conftest import Shop
from tests.ci.lull_server import Trouble

TARGET = ("--component", "checkout", "--environment", "production")
START = ("deploy", "start", *TARGET, "--version", "v1")
FIRST, SECOND = "attempt 1", "attempt 2"
_VARIABLES = {
    "github": {FIRST: {"GITHUB_RUN_ATTEMPT": "1"}, SECOND: {"GITHUB_RUN_ATTEMPT": "2"}},
    "gitlab": {FIRST: {"CI_JOB_ID": "999"}, SECOND: {"CI_JOB_ID": "1000"}},
}


def attempted(pipeline: Pipeline, provider: str, attempt: str, *command: str, **more: str) -> Outcome:
    """In a job of its own, to which nothing is handed on."""
    job = pipeline.in_github() if provider == "github" else pipeline.in_gitlab()
    return job.lull(*command, **_VARIABLES[provider][attempt], **more)


def statuses(shop: Shop) -> list[str]:
    """Oldest first."""
    return [each["status"] for each in reversed(shop.deployments())]


@pytest.mark.parametrize("provider", list(_VARIABLES))
def test_a_job_that_is_retried_brings_the_checks_back(pipeline, shop, provider):
    died = attempted(pipeline, provider, FIRST, *START).out.strip()
    assert shop.statuses() == ["PAUSED", "PAUSED"]
    follow, seen = pipeline.meanwhile, set()

    def watch() -> None:
        follow()
        seen.update(shop.statuses())

    pipeline.meanwhile = watch
    for _ in range(2):
        again = attempted(pipeline, provider, SECOND, *START)
        assert (again.code, statuses(shop)) == (0, ["failed", "in_progress"])
    pipeline.meanwhile = follow
    # In between as well.
    assert seen == {"PAUSED"}
    ended = attempted(pipeline, provider, SECOND, "deploy", "succeed", *TARGET)
    assert (ended.code, ended.out, statuses(shop)) == (0, again.out, ["failed", "succeeded"])
    assert again.out.strip() != died
    assert shop.statuses() == ["RESUMED", "RESUMED"]
    assert attempted(pipeline, provider, SECOND, "can-deploy", *TARGET).out == "yes\n"


def test_what_an_earlier_attempt_left_is_said(pipeline, shop):
    died = attempted(pipeline, "gitlab", FIRST, *START, "--wait", "0").out.strip()
    again = attempted(pipeline, "gitlab", SECOND, *START, "--wait", "0")
    note = (
        f"lull: an earlier attempt of this job left checkout v1 to production in progress (deployment {died}): it has"
    )
    assert f"{note} failed\n" in again.err
    assert "earlier attempt" not in attempted(pipeline, "gitlab", SECOND, *START, "--wait", "0").err


@pytest.mark.parametrize(
    "others",
    [
        {"GITHUB_RUN_ID": "7002"},
        {"GITHUB_JOB": "migrate"},
        {"GITHUB_REPOSITORY": "acme/web"},
        {"GITHUB_RUN_ATTEMPT": "3"},
        {"GITHUB_RUN_ATTEMPT": ""},
        {"LULL_KEY": "eu-west-1"},
        {"LULL_COMPONENT": "web"},
        {"LULL_ENVIRONMENT": "staging"},
        {"GITHUB_ACTIONS": "", "LULL_RUN": "7001"},
    ],
    ids=str,
)
def test_deployments_of_others_are_left_alone(pipeline, shop, others):
    shop.api.post("/api/v1/components", {"name": "web"})
    shop.api.post("/api/v1/environments", {"name": "staging", "type": "staging"})
    job = pipeline.in_github(LULL_COMPONENT="checkout", LULL_ENVIRONMENT="production", LULL_VERSION="v1", LULL_WAIT="0")
    assert job.lull("deploy", "start", **others).code == 0
    again = job.lull("deploy", "start", GITHUB_RUN_ATTEMPT="2").out
    assert statuses(shop) == ["in_progress", "in_progress"]
    assert job.lull("deploy", "succeed", GITHUB_RUN_ATTEMPT="2", LULL_KEY="").out == again
    assert statuses(shop) == ["in_progress", "succeeded"]


def test_a_start_that_was_interrupted_is_made_up_for_at_the_end(pipeline, lull, shop):
    attempted(pipeline, "gitlab", FIRST, *START, "--wait", "0")
    lull.troubles.append(Trouble(500, method="PATCH"))
    interrupted = attempted(pipeline, "gitlab", SECOND, *START, "--wait", "0")
    assert statuses(shop) == ["in_progress", "pending"]
    # In another job of the pipeline.
    ended = attempted(pipeline, "gitlab", SECOND, "deploy", "succeed", *TARGET, CI_JOB_NAME="after")
    assert (ended.out, statuses(shop)) == (interrupted.out, ["failed", "succeeded"])


@pytest.mark.parametrize("verb", ["succeed", "fail"])
def test_an_attempt_that_is_given_up_and_lives_ends_its_own(pipeline, shop, verb):
    own = attempted(pipeline, "gitlab", FIRST, *START, "--wait", "0").out
    attempted(pipeline, "gitlab", SECOND, *START, "--wait", "0")
    late = attempted(pipeline, "gitlab", FIRST, "deploy", verb, *TARGET)
    assert (late.code, late.out) == ((1, "") if verb == "succeed" else (0, own))
    assert statuses(shop) == ["failed", "in_progress"]


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(403, body=b'{"statusCode": 403, "message": "not for you", "error": "Forbidden"}', method="GET"),
        Trouble(500, method="GET"),
        Trouble(200, body=b'{"data": [7]}', method="GET"),
    ],
    ids=lambda trouble: str(trouble.status),
)
def test_a_list_that_cannot_be_read_fails_no_step(pipeline, lull, shop, trouble):
    target = ("--component", shop.component, "--environment", shop.environment, "--version", "v1", "--wait", "0")
    attempted(pipeline, "gitlab", FIRST, "deploy", "start", *target)
    lull.troubles.append(trouble)
    again = attempted(pipeline, "gitlab", SECOND, "deploy", "start", *target, "--required")
    assert (again.code, statuses(shop)) == (0, ["in_progress", "in_progress"])
    assert "warning: it is not known whether an earlier attempt of this job left" in again.err
    lull.troubles.append(Trouble(403, method="PATCH"))
    again = attempted(pipeline, "gitlab", SECOND, "deploy", "start", *target, "--required")
    assert (again.code, statuses(shop)) == (0, ["in_progress", "in_progress"])
    assert "in progress, and that cannot be ended: " in again.err


def test_the_gate_does_not_count_what_an_earlier_attempt_left(pipeline, shop):
    gate = ("can-deploy", *TARGET)
    attempted(pipeline, "gitlab", FIRST, *START, "--wait", "0", "--key", "eu")
    assert attempted(pipeline, "gitlab", FIRST, *gate).code == 3
    again = attempted(pipeline, "gitlab", SECOND, *gate)
    assert (again.code, again.out) == (0, "yes\n")
    assert "is being deployed since" in again.err
    assert "by an earlier attempt of this job" in again.err
    assert attempted(pipeline, "gitlab", SECOND, *gate, CI_JOB_NAME="gate").code == 3
    assert attempted(pipeline, "gitlab", SECOND, *gate, CI_PIPELINE_ID="8002").code == 3
    # Of somebody else, as well.
    attempted(pipeline, "github", FIRST, *START, "--wait", "0")
    taken = attempted(pipeline, "gitlab", SECOND, *gate)
    assert (taken.code, taken.out.count("is being deployed")) == (3, 1)
