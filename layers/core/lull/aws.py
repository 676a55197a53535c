"""The only maker of AWS clients: built on first use, kept for the life of the process."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.handlers import add_expect_header

# Three retries with back-off in the SDK and none above it; a call that hangs fails while there is time to retry.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "max_attempts": 3},
    max_pool_connections=20,
    # The SDK composes its own for every request, which takes a seventh of its time.
    user_agent="lull",
)
# Whoever sends mail has twenty seconds, and a delivery is tried again anyway.
_MAIL = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 2}))


@cache
def client(service: str) -> Any:
    """A low-level client: raw wire types, a sixth of the resource layer's cost in CPU."""
    made = boto3.client(service, config=_MAIL if service == "sesv2" else _CONFIG)
    if service == "s3":
        # "Expect: 100-continue" is one more way there and back for each of the hundred small files of a page.
        made.meta.events.unregister("before-call.s3", add_expect_header)
    return made
