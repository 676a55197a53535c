"""The only source of chance: secrets for credentials, operation tokens for idempotent writes."""

import secrets

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def secret(length: int) -> str:
    """`length` random base-62 characters (5.95 bits each)."""
    return "".join(secrets.choice(_BASE62) for _ in range(length))


def jitter() -> float:
    """A random fraction in [0, 1) for spreading retries."""
    return secrets.randbelow(1 << 20) / (1 << 20)
