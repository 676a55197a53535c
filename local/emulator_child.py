"""The emulator's process: MiniStack's application behind a browser guard, with snapshots of its state."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import ministack.app
import ministack.services.eventbridge
import ministack.services.scheduler
from hypercorn.asyncio import serve
from hypercorn.config import Config

from local.snapshot import Snapshot

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

SNAPSHOT_SECONDS = 0.5
_READS = ("Get", "BatchGet", "TransactGet", "Query", "Scan", "Describe", "List", "Receive")


class Guard:
    """ASGI in front of MiniStack: refuses browsers of other origins and notices writes."""

    def __init__(self, port: int) -> None:
        self.changed = False
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await ministack.app.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["type"] != "http" or self._is_foreign(headers):
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"forbidden"})
            return
        try:
            await ministack.app.app(scope, receive, send)
        finally:
            self.changed = self.changed or _is_write(scope["method"], headers)

    def _is_foreign(self, headers: dict[str, str]) -> bool:
        """Another Host is DNS rebinding; an Origin is a web page, and no AWS client sends one."""
        site = headers.get("sec-fetch-site", "none")
        return headers.get("host") not in self._hosts or "origin" in headers or site not in ("none", "same-origin")


def _is_write(method: str, headers: dict[str, str]) -> bool:
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    return method not in ("GET", "HEAD", "OPTIONS") and not operation.startswith(_READS)


async def _run(listener: int, port: int, snapshot: Snapshot | None) -> None:
    guard = Guard(port)
    config = Config()
    config.bind = [f"fd://{listener}"]
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.5
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    threading.Thread(target=_stop_with_parent, args=(loop, stop), daemon=True).start()
    server = asyncio.create_task(serve(guard, config, shutdown_trigger=stop.wait))  # type: ignore[arg-type]
    if snapshot:
        await _save_changes(guard, snapshot, stop)
    await server
    if snapshot and guard.changed:
        snapshot.save()


async def _save_changes(guard: Guard, snapshot: Snapshot, stop: asyncio.Event) -> None:
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), SNAPSHOT_SECONDS)
        if guard.changed and not stop.is_set():
            guard.changed = False
            if not await snapshot.save_in_fork():
                guard.changed = True


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
    if snapshot:
        snapshot.load()
    print("ready", flush=True)
    asyncio.run(_run(listener, port, snapshot))


def disarm_schedules() -> None:
    """MiniStack fires late, once, and in the wrong time zone: schedules are this project's own business."""
    ministack.services.eventbridge.start_scheduler = lambda: None
    ministack.services.scheduler.start_scheduler = lambda: None


if __name__ == "__main__":
    main()
