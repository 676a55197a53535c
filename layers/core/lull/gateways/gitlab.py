"""GitLab's REST API, at gitlab.com and at servers of one's own."""

from datetime import datetime
from urllib.parse import quote, urlsplit

from lull.domain.applications import Repository, is_branch, path_of
from lull.domain.commits import Commit, UnreadableCommit, told_commit
from lull.gateways.conversations import Conversation, Document
from lull.gateways.heads import Head, garbage, no_branch, require_ok


def api_of(url: str) -> str:
    """The address of a project in the API of its host.

    >>> api_of("https://gitlab.com/acme/web/shop.git")
    'https://gitlab.com/api/v4/projects/acme%2Fweb%2Fshop'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/api/v4/projects/{quote(path_of(url) or '', safe='')}"


async def head(conversation: Conversation, repository: Repository, token: str | None, *, at: datetime) -> Head:
    """Raises Invalid naming `repository.url`, `.branch` or `.token`."""
    api = api_of(repository.url)
    sent = {"private-token": token} if token else {}
    branch = repository.branch
    if branch is None:
        found = await conversation.send_json(api, headers=sent)
        require_ok(found, token)
        branch = found.at("default_branch")
        if not isinstance(branch, str) or not is_branch(branch):
            raise no_branch(repository)
    url = f"{api}/repository/branches/{quote(branch, safe='')}"
    answered = await conversation.send_json(url, headers=sent)
    if answered.answer.status_code == 404 and "branch" in str(answered.at("message")).lower():
        raise no_branch(repository)
    require_ok(answered, token)
    return Head(branch, _commit(answered, at=at))


def _commit(found: Document, *, at: datetime) -> Commit:
    try:
        return told_commit(
            sha=found.at("commit", "id"),
            message=found.at("commit", "message"),
            name=found.at("commit", "committer_name"),
            email=found.at("commit", "committer_email"),
            committed_at=found.at("commit", "committed_date"),
            at=at,
        )
    except UnreadableCommit as error:
        raise garbage(f"the branch has no commit: {error}") from error
