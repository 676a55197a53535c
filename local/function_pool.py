"""Worker threads for functions that answer HTTP requests."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

THREADS = 16


class FunctionPool:
    def __init__(self, threads: int = THREADS) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._loops: list[asyncio.AbstractEventLoop] = []
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="api", initializer=self._own_event_loop)

    async def run(self, call: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call, *arguments)

    def close(self) -> None:
        """Requests that still run are left to end with the process."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._closed = True
            for loop in self._loops:
                if not loop.is_running():
                    loop.close()

    def _own_event_loop(self) -> None:
        # Mangum runs its application in the thread's loop and expects to find one. The pool starts a thread for a
        # request that another thread then takes: this one may come here when nobody will close its loop any more.
        with self._lock:
            if self._closed:
                return
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            self._loops.append(loop)
