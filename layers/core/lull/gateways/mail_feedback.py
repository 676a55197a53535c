"""What SES says has become of mail: its events of bounces and complaints ("Contents of event data that Amazon SES
publishes to Amazon SNS")."""

from collections.abc import Mapping
from typing import Any

from lull.domain.subscribers import DisabledReason


def is_feedback(message: Mapping[str, Any]) -> bool:
    return "eventType" in message or "notificationType" in message


def parse(message: Mapping[str, Any]) -> list[tuple[str, DisabledReason]]:
    """Addresses that must be written to no more, and why. Nothing for what passes, and for what is none of the two."""
    kind = message.get("eventType") or message.get("notificationType")
    if kind == "Bounce" and message["bounce"]["bounceType"] == "Permanent":
        found = message["bounce"]["bouncedRecipients"]
        return [(_address(each), DisabledReason.BOUNCED) for each in found]
    # "not-spam" takes a complaint back.
    if kind == "Complaint" and message["complaint"].get("complaintFeedbackType") != "not-spam":
        found = message["complaint"]["complainedRecipients"]
        return [(_address(each), DisabledReason.COMPLAINED) for each in found]
    return []


def _address(recipient: Mapping[str, str]) -> str:
    return recipient["emailAddress"].rpartition("<")[2].strip("<> ")
