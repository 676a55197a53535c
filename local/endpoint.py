"""Where AWS is for this run: an address, an account and the clients for them."""

import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

REGION = "us-east-1"

_CONFIG = Config(
    region_name=REGION,
    connect_timeout=2,
    read_timeout=30,
    max_pool_connections=50,
    user_agent="lull-local",
    retries={"mode": "standard", "max_attempts": 2},
    # An account of its own in the host name would not resolve on a laptop.
    account_id_endpoint_mode="disabled",
    s3={"addressing_style": "path"},
)
# Making clients on one session is not thread-safe, and one session is what keeps the service models parsed.
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An AWS account behind `url`; the emulator takes a 12-digit access key as the account."""

    url: str
    account: str = "000000000000"

    def client(self, service: str) -> Any:
        with _lock:
            return _client(self, service)

    def environment(self) -> dict[str, str]:
        """What sends every other client of this process to the same place, and never to the real AWS."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def _client(endpoint: Endpoint, service: str) -> Any:
    return _session().create_client(
        service,
        endpoint_url=endpoint.url,
        aws_access_key_id=endpoint.account,
        aws_secret_access_key="local",
        config=_CONFIG,
    )
