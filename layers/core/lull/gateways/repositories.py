"""The newest commit of a repository, by whatever its host speaks: an answer within five seconds, or a reason."""

from datetime import datetime

from lull.domain.applications import Provider, Repository
from lull.gateways import git_http, github, gitlab, outbound
from lull.gateways.conversations import Conversation
from lull.gateways.heads import Head

SECONDS = 5.0
"""For everything."""

_ASK = {Provider.GIT: git_http.head, Provider.GITHUB: github.head, Provider.GITLAB: gitlab.head}


def newest(repository: Repository, token: str | None, *, at: datetime) -> Head:
    """The newest commit of a repository's branch, read at `at`.

    Raises Invalid naming `repository.url`, `.branch` or `.token`.
    """

    async def ask() -> Head:
        return await _ASK[repository.provider](Conversation(seconds=SECONDS), repository, token, at=at)

    return outbound.run(ask())
