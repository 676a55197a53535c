"""GitHub's REST API, at github.com and at servers of one's own."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from lull.domain.applications import Repository, path_of
from lull.domain.commits import Commit, shortened
from lull.gateways.conversations import Conversation, Document
from lull.gateways.heads import Head, garbage, no_branch, refusal

_ACCEPT = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}


def api_of(url: str) -> str:
    """The address of a repository in the API of its host.

    >>> api_of("https://github.com/acme/shop.git")
    'https://api.github.com/repos/acme/shop'
    """
    parts = urlsplit(url)
    base = "https://api.github.com" if parts.hostname == "github.com" else f"{parts.scheme}://{parts.netloc}/api/v3"
    return f"{base}/repos/{path_of(url)}"


def headers(token: str | None) -> dict[str, str]:
    return {**_ACCEPT, **({"authorization": f"Bearer {token}"} if token else {})}


async def head(conversation: Conversation, repository: Repository, token: str | None) -> Head:
    """Raises Invalid naming `repository.url`, `.branch` or `.token`."""
    api, sent = api_of(repository.url), headers(token)
    branch = repository.branch
    if branch is None:
        found = await conversation.send_json(api, headers=sent)
        _require(found, token)
        branch = found.at("default_branch")
        if not isinstance(branch, str):
            raise garbage("the repository has no default branch")
    answered = await conversation.send_json(f"{api}/branches/{quote(branch, safe='')}", headers=sent)
    if answered.answer.status_code == 404 and answered.at("message") == "Branch not found":
        raise no_branch(repository)
    _require(answered, token)
    return Head(branch, _commit(answered))


def _require(found: Document, token: str | None) -> None:
    if not found.is_ok:
        raise refusal(found.answer, has_token=token is not None)


def _commit(found: Document) -> Commit:
    try:
        return Commit(
            sha=_text(found.at("commit", "sha")),
            message=shortened(_text(found.at("commit", "commit", "message"))),
            committer_name=_text(found.at("commit", "commit", "committer", "name")),
            committer_email=_text(found.at("commit", "commit", "committer", "email")),
            committer_username=found.at("commit", "committer", "login"),
            committed_at=datetime.fromisoformat(_text(found.at("commit", "commit", "committer", "date"))),
        )
    except (TypeError, ValueError) as error:
        raise garbage("the branch has no commit") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
