"""Status badges: the flat geometry of shields.io, in colours on which white text has AA contrast."""

from dataclasses import dataclass
from datetime import datetime

from lull.domain.health import ComponentStatus
from lull.publishing.renderers import verdana
from lull.publishing.renderers.markup import one_line, text
from lull.publishing.snapshot import StatusSnapshot

_LABEL_COLOR = "#555"
_LONGEST_LABEL = 40
_PADDING = 5


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    color: str


MESSAGES = {
    ComponentStatus.OPERATIONAL: Message("operational", "#1a7f37"),
    ComponentStatus.DEGRADED_PERFORMANCE: Message("degraded", "#8a6100"),
    ComponentStatus.PARTIAL_OUTAGE: Message("partial outage", "#bc4c00"),
    ComponentStatus.MAJOR_OUTAGE: Message("major outage", "#cf222e"),
    ComponentStatus.UNDER_MAINTENANCE: Message("maintenance", "#0969da"),
    ComponentStatus.NOT_MONITORED: Message("not monitored", "#59636e"),
}


def said(snapshot: StatusSnapshot, component_id: int | None) -> tuple[str, Message]:
    """The two halves of a badge: that of the page, or of one of its components with its name."""
    if component_id is None:
        return "status", MESSAGES[snapshot.status]
    component = snapshot.component(component_id)
    name = one_line(component.name) or "status"
    label = name if len(name) <= _LONGEST_LABEL else name[: _LONGEST_LABEL - 1].rstrip() + "…"
    return label, MESSAGES[component.status]


def render(snapshot: StatusSnapshot, _updated_at: datetime, *, component_id: int | None = None) -> bytes:
    label, message = said(snapshot, component_id)
    label_length, message_length = verdana.tenths(label), verdana.tenths(message.text)
    left = label_length // 10 + 2 * _PADDING
    right = message_length // 10 + 2 * _PADDING
    title = f"{text(label)}: {message.text}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" '
        f'role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath>'
        '<g clip-path="url(#r)">'
        f'<rect width="{left}" height="20" fill="{_LABEL_COLOR}"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{message.color}"/>'
        "</g>"
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" '
        'text-rendering="geometricPrecision" font-size="110">'
        # Off the centre of its block by half a pixel or so, as in the original.
        f"{_text(text(label), 10 * (1 + _PADDING) + label_length // 2, label_length)}"
        f"{_text(message.text, 10 * (left - 1 + _PADDING) + message_length // 2, message_length)}"
        "</g></svg>"
    ).encode()


def _text(escaped: str, x: int, length: int) -> str:
    """The text and its shadow, at ten times the size: scaled down, it sits between pixels."""
    place = f'x="{x}" transform="scale(.1)" textLength="{length}"'
    return (
        f'<text aria-hidden="true" y="150" fill="#010101" fill-opacity=".3" {place}>{escaped}</text>'
        f'<text y="140" {place}>{escaped}</text>'
    )
