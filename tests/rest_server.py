"""A REST API on loopback: answers what a test has written down for a request, and keeps what it was sent."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = tuple[int, Any]


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class RestServer:
    url: str = ""
    answers: dict[str, Answer | list[Answer] | Callable[[Asked], Answer]] = field(default_factory=dict)
    """By method and path; of a list one after the other, and the last of them again and again."""
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        found = self.answers.get(f"{asked.method} {asked.path}", (404, {"message": "Not Found"}))
        if callable(found):
            return found(asked)
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    @property
    def requests(self) -> list[str]:
        return [f"{each.method} {each.path}" for each in self.asked]


@contextmanager
def rest_server() -> Iterator[RestServer]:
    rest = RestServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, body)
            rest.asked.append(asked)
            status, value = rest.answer(asked)
            content = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", f"{rest.url}/elsewhere")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    rest.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield rest
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
