"""The command runs on whatever Python a runner has, with nothing of the product."""

import ast
import doctest
import importlib
import subprocess
import sys
import tomllib

import pytest
from lull_ci.errors import Misused
from lull_ci.options import parsed
from lull_ci.runs import Run, run_of

from tests.ci.command import CI, GITHUB, GITLAB

MODULES = sorted((CI / "lull_ci").glob("*.py"))
DESCRIBED = tomllib.loads((CI / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_imports_the_standard_library_and_httpx(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(), feature_version=(3, 9))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).split(".")[0])
        elif isinstance(node, ast.Import):
            imported |= {each.name.split(".")[0] for each in node.names}
    assert imported <= sys.stdlib_module_names | {"httpx", "lull_ci"}


def test_the_package_says_what_it_needs():
    assert DESCRIBED["requires-python"] == ">=3.9"
    assert [each.partition(">")[0] for each in DESCRIBED["dependencies"]] == ["httpx"]
    assert DESCRIBED["version"] == importlib.import_module("lull_ci").__version__
    module, _, function = DESCRIBED["scripts"]["lull"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_mistakes_are_found_before_the_client_is_loaded():
    program = "import lull_ci.command_line, sys; print(*sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(CI)}, capture_output=True, text=True, check=True
    )
    assert not set(shown.stdout.split()) & {"httpx", "lull"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_examples_of_a_module_are_true(path):
    if path.stem != "__main__":
        assert doctest.testmod(importlib.import_module(f"lull_ci.{path.stem}")).failed == 0


def test_the_version_is_the_tag_or_the_commit():
    assert run_of(GITLAB).version == "v2.4.1"
    assert run_of({**GITLAB, "CI_COMMIT_TAG": ""}).version == "b1b2c3d4e5f6"
    assert run_of({**GITHUB, "GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v3"}).version == "v3"
    assert run_of({**GITHUB, "GITHUB_SHA": "not a commit"}).version is None
    assert run_of({}) == Run()


def test_a_run_is_told_from_all_others():
    runs = [GITHUB, GITLAB, {"LULL_RUN": "7001"}, {**GITHUB, "GITHUB_REPOSITORY": "acme/web"}]
    runs += [{**GITHUB, name: "other"} for name in ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB")]
    runs += [{**GITLAB, name: "other"} for name in ("CI_PIPELINE_ID", "CI_JOB_ID", "CI_JOB_NAME")]
    keys = [run_of(each).key(*parts) for each in runs for parts in (("a", "b"), ("ab",), ("a", "b", None))]
    assert len(set(keys)) == len(keys)
    assert keys == [run_of(each).key(*parts) for each in runs for parts in (("a", "b"), ("ab",), ("a", "b", None))]
    # At a terminal nothing tells one from the next.
    assert Run().key("a") != Run().key("a")


def test_what_an_environment_holds_by_accident_can_be_sent():
    run = run_of({**GITHUB, "GITHUB_ACTOR": "\udcffzoë\x1b[31m\n", "GITHUB_JOB": "x" * 999, "GITHUB_SERVER_URL": "ftp"})
    assert (run.actor, run.link) == ("?zoë [31m", None)
    assert len(run.job or "") == 255


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("deploy",),
        ("deploy", "stop"),
        ("deploy", "start", "--component", "a"),
        ("deploy", "start", "--comp", "a", "--environment", "b"),
        ("deploy", "start", "--component", " ", "--environment", "b"),
        ("deploy", "start", "--component", "a", "--environment", "b", "--max-duration", "2 hours"),
        ("deploy", "start", "--component", "a", "--environment", "b", "--metadata", "ci=x"),
        ("window", "start", "--project", "Shop"),
        ("window", "start", "--project", "1", "--for", "5m", "--until", "2026-03-01T12:00:00Z"),
        ("window", "start", "--project", "1", "--checks", "1,x"),
    ],
    ids=" ".join,
)
def test_options_that_cannot_be_meant(arguments):
    with pytest.raises(Misused, match="--help"):
        parsed(arguments, {})


def test_options_come_before_variables():
    environment = {"LULL_COMPONENT": "a", "LULL_ENVIRONMENT": "b", "LULL_WAIT": "0", "LULL_VERSION": ""}
    asked = parsed(["deploy", "start", "--component", "c"], environment)
    assert (asked.component, asked.environment, asked.wait, asked.version) == ("c", "b", 0.0, None)


def test_what_is_required_may_be_said_by_a_variable(capsys):
    with pytest.raises(Misused, match="not given: --environment, or LULL_ENVIRONMENT"):
        parsed(["can-deploy"], {"LULL_COMPONENT": "a"})
    with pytest.raises(SystemExit):
        parsed(["deploy", "start", "--help"], {})
    shown = " ".join(capsys.readouterr().out.split())
    assert "[--component COMPONENT]" in shown
    assert "the component's name or id (required unless LULL_COMPONENT is set)" in shown
