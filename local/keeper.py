"""Saves the emulator's state whenever it has changed, and tells when that fails."""

import asyncio
import contextlib

from local.emulator import SAVED_AGAIN, UNSAVED
from local.guard import Guard
from local.snapshot import NotSaved, Snapshot

SNAPSHOT_SECONDS = 0.5


class Keeper:
    """Tells on standard output, once each time, that saving stops or starts to work."""

    def __init__(self, guard: Guard, snapshot: Snapshot) -> None:
        self._guard = guard
        self._snapshot = snapshot
        self._reason = ""

    async def save_changes(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), SNAPSHOT_SECONDS)
            if self._is_unsaved() and not stop.is_set():
                self._guard.changed = False
                try:
                    await self._snapshot.save_in_fork()
                except (NotSaved, OSError) as error:
                    self._guard.changed = True
                    self._tell(str(error))
                else:
                    self._tell("")

    def save_last(self) -> bool:
        if self._is_unsaved():
            try:
                self._snapshot.save()
            except NotSaved as error:
                self._tell(str(error))
                return False
        return True

    def _is_unsaved(self) -> bool:
        return self._guard.changed or self._snapshot.is_missing()

    def _tell(self, reason: str) -> None:
        if reason != self._reason:
            self._reason = reason
            # Whoever killed the parent still gets the last changes saved.
            with contextlib.suppress(OSError):
                print(f"{UNSAVED} {' '.join(reason.split())}" if reason else SAVED_AGAIN, flush=True)
