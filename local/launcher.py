"""Starts the whole system on this machine, in order, and stops it again, saved."""

import errno
import logging
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from local.emulator import EmulatorError
from local.server import listen
from local.state_folder import InUse, StateFolder

_LOOKS_SECONDS = 0.5


def run(port: int, state: Path) -> int:
    """Until Ctrl-C or SIGTERM; the exit code."""
    terminal, stop = sys.stdout, threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as running:
        try:
            listener = running.enter_context(listen(port))
        except OSError as error:
            return _refuse(_port_trouble(port, error))
        try:
            folder = StateFolder(state)
            lock = folder.lock()
        except OSError as error:
            reason = "it is not a folder" if isinstance(error, FileExistsError) else error.strerror
            return _refuse(f"the state folder {state} cannot be used: {reason}; choose another with STATE=…")
        except InUse as error:
            return _refuse(f"lull is already running with the state folder {error}: choose another with STATE=…")
        # Takes most of a second: whoever is refused need not wait for it.
        from local.system import System, say

        system = System(port, folder, terminal, stop)
        try:
            system.start(listener, lock, running)
        except EmulatorError as error:
            return _refuse(f"{error}; see {folder.emulator_log}")
        except Exception as error:
            logging.getLogger("lull.local").exception("could not start")
            return _refuse(f"could not start: {type(error).__name__}: {error}")
        # A signal may reach any thread; its handler runs in this one, which has to wake for it.
        while not stop.wait(_LOOKS_SECONDS):
            pass
        if not system.has_died:
            say(terminal, "stopping")
    return system.farewell()


def _port_trouble(port: int, error: OSError) -> str:
    if error.errno != errno.EADDRINUSE:
        return f"port {port} cannot be used: {error.strerror}; choose another with PORT=…"
    return (
        f"lull is already running at http://127.0.0.1:{port} (or another program uses the port): "
        "choose another with PORT=…"
    )


def _refuse(text: str) -> int:
    print(text, file=sys.__stderr__)
    return 1
