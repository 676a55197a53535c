"""Everything that runs on this machine, started in order, and what the terminal is told of it."""

import logging
import os
import socket
import sys
import threading
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from typing import TextIO

from local import edge, outbox, pages, welcome
from local.ci_issuer import CiIssuer
from local.deployment import deploy
from local.emulator import SAVED_AGAIN, Emulator
from local.endpoint import Endpoint
from local.function_pool import FunctionPool
from local.issuer import Issuer
from local.log_file import JsonLines, LogFile
from local.runtime import Runtime
from local.server import Server
from local.state_folder import StateFolder

# What is developed here is also watched from here, and told here.
DOMAIN_TARGET = "pages.lull.example"
"""What custom domains would point to; name servers that say so are named by DNS_SERVERS."""
THIS_MACHINE = "127.0.0.0/8,::1/128,localhost"


class System:
    """Sets `stop` when it cannot go on."""

    def __init__(self, port: int, folder: StateFolder, terminal: TextIO, stop: threading.Event) -> None:
        self.has_died = False
        self._stop = stop
        self._host = f"127.0.0.1:{port}"
        self._url = f"http://{self._host}"
        self._folder = folder
        self._terminal = terminal
        self._names: dict[str, str] = {}
        self._emulator: Emulator | None = None

    def start(self, listener: socket.socket, lock: int, running: ExitStack) -> None:
        """`running` stops what was started, last first."""
        say(self._terminal, "starting the emulated AWS")
        emulator = self._emulator = Emulator(
            self._folder.snapshot,
            log=self._folder.emulator_log,
            keep_open=(lock,),
            told=self._emulator_told,
            died=self._emulator_died,
        )
        running.callback(emulator.stop)
        say(self._terminal, "creating what template.yaml describes")
        issuer = Issuer(self._url, self._folder.signing_key)
        ci_issuer = CiIssuer(self._url, self._folder.ci_signing_key)
        deployed = deploy(Endpoint(emulator.url), parameters=self._parameters(issuer, ci_issuer))
        outbox.allow_sender(deployed.endpoint)
        self._names = {function.arn: function.name for function in deployed.functions}
        os.environ.update(deployed.environment())
        say(self._terminal, "starting the functions")
        self._redirect_output()
        runtime = Runtime(deployed, report=self._report)
        for function in deployed.functions:
            _ = function.load
        pool = FunctionPool()
        running.callback(pool.close)
        runtime.start()
        running.callback(runtime.stop)
        own_pages = pages.routes(deployed, pool, self._url, runtime.invoke) + issuer.routes() + ci_issuer.routes()
        app = edge.Edge(deployed, runtime.invoke, pool, self._report, host=self._host).app(own_pages)
        server = Server(app, listener)
        server.start()
        running.callback(server.stop)
        api_key = self._api_key()
        self._folder.save_credentials(url=self._url, api_key=api_key, jwt=issuer.token())
        say(self._terminal, welcome.text(url=self._url, api_key=api_key, log=str(self._folder.log)))

    def _parameters(self, issuer: Issuer, ci_issuer: CiIssuer) -> dict[str, str]:
        return {
            "PublicUrl": self._url,
            "OidcIssuers": issuer.setting(),
            "CiIssuers": ci_issuer.setting(),
            "MailFrom": outbox.SENDER,
            "PrivateTargets": THIS_MACHINE,
            "DomainTarget": DOMAIN_TARGET,
            "DnsServers": os.environ.get("DNS_SERVERS", ""),
        }

    def farewell(self) -> int:
        """Once all of it has stopped; the exit code."""
        if not self.has_died and self._emulator and self._emulator.has_saved():
            say(self._terminal, "stopped; everything is saved")
            return 0
        if not self.has_died:
            say(self._terminal, f"stopped, but the last changes could not be saved; {self._kept()}")
        return 1

    def _emulator_told(self, line: str) -> None:
        if line == SAVED_AGAIN:
            say(self._terminal, "everything is saved again")
        else:
            say(self._terminal, f"changes cannot be saved: {line.partition(' ')[2]}")

    def _emulator_died(self) -> None:
        self.has_died = True
        say(self._terminal, f"the emulated AWS has stopped; {self._kept()}")
        self._stop.set()

    def _kept(self) -> str:
        moment = self._folder.saved_until()
        return f"what was saved until {moment} is in {self._folder.path}" if moment else "nothing is saved"

    def _redirect_output(self) -> None:
        log = LogFile(self._folder.log)
        sys.stdout = sys.stderr = log
        handler = logging.StreamHandler(log)
        handler.setFormatter(JsonLines())
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        logging.getLogger("botocore").setLevel(logging.WARNING)

    def _report(self, name: str, error: BaseException) -> None:
        logging.getLogger("lull.local").error("%s failed", name, exc_info=error)
        if self._emulator and not self._emulator.is_alive():
            # Everything fails then, and its end is told once.
            return
        text = " ".join(f"{type(error).__name__}: {error}".split())
        say(self._terminal, f"{self._names.get(name, name)} failed: {text[:200]} (see {self._folder.log})")

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


def say(terminal: TextIO, text: str) -> None:
    with suppress(BrokenPipeError):
        print(text, file=terminal, flush=True)
