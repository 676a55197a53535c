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


def missed(events: Iterable[PageEvent], page_id: int, last_event_id: str | None) -> list[PageEvent]:
    """What somebody has not seen who saw this last; nothing for who comes anew, or from another page of the name."""
    page, _, number = (last_event_id or "").partition("-")
    if page != str(page_id) or not (number.isascii() and number.isdecimal()) or len(number) > 18:
        return []
    return [event for event in events if event.number > int(number)]
