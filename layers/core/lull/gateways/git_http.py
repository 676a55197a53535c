"""Any git host, by git's smart HTTP protocol, version 2: what it can do, where the branch is, that one commit.

Sources: gitprotocol-http, gitprotocol-v2.
"""

import base64
from datetime import datetime

from lull.domain.applications import Repository, is_branch
from lull.domain.commits import UnreadableCommit, parse_commit
from lull.gateways import git_packets
from lull.gateways.conversations import Conversation
from lull.gateways.git_packets import Garbage, Reference
from lull.gateways.heads import Head, garbage, no_branch, refusal

_BRANCHES = "refs/heads/"
_VERSION = {"git-protocol": "version=2"}
_ASKING = {
    **_VERSION,
    "content-type": "application/x-git-upload-pack-request",
    "accept": "application/x-git-upload-pack-result",
}


async def head(conversation: Conversation, repository: Repository, token: str | None, *, at: datetime) -> Head:
    """Raises Invalid naming `repository.url`, `.branch` or `.token`."""
    host = _Host(conversation, repository, token)
    try:
        offered = await host.offered()
        found = await host.reference(offered)
        content = await host.commit(found.sha, offered)
        commit = parse_commit(found.sha, content, at=at)
    except (Garbage, UnreadableCommit) as error:
        raise garbage(str(error)) from error
    name = found.leads_to or found.name
    branch = name.removeprefix(_BRANCHES) if name.startswith(_BRANCHES) else ""
    return Head(branch if is_branch(branch) else None, commit)


class _Host:
    def __init__(self, conversation: Conversation, repository: Repository, token: str | None) -> None:
        self._conversation, self._repository = conversation, repository
        self._url = repository.url.rstrip("/")
        self._credentials = _basic(token) if token else {}

    async def offered(self) -> dict[str, str]:
        """The capabilities of the server."""
        url = f"{self._url}/info/refs?service=git-upload-pack"
        data, cut = await self._sent(url, method="GET", headers=_VERSION)
        offered = git_packets.capabilities(data, cut=cut)
        if offered is None:
            raise Garbage("it does not speak version 2 of git's protocol")
        return offered

    async def reference(self, offered: dict[str, str]) -> Reference:
        """Where the branch is. A prefix is a hint only: names are compared."""
        branch = self._repository.branch
        wanted = "HEAD" if branch is None else f"{_BRANCHES}{branch}"
        arguments = ["symrefs", f"ref-prefix {wanted}"]
        data, cut = await self._asked(git_packets.request("ls-refs", _capabilities(offered), arguments))
        for each in git_packets.references(data, cut=cut):
            if each.name == wanted:
                return each
        raise no_branch(self._repository)

    async def commit(self, sha: str, offered: dict[str, str]) -> bytes:
        """The commit object; a server that cannot leave out the files sends them behind it, and is not heard out."""
        can = offered.get("fetch", "").split()
        arguments = ["no-progress", f"want {sha}"]
        arguments += ["deepen 1"] if "shallow" in can else []
        arguments += ["filter tree:0"] if "filter" in can else []
        data, cut = await self._asked(git_packets.request("fetch", _capabilities(offered), [*arguments, "done"]))
        return git_packets.commit_object(data, sha, cut=cut)

    async def _asked(self, body: bytes) -> tuple[bytes, bool]:
        return await self._sent(f"{self._url}/git-upload-pack", method="POST", headers=_ASKING, body=body)

    async def _sent(self, url: str, *, method: str, headers: dict[str, str], body: bytes = b"") -> tuple[bytes, bool]:
        """What the host answered, and whether there is more of it than was read."""
        answer = await self._conversation.send(url, method=method, headers={**headers, **self._credentials}, body=body)
        if answer.status_code != 200:
            raise refusal(answer, has_token=bool(self._credentials))
        return answer.body, answer.truncated


def _capabilities(offered: dict[str, str]) -> list[str]:
    known = ["agent=lull"] if "agent" in offered else []
    return known + ([f"object-format={offered['object-format']}"] if "object-format" in offered else [])


def _basic(token: str) -> dict[str, str]:
    """A token, or `user:password`. Hosts take tokens as a password, whatever the user is called."""
    pair = token if ":" in token else f"x-access-token:{token}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
