"""A real `make run`: the whole system in a process of its own, for tests and benchmarks."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_SECONDS = 30
STOP_SECONDS = 20


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Running:
    """A context: none of its processes outlives it, whatever happens in between; `state` does."""

    state: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    terminal: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Running":
        command = [sys.executable, "-m", "local", "--port", str(self.port), "--state", str(self.state)]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'layers/core'}:{ROOT}", "PYTHONFAULTHANDLER": "1"}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read_terminal, args=(self.process,), daemon=True)
        self._reader.start()
        try:
            until(lambda: self._has_started() or not self._reader.is_alive(), seconds=START_SECONDS)
            assert self._has_started(), f"it ended instead of starting: {self.terminal}"
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        try:
            code = self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired as late:
            # Its fault handler says where each of its threads is.
            self.process.send_signal(signal.SIGABRT)
            self._reader.join(STOP_SECONDS)
            raise AssertionError("it did not stop:\n" + "".join(self.terminal[-200:])) from late
        self._reader.join(STOP_SECONDS)
        return code

    def kill(self) -> None:
        """The whole group, and nothing if it has ended; its emulator gets a moment to end by itself."""
        if not self.process:
            return
        if self.process.poll() is None:
            self._kill_group()
            self.process.wait()
        with suppress(AssertionError):
            until(lambda: not self._group_lives(), seconds=3)
        self._kill_group()
        self._reader.join(STOP_SECONDS)

    def __enter__(self) -> "Running":
        return self.start()

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        try:
            if self.process and self.process.poll() is None and not failure:
                self.stop()
        finally:
            self.kill()

    def _read_terminal(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self.terminal.append(line)

    def _has_started(self) -> bool:
        return any("Stop: Ctrl-C" in line for line in self.terminal)

    def _group_lives(self) -> bool:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _kill_group(self) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

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
