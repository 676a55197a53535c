"""A real git server on loopback, which is git itself behind `local.git_host`, and repositories for it."""

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread

from local import git_host

_ENVIRONMENT = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/"}


@dataclass
class GitServer:
    root: Path
    url: str = ""
    password: str | None = None
    """Of any user, if it takes one."""
    requests: list[str] = field(default_factory=list)

    def repository(
        self, name: str = "shop", *, filters: bool = True, branch: str = "main", sha256: bool = False
    ) -> str:
        """The address of a new repository, without a commit."""
        path = self.root / f"{name}.git"
        form = ["--object-format=sha256"] if sha256 else []
        self._git(self.root, "init", "--quiet", "--bare", f"--initial-branch={branch}", *form, str(path))
        if filters:
            self._git(path, "config", "uploadpack.allowFilter", "true")
        return f"{self.url}/{name}.git"

    def commit(
        self,
        message: str = "Faster.",
        *,
        to: str = "shop",
        branch: str = "main",
        date: str = "1663431157 +0200",
        name: str = "John Doe",
        files: dict[str, bytes] | None = None,
    ) -> str:
        """A new commit at the end of a branch; its id."""
        path = self.root / f"{to}.git"
        lines = [
            f"100644 blob {self._git(path, 'hash-object', '-w', '--stdin', given=content)}\t{file}"
            for file, content in (files or {}).items()
        ]
        tree = self._git(path, "mktree", given="".join(f"{line}\n" for line in lines).encode())
        parent = self._git(path, "rev-parse", "--quiet", "--verify", f"refs/heads/{branch}", check=False)
        person = {"NAME": name, "EMAIL": "info@acme.example", "DATE": date}
        who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
        parents = ["-p", parent] if parent else []
        sha = self._git(path, "commit-tree", tree, *parents, given=message.encode(), who=who)
        self._git(path, "update-ref", f"refs/heads/{branch}", sha)
        return sha

    def _git(
        self, path: Path, *arguments: str, given: bytes = b"", check: bool = True, who: dict[str, str] | None = None
    ) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=path, input=given, capture_output=True, env={**_ENVIRONMENT, **(who or {})}
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout.decode().strip()


@contextmanager
def git_server(root: Path) -> Iterator[GitServer]:
    git = GitServer(root)

    def admits(request: BaseHTTPRequestHandler) -> bool:
        git.requests.append(f"{request.command} {request.path}")
        sent = request.headers.get("authorization", "").removeprefix("Basic ")
        return git.password is None or base64.b64decode(sent).decode().partition(":")[2] == git.password

    server = git_host.serving(root, admits=admits)
    git.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield git
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
