"""The emulator's process: MiniStack's application behind a browser guard, with snapshots of its state."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import ministack.app
import ministack.services.dynamodb
import ministack.services.eventbridge
import ministack.services.scheduler
import uvicorn

from local.emulator import KEEP_EXPIRED, NOT_SAVED
from local.guard import Guard
from local.keeper import Keeper
from local.snapshot import Snapshot


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are this process's own business."""
        yield


async def _run(listener: int, port: int, snapshot: Snapshot | None) -> bool:
    """Until told to stop; False when what changed last could not be saved."""
    guard = Guard(port)
    server = _Server(
        uvicorn.Config(
            guard,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            ws="none",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    threading.Thread(target=_stop_with_parent, args=(loop, stop), daemon=True).start()
    serving = asyncio.create_task(server.serve([socket.socket(fileno=listener)]))
    keeper = Keeper(guard, snapshot) if snapshot else None
    if keeper:
        await keeper.save_changes(stop)
    await stop.wait()
    server.should_exit = True
    await serving
    return keeper.save_last() if keeper else True


def _stop_with_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    while os.read(0, 1):
        pass
    loop.call_soon_threadsafe(stop.set)


def main() -> None:
    listener, port = int(sys.argv[1]), int(sys.argv[2])
    snapshot = Snapshot(Path(sys.argv[3])) if len(sys.argv) > 3 else None
    # Ctrl-C reaches the whole group; the parent decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    disarm_schedules()
    if KEEP_EXPIRED in os.environ:
        disarm_expiry()
    if snapshot:
        snapshot.load()
    print("ready", flush=True)
    sys.exit(0 if asyncio.run(_run(listener, port, snapshot)) else NOT_SAVED)


def disarm_expiry() -> None:
    """MiniStack removes what has expired by today's clock, each minute, in the midst of whatever a test does."""
    settings = type(ministack.services.dynamodb._ttl_settings)
    # Only what removes asks for those of all accounts.
    unlisted = type("Unlisted", (settings,), {"all_items": lambda _: iter(())})
    ministack.services.dynamodb._ttl_settings = unlisted()


def disarm_schedules() -> None:
    """MiniStack fires late, once, and in the wrong time zone: schedules are this project's own business."""
    ministack.services.eventbridge.start_scheduler = lambda: None
    ministack.services.scheduler.start_scheduler = lambda: None


if __name__ == "__main__":
    main()
