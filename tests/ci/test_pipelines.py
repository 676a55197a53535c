"""The GitHub action and the GitLab template: read as their runners read them, and their scripts run."""

import os
import re
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.command import CI, Outcome, Pipeline
from tests.e2e.running import free_port

SHOP = {"LULL_COMPONENT": "checkout", "LULL_ENVIRONMENT": "production"}


@pytest.fixture(scope="module")
def machine(tmp_path_factory) -> dict[str, str]:
    """A runner's. It installs from its copy of the repository; what else is needed, its Python has: nobody is asked."""
    temporary = tmp_path_factory.mktemp("runner")
    ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    shutil.copytree(CI, temporary / "actions/lull/ci", ignore=ignored)
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": "",
        "RUNNER_TEMP": str(temporary),
        "GITHUB_ACTION_PATH": str(temporary / "actions/lull/ci/github"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_CONFIG_FILE": os.devnull,
    }


class Action:
    """As far as GitHub's runner evaluates this one: `inputs` and `env` are all that it reads."""

    def __init__(self, job: Pipeline) -> None:
        self.job = job
        self.described: dict[str, Any] = yaml.safe_load((CI / "github/action.yml").read_text())

    def run(self, command: str, **inputs: str) -> tuple[Outcome, dict[str, str]]:
        """What its last step came to, and its outputs."""
        known = {name: str(each.get("default", "")) for name, each in self.described["inputs"].items()}
        assert inputs.keys() <= known.keys()
        given = {**known, **inputs, "command": command}
        inherited = {**self.job.environment, **self.job.handed_on("env")}
        self.job.file("output").unlink(missing_ok=True)
        for step in self.described["runs"]["steps"]:
            assert step["shell"] == "bash"
            script = self.job.file("step.sh")
            script.write_text(step["run"])
            said = {name: evaluated(text, given, inherited) for name, text in step.get("env", {}).items()}
            outcome = self.job.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], **{**inherited, **said}
            )
            if outcome.code:
                break
        outputs = {
            name: self.job.handed_on("output").get(re.findall(r"steps\.lull\.outputs\.([\w-]+)", each["value"])[0], "")
            for name, each in self.described["outputs"].items()
        }
        return outcome, outputs


def evaluated(text: str, inputs: dict[str, str], environment: dict[str, str]) -> str:
    match = re.fullmatch(r"\$\{\{ inputs\.([\w-]+)(?: \|\| env\.(\w+))? \}\}", text)
    assert match, text
    return inputs[match[1]] or environment.get(match[2] or "", "")


@pytest.fixture
def action(pipeline: Pipeline, machine: dict[str, str]) -> Action:
    return Action(pipeline.in_github(**machine))


def test_an_action_for_each_step_of_a_release(action, shop):
    started, outputs = action.run("deploy start", component="checkout", environment="production", version="v2.5.0")
    (made,) = shop.deployments()
    assert (started.code, outputs["deployment-id"], made["version"]) == (0, made["id"], "v2.5.0")
    assert shop.statuses() == ["PAUSED", "PAUSED"]
    gate, outputs = action.run("can-deploy", component="checkout", environment="production")
    assert (gate.code, outputs["can-deploy"]) == (3, "false")
    # The id goes by the job's environment.
    ended, _ = action.run("deploy succeed")
    assert (ended.code, shop.deployments()[0]["status"]) == (0, "succeeded")
    window, outputs = action.run("window start", project=str(shop.project), options="--for=30m\n--name=two words\n")
    assert (window.code, shop.api.get(f"/api/deployments/{outputs['window-id']}")["name"]) == (0, "two words")


def test_the_input_says_which_deployment_whatever_the_job_says(action, shop):
    shop.api.post("/api/v1/components", {"name": "web"})
    action.job.environment.update(LULL_ENVIRONMENT="production", LULL_WAIT="0")
    _, web = action.run("deploy start", component="web")
    _, checkout = action.run("deploy start", component="checkout")
    action.job.environment.update(SHOP)
    # That of the component goes by its name, and the other by its id.
    assert action.run("deploy fail", **{"deployment-id": web["deployment-id"]})[0].code == 0
    assert action.run("deploy succeed", component="checkout")[0].code == 0
    ended = {web["deployment-id"]: "failed", checkout["deployment-id"]: "succeeded"}
    assert {each["id"]: each["status"] for each in shop.deployments()} == ended


def test_the_job_says_whether_lull_is_required_unless_the_step_does(action):
    action.job.environment.update(LULL_URL=f"http://127.0.0.1:{free_port()}", LULL_TIMEOUT="1", **SHOP)
    assert action.run("can-deploy")[0].code == 0
    action.job.environment["LULL_REQUIRED"] = "true"
    assert action.run("can-deploy")[0].code == 4
    assert action.run("can-deploy", required="false")[0].code == 0


@pytest.mark.parametrize("command", ["deploy", "deploy start; id", "--help", "$(id)", ""])
def test_no_other_command_is_run(action, command):
    outcome, _ = action.run(command, component="checkout", environment="production")
    assert outcome.code == 2
    assert "command is none of" in outcome.out


def test_inputs_are_data(action, shop):
    outcome, _ = action.run("deploy start", component="$(touch hacked) `id`; \"'", environment="production")
    assert outcome.code == 1
    assert "there is no component called $(touch hacked) `id`; \"'" in outcome.err
    assert not action.job.file("hacked").exists()


def test_everything_that_the_action_names_is_there():
    described = yaml.safe_load((CI / "github/action.yml").read_text())
    assert all(set(each) <= {"description", "required", "default"} for each in described["inputs"].values())
    environment = described["runs"]["steps"][-1]["env"]
    used = {re.findall(r"inputs\.([\w-]+)", text)[0] for text in environment.values()}
    assert used == set(described["inputs"])
    variables = set(re.findall(r"LULL_\w+", "".join(each.read_text() for each in (CI / "lull_ci").glob("*.py"))))
    # Those of nouns are put together.
    assert set(environment) - {"LULL_COMMAND", "LULL_OPTIONS", "LULL_COMPONENT", "LULL_ENVIRONMENT"} <= variables


class Template:
    """The jobs of the template, `extends` resolved as GitLab does: maps are merged, everything else is replaced."""

    def __init__(self, job: Pipeline) -> None:
        self.job = job
        self.jobs: dict[str, dict[str, Any]] = yaml.safe_load((CI / "gitlab/lull.yml").read_text())

    def job_of(self, name: str) -> dict[str, Any]:
        own = self.jobs[name]
        inherited = self.job_of(own["extends"]) if "extends" in own else {}
        return {**inherited, **own}

    def run(self, name: str, *parts: str, **more: str) -> Outcome:
        job = self.job_of(name)
        lines = [line for part in parts for line in job[part]]
        return self.job.run(["bash", "-eo", "pipefail", "-c", "\n".join(lines)], **more)


@pytest.fixture(scope="module")
def image(machine: dict[str, str]) -> dict[str, str]:
    """A job's, with what the template installs in it."""
    prefix = Path(machine["RUNNER_TEMP"]) / "image"
    packages = sysconfig.get_path("purelib", vars={"base": str(prefix), "platbase": str(prefix)})
    prefixed = {
        **machine,
        "PIP_PREFIX": str(prefix),
        "PYTHONPATH": packages,
        "PATH": f"{prefix / 'bin'}:{machine['PATH']}",
    }
    environment = {**prefixed, "LULL_CI_PACKAGE": str(Path(machine["GITHUB_ACTION_PATH"]).parent)}
    installed = Template(Pipeline(prefix.parent, environment)).run(".lull-start", "before_script")
    assert installed.code == 0, installed.err
    return environment


@pytest.fixture
def template(pipeline: Pipeline, image: dict[str, str]) -> Template:
    return Template(pipeline.in_gitlab(**image, **SHOP))


def test_jobs_before_and_after_the_one_that_deploys(template, shop):
    started = template.run(".lull-start", "script")
    (made,) = shop.deployments()
    assert (started.code, made["status"], shop.statuses()) == (0, "in_progress", ["PAUSED", "PAUSED"])
    report = template.job_of(".lull-start")["artifacts"]["reports"]["dotenv"]
    handed_on = template.job.handed_on(report)
    assert handed_on == {"LULL_STARTED_DEPLOYMENT_ID": made["id"]}
    assert template.run(".lull-can-deploy", "script").code == 3
    assert template.run(".lull-succeed", "script", **handed_on, CI_JOB_ID="90002").code == 0
    assert shop.deployments()[0]["status"] == "succeeded"


@pytest.mark.parametrize(("how", "status"), [("success", "succeeded"), ("canceled", "failed")])
def test_a_job_that_deploys_and_tells(template, shop, how, status):
    install, *rest = template.jobs[".lull-deploy"]["before_script"]
    assert [install] == template.job_of(".lull-start")["before_script"]
    template.jobs[".lull-deploy"]["before_script"] = rest
    assert template.run(".lull-deploy", "before_script").code == 0
    assert template.run(".lull-deploy", "after_script", CI_JOB_STATUS=how).code == 0
    assert shop.deployments()[0]["status"] == status


def test_a_job_of_its_own_for_what_failed(template, shop):
    assert template.job_of(".lull-fail")["when"] == "on_failure"
    template.job.lull("deploy", "start", "--wait", "0")
    # Without the report of the job before: by its pipeline.
    assert template.run(".lull-fail", "script", CI_JOB_ID="90003").code == 0
    assert shop.deployments()[0]["status"] == "failed"


def test_each_job_has_a_token_for_lull_and_no_other_audience():
    jobs = Template(Pipeline(Path())).jobs
    assert all(name.startswith(".lull") for name in jobs)
    for name in jobs:
        described = Template(Pipeline(Path())).job_of(name)
        assert described["id_tokens"] == {"LULL_ID_TOKEN": {"aud": "$LULL_URL"}}, name


GUIDE = (CI.parent / "docs/guide/pipelines.md").read_text()


def test_the_pipelines_of_the_guide_use_what_there_is():
    workflow, configuration, stages = (
        yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    )
    inputs = yaml.safe_load((CI / "github/action.yml").read_text())["inputs"]
    used = [each["with"] for each in workflow["jobs"]["deploy"]["steps"] if "ci/github" in each.get("uses", "")]
    assert [each["command"] for each in used[:2]] == ["can-deploy", "deploy start"]
    assert all(each.keys() <= inputs.keys() for each in used)
    jobs = yaml.safe_load((CI / "gitlab/lull.yml").read_text())
    assert configuration["deploy"]["extends"] in jobs
    order = stages.pop("stages")
    in_order = sorted(stages, key=lambda name: order.index(stages[name]["stage"]))
    assert in_order == ["gate", "start", "deploy", "succeed", "fail"]
    reporting = {job["extends"] for job in stages.values() if "extends" in job}
    assert reporting == jobs.keys() - {".lull", ".lull-deploy"}
    assert set(re.findall(r"`(\.lull[\w-]*)`", GUIDE)) <= jobs.keys()
    assert set(configuration["variables"]) == {"LULL_URL", "LULL_COMPONENT", "LULL_ENVIRONMENT", "LULL_CI_PACKAGE"}
