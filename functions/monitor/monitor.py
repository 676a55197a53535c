"""Each minute → whatever is overdue is woken."""

from typing import Any

from lull import clock
from lull.observability import logger
from lull.use_cases.wake_ups import redrive_overdue


def lambda_handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    overdue = redrive_overdue(at=clock.now())
    logger.info("swept", extra={"overdue": overdue})
    return {"overdue": overdue}
