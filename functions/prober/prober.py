"""Probes queue → the probes that are due, side by side."""

from collections import defaultdict
from typing import Any

from lull import clock
from lull.observability import logger
from lull.use_cases import probe_calls, probing
from lull.use_cases.probe_calls import Address


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Probe each check of the batch once; all messages of one that fails are reported and come again."""
    failed: list[str] = []
    messages: dict[Address, list[str]] = defaultdict(list)
    for record in event["Records"]:
        try:
            messages[probe_calls.address(record["body"])].append(record["messageId"])
        except (KeyError, TypeError, ValueError):
            logger.exception("message not understood", extra={"message_id": record["messageId"]})
            failed.append(record["messageId"])
    outcome = probing.probe(messages, at=clock.now())
    called = probe_calls.call_next(outcome.written, at=clock.now())
    for address, error in outcome.failed.items():
        logger.error("probe failed", extra={"check": address}, exc_info=error)
        failed += messages[address]
    logger.info("probed", extra={"asked": len(messages), "written": len(outcome.written), "called": called})
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
