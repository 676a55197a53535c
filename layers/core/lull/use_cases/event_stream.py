"""Events of a page, held open for as long as a minute: by the local system, and on AWS where a response may stream."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from lull.publishing.places import bucket_key, source_of
from lull.publishing.renderers import sse
from lull.store.assets import read_asset

HELD_SECONDS = 60.0
"""Then the browser comes again, and is judged by the gate again."""
LOOK_EACH_SECONDS = 0.5
_SIGN_OF_LIFE_SECONDS = 15.0

_PATH = re.compile(r"/api/public/status/[^/]+/events")
_ID = re.compile(rb"^id: (\S+)$", re.MULTILINE)

Read = Callable[[str], Awaitable[bytes | None]]
"""What the bucket has at a key."""


def is_stream(path: str) -> bool:
    return _PATH.fullmatch(path) is not None


def published(key: str) -> bytes | None:
    found = read_asset(key)
    return found.body if found else None


async def held_open(
    first: bytes, path: str, read: Read, *, seconds: float = HELD_SECONDS, look_each: float = LOOK_EACH_SECONDS
) -> AsyncIterator[bytes]:
    """What the gate has answered, and then each event when it is published; `look_each`: seconds between two reads."""
    yield first
    last = _newest(first)
    if last is None:
        return
    key = bucket_key(source_of(path.lstrip("/")), int(last.partition("-")[0]), public=False)
    end = time.monotonic() + seconds
    told_at = time.monotonic()
    while time.monotonic() < end:
        await asyncio.sleep(look_each)
        tail = await read(key)
        if tail is None:
            return
        part = sse.part(tail, last)
        if b"\ndata: " in part:
            yield part
            last, told_at = _newest(part) or last, time.monotonic()
        elif time.monotonic() - told_at > _SIGN_OF_LIFE_SECONDS:
            yield b": nothing new\n\n"
            told_at = time.monotonic()


def _newest(stream: bytes) -> str | None:
    ids = _ID.findall(stream)
    return ids[-1].decode() if ids else None
