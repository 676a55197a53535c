"""Queue addresses from queue ARNs."""

from functools import cache

from local.endpoint import Endpoint


@cache
def queue_url(endpoint: Endpoint, arn: str) -> str:
    name = arn.rpartition(":")[2]
    url: str = endpoint.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    return url
