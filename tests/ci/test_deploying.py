"""`lull deploy` against the real API."""

import json
import subprocess

import pytest

from tests.ci.command import Pipeline
from tests.ci.lull_server import Trouble
from tests.deploying import a_deployment

TARGET = ("--component", "checkout", "--environment", "production")


def test_checks_are_quiet_from_start_to_success(pipeline, shop):
    job = pipeline.in_github()
    started = job.process("deploy", "start", *TARGET)
    (made,) = shop.deployments()
    assert (started.code, started.out) == (0, made["id"] + "\n")
    assert "checkout a1b2c3d4e5f6 to production is in progress; its checks are quiet" in started.err
    assert (made["status"], made["quiet"], shop.statuses()) == ("in_progress", "on", ["PAUSED", "PAUSED"])
    assert job.handed_on("output") == {"deployment-id": made["id"]}
    assert job.handed_on("env") == {"LULL_STARTED_DEPLOYMENT_ID": made["id"]}
    ended = job.process("deploy", "succeed", **job.handed_on("env"))
    assert (ended.code, ended.out) == (0, made["id"] + "\n")
    assert shop.statuses() == ["RESUMED", "RESUMED"]
    assert shop.deployments()[0]["status"] == "succeeded"


def test_what_the_run_knows_is_on_record(pipeline, shop):
    job = pipeline.in_github()
    more = ("--description", "Grüße, 東京 🚀", "--unplanned", "--max-duration", "2h", "--metadata", "team=payments")
    job.lull("deploy", "start", *TARGET, *more, "--wait", "0", GITHUB_ACTOR="zoë", GITHUB_REF="refs/heads/fix/ünïcode")
    (made,) = shop.deployments()
    wanted = {
        "version": "a1b2c3d4e5f6",
        "commitSha": "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
        "ref": "refs/heads/fix/ünïcode",
        "deployedBy": "zoë",
        "link": "https://github.com/acme/shop/actions/runs/7001",
        "description": "Grüße, 東京 🚀",
        "unplanned": True,
        "maxDurationSeconds": 7200,
        "metadata": {
            "team": "payments",
            "ci": {
                "provider": "github",
                "repository": "acme/shop",
                "runId": "7001",
                "runAttempt": "1",
                "job": "deploy",
                "workflow": "Release",
                "event": "push",
            },
        },
    }
    assert {name: made[name] for name in wanted} == wanted


def test_the_time_of_the_commit_is_asked_of_the_checkout(pipeline, shop):
    def git(*arguments: str, **environment: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
        done = subprocess.run(
            command, cwd=pipeline.folder, check=True, capture_output=True, text=True, env={"HOME": "/", **environment}
        )
        return done.stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "one", GIT_COMMITTER_DATE="2026-03-01T12:00:00+02:00")
    sha = git("rev-parse", "HEAD")
    git("commit", "-q", "--allow-empty", "-m", "two", GIT_COMMITTER_DATE="2026-03-02T12:00:00+02:00")
    assert pipeline.in_github().process("deploy", "start", *TARGET, "--wait", "0", GITHUB_SHA=sha).code == 0
    assert shop.deployments()[0]["commitTimestamp"] == "2026-03-01T10:00:00Z"
    # Of a committer whose clock is wrong: the deployment is told of without it.
    git("commit", "-q", "--allow-empty", "-m", "three", GIT_COMMITTER_DATE="2099-03-01T12:00:00+02:00")
    sha = git("rev-parse", "HEAD")
    told = pipeline.in_github().process("deploy", "start", *TARGET, "--wait", "0", "--key", "x", GITHUB_SHA=sha)
    assert told.code == 0
    assert {each["commitSha"]: each["commitTimestamp"] for each in shop.deployments()}[sha] is None


def test_a_step_that_is_run_again_makes_no_second_one(pipeline, shop):
    job = pipeline.in_github()
    first, again = (job.lull("deploy", "start", *TARGET) for _ in range(2))
    assert (first.code, again.code, first.out) == (0, 0, again.out)
    next_try = job.lull("deploy", "start", *TARGET, GITHUB_RUN_ATTEMPT="2")
    leg = job.lull("deploy", "start", *TARGET, "--key", "eu-west-1")
    assert len({first.out, next_try.out, leg.out}) == 3
    assert len(shop.deployments()) == 3


def test_what_has_failed_is_tried_again_on_the_same_record(pipeline, shop):
    job = pipeline.in_github()
    job.lull("deploy", "start", *TARGET)
    job.lull("deploy", "fail", *TARGET)
    assert job.lull("deploy", "start", *TARGET).code == 0
    (made,) = shop.deployments()
    assert (made["status"], made["attempt"], shop.statuses()) == ("in_progress", 2, ["PAUSED", "PAUSED"])


def test_the_same_step_with_another_version_needs_a_key(pipeline, shop):
    job = pipeline.in_github()
    job.lull("deploy", "start", *TARGET, "--wait", "0")
    other = job.lull("deploy", "start", *TARGET, "--version", "v9")
    assert other.code == 1
    assert "give each a --key of its own" in other.err
    assert job.handed_on("env") == {"LULL_STARTED_DEPLOYMENT_ID": ""}
    assert len(shop.deployments()) == 1


@pytest.mark.parametrize(("verb", "status"), [("succeed", "succeeded"), ("fail", "failed")])
def test_the_end_is_found_by_its_run_and_may_be_told_twice(pipeline, shop, verb, status):
    job = pipeline.in_gitlab()
    started = job.lull("deploy", "start", *TARGET, "--dotenv", str(job.file("lull.env")))
    assert job.handed_on("lull.env") == {"LULL_STARTED_DEPLOYMENT_ID": started.out.strip()}
    # Of somebody else, and newer.
    pipeline.in_github().lull("deploy", "start", *TARGET, "--wait", "0")
    # In a later job of the pipeline.
    later = {"CI_JOB_ID": "90002", "CI_JOB_NAME": "after"}
    for note in (f"v2.4.1 to production has {status}", f"v2.4.1 to production has {status} already"):
        ended = job.lull("deploy", verb, *TARGET, **later)
        assert (ended.code, ended.out) == (0, started.out)
        assert note in ended.err
    assert [each["status"] for each in shop.deployments()] == ["in_progress", status]
    assert shop.deployments()[1]["commitTimestamp"] == "2026-03-01T10:00:00Z"


def test_an_id_that_was_handed_on_is_not_taken_for_another_component(pipeline, shop):
    shop.api.post("/api/v1/components", {"name": "web"})
    job = pipeline.in_github()
    checkout = job.lull("deploy", "start", *TARGET, "--wait", "0").out.strip()
    web = job.lull("deploy", "start", "--component", "web", "--environment", "production", "--wait", "0").out.strip()
    # GITHUB_ENV holds the second one's.
    assert job.lull("deploy", "succeed", *TARGET, LULL_STARTED_DEPLOYMENT_ID=web).out.strip() == checkout
    assert {each["id"]: each["status"] for each in shop.deployments()} == {checkout: "succeeded", web: "in_progress"}


@pytest.mark.parametrize("handed_on", [True, False])
def test_an_id_that_is_given_is_the_one_that_is_meant(pipeline, shop, handed_on):
    shop.api.post("/api/v1/components", {"name": "web"})
    job = pipeline.in_github(LULL_ENVIRONMENT="production", LULL_WAIT="0")
    web = job.lull("deploy", "start", "--component", "web").out.strip()
    checkout = job.lull("deploy", "start", "--component", "checkout").out.strip()
    more = {"LULL_STARTED_DEPLOYMENT_ID": checkout} if handed_on else {}
    failed = job.lull("deploy", "fail", LULL_DEPLOYMENT_ID=web, LULL_COMPONENT="checkout", LULL_KEY="x", **more)
    assert (failed.code, failed.out) == (0, web + "\n")
    assert job.lull("deploy", "succeed", "--id", checkout, LULL_DEPLOYMENT_ID=web).out == checkout + "\n"
    assert {each["id"]: each["status"] for each in shop.deployments()} == {web: "failed", checkout: "succeeded"}


def test_the_id_of_the_order_of_an_application_is_of_another_kind(pipeline, shop):
    job = pipeline.in_gitlab(LULL_APPLICATION_ID=shop.component, LULL_DEPLOYMENT_ID=shop.component)
    started = job.lull("deploy", "start", *TARGET, "--wait", "0")
    ended = job.lull("deploy", "succeed", *TARGET)
    assert (ended.code, ended.out) == (0, started.out)


def test_several_that_may_be_meant_are_not_guessed(pipeline, shop):
    job = pipeline.in_github()
    for key in ("eu", "us"):
        job.lull("deploy", "start", *TARGET, "--key", key, "--wait", "0")
    guessed = job.lull("deploy", "succeed", *TARGET)
    assert guessed.code == 2
    assert "give --key or --id" in guessed.err
    assert job.lull("deploy", "succeed", *TARGET, "--key", "us").code == 0
    assert [each["status"] for each in shop.deployments()] == ["succeeded", "in_progress"]


def test_one_that_failed_does_not_succeed(pipeline, shop):
    job = pipeline.in_github()
    job.lull("deploy", "start", *TARGET, "--wait", "0")
    job.lull("deploy", "fail", *TARGET)
    refused = job.lull("deploy", "succeed", *TARGET)
    assert refused.code == 1
    assert "has failed: it cannot become succeeded" in refused.err


def test_nothing_to_end_is_a_warning_unless_it_is_required(pipeline, shop):
    job = pipeline.in_gitlab()
    warned = job.lull("deploy", "succeed", *TARGET)
    assert (warned.code, warned.out) == (0, "")
    assert "did `lull deploy start` run" in warned.err
    assert job.lull("deploy", "succeed", *TARGET, "--required").code == 1


def test_outside_of_a_run_the_only_one_in_progress_is_meant(pipeline, shop):
    start = ("deploy", "start", *TARGET, "--version", "v1", "--wait", "0")
    warning = "lull: warning: no CI run is known here, so this step makes another deployment if it is run again: set"
    started = pipeline.lull(*start[:-2], "--json")
    made = json.loads(started.out)
    assert (made["status"], made["quiet"], made["metadata"]) == ("in_progress", "on", {})
    assert started.err.startswith(warning)
    again = pipeline.lull(*start)
    assert again.err.startswith(warning)
    guessed = pipeline.lull("deploy", "succeed", *TARGET)
    assert guessed.code == 2
    assert made["id"] in guessed.err
    assert again.out.strip() in guessed.err
    assert pipeline.lull("deploy", "succeed", "--id", made["id"]).code == 0
    # Open, but nobody has begun it.
    a_deployment(shop.api, shop.component, shop.environment)
    ended = pipeline.lull("deploy", "fail", *TARGET)
    assert (ended.code, ended.out) == (0, again.out)
    assert [each["status"] for each in shop.deployments()] == ["pending", "failed", "succeeded"]
    nothing = pipeline.lull("deploy", "succeed", *TARGET)
    assert (nothing.code, nothing.out) == (0, "")
    assert "no deployment of this run to end" in nothing.err
    assert "LULL_RUN" not in pipeline.lull(*start, LULL_RUN="17").err


def test_outside_of_a_run_a_key_tells_one_from_another(pipeline, shop):
    legs = [
        pipeline.lull("deploy", "start", *TARGET, "--version", "v1", "--wait", "0", "--key", key)
        for key in ("eu", "us")
    ]
    ended = pipeline.lull("deploy", "succeed", *TARGET, "--key", "eu")
    assert (ended.code, ended.out) == (0, legs[0].out)


def test_without_a_commit_the_version_is_needed(pipeline, shop):
    without = pipeline.lull("deploy", "start", *TARGET)
    assert (without.code, without.err) == (2, "lull: error: it is not known what is deployed: give --version\n")


def test_ids_need_no_look_up_and_names_have_no_case(pipeline, lull, shop):
    by_id = ("--component", shop.component, "--environment", shop.environment, "--wait", "0")
    assert pipeline.in_github().lull("deploy", "start", *by_id).code == 0
    assert [each.method for each in lull.requests] == ["POST", "PATCH"]
    assert pipeline.in_gitlab().lull("deploy", "start", "--component", "CHECKOUT", *by_id[2:]).code == 0


def test_names_that_lead_nowhere(pipeline, shop):
    job = pipeline.in_github()
    unknown = job.lull("deploy", "start", "--component", "chekout", "--environment", "production")
    assert unknown.code == 1
    masked, said = unknown.err.splitlines()
    assert masked == f"::add-mask::{shop.api.key}"
    assert said == "::error title=Lull::there is no component called chekout: the first few are checkout"
    stranger = job.lull("deploy", "start", "--component", shop.environment, "--environment", "production")
    assert stranger.code == 1
    assert "component" in stranger.err


def test_fields_that_lull_refuses_are_named(pipeline, shop):
    refused = pipeline.in_gitlab().lull("deploy", "start", *TARGET, "--max-duration", "5s")
    assert refused.code == 1
    assert "maxDurationSeconds" in refused.err
    assert refused.err.count("\n") == 1


def test_windows_of_a_project(pipeline, shop):
    job = pipeline.in_github()
    project, checks = ("--project", str(shop.project)), ("--checks", str(shop.checks[0]), "--for", "30m")
    first, again = (job.lull("window", "start", *project, *checks) for _ in range(2))
    assert (first.code, first.out) == (again.code, again.out)
    assert job.handed_on("env") == {"LULL_STARTED_WINDOW_ID": first.out.strip()}
    assert shop.statuses() == ["PAUSED", "NEW"]
    window = shop.api.get(f"/api/deployments/{first.out.strip()}")
    wanted = {"version": "a1b2c3d4e5f6", "author": "ada", "maxDurationSeconds": 1800, "status": "ACTIVE"}
    assert {name: window[name] for name in wanted} == wanted
    # By its run, then by the id that was handed on: it has ended by then.
    by_run: dict[str, str] = {}
    for environment in (by_run, job.handed_on("env")):
        ended = job.lull("window", "end", *project, **environment)
        assert (ended.code, ended.out) == (0, first.out)
    assert shop.statuses() == ["RESUMED", "NEW"]


def test_windows_are_found_by_a_run_that_has_only_a_name(pipeline, shop):
    job = Pipeline(pipeline.folder, {**pipeline.environment, "LULL_PROJECT": str(shop.project)}, pipeline.meanwhile)
    opened = job.lull("window", "start", "--for", "30m", "--name", "x" * 255, LULL_RUN="17")
    long = job.lull("window", "start", LULL_RUN="7" * 200)
    # Of others, and newer.
    others = [job.lull("window", "start", LULL_RUN=run) for run in ("117", "7" * 199, "1")]
    assert {each.code for each in (opened, long, *others)} == {0}
    name = shop.api.get(f"/api/deployments/{opened.out.strip()}")["name"]
    assert (len(name), name[-10:]) == (255, "x (run 17)")
    for run, started in (("17", opened), ("7" * 200, long)):
        ended = job.lull("window", "end", LULL_RUN=run)
        assert (ended.code, ended.out) == (0, started.out)
    again = job.lull("window", "end", LULL_RUN="17")
    assert (again.code, again.out) == (0, "")
    assert "no deployment window of this run to end" in again.err
    windows = shop.api.get(f"/api/deployments?projectId={shop.project}")
    assert [each["status"] for each in windows] == ["ACTIVE"] * 3 + ["ENDED"] * 2
    nobody = job.lull("window", "end")
    assert nobody.code == 2
    assert "set LULL_RUN for both" in nobody.err


def test_a_window_is_found_without_its_project(pipeline, shop):
    web = shop.api.post("/api/projects", {"name": "Web"})["id"]
    job = pipeline.in_gitlab()
    first = job.lull("window", "start", "--project", str(shop.project)).out
    # Of somebody else.
    pipeline.in_github().lull("window", "start", "--project", str(web))
    ended = job.lull("window", "end")
    assert (ended.code, ended.out) == (0, first)
    assert (job.lull("window", "end").code, job.lull("window", "end", "--required").code) == (0, 1)
    several = [job.lull("window", "start", "--project", str(each), "--key", "2").out for each in (shop.project, web)]
    guessed = job.lull("window", "end")
    assert guessed.code == 2
    assert "several deployment windows open: give --id, or --project" in guessed.err
    # What was handed on last is not taken for that of another project.
    handed_on = {"LULL_STARTED_WINDOW_ID": several[1].strip()}
    assert job.lull("window", "end", "--project", str(shop.project), **handed_on).out == several[0]
    assert job.lull("window", "end", **handed_on).out == several[1]


def test_a_window_is_not_looked_for_in_more_projects_than_can_be_asked(nobody, lull):
    for body in ({"grant": None}, {"items": [{"id": number} for number in range(21)]}):
        lull.troubles.append(Trouble(200, body=json.dumps(body).encode()))
    unknown = nobody.in_gitlab().lull("window", "end")
    assert unknown.code == 2
    assert "more than 20 projects to look in: give --project (LULL_PROJECT), or --id" in unknown.err


def test_windows_that_cannot_be_are_refused(pipeline, shop):
    refused = pipeline.lull("window", "start", "--project", str(shop.project), "--until", "2020-01-01T00:00:00Z")
    assert refused.code == 1
    assert "scheduledEndAt is in the past" in refused.err


def test_the_gate(pipeline, shop):
    job = pipeline.in_github()
    free = job.lull("can-deploy", *TARGET)
    assert (free.code, free.out, job.handed_on("output")) == (0, "yes\n", {"can-deploy": "true"})
    job.lull("deploy", "start", *TARGET, "--wait", "0")
    taken = job.lull("can-deploy", *TARGET)
    assert taken.code == 3
    assert taken.out.startswith("no\n- version a1b2c3d4e5f6 is being deployed since")
    assert job.handed_on("output")["can-deploy"] == "false"
    said = json.loads(job.lull("can-deploy", *TARGET, "--json").out)
    assert [each["code"] for each in said["reasons"]] == ["in_progress"]
