"""Mail through Amazon SES."""

from collections.abc import Sequence

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
