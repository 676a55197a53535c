"""How each status looks and is called."""

from dataclasses import dataclass

from lull.domain.health import ComponentStatus


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is told: a word, a shape (16 × 16, even-odd), and the colour's name in the style sheet."""

    word: str
    shape: str
    color: str


_DISC = "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0Z"
LOOKS = {
    ComponentStatus.OPERATIONAL: Look(
        "Operational", f"{_DISC}M12.2 5.9 7.1 11 3.8 7.7l1.3-1.3 2 2 3.8-3.8Z", "operational"
    ),
    ComponentStatus.DEGRADED_PERFORMANCE: Look(
        "Degraded performance", "M8 1l8 14H0ZM7 6h2v4.5H7ZM7 11.7h2v1.8H7Z", "degraded"
    ),
    ComponentStatus.PARTIAL_OUTAGE: Look("Partial outage", "M8 0l8 8-8 8-8-8ZM7 4h2v5H7ZM7 10.3h2v2H7Z", "partial"),
    ComponentStatus.MAJOR_OUTAGE: Look(
        "Major outage",
        "M5 0h6l5 5v6l-5 5H5l-5-5V5ZM5.2 4.1 8 6.9l2.8-2.8 1.1 1.1L9.1 8l2.8 2.8-1.1 1.1"
        "L8 9.1l-2.8 2.8-1.1-1.1L6.9 8 4.1 5.2Z",
        "major",
    ),
    ComponentStatus.UNDER_MAINTENANCE: Look(
        "Under maintenance",
        "M2 0h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H2a2 2 0 0 1-2-2V2a2 2 0 0 1 2-2ZM5 4h2v8H5ZM9 4h2v8H9Z",
        "maintenance",
    ),
    ComponentStatus.NOT_MONITORED: Look(
        "Not monitored",
        f"{_DISC}M8 1.6a6.4 6.4 0 1 1 0 12.8A6.4 6.4 0 0 1 8 1.6ZM4.5 7.2h7v1.6h-7Z",
        "unmonitored",
    ),
}


def shape(look: Look) -> str:
    """Decoration: the word beside it says the same."""
    return f'<svg viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="{look.shape}"/></svg>'
