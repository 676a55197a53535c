"""Mail that was sent on this machine: it goes to nobody, and a person can read it in the browser."""

import html
import json
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from local.endpoint import Endpoint

SENDER = "lull@lull.example"
PATH = "/_local/outbox"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Outbox</title>
<meta name="viewport" content="width=device-width">
<style>body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 45rem; padding: 0 1rem }}
article {{ border-top: 1px solid; padding: 1rem 0 }} h2 {{ font-size: 1rem; margin: 0 }} pre {{ white-space: pre-wrap }}
</style></head><body><h1>Outbox</h1>
<p>Mail of this run, newest first. On this machine it goes to nobody.</p>
{mails}</body></html>
"""


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
    return _PAGE.format(mails=mails)


def _article(mail: Mail) -> str:
    recipients = html.escape(", ".join(mail.to))
    return (
        f"<article><h2>{html.escape(mail.subject)}</h2>"
        f"<p>{mail.at:%Y-%m-%d %H:%M:%S} UTC, to {recipients}</p><pre>{html.escape(mail.text)}</pre></article>"
    )
