"""`scripts/venv` on machines with other Pythons than this one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "venv"
REAL = f'exec {sys.executable} "$@"'
# Says that it is another version; makes no environment, but a folder with itself in it.
PRETENDED = """
if [ "$1" = -c ]; then exec {python} -c 'import sys; sys.version_info = ({version}, 0); exec(sys.argv[1])' "$2"; fi
mkdir -p "$3/bin" && echo "$0" > "$3/made-by" && cp "$0" "$3/bin/python"
"""
SHIM = "echo 'command not found' >&2; exit 127"
BROKEN = f'[ "$1" = -m ] && {{ echo "No space left on device" >&2; exit 1; }}; {REAL}'
BARE = f'case "$2" in *ensurepip*) [ -e "$(dirname "$0")/installed" ] || exit 1;; esac; {REAL}'


@pytest.fixture
def machine(tmp_path):
    """A PATH with these programs and hardly any others."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "rm", "mkdir", "cp", "dirname"):
        (programs / name).symlink_to(f"/usr/bin/{name}")

    def run(**scripts):
        for name, script in {"apt-get": 'echo "$@" >> "$(dirname "$0")/installed"', **scripts}.items():
            program = programs / name.replace("_", ".")
            program.write_text(f"#!/usr/bin/env bash\n{script}\n")
            program.chmod(0o755)
        return subprocess.run(
            [SCRIPT, tmp_path / "venv"], env={"PATH": str(programs)}, capture_output=True, text=True, timeout=60
        )

    return run


def pretended(version):
    return PRETENDED.format(python=sys.executable, version=version.replace(".", ", "))


def maker(tmp_path):
    return Path((tmp_path / "venv" / "made-by").read_text().strip()).name


def test_the_first_python_that_runs_and_is_new_enough_makes_it(machine, tmp_path):
    done = machine(
        python3=pretended("3.9"), python3_13=SHIM, python3_12=pretended("3.12"), python3_11=pretended("3.11")
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert maker(tmp_path) == "python3.12"


def test_only_old_pythons_are_told_in_one_line(machine, tmp_path):
    done = machine(python3=pretended("3.9"), python3_12=SHIM)
    assert done.returncode == 1
    assert done.stderr == ("Python 3.11 or newer is needed; found: python3 (3.9), python3.12 (does not run)\n")
    assert not (tmp_path / "venv").exists()


def test_no_python_is_told_in_one_line(machine):
    done = machine()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Python 3.11 or newer is needed; found: no python3 at all\n"


def test_an_environment_of_an_older_python_is_replaced(machine, tmp_path):
    assert machine(python3=pretended("3.12")).returncode == 0
    old = tmp_path / "venv" / "bin" / "python"
    old.write_text(f"#!/usr/bin/env bash\n{pretended('3.9')}")
    (tmp_path / "venv" / "left").write_text("")
    assert machine().returncode == 0
    assert not (tmp_path / "venv" / "left").exists()
    (tmp_path / "venv" / "mine").write_text("")
    assert machine().returncode == 0
    assert (tmp_path / "venv" / "mine").exists()


def test_a_failure_is_shown_and_leaves_nothing(machine, tmp_path):
    done = machine(python3=BROKEN)
    assert done.returncode != 0
    assert "No space left on device" in done.stderr
    assert not (tmp_path / "venv").exists()
    assert not (tmp_path / "bin" / "installed").exists()


def test_only_a_missing_module_is_installed(machine, tmp_path):
    done = machine(python3=BARE)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "bin" / "installed").read_text().endswith("install -y -qq python3-venv\n")
    assert os.access(tmp_path / "venv" / "bin" / "python", os.X_OK)
