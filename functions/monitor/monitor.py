"""Each minute → whatever is overdue, or will be before the next one, is woken."""

from typing import Any

from lull import clock
from lull.observability import logger
from lull.use_cases import probe_calls, wake_ups

_PARTS = {
    "overdue": wake_ups.redrive_overdue,
    "heartbeats": wake_ups.wake_heartbeats,
    "probes": probe_calls.call_due,
}


class PartsFailed(Exception):
    """Some parts of a sweep failed; the log says why."""


def lambda_handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """How many of each were woken. A part that fails keeps none of the others from being done."""
    at = clock.now()
    woken: dict[str, int] = {}
    for name, part in _PARTS.items():
        try:
            woken[name] = part(at=at)
        except Exception:
            logger.exception("part of a sweep failed", extra={"part": name})
    logger.info("swept", extra=woken)
    if len(woken) < len(_PARTS):
        raise PartsFailed(", ".join(_PARTS.keys() - woken.keys()))
    return woken
