"""The status badge: the flat geometry of shields.io, in colours on which white text has AA contrast.

Texts are constants, so their widths are too: tenths of a pixel in Verdana 11, rounded up to an odd pixel.
"""

from dataclasses import dataclass
from datetime import datetime

from lull.domain.health import ComponentStatus
from lull.publishing.snapshot import StatusSnapshot

_LABEL = "status"
_LABEL_LENGTH = 330
_LABEL_COLOR = "#555"
_PADDING = 5


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    text_length: int
    color: str


MESSAGES = {
    ComponentStatus.OPERATIONAL: Message("operational", 630, "#1a7f37"),
    ComponentStatus.DEGRADED_PERFORMANCE: Message("degraded", 510, "#8a6100"),
    ComponentStatus.PARTIAL_OUTAGE: Message("partial outage", 770, "#bc4c00"),
    ComponentStatus.MAJOR_OUTAGE: Message("major outage", 750, "#cf222e"),
    ComponentStatus.UNDER_MAINTENANCE: Message("maintenance", 710, "#0969da"),
}


def render(snapshot: StatusSnapshot, _updated_at: datetime) -> bytes:
    message = MESSAGES[snapshot.status]
    left = _LABEL_LENGTH // 10 + 2 * _PADDING
    right = message.text_length // 10 + 2 * _PADDING
    title = f"{_LABEL}: {message.text}"
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
        f"{_text(_LABEL, 10 * (1 + _PADDING) + _LABEL_LENGTH // 2, _LABEL_LENGTH)}"
        f"{_text(message.text, 10 * (left - 1 + _PADDING) + message.text_length // 2, message.text_length)}"
        "</g></svg>"
    ).encode()


def _text(text: str, x: int, length: int) -> str:
    """The text and its shadow, at ten times the size: scaled down, it sits between pixels."""
    place = f'x="{x}" transform="scale(.1)" textLength="{length}"'
    return (
        f'<text aria-hidden="true" y="150" fill="#010101" fill-opacity=".3" {place}>{text}</text>'
        f'<text y="140" {place}>{text}</text>'
    )
