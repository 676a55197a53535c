"""GitLab's REST API, at gitlab.com and at servers of one's own."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from lull.domain.applications import Repository, path_of
from lull.domain.commits import Commit, shortened
from lull.gateways.conversations import Conversation, Document
from lull.gateways.heads import Head, garbage, no_branch, refusal


def api_of(url: str) -> str:
    """The address of a project in the API of its host.

    >>> api_of("https://gitlab.com/acme/web/shop.git")
    'https://gitlab.com/api/v4/projects/acme%2Fweb%2Fshop'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/api/v4/projects/{quote(path_of(url) or '', safe='')}"


async def head(conversation: Conversation, repository: Repository, token: str | None) -> Head:
    """Raises Invalid naming `repository.url`, `.branch` or `.token`."""
    api = api_of(repository.url)
    sent = {"private-token": token} if token else {}
    branch = repository.branch
    if branch is None:
        found = await conversation.send_json(api, headers=sent)
        _require(found, token)
        branch = found.at("default_branch")
        if not isinstance(branch, str):
            raise no_branch(repository)
    url = f"{api}/repository/branches/{quote(branch, safe='')}"
    answered = await conversation.send_json(url, headers=sent)
    if answered.answer.status_code == 404 and "branch" in str(answered.at("message")).lower():
        raise no_branch(repository)
    _require(answered, token)
    return Head(branch, _commit(answered))


def _require(found: Document, token: str | None) -> None:
    if not found.is_ok:
        raise refusal(found.answer, has_token=token is not None)


def _commit(found: Document) -> Commit:
    try:
        committed_at = datetime.fromisoformat(_text(found.at("commit", "committed_date")))
        return Commit(
            sha=_text(found.at("commit", "id")),
            message=shortened(_text(found.at("commit", "message"))),
            committer_name=_text(found.at("commit", "committer_name")),
            committer_email=_text(found.at("commit", "committer_email")),
            committed_at=committed_at if committed_at.tzinfo else committed_at.replace(tzinfo=UTC),
        )
    except (TypeError, ValueError) as error:
        raise garbage("the branch has no commit") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
