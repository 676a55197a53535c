"""A git host for trying things out: the repositories of a folder, over smart HTTP, to this machine only.

python3 -m local.git_host FOLDER PORT
"""

import os
import subprocess
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Admits = Callable[[BaseHTTPRequestHandler], bool]


class _Server(ThreadingHTTPServer):
    # Beyond five at once, those who wait would be refused.
    request_queue_size = 128


def serving(root: Path, port: int = 0, *, admits: Admits = lambda _: True) -> ThreadingHTTPServer:
    """A server that is still to be started. Whoever is not admitted is asked for a password."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.rfile.read(int(self.headers.get("content-length") or 0))
            if not admits(self):
                self._answer(401, {"www-authenticate": "Basic"}, b"")
                return
            head, _, body = _answered(root, self, asked).partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
            self._answer(int(headers.pop("Status", "200").split()[0]), headers, body)

        def do_POST(self) -> None:
            self.do_GET()

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                # Whoever asked has read enough.
                return

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    return _Server(("127.0.0.1", port), Handler)


def _answered(root: Path, request: BaseHTTPRequestHandler, body: bytes) -> bytes:
    """What git says, as a CGI program: its headers and the rest."""
    path, _, query = request.path.partition("?")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_PROJECT_ROOT": str(root.resolve()),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "REQUEST_METHOD": request.command,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
    }
    return subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=environment).stdout


if __name__ == "__main__":
    serving(Path(sys.argv[1]), int(sys.argv[2])).serve_forever()
