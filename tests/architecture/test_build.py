"""`make build`: the artefacts that go to Lambda, without Docker."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = ROOT / ".aws-sam/build"
UNCHECKED_HASH = 1


def test_without_the_runtime_s_python_it_says_what_is_missing(tmp_path):
    only = tmp_path / "bin"
    only.mkdir()
    for program in ("bash", "sed", "head", "dirname", "env"):
        found = shutil.which(program)
        assert found
        (only / program).symlink_to(found)
    built = subprocess.run(
        [ROOT / "scripts/build"], env={"PATH": str(only), "HOME": str(tmp_path)}, capture_output=True, text=True
    )
    assert built.returncode == 1
    assert built.stderr.strip() == (
        "make build needs python3.13, the runtime that template.yaml names, on the PATH; it is not on this machine"
    )


@pytest.fixture(scope="module")
def build() -> Path:
    """A fresh build, one for all workers of a run. Without the runtime's Python there is none, and the skip says so."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with (ROOT / ".aws-sam.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if lock.read() == run:
            return BUILD
        built = subprocess.run([ROOT / "scripts/build"], capture_output=True, text=True)
        if "needs python3.13" in built.stderr:
            pytest.skip(built.stderr.strip())
        assert built.returncode == 0, built.stderr
        lock.truncate(0)
        lock.write(run)
    return BUILD


def test_every_function_has_its_handler_and_the_layer_the_package(build):
    for function in ("Management", "Public", "Hooks", "Dispatcher", "Transitioner", "Publisher", "Prober", "Monitor"):
        assert (build / f"{function}Function/{function.lower()}.py").exists()
    assert (build / "CoreLayer/python/lull/py.typed").exists()
    assert not (build / "CoreLayer/python/python").exists()


def test_every_module_has_byte_code_that_is_never_checked_against_its_source(build):
    modules = [path for path in build.rglob("*.py") if "__pycache__" not in path.parts]
    assert len(modules) > 500
    for module in modules:
        compiled = module.parent / "__pycache__" / f"{module.stem}.cpython-313.pyc"
        assert compiled.exists(), module
        assert compiled.read_bytes()[4] == UNCHECKED_HASH, module


def test_only_the_apis_ship_the_web_framework_and_no_layer_does(build):
    shipped = {path.parent.name for path in build.glob("*/fastapi")}
    assert shipped == {"ManagementFunction", "PublicFunction", "HooksFunction", "EventsFunction"}
    assert not (build / "CoreLayer/python/pydantic").exists()


def test_what_is_compiled_is_for_the_processor_of_lambda(build):
    libraries = list(build.rglob("*.so"))
    assert libraries
    assert all("aarch64" in library.name or "abi3" in library.name for library in libraries), libraries
    machine = 18  # offset of e_machine in an ELF header; 0xB7 is AArch64
    assert {library.read_bytes()[machine] for library in libraries} == {0xB7}


def test_the_artefacts_stay_small(build):
    def megabytes(name: str) -> float:
        return float(sum(path.stat().st_size for path in (build / name).rglob("*") if path.is_file())) / 1e6

    assert megabytes("ManagementFunction") < 50
    assert megabytes("CoreLayer") < 25
    assert megabytes("DispatcherFunction") < 0.1


def test_the_tool_that_checks_the_build_is_not_in_it():
    assert importlib.util.find_spec("samcli") is None, "the SAM CLI has an environment of its own"
