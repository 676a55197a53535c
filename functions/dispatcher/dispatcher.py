"""Table stream → schedules, wake-ups and publishes."""

from typing import Any

from lull import clock
from lull.observability import logger
from lull.use_cases import stream


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Dispatch a batch. A record that cannot be read is reported, and Lambda goes on from there."""
    unread = stream.dispatch_records(event["Records"], at=clock.now())
    if unread is None:
        return {"batchItemFailures": []}
    logger.error("stream record not understood", extra={"sequence_number": unread})
    return {"batchItemFailures": [{"itemIdentifier": unread}]}
