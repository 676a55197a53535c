"""Table stream → schedules, wake-ups and publishes."""

from typing import Any

from lull import clock
from lull.use_cases import stream


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Dispatch a batch. A record that cannot be read is set aside and holds up none of the others."""
    stream.dispatch_records(event["Records"], at=clock.now())
    return {"batchItemFailures": []}
