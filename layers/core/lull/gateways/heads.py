"""What a host says of a branch, and the words for why it does not."""

from dataclasses import dataclass

from lull.domain.answers import Answer
from lull.domain.applications import Repository
from lull.domain.commits import Commit
from lull.domain.errors import Invalid, invalid
from lull.gateways.conversations import Document


@dataclass(frozen=True, slots=True)
class Head:
    """The newest commit of a branch; without a name where HEAD leads to none."""

    branch: str | None
    commit: Commit


def no_branch(repository: Repository) -> Invalid:
    if repository.branch is None:
        return invalid("repository.url", "the repository has no commit yet, or its HEAD leads to none; name a branch")
    return invalid("repository.branch", f"the repository has no branch {repository.branch}")


def require_ok(found: Document, token: str | None) -> None:
    """Raises Invalid for an answer that is no success."""
    if not found.is_ok:
        raise refusal(found.answer, has_token=token is not None)


def refusal(answer: Answer, *, has_token: bool) -> Invalid:
    """Why an answer that is no success is none."""
    status = answer.status_code
    if status is None:
        return invalid("repository.url", answer.reason or "the host did not answer")
    if status in (401, 403) and has_token:
        return invalid("repository.token", f"the host does not accept it: it answered {status}")
    if status in (401, 403, 404) and not has_token:
        return invalid(
            "repository.url", f"there is no repository here, or it takes a token to see it: the host answered {status}"
        )
    if status == 404:
        return invalid("repository.url", "there is no repository here, or the token may not see it")
    if 300 <= status < 400:
        return invalid("repository.url", "the repository is somewhere else: name the address that this one leads to")
    return invalid("repository.url", f"the host answered {status}")


def garbage(what: str) -> Invalid:
    return invalid("repository.url", f"the host's answer makes no sense: {what}")
