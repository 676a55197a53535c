"""Events held open: each once, in order, from where somebody was, and nothing for ever."""

import asyncio

from lull.domain.publications import PageEvent
from lull.publishing.renderers import sse
from lull.use_cases.event_stream import held_open, is_stream


def tail(*numbers: int) -> bytes:
    return sse.render(
        9, numbers[-1] if numbers else 0, [PageEvent(number=n, data=f'{{"n":{n}}}') for n in numbers], calm=True
    )


def told(first: bytes, *tails: bytes | None, seconds: float = 1.2) -> list[bytes]:
    """What is sent while the bucket has one of these after the other, and then the last for ever."""
    left = list(tails)
    asked: list[str] = []
    path = "/api/public/status/acme/events"

    async def read(key: str) -> bytes | None:
        asked.append(key)
        return left.pop(0) if len(left) > 1 else left[0]

    async def run() -> list[bytes]:
        return [part async for part in held_open(first, path, read, seconds=seconds, look_each=0.01)]

    found = asyncio.run(run())
    assert set(asked) <= {"_protected/9/source/api/public/status/acme/events"}
    return found


def test_what_is_published_meanwhile_is_told_once():
    first = sse.part(tail(1), None)
    found = told(first, tail(1), tail(1, 2), tail(1, 2), tail(1, 2, 3, 4), tail(1, 2, 3, 4), seconds=0.3)
    assert found[0] == first
    text = b"".join(found[1:]).decode()
    assert [line for line in text.splitlines() if line.startswith("id:")] == ["id: 9-2", "id: 9-3", "id: 9-4"]


def test_a_page_that_is_gone_ends_the_stream():
    assert told(tail(), None, seconds=60) == [tail()]


def test_a_quiet_stream_gives_signs_of_life(monkeypatch):
    monkeypatch.setattr("lull.use_cases.event_stream._SIGN_OF_LIFE_SECONDS", 0.0)
    assert b": nothing new\n\n" in told(tail(), tail(), seconds=0.1)


def test_only_events_are_held_open():
    assert is_stream("/api/public/status/acme/events")
    assert not is_stream("/api/public/status/acme/events/x")
    assert not is_stream("/status/acme/events")
