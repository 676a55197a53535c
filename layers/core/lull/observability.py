"""The one logger: JSON lines, one event each, ids as fields."""

from aws_lambda_powertools import Logger

logger = Logger(service="lull")
