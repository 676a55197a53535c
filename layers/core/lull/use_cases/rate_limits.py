"""Counting requests, exactly, however many come at once."""

import hmac
from datetime import datetime

from lull import settings
from lull.domain.rate_limits import Allowance, Limit, counted, network_of
from lull.store import rate_limits as store


def came_through_the_cdn(secret: str) -> bool:
    """Whether a request that carries this secret is one that the CDN has passed on."""
    expected = settings.edge_secret()
    return bool(expected) and hmac.compare_digest(secret.encode(), expected.encode())


def count(limit: Limit, subject: str, address: str, *, at: datetime) -> Allowance:
    """Count a request of this address about the subject. Raises TooManyRequests, and then it does not count.

    Whoever is overtaken judges again by what is stored then. That ends: each time another one was counted, and the
    window is full after a few.
    """
    network = network_of(address)
    seen = store.find_hits(limit.kind, subject, network)
    while True:
        hits, allowance = counted(limit, seen.at, at=at)
        try:
            store.save_hits(limit.kind, subject, network, hits, was=seen, kept_for=limit.window)
        except store.Overtaken as overtaken:
            seen = overtaken.hits
        else:
            return allowance
