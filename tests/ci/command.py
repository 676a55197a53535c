"""The command, run as a pipeline runs it, with an environment that a runner would give it."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from lull_ci import command_line

CI = Path(__file__).parents[2] / "ci"

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_RUN_ID": "7001",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_JOB": "deploy",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_WORKFLOW": "Release",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_SHA": "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_REF_NAME": "main",
    "GITHUB_REF_TYPE": "branch",
    "GITHUB_ACTOR": "ada",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PIPELINE_ID": "8001",
    "CI_JOB_ID": "90001",
    "CI_JOB_NAME": "deploy: production",
    "CI_PROJECT_PATH": "acme/shop",
    "CI_PIPELINE_SOURCE": "push",
    "CI_PIPELINE_URL": "https://gitlab.com/acme/shop/-/pipelines/8001",
    "CI_JOB_URL": "https://gitlab.com/acme/shop/-/jobs/90001",
    "CI_COMMIT_SHA": "b1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
    "CI_COMMIT_REF_NAME": "v2.4.1",
    "CI_COMMIT_TAG": "v2.4.1",
    "CI_COMMIT_TIMESTAMP": "2026-03-01T11:00:00+01:00",
    "GITLAB_USER_LOGIN": "grace",
}


class Output(io.StringIO):
    def reconfigure(self, **_: str) -> None:
        """As a terminal's; what is kept as text has no encoding."""


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@dataclass
class Pipeline:
    """A job's folder and its environment."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], None] | None = None
    """What goes on while the command runs."""

    def lull(self, *arguments: str, **more: str) -> Outcome:
        """The command, but in this process: starting one takes longer than what it does."""
        codes: list[int] = []
        out, err = Output(), Output()
        environment = {**self.environment, **more}
        command = Thread(target=lambda: codes.append(command_line.main(arguments, environment)))
        with redirect_stdout(out), redirect_stderr(err):
            command.start()
            while command.is_alive():
                if self.meanwhile:
                    self.meanwhile()
                command.join(0.01)
            if self.meanwhile:
                self.meanwhile()
        return Outcome(codes[0], out.getvalue(), err.getvalue())

    def process(self, *arguments: str, **more: str) -> Outcome:
        """The command in a process of its own."""
        return self.run([sys.executable, "-m", "lull_ci", *arguments], **more)

    def run(self, command: list[str], **more: str) -> Outcome:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CI), **self.environment, **more}
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
        ) as process:
            while self.meanwhile and process.poll() is None:
                self.meanwhile()
                time.sleep(0.02)
            out, err = process.communicate(timeout=60)
        if self.meanwhile:
            self.meanwhile()
        return Outcome(process.returncode, out, err)

    def unread(self, *arguments: str) -> tuple[int, str]:
        """The command with an output that nobody reads: its exit code, and what it says beside that."""
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as nobody:
            process = subprocess.run(
                [sys.executable, "-m", "lull_ci", *arguments],
                env={"PYTHONPATH": str(CI), **self.environment},
                stdout=nobody,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                timeout=60,
                check=False,
            )
        return process.returncode, process.stderr

    def file(self, name: str) -> Path:
        return self.folder / name

    def handed_on(self, name: str) -> dict[str, str]:
        """What a file of NAME=VALUE lines says in the end."""
        lines = self.file(name).read_text().splitlines() if self.file(name).exists() else []
        return dict(line.split("=", 1) for line in lines)

    def in_github(self, **more: str) -> "Pipeline":
        files = {"GITHUB_OUTPUT": str(self.file("output")), "GITHUB_ENV": str(self.file("env"))}
        return Pipeline(self.folder, {**self.environment, **GITHUB, **files, **more}, self.meanwhile)

    def in_gitlab(self, **more: str) -> "Pipeline":
        return Pipeline(self.folder, {**self.environment, **GITLAB, **more}, self.meanwhile)
