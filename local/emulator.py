"""The emulated AWS: MiniStack as a child process that only this machine, and no web page, can talk to."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

SERVICES = ("dynamodb", "dynamodbstreams", "scheduler", "s3", "sqs", "ses", "sts", "secretsmanager")
START_SECONDS = 20.0
STOP_SECONDS = 10.0

# What the child tells on its standard output, and its exit code when its last changes could not be saved.
UNSAVED = "unsaved"
SAVED_AGAIN = "saved again"
NOT_SAVED = 3

KEEP_EXPIRED = "LULL_KEEP_EXPIRED"

_ROOT = Path(__file__).resolve().parent.parent
_HARDENING = {
    "BIND_HOST": "127.0.0.1",
    # Without Lambda nothing that reaches the emulator can run code.
    "SERVICES": ",".join(SERVICES),
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "PERSIST_STATE": "0",
    "S3_PERSIST": "0",
    "LOG_LEVEL": "WARNING",
    # It would otherwise remove containers it takes for its own.
    "DOCKER_HOST": "unix:///nonexistent",
}
_FOREIGN = ("AWS_", "MINISTACK_", "LOCALSTACK_", "AUTH", "USE_SSL")


class EmulatorError(Exception):
    """The emulator did not start."""


class Emulator:
    """A running child; it stops, saved, when this process ends for whatever reason."""

    def __init__(
        self,
        state: Path | None = None,
        *,
        log: Path | None = None,
        keep_open: tuple[int, ...] = (),
        expires: bool = True,
        told: Callable[[str], None] | None = None,
        died: Callable[[], None] | None = None,
    ) -> None:
        """Without `state` it forgets all; descriptors in `keep_open` stay open until the child is gone. Without
        `expires` items outlive their time to live, for clocks that are not today's.

        A thread calls `told` with each line of the child about saving, and `died` when it ends without being asked.
        """
        self._stopping = False
        self._watcher = threading.Thread(target=self._watch, args=(told, died), daemon=True)
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        with contextlib.ExitStack() as files:
            files.enter_context(listener)
            output = files.enter_context(log.open("ab")) if log else subprocess.DEVNULL
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local.emulator_child", str(listener.fileno()), str(self.port)]
                + ([str(state)] if state else []),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env=_environment(self.port) | ({} if expires else {KEEP_EXPIRED: "1"}),
                pass_fds=(listener.fileno(), *keep_open),
            )
        self._wait_until_ready()
        self._watcher.start()

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def has_saved(self) -> bool:
        """Once it has stopped: nothing is lost."""
        return self.process.returncode == 0

    def stop(self) -> None:
        """Let the child save and end; a second call does nothing."""
        self._stopping = True
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._watcher.is_alive():
            self._watcher.join(STOP_SECONDS)
        if self.process.stdout and not self._watcher.is_alive():
            self.process.stdout.close()

    def _watch(self, told: Callable[[str], None] | None, died: Callable[[], None] | None) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if told:
                told(line.decode(errors="replace").strip())
        self.process.wait()
        if died and not self._stopping:
            died()

    def _wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        impatience = threading.Timer(START_SECONDS, self.process.kill)
        impatience.start()
        line = self.process.stdout.readline()
        impatience.cancel()
        if line.strip() != b"ready":
            self.stop()
            raise EmulatorError(f"the emulator did not start (exit code {self.process.returncode})")


def _environment(port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {**inherited, **_HARDENING, "GATEWAY_PORT": str(port), "PYTHONPATH": str(_ROOT)}
