"""Mail that was sent on this machine: it goes to nobody, and a person can read it in the browser."""

import html
import json
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from local import looks
from local.endpoint import Endpoint

SENDER = "lull@lull.example"
PATH = "/_local/outbox"

_PAGE = """<h1>Outbox</h1>
<p class="quiet">Mail of this run, newest first. On this machine it goes to nobody.</p>
{mails}"""


@dataclass(frozen=True, slots=True)
class Mail:
    at: datetime
    to: tuple[str, ...]
    subject: str
    text: str


def allow_sender(endpoint: Endpoint) -> None:
    """SES sends from verified addresses only; here ours is one."""
    endpoint.client("sesv2").create_email_identity(EmailIdentity=SENDER)


def sent(endpoint: Endpoint) -> list[Mail]:
    """Every mail of this run, newest first."""
    url = f"{endpoint.url}/_ministack/ses/messages?{urlencode({'account': endpoint.account})}"
    with urllib.request.urlopen(url, timeout=5) as answer:
        found = json.load(answer)["messages"].get(endpoint.account, [])
    mails = [
        Mail(
            at=datetime.fromtimestamp(each["Timestamp"], UTC),
            to=tuple(each["To"]),
            subject=each["Subject"],
            text=each["BodyText"],
        )
        for each in found
    ]
    return sorted(mails, key=lambda mail: mail.at, reverse=True)


def page(endpoint: Endpoint) -> str:
    mails = "".join(_article(mail) for mail in sent(endpoint)) or "<p>None yet.</p>"
    return looks.document("Outbox", _PAGE.format(mails=mails))


def _article(mail: Mail) -> str:
    recipients = html.escape(", ".join(mail.to))
    return (
        f"<article><h2>{html.escape(mail.subject)}</h2>"
        f'<p class="quiet">{mail.at:%Y-%m-%d %H:%M:%S} UTC, to {recipients}</p>'
        f"<pre>{html.escape(mail.text)}</pre></article>"
    )
