"""The whole system as `make run` starts it."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from local.state_folder import StateFolder

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Run:
    def __init__(self, state, port=None):
        self.port = port or free_port()
        self.state = state
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local", "--port", str(self.port), "--state", str(state)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "layers/core")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_ready(self):
        lines = []
        assert self.process.stdout
        assert self.process.stderr
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                return "".join(lines)
        raise AssertionError("".join(lines) + self.process.stderr.read())

    def end(self, number):
        """The exit code and what was said meanwhile."""
        os.killpg(self.process.pid, number)
        output, errors = self.process.communicate(timeout=10)
        return self.process.returncode, output + errors

    def credentials(self):
        return json.loads((self.state / "credentials.json").read_text())

    def get(self, path, token):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def post(self, path, body):
        headers = {"Authorization": f"Bearer {self.credentials()['apiKey']}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)


@pytest.fixture
def run(tmp_path):
    started = []

    def start(**arguments):
        started.append(Run(tmp_path / "state", **arguments))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.communicate()


def test_everything_starts_answers_stops_and_starts_again(run):
    first = run()
    welcome = first.wait_until_ready()
    credentials = first.credentials()
    assert credentials["url"] == first.url
    assert first.url in welcome
    assert credentials["apiKey"] in welcome
    assert welcome.count("curl") == 3
    assert stat.S_IMODE((first.state / "credentials.json").stat().st_mode) == 0o600
    assert first.get("/api/workspace", credentials["apiKey"])["id"] == 1
    assert first.get("/api/workspace", credentials["jwt"])["id"] == 1
    project = first.post("/api/projects", {"name": "Shop"})

    started = time.monotonic()
    code, output = first.end(signal.SIGINT)
    assert code == 0
    assert "Traceback" not in output
    assert time.monotonic() - started < 3

    second = run(port=first.port)
    second.wait_until_ready()
    assert second.credentials()["apiKey"] == credentials["apiKey"]
    assert second.get(f"/api/projects/{project['id']}", credentials["apiKey"])["name"] == "Shop"


def test_a_kill_of_the_whole_group_costs_at_most_two_seconds(run):
    first = run()
    first.wait_until_ready()
    project = first.post("/api/projects", {"name": "Shop"})
    time.sleep(1.2)
    first.end(signal.SIGKILL)
    second = run()
    second.wait_until_ready()
    assert second.get(f"/api/projects/{project['id']}", first.credentials()["apiKey"])["name"] == "Shop"


def test_a_port_in_use_is_told_in_one_line(run):
    with socket.create_server(("127.0.0.1", 0)) as other:
        second = run(port=other.getsockname()[1])
        output, errors = second.process.communicate(timeout=10)
    assert (second.process.returncode, output) == (1, "")
    assert errors == (
        f"lull is already running at {second.url} (or another program uses the port): choose another with PORT=…\n"
    )


def test_a_state_folder_in_use_is_told_in_one_line(run, tmp_path):
    lock = StateFolder(tmp_path / "state").lock()
    second = run()
    output, errors = second.process.communicate(timeout=10)
    os.close(lock)
    assert (second.process.returncode, output) == (1, "")
    assert errors.count("\n") == 1
    assert str(second.state) in errors


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
    return done.returncode, done.stderr
