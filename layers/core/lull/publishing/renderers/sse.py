"""Events of a page as a stream (HTML Living Standard, "Server-sent events"): unnamed messages, numbered, resumable."""

from collections.abc import Iterable

from lull.domain.publications import PageEvent

_CALM, _BUSY = 60_000, 15_000
"""Milliseconds until a browser asks again where the stream is not held open."""


def render(page_id: int, number: int, events: Iterable[PageEvent], *, calm: bool) -> bytes:
    """What was missed. Somebody who has missed nothing still learns where the stream stands."""
    lines = [f"retry: {_CALM if calm else _BUSY}", ""]
    for event in events:
        lines += [f"id: {event_id(page_id, event.number)}", f"data: {event.data}", ""]
    if len(lines) == 2:
        # Without data no message is dispatched, and the browser still remembers the id.
        lines += [f"id: {event_id(page_id, number)}", ""]
    return ("\n".join(lines) + "\n").encode()


def event_id(page_id: int, number: int) -> str:
    return f"{page_id}-{number}"


def part(tail: bytes, last_event_id: str | None) -> bytes:
    """Of what `render` has written, what somebody has not seen who saw this last.

    Nothing for who comes anew, or from another page of the name; and where the stream stands.
    """
    retry, *blocks = tail.decode().removesuffix("\n\n").split("\n\n")
    standing = blocks[-1].partition("\n")[0]
    seen = _number(last_event_id, page=_page(standing))
    fresh = [] if seen is None else [each for each in blocks if "\ndata:" in each and (_number(_id(each)) or 0) > seen]
    return "\n\n".join([retry, *(fresh or [standing]), ""]).encode()


def _id(block: str) -> str:
    return block.partition("\n")[0].removeprefix("id: ")


def _page(block: str) -> str:
    return _id(block).partition("-")[0]


def _number(text: str | None, *, page: str | None = None) -> int | None:
    """Of an event; None if it is no id, or of another page."""
    of, _, number = (text or "").partition("-")
    if (page is not None and of != page) or not (number.isascii() and number.isdecimal()) or len(number) > 18:
        return None
    return int(number)
