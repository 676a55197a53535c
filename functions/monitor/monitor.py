"""Each minute → whatever is overdue, or will be before the next one, is woken; `{"republish": true}` → every page."""

from typing import Any

from lull import clock
from lull.observability import logger
from lull.use_cases import custom_domains, probe_calls, publishing, wake_ups

_PARTS = {
    "overdue": wake_ups.redrive_overdue,
    "heartbeats": wake_ups.wake_heartbeats,
    "probes": probe_calls.call_due,
    "pages": publishing.republish_for_a_new_day,
    "domains": custom_domains.look_again,
}


class PartsFailed(Exception):
    """Some parts of a sweep failed; the log says why."""


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """How many of each were woken. A part that fails keeps none of the others from being done."""
    at = clock.now()
    if event.get("republish") is True:
        return {"pages": publishing.republish(cause=f"asked for at {at.isoformat()}")}
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
