"""A real `make run`: the whole system in a process of its own, for tests and benchmarks."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_SECONDS = 30


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Running:
    """Starts with `start`; `state` outlives it."""

    state: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Running":
        command = [sys.executable, "-m", "local", "--port", str(self.port), "--state", str(self.state)]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'layers/core'}:{ROOT}"}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        deadline = time.monotonic() + START_SECONDS
        for line in self.process.stdout:
            if "Stop: Ctrl-C" in line:
                return self
            assert time.monotonic() < deadline, line
        raise AssertionError(f"it ended with {self.process.wait()} instead of starting")

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(timeout=20)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def __enter__(self) -> "Running":
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            self.stop()

    @property
    def credentials(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.state / "credentials.json").read_text())
        return found

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """An authenticated call of the API; its JSON."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self.credentials['apiKey']}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def read(self, path: str) -> str | None:
        """What a visitor reads at a path; None if there is nothing."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            error.close()
            return None

    def log(self) -> list[dict[str, Any]]:
        """What the functions logged."""
        lines = (self.state / "log.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


def until(claim: Any, *, seconds: float = 20) -> float:
    """Wait until `claim()` is true; how many seconds that took."""
    began = time.monotonic()
    while not claim():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.005)
    return time.monotonic() - began
