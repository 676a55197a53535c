"""A receiver of webhooks on this machine: keeps what it is sent, answers what it is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Receiver:
    url: str
    answers: list[int] = field(default_factory=list)
    """Status codes of the next answers; 200 when there are none left."""
    echoes: bool = True
    """Whether it answers challenges."""
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def payloads(self) -> list[Any]:
        return [json.loads(body) for body in self.bodies]

    @property
    def types(self) -> list[str]:
        """The kind of each message: `opened`, `resolved`."""
        return [payload["type"].removeprefix("incident.") for payload in self.payloads]

    def echo(self) -> bytes:
        """The answer to the newest message, if that is a challenge."""
        payload = json.loads(self.bodies[-1] or b"null")
        data = payload.get("data") if isinstance(payload, dict) else None
        challenge = data.get("challenge") if isinstance(data, dict) and self.echoes else None
        return json.dumps({"challenge": challenge}).encode() if challenge else b""


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
            receiver.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            status = receiver.answers.pop(0) if receiver.answers else 200
            self.send_response(status)
            if status in (301, 302):
                self.send_header("location", f"{receiver.url}/elsewhere")
            echo = receiver.echo()
            self.send_header("content-length", str(len(echo)))
            self.end_headers()
            self.wfile.write(echo)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
