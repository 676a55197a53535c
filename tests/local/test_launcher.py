"""`make run` where it cannot start: what it says and how it ends."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local.state_folder import StateFolder
from tests.e2e.running import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_port_in_use_is_told_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, errors = refusal(str(port), tmp_path / "state")
    assert code == 1
    assert errors == (
        f"lull is already running at http://127.0.0.1:{port} (or another program uses the port): "
        "choose another with PORT=…\n"
    )


def test_a_state_folder_in_use_is_told_in_one_line(tmp_path):
    lock = StateFolder(tmp_path / "state").lock()
    code, errors = refusal(str(free_port()), tmp_path / "state")
    os.close(lock)
    assert code == 1
    assert errors.count("\n") == 1
    assert str(tmp_path / "state") in errors


@pytest.mark.parametrize("port", ["80000", "-1", "0", "http", ""])
def test_a_port_that_is_none_is_told_in_one_line(port, tmp_path):
    code, errors = refusal(port, tmp_path / "state")
    assert code == 1
    assert errors.count("\n") == 1
    assert "from 1 to 65535" in errors
    assert not (tmp_path / "state").exists()


def test_a_state_folder_that_cannot_be_one_is_told_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    for state, reason in ((tmp_path / "file", "not a folder"), (Path("/proc/x"), "No such file")):
        code, errors = refusal(str(free_port()), state)
        assert code == 1
        assert errors.count("\n") == 1
        assert f"the state folder {state} cannot be used" in errors
        assert reason in errors


def refusal(port, state):
    command = [sys.executable, "-m", "local", "--port", port, "--state", str(state)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "layers/core")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=20)
    assert done.stdout == ""
    return done.returncode, done.stderr
