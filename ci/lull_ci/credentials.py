"""The token to show: an API key, or the one that the CI signs for this job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from lull_ci.errors import Misused, Refused, Unreachable
from lull_ci.exchanges import Exchanges, Service
from lull_ci.settings import Settings, checked

_REQUEST_URL, _REQUEST_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_OF_OTHERS = {301, 302, 303, 307, 308, 407}
"""What proxies and sign-in pages answer in its place."""
_SERVICE = Service("GitHub's token service", _REQUEST_URL)


@dataclass(frozen=True)
class Credential:
    token: str
    advice: str
    """What to look at if it is refused."""


def credential_of(settings: Settings, environ: Mapping[str, str], exchanges: Exchanges) -> Credential:
    """The first of: API key, GitHub's token, GitLab's token. Raises Misused if there is none."""
    if settings.token:
        return Credential(settings.token, "check LULL_TOKEN: is it an API key of this installation, and not revoked?")
    trust = f"is there a trust record for this repository, and is {settings.audience} its audience?"
    if environ.get(_REQUEST_URL) and environ.get(_REQUEST_TOKEN):
        return Credential(_of_github(settings, environ, exchanges), trust)
    signed = checked(environ.get(settings.id_token_variable), settings.id_token_variable)
    if signed:
        return Credential(signed, f"{trust} A token of GitLab lives for 5 minutes unless the job has a timeout.")
    if environ.get("GITHUB_ACTIONS") == "true":
        raise Misused("there is no credential: set LULL_TOKEN, or give the job `permissions: id-token: write`")
    if environ.get("GITLAB_CI") == "true":
        raise Misused(
            "there is no credential: set LULL_TOKEN, or give the job `id_tokens:` with "
            f"{settings.id_token_variable} for the audience {settings.audience}"
        )
    raise Misused("there is no credential: set LULL_TOKEN to an API key")


def _of_github(settings: Settings, environ: Mapping[str, str], exchanges: Exchanges) -> str:
    """A new one: it lives for minutes, and may be asked for at any time."""
    asked = environ[_REQUEST_URL]
    url = f"{asked}{'&' if '?' in asked else '?'}audience={quote(settings.audience, safe='')}"
    headers = {
        "authorization": f"Bearer {checked(environ[_REQUEST_TOKEN], _REQUEST_TOKEN)}",
        "accept": "application/json",
    }
    answer = exchanges.send(_SERVICE, "GET", url, headers)
    if answer.status >= 500 or answer.status in _OF_OTHERS:
        raise Unreachable(f"{_SERVICE.name} answers {answer.status}")
    if answer.status != 200:
        raise Refused(f"{_SERVICE.name} refuses a token ({answer.status}): does the job have `id-token: write`?")
    try:
        value = json.loads(answer.body)["value"]
    except (ValueError, KeyError, TypeError):
        value = None
    token = checked(value, "the token of GitHub") if isinstance(value, str) else None
    if token is None:
        raise Unreachable(f"{_SERVICE.name} answers without a token")
    return token
