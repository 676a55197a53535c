"""Copies of files at the edges of the CDN, dropped by tag before they expire, where an installation wants that.

Source: CloudFront Developer Guide, "Invalidating content by cache tags": `#tag` among the paths, priced as one path.
"""

import hashlib

from botocore.exceptions import BotoCoreError, ClientError

from lull import aws, settings
from lull.observability import logger


def drop(tag: str, *, reference: str, required: bool) -> None:
    """Have every copy with the tag dropped within seconds. The same reference twice is once.

    Where it is not required a refusal is only logged: copies expire after five seconds anyway.
    """
    distribution = settings.distribution_id()
    if not distribution:
        return
    batch = {
        "Paths": {"Quantity": 1, "Items": [f"#{tag}"]},
        "CallerReference": hashlib.sha256(f"{tag} {reference}".encode()).hexdigest(),
    }
    try:
        aws.client("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)
    except (BotoCoreError, ClientError):
        if required:
            raise
        logger.warning("copies not dropped", exc_info=True, extra={"tag": tag})
