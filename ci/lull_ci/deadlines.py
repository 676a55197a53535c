"""Work that is given up when its time is over, whatever it waits for: a name, a handshake, the next byte."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

_Result = TypeVar("_Result")


def within(seconds: float, work: Callable[[], _Result]) -> _Result:
    """What `work` returns or raises. Raises TimeoutError if that takes longer; nobody hears what comes of it then.

    Timeouts of sockets bound each read, and a server that sends a byte now and then is never too slow for them. The
    thread does not keep the process alive.

    >>> within(5, lambda: 6 * 7)
    42
    """
    done: SimpleQueue[tuple[_Result | None, BaseException | None]] = SimpleQueue()

    def do() -> None:
        try:
            done.put((work(), None))
        except BaseException as error:
            done.put((None, error))

    Thread(target=do, daemon=True).start()
    try:
        result, error = done.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if error:
        raise error
    return result  # type: ignore[return-value]
