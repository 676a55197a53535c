"""GitHub's REST API, at github.com and at servers of one's own."""

from datetime import datetime
from urllib.parse import quote, urlsplit

from lull.domain.applications import Repository, is_branch, path_of
from lull.domain.commits import Commit, UnreadableCommit, told_commit
from lull.gateways.conversations import Conversation, Document
from lull.gateways.heads import Head, garbage, no_branch, require_ok

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


async def head(conversation: Conversation, repository: Repository, token: str | None, *, at: datetime) -> Head:
    """Raises Invalid naming `repository.url`, `.branch` or `.token`."""
    api, sent = api_of(repository.url), headers(token)
    branch = repository.branch
    if branch is None:
        found = await conversation.send_json(api, headers=sent)
        require_ok(found, token)
        branch = found.at("default_branch")
        if not isinstance(branch, str) or not is_branch(branch):
            raise garbage("the repository has no default branch")
    answered = await conversation.send_json(f"{api}/branches/{quote(branch, safe='')}", headers=sent)
    if answered.answer.status_code == 404 and answered.at("message") == "Branch not found":
        raise no_branch(repository)
    require_ok(answered, token)
    return Head(branch, _commit(answered, at=at))


def _commit(found: Document, *, at: datetime) -> Commit:
    try:
        return told_commit(
            sha=found.at("commit", "sha"),
            message=found.at("commit", "commit", "message"),
            name=found.at("commit", "commit", "committer", "name"),
            email=found.at("commit", "commit", "committer", "email"),
            username=found.at("commit", "committer", "login"),
            committed_at=found.at("commit", "commit", "committer", "date"),
            at=at,
        )
    except UnreadableCommit as error:
        raise garbage(f"the branch has no commit: {error}") from error
