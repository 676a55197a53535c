"""The edge's web server, in a thread of its own."""

import socket
import threading
import time

import uvicorn
from starlette.types import ASGIApp

_START_SECONDS = 10.0
_STOP_SECONDS = 2.0


class Server:
    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            # Nobody is between it and its callers who could say another address.
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the web server did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)


def listen(port: int) -> socket.socket:
    """The port, taken before anything else is started; OSError when somebody has it."""
    return socket.create_server(("127.0.0.1", port), backlog=128)
