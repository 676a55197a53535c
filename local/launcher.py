"""Starts the whole system on this machine, in order, and stops it again, saved."""

import logging
import os
import signal
import socket
import sys
import threading
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TextIO

from local import edge, pages, welcome
from local.deployment import deploy
from local.emulator import Emulator, EmulatorError
from local.endpoint import Endpoint
from local.function_pool import FunctionPool
from local.issuer import Issuer
from local.log_file import JsonLines, LogFile
from local.runtime import Runtime
from local.server import Server, listen
from local.state_folder import InUse, StateFolder


def run(port: int, state: Path) -> int:
    """Until Ctrl-C or SIGTERM; the exit code."""
    terminal, stop = sys.stdout, threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as running:
        try:
            listener = listen(port)
            folder = StateFolder(state)
            lock = folder.lock()
        except OSError:
            return _refuse(
                f"lull is already running at http://127.0.0.1:{port} (or another program uses the port): "
                "choose another with PORT=…"
            )
        except InUse as error:
            return _refuse(f"lull is already running with the state folder {error}: choose another")
        try:
            System(port, folder, terminal).start(listener, lock, running)
        except EmulatorError as error:
            return _refuse(f"{error}; see {folder.emulator_log}")
        except Exception as error:
            logging.getLogger("lull.local").exception("could not start")
            return _refuse(f"could not start: {type(error).__name__}: {error}")
        stop.wait()
        _say(terminal, "stopping")
    _say(terminal, "stopped; everything is saved")
    return 0


class System:
    def __init__(self, port: int, folder: StateFolder, terminal: TextIO) -> None:
        self._host = f"127.0.0.1:{port}"
        self._url = f"http://{self._host}"
        self._folder = folder
        self._terminal = terminal
        self._names: dict[str, str] = {}

    def start(self, listener: socket.socket, lock: int, running: ExitStack) -> None:
        """`running` stops what was started, last first."""
        running.enter_context(listener)
        _say(self._terminal, "starting the emulated AWS")
        emulator = Emulator(self._folder.snapshot, log=self._folder.emulator_log, keep_open=(lock,))
        running.callback(emulator.stop)
        _say(self._terminal, "creating what template.yaml describes")
        issuer = Issuer(self._url, self._folder.signing_key)
        deployed = deploy(Endpoint(emulator.url), parameters={"OidcIssuers": issuer.setting()})
        self._names = {function.arn: function.name for function in deployed.functions}
        os.environ.update(deployed.environment())
        _say(self._terminal, "starting the functions")
        self._redirect_output()
        runtime = Runtime(deployed, report=self._report)
        for function in deployed.functions:
            _ = function.load
        pool = FunctionPool()
        running.callback(pool.close)
        runtime.start()
        running.callback(runtime.stop)
        own_pages = pages.routes(deployed, pool, self._url) + issuer.routes()
        app = edge.Edge(deployed, runtime.invoke, pool, self._report, host=self._host).app(own_pages)
        server = Server(app, listener)
        server.start()
        running.callback(server.stop)
        api_key = self._api_key()
        self._folder.save_credentials(url=self._url, api_key=api_key, jwt=issuer.token())
        _say(self._terminal, welcome.text(url=self._url, api_key=api_key, log=str(self._folder.log)))

    def _redirect_output(self) -> None:
        log = LogFile(self._folder.log)
        sys.stdout = sys.stderr = log
        handler = logging.StreamHandler(log)
        handler.setFormatter(JsonLines())
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        logging.getLogger("botocore").setLevel(logging.WARNING)

    def _report(self, name: str, error: BaseException) -> None:
        logging.getLogger("lull.local").error("%s failed", name, exc_info=error)
        text = " ".join(f"{type(error).__name__}: {error}".split())
        _say(self._terminal, f"{self._names.get(name, name)} failed: {text[:200]} (see {self._folder.log})")

    def _api_key(self) -> str:
        """The one of the last run, or a new one when the state was thrown away meanwhile."""
        saved = self._folder.saved_api_key()
        if saved and self._accepts(saved):
            return saved
        from lull import clock
        from lull.use_cases import bootstrap

        return bootstrap.first_api_key(at=clock.now())

    def _accepts(self, api_key: str) -> bool:
        request = urllib.request.Request(f"{self._url}/api/workspace", headers={"Authorization": f"Bearer {api_key}"})
        try:
            with urllib.request.urlopen(request, timeout=10):
                return True
        except urllib.error.HTTPError as error:
            return error.code != 401


def _refuse(text: str) -> int:
    print(text, file=sys.__stderr__)
    return 1


def _say(terminal: TextIO, text: str) -> None:
    with suppress(BrokenPipeError):
        print(text, file=terminal, flush=True)
