"""`make reset`, also where nothing is set up."""

import os
import subprocess
from pathlib import Path

import pytest

from local.state_folder import StateFolder

MAKEFILE = Path(__file__).parents[2] / "Makefile"


@pytest.fixture
def reset(tmp_path):
    """In a checkout without an environment."""
    for name in ("Makefile", "local"):
        (tmp_path / name).symlink_to(MAKEFILE.with_name(name))

    def run(state, path=os.environ["PATH"]):
        command = ["/usr/bin/env", f"PATH={path}", "make", "-s", "reset", f"STATE={state}"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=20)

    return run


def test_a_folder_that_is_in_use_stays(reset, tmp_path):
    lock = StateFolder(tmp_path / "state").lock()
    done = reset("state")
    os.close(lock)
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == "lull is running with the state folder state: stop it first"
    assert (tmp_path / "state").exists()


def test_a_folder_that_nobody_uses_goes_and_need_not_be_there(reset, tmp_path):
    os.close(StateFolder(tmp_path / "state").lock())
    for _ in range(2):
        done = reset("state")
        assert (done.returncode, done.stdout) == (0, "forgotten: state\n")
        assert not (tmp_path / "state").exists()


def test_without_any_python_it_goes_too(reset, tmp_path):
    os.close(StateFolder(tmp_path / "state").lock())
    (tmp_path / "bin").mkdir()
    for name in ("make", "rm"):
        (tmp_path / "bin" / name).symlink_to(f"/usr/bin/{name}")
    assert reset("state", tmp_path / "bin").returncode == 0
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("state", ["", ".", "mine"])
def test_what_is_no_state_folder_stays(reset, tmp_path, state):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis").write_text("")
    assert reset(state).returncode != 0
    assert (tmp_path / "mine" / "thesis").exists()
