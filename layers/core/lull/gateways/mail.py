"""Mail through Amazon SES."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lull import aws, settings
from lull.observability import logger

# SES will not take this message, however often it is asked.
_REFUSALS = {
    "MessageRejected",
    "MailFromDomainNotVerifiedException",
    "BadRequestException",
    "AccountSuspendedException",
}


class MailRefused(Exception):
    """SES does not take the message; the code of its reason."""


class MailUnavailable(Exception):
    """SES could not be reached, or has no time."""


def is_configured() -> bool:
    """Whether there is a sender to send from."""
    return bool(settings.mail_from())


def send_mail(to: Sequence[str], *, subject: str, text: str) -> None:
    """Plain text to a few addresses. Raises MailRefused, MailUnavailable."""
    request = {
        "FromEmailAddress": settings.mail_from(),
        "Destination": {"ToAddresses": list(to)},
        "Content": {
            "Simple": {
                "Subject": {"Data": subject, "Charset": "UTF-8"},
                "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                # Answers of mailboxes that nobody reads would answer each other for ever (RFC 3834).
                "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
            }
        },
    }
    _send(request)


def send_message(
    to: str, *, subject: str, text: str, html: str, message_id: str, headers: Mapping[str, str], at: datetime
) -> None:
    """Text and HTML to one address, as MIME. `message_id` is the same for each try; SES puts its own before it.

    Raises MailRefused, MailUnavailable.
    """
    message = EmailMessage(policy=SMTP)
    domain = settings.mail_from().rpartition("@")[2]
    message["From"] = settings.mail_from()
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@{domain}>"
    # As in `send_mail`.
    message["Auto-Submitted"] = "auto-generated"
    for name, value in headers.items():
        message[name] = value.replace("{domain}", domain)
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    events = settings.mail_configuration_set()
    _send(
        {
            "FromEmailAddress": settings.mail_from(),
            "Destination": {"ToAddresses": [to]},
            "Content": {"Raw": {"Data": message.as_bytes()}},
            **({"ConfigurationSetName": events} if events else {}),
        }
    )


def _send(request: Mapping[str, Any]) -> None:
    try:
        aws.client("sesv2").send_email(**request)
    except ClientError as error:
        # Its sentences name addresses, and who reads why an alert failed need not know them.
        code = error.response["Error"]["Code"]
        logger.warning("mail not sent", extra={"aws_error": code})
        if code in _REFUSALS:
            raise MailRefused(code) from error
        raise MailUnavailable(code) from error
    except BotoCoreError as error:
        logger.warning("mail not sent", extra={"aws_error": type(error).__name__})
        raise MailUnavailable(type(error).__name__) from error
