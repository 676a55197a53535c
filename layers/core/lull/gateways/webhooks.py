"""Webhooks: JSON to a URL of somebody else, signed where the receiver can check it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lull.domain.addresses import NOTHING
from lull.domain.answers import Answer
from lull.gateways import outbound
from lull.gateways.targets import default_network

SECRET_PREFIX = "whsec_"  # noqa: S105 no password
_TIMEOUT_MS = 10_000


def post(url: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
    """What the receiver answered. Redirects are not followed: they are an answer."""
    body = _encoded(payload)
    headers = {"content-type": "application/json", **headers}
    return outbound.send_now(
        outbound.Request(url=url, method="POST", headers=headers, body=body, timeout_ms=_TIMEOUT_MS)
    )


def post_signed(url: str, payload: Mapping[str, Any], *, secret: str, message_id: str, at: datetime) -> Answer:
    """`post` with the headers of Standard Webhooks; `at` is the time of this try."""
    return post(url, payload, signature_headers(_encoded(payload), secret=secret, message_id=message_id, at=at))


def signature_headers(body: bytes, *, secret: str, message_id: str, at: datetime) -> dict[str, str]:
    """Id, timestamp, and HMAC-SHA256 of both and the body in base 64 (Standard Webhooks, "Signature scheme")."""
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    digest = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{digest}"}


def refusal(url: str) -> str | None:
    """Why nothing would be sent to this URL: it is not https, or leads where the system may not connect to.

    http is for receivers on this machine or in this network, where the installation allows them.
    """
    network = default_network()
    if urlsplit(url).scheme != "https" and outbound.refusal(url, replace(network, allowed=NOTHING)) is None:
        return "must be an https URL"
    return outbound.refusal(url, network)


def _encoded(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
