"""Wake-ups → transitions."""

from typing import Any

from lull import clock
from lull.observability import logger
from lull.use_cases.wake_ups import handle_message


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Act on each wake-up by itself: one that fails is reported and comes again, the others are done."""
    failures = []
    for record in event["Records"]:
        try:
            handle_message(record["body"], at=clock.now())
        except Exception:
            logger.exception("wake-up failed", extra={"message_id": record["messageId"], "body": record["body"]})
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
