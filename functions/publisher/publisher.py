"""Publish queue → the public files of each slug."""

import json
import time
from collections import defaultdict
from typing import Any

from lull import clock
from lull.observability import logger
from lull.use_cases.publishing import hidden_first, publish

_PACE_SECONDS = 0.5


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Publish each slug of the batch once; all messages of one that fails are reported and come again.

    A slug that was asked for more than once changes faster than it is published. It is shown at once, and then left
    alone for a moment: whatever changes meanwhile becomes one publish.
    """
    failed: list[str] = []
    messages: dict[str, list[str]] = defaultdict(list)
    for record in event["Records"]:
        try:
            messages[_slug(record["body"])].append(record["messageId"])
        except (KeyError, TypeError, ValueError):
            logger.exception("message not understood", extra={"message_id": record["messageId"]})
            failed.append(record["messageId"])
    for slug in hidden_first(messages):
        message_ids = messages[slug]
        try:
            result = publish(slug, at=clock.now())
        except Exception:
            logger.exception("publish failed", extra={"slug": slug})
            failed += message_ids
        else:
            extra = {"slug": slug, "written": result.written, "removed": result.removed}
            logger.info("slug published", extra=extra)
    if any(len(message_ids) > 1 for message_ids in messages.values()):
        # Nobody is given another message of these slugs before this batch is over.
        time.sleep(_PACE_SECONDS)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _slug(body: str) -> str:
    slug = json.loads(body)["slug"]
    if not isinstance(slug, str):
        raise TypeError("a slug is text")
    return slug
