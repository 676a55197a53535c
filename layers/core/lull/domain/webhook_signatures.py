"""Whether a request was sent by whoever has the secret of a hook: on its raw bytes, before anything of it is read.

GitHub: "Validating webhook deliveries"; GitLab: "Webhooks", secret token and signing token; Standard Webhooks 1.0.0.
Every secret and every signature is compared, and each in constant time.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from lull.domain.ci_hooks import Scheme

TOLERANCE_SECONDS = 300
SECRET_PREFIX = "whsec_"  # noqa: S105 no password
LONGEST_ID = 255
_TIMESTAMP = re.compile("[0-9]{1,12}", re.ASCII)

Headers = Mapping[str, str]
"""By name, in lower case."""


def refusal(scheme: Scheme, secrets: Sequence[str], headers: Headers, body: bytes, *, at: datetime) -> str | None:
    """Why a request is not accepted, in words that tell nobody more than they know; None if it is."""
    return _VERIFY[scheme](secrets, headers, body, at)


def _hmac(secrets: Sequence[str], headers: Headers, body: bytes, _at: datetime) -> str | None:
    given = headers.get("x-hub-signature-256")
    if not given:
        return "there is no X-Hub-Signature-256"
    expected = [b"sha256=" + hmac.new(each.encode(), body, hashlib.sha256).hexdigest().encode() for each in secrets]
    return None if _any_equal(expected, [_bytes(given)]) else "X-Hub-Signature-256 is not the signature of this body"


def _token(secrets: Sequence[str], headers: Headers, _body: bytes, _at: datetime) -> str | None:
    given = headers.get("x-gitlab-token")
    if not given:
        return "there is no X-Gitlab-Token"
    # Digests, so that not even the length of the secret shows.
    expected = [hashlib.sha256(each.encode()).digest() for each in secrets]
    known = _any_equal(expected, [hashlib.sha256(_bytes(given)).digest()])
    return None if known else "X-Gitlab-Token is not the secret"


def _signing(secrets: Sequence[str], headers: Headers, body: bytes, at: datetime) -> str | None:
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not message_id or not timestamp or not given:
        return "webhook-id, webhook-timestamp and webhook-signature are required"
    if len(message_id) > LONGEST_ID or not _TIMESTAMP.fullmatch(timestamp):
        return "webhook-id or webhook-timestamp is malformed"
    if abs(at.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return f"webhook-timestamp is more than {TOLERANCE_SECONDS // 60} minutes from now"
    signed = b".".join((_bytes(message_id), timestamp.encode(), body))
    keys = [key for secret in secrets for key in _keys(secret)]
    expected = [b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in keys]
    known = _any_equal(expected, [_bytes(each) for each in given.split(" ")])
    return None if known else "webhook-signature has no signature of this message"


def _keys(secret: str) -> list[bytes]:
    """The secret as Standard Webhooks writes it, and as it stands: not every sender knows the form."""
    raw = [secret.encode()]
    if not secret.startswith(SECRET_PREFIX):
        return raw
    try:
        return [base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True), *raw]
    except (binascii.Error, ValueError):
        return raw


def _any_equal(expected: Sequence[bytes], given: Sequence[bytes]) -> bool:
    found = False
    for right in expected:
        for each in given:
            found |= hmac.compare_digest(right, each)
    return found


def _bytes(header: str) -> bytes:
    return header.encode("latin-1", "replace")


_VERIFY: dict[Scheme, Callable[[Sequence[str], Headers, bytes, datetime], str | None]] = {
    Scheme.HMAC: _hmac,
    Scheme.TOKEN: _token,
    Scheme.SIGNING: _signing,
}
