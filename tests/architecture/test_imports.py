"""Who may import what, beyond what import-linter says: checked in fresh interpreters and in the source."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "layers/core/lull"
FUNCTIONS = ROOT / "functions"
WORKERS = ["dispatcher", "transitioner", "publisher", "prober", "monitor"]
APIS = ["management", "public", "hooks"]
FRONT_DOOR = {"use_cases", "domain", "clock", "observability"}
# Said by each import that is looked at, so that one process answers every question of a module.
_NO_CLIENT = "; from lull import aws; assert aws.client.cache_info().currsize == 0"
WEB = {"fastapi", "starlette", "mangum", "pydantic"}


@cache
def imported_by(code: str, folder: str) -> frozenset[str]:
    program = f"{code}; import sys; print(*sys.modules)"
    path = f"{CORE.parent}:{FUNCTIONS / folder}"
    run = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    return frozenset(run.stdout.split())


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_never_imports_the_web(worker):
    assert not imported_by(f"import {worker}{_NO_CLIENT}", worker) & WEB


@pytest.mark.parametrize("module", [*WORKERS, *APIS])
def test_importing_a_function_reads_no_setting_and_makes_no_client(module):
    # A client needs a region and the settings an environment: there is neither.
    assert imported_by(f"import {module}{_NO_CLIENT}", _folder(module))


@pytest.mark.parametrize("module", APIS)
def test_a_request_costs_no_import_of_what_only_tokens_passwords_or_html_need(module):
    assert not imported_by(f"import {module}{_NO_CLIENT}", "api") & {"jwt", "argon2", "nh3"}


def test_the_gate_loads_no_renderer():
    assert not imported_by(f"import public{_NO_CLIENT}", "api") & {"markdown_it", "nh3", "lull.publishing.assets"}


@pytest.mark.parametrize("module", [*(worker for worker in WORKERS if worker != "prober"), *APIS])
def test_a_function_that_starts_does_not_load_the_client_for_the_outside(module):
    assert not imported_by(f"import {module}{_NO_CLIENT}", _folder(module)) & {"httpx", "httpcore"}


def _folder(module: str) -> str:
    return "api" if module in APIS else module


def test_only_the_way_out_knows_the_client_for_the_outside():
    for path in [*CORE.rglob("*.py"), *FUNCTIONS.rglob("*.py")]:
        if path.name not in {"targets.py", "exchanges.py", "outbound.py"}:
            assert not {name.split(".")[0] for name in _imports(path)} & {"httpx", "httpcore"}, path


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
    return names


@pytest.mark.parametrize("path", sorted(FUNCTIONS.rglob("*.py")), ids=lambda path: str(path.relative_to(FUNCTIONS)))
def test_a_function_enters_the_core_by_its_front_door(path):
    entered = {name.split(".")[1] for name in _imports(path) if name.startswith("lull.")}
    assert entered <= FRONT_DOOR


def test_only_the_api_names_the_web_framework():
    for requirements in [*FUNCTIONS.glob("*/requirements.txt"), CORE.parent / "requirements.txt"]:
        named = set(requirements.read_text().split()) & {"fastapi", "mangum"}
        assert bool(named) is (requirements.parent.name == "api"), requirements


def test_no_code_scans_the_table():
    for path in [*CORE.rglob("*.py"), *FUNCTIONS.rglob("*.py")]:
        assert not re.search(r"\.scan\(|[\"']scan[\"']", path.read_text()), path


def test_only_the_key_module_writes_a_key():
    for path in CORE.rglob("*.py"):
        if path.name == "keys.py":
            continue
        # A hash sign in a string that is no placeholder of an expression, no colour and no HTML.
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"\b[A-Z]{2,}#", node.value), (path, node.value)


@pytest.mark.parametrize("worker", WORKERS)
def test_no_handler_catches_what_must_end_the_process(worker):
    source = (FUNCTIONS / worker / f"{worker}.py").read_text()
    assert "BaseException" not in source
