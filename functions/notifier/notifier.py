"""Notify queue → one message to one alert channel or subscriber; what SES says has become of mail."""

from typing import Any

from lull import clock
from lull.observability import logger
from lull.use_cases import notices


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Send each delivery by itself: one that fails here is reported and comes again, the others are done."""
    failures = []
    for record in event["Records"]:
        try:
            state = notices.handle_message(record["body"], at=clock.now())
        except Exception:
            logger.exception(
                "delivery failed", extra={"message_id": record["messageId"], "body": notices.loggable(record["body"])}
            )
            failures.append({"itemIdentifier": record["messageId"]})
        else:
            logger.info("delivery looked at", extra={"body": notices.loggable(record["body"]), "state": state})
    return {"batchItemFailures": failures}
