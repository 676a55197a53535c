"""Each minute → whatever is overdue, or will be before the next one, is woken."""

from typing import Any

from lull import clock
from lull.observability import logger
from lull.use_cases import probe_calls, wake_ups


def lambda_handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    at = clock.now()
    woken = {
        "overdue": wake_ups.redrive_overdue(at=at),
        "heartbeats": wake_ups.wake_heartbeats(at=at),
        "probes": probe_calls.call_due(at=at),
    }
    logger.info("swept", extra=woken)
    return woken
