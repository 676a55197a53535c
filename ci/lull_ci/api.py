"""Lull's API as a pipeline sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from lull_ci import __version__
from lull_ci.credentials import Credential
from lull_ci.errors import CommandError, Misused, Refused, Unreachable
from lull_ci.exchanges import Answer, Exchanges, Service
from lull_ci.settings import Settings
from lull_ci.texts import one_line

_LULL = Service("Lull", "LULL_URL")
_SAYS_NOTHING = "check LULL_URL: what answers there is not Lull"
_NO_SUCH_PATH = "there is nothing at this path"


class Api:
    def __init__(self, settings: Settings, credential: Callable[[], Credential], exchanges: Exchanges) -> None:
        self._settings = settings
        self._make_credential = credential
        self._credential: Credential | None = None
        self.exchanges = exchanges

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        return self._call("POST", path, body, key)

    def patch(self, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        return self._call("PATCH", path, body, key)

    def put(self, path: str, *, key: str) -> dict[str, Any]:
        return self._call("PUT", path, None, key)

    def list(self, path: str, **query: str | int) -> list[Any]:
        """A list that the API answers as such, without a page around it."""
        found = self._asked("GET", f"{path}?{urlencode(query)}")
        if not isinstance(found, list):
            raise Unreachable(_SAYS_NOTHING)
        return found

    def _call(self, method: str, path: str, body: Any = None, key: str | None = None) -> dict[str, Any]:
        answered = self._asked(method, path, body, key)
        if not isinstance(answered, dict):
            raise Unreachable(_SAYS_NOTHING)
        return answered

    def _asked(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """The JSON of the answer. Raises Refused, Misused or Unreachable."""
        if self._credential is None:
            self._credential = self._make_credential()
        headers = {
            "authorization": f"Bearer {self._credential.token}",
            "accept": "application/json",
            "user-agent": f"lull-ci/{__version__}",
        }
        if self._settings.workspace:
            headers["x-lull-workspace"] = self._settings.workspace
        if key:
            # Lull's own for what it makes; for the rest it tells a job's equal requests apart.
            headers["idempotency-key"] = key
        answer = self.exchanges.send(_LULL, method, f"{self._settings.url}/api{path}", headers, body)
        if 300 <= answer.status < 400:
            raise Misused(f"LULL_URL leads elsewhere{_place(answer)}: set it to where Lull is")
        if answer.status >= 500:
            raise Unreachable(f"Lull answers {answer.status}")
        said = _json(answer)
        if answer.status >= 400:
            raise _refused(answer.status, said, self._credential)
        if said is None:
            raise Unreachable(_SAYS_NOTHING)
        return said


def _place(answer: Answer) -> str:
    try:
        place = urlsplit(answer.headers.get("location", ""))
    except ValueError:
        return ""
    return f", to {one_line(f'{place.scheme}://{place.netloc}', 300)}" if place.netloc else ""


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _refused(status: int, said: Any, credential: Credential) -> CommandError:
    """With the message and each field that the answer names, if it is Lull that refuses.

    Whatever else stands where Lull should be has errors too: proxies, sign-in pages, firewalls, a gateway without Lull
    behind it. It is Lull that is not reachable then.
    """
    if not _is_of_lull(status, said):
        return Unreachable(f"HTTP {status}, but not from Lull; {_SAYS_NOTHING}")
    if status == 404 and said["message"] == _NO_SUCH_PATH:
        return Misused("LULL_URL leads to Lull, but not to its API: leave out the path behind the host")
    details = said.get("details")
    fields = [
        f"{one_line(each.get('field'), 100)} {one_line(each.get('message'), 200)}"
        for each in (details if isinstance(details, list) else [])
        if isinstance(each, dict)
    ]
    text = f"refused: {one_line(said['message'], 300)}" + (f" ({'; '.join(fields)})" if fields else "")
    if status == 401:
        text += f"; {credential.advice}"
    return Refused(text, status)


def _is_of_lull(status: int, said: Any) -> bool:
    """Whether this is the one shape of Lull's errors."""
    return (
        isinstance(said, dict)
        and said.get("statusCode") == status
        and isinstance(said.get("message"), str)
        and isinstance(said.get("error"), str)
    )
