"""The only source of chance: secrets for credentials, operation tokens for idempotent writes."""

import base64
import secrets
import uuid

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def secret(length: int) -> str:
    """`length` random base-62 characters (5.95 bits each)."""
    return "".join(secrets.choice(_BASE62) for _ in range(length))


def new_uuid() -> str:
    """A version 4 UUID (RFC 9562)."""
    return str(uuid.uuid4())


def signing_secret() -> str:
    """256 random bits in base 64, as Standard Webhooks writes secrets."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def jitter() -> float:
    """A random fraction in [0, 1) for spreading retries."""
    return secrets.randbelow(1 << 20) / (1 << 20)
