"""Applications: what is deployed from which git repository, and who does it (seed 004; semantics, section 8)."""

import base64
import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum
from urllib.parse import urlsplit

from lull.domain.errors import FieldError, Invalid, invalid

DEFAULT_MAX_DURATION_SECONDS = 3_600


class Provider(StrEnum):
    """How the newest commit of a repository is asked for."""

    GIT = "git"
    """By git's own protocol over HTTP: any host."""
    GITHUB = "github"
    GITLAB = "gitlab"


class ExecutorKind(StrEnum):
    """Who carries a deployment out."""

    NONE = "none"
    """Whoever asked for it, and says how it goes."""
    WEBHOOK = "webhook"
    GITHUB = "github"
    GITLAB = "gitlab"
    CODEBUILD = "codebuild"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    provider: Provider
    url: str
    branch: str | None = None
    """That of HEAD, if none is named."""
    has_token: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    kind: ExecutorKind = ExecutorKind.NONE
    url: str | None = None
    """Of a webhook; of GitHub and GitLab the repository, if it is not that of the application."""
    environment: str | None = None
    """The name of the environment on GitHub."""
    project: str | None = None
    """The name of the project of CodeBuild."""
    has_secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where a deployment is carried out, whatever becomes of its application meanwhile."""

    repository_url: str
    executor: Executor


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    id: str
    workspace_id: int
    name: str
    repository: Repository
    executor: Executor = Executor()
    component_id: str | None = None
    environment_id: str | None = None
    max_duration_seconds: int = DEFAULT_MAX_DURATION_SECONDS
    """A deployment that is not over by then has failed."""
    secret_name: str | None = None
    """Where its secrets are kept: never here."""
    created_at: datetime
    revision: int = 0

    @property
    def executor_url(self) -> str:
        """Where its executor is told."""
        return self.executor.url or self.repository.url

    @property
    def aim(self) -> Aim:
        """Where a deployment that begins now is carried out."""
        return Aim(repository_url=self.repository.url, executor=self.executor)

    def aimed(self, aim: Aim | None) -> "Application":
        """The application, as it was when a deployment began that has this aim."""
        if aim is None:
            return self
        return replace(self, repository=replace(self.repository, url=aim.repository_url), executor=aim.executor)


class Unsaid(Enum):
    UNSAID = "unsaid"


UNSAID = Unsaid.UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What is kept elsewhere. UNSAID stands for what a request leaves as it is."""

    repository: str | Unsaid | None = None
    executor: str | Unsaid | None = None

    @property
    def are_none(self) -> bool:
        return not isinstance(self.repository, str) and not isinstance(self.executor, str)


_REQUIRED = {
    ExecutorKind.NONE: (),
    ExecutorKind.WEBHOOK: ("url", "secret"),
    ExecutorKind.GITHUB: ("token",),
    ExecutorKind.GITLAB: ("token",),
    ExecutorKind.CODEBUILD: ("project",),
}
_OPTIONAL = {ExecutorKind.GITHUB: ("url", "environment"), ExecutorKind.GITLAB: ("url",)}
SECRET_FIELDS = {
    ExecutorKind.WEBHOOK: "secret",
    ExecutorKind.GITHUB: "token",
    ExecutorKind.GITLAB: "token",
}
_OWN_PROVIDER = {ExecutorKind.GITHUB: Provider.GITHUB, ExecutorKind.GITLAB: Provider.GITLAB}
_PROJECT = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{1,254}", re.ASCII)
_TOKEN = re.compile(r"[!-~]{1,1000}", re.ASCII)
_BRANCH = re.compile(
    r"(?!.*(?:\.\.|//|@\{|/\.|\.lock(?:/|$)))[^\s~^:?*\[\\\x00-\x20\x7f\ud800-\udfff/.-][^\s~^:?*\[\\\x00-\x20\x7f\ud800-\udfff]{0,254}"
)


def is_branch(name: str) -> bool:
    """Whether git would have a branch of this name (git-check-ref-format), in UTF-8.

    >>> [is_branch(name) for name in ("main", "feat/x", "a..b", "-x", "x.lock", "a b", "x/")]
    [True, True, False, False, False, False, False]
    """
    return bool(_BRANCH.fullmatch(name)) and not name.endswith(("/", "."))


def require_executor(kind: ExecutorKind, given: set[str]) -> None:
    """Raises Invalid naming each field that a kind of executor lacks or does not know."""
    known = {*_REQUIRED[kind], *_OPTIONAL.get(kind, ())}
    errors = [FieldError(f"executor.{name}", f"is not a field of the kind {kind}") for name in sorted(given - known)]
    required = [name for name in _REQUIRED[kind] if name != SECRET_FIELDS.get(kind)]
    errors += [_missing(name, kind) for name in required if name not in given]
    if errors:
        raise Invalid(*errors)


def _missing(name: str, kind: ExecutorKind) -> FieldError:
    return FieldError(f"executor.{name}", f"is required for the kind {kind}")


def require(application: Application) -> None:
    """Raises Invalid naming the fields that do not go together."""
    if (application.component_id is None) != (application.environment_id is None):
        lacking = "componentId" if application.component_id is None else "environmentId"
        raise invalid(lacking, "is required: a component is deployed to an environment")
    repository, executor = application.repository, application.executor
    if not _is_address(repository.url) or (repository.provider is not Provider.GIT and not path_of(repository.url)):
        raise invalid("repository.url", _ADDRESS)
    if repository.provider is Provider.GITHUB and not _is_of_github(repository.url):
        raise invalid("repository.url", _OF_GITHUB)
    if executor.kind in _OWN_PROVIDER:
        if executor.url is None and repository.provider is not _OWN_PROVIDER[executor.kind]:
            raise invalid("executor.url", f"is required: the repository is not on {executor.kind}")
        if executor.url is not None and not path_of(executor.url):
            raise invalid("executor.url", _ADDRESS)
        if executor.url is not None and executor.kind is ExecutorKind.GITHUB and not _is_of_github(executor.url):
            raise invalid("executor.url", _OF_GITHUB)
    field = SECRET_FIELDS.get(executor.kind)
    if field and not executor.has_secret:
        raise Invalid(_missing(field, executor.kind))


_ADDRESS = "must be the address of a repository, such as https://git.example/owner/name"

_OF_GITHUB = "must be the address of a repository on GitHub: https://github.com/owner/name"


def _is_of_github(url: str) -> bool:
    """Whether it is of one owner and one name, as GitHub has no groups."""
    return (path_of(url) or "").count("/") == 1


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.query and not parts.fragment


def path_of(url: str) -> str | None:
    """The path of a repository on its host.

    >>> path_of("https://github.com/acme/shop.git")
    'acme/shop'
    """
    path = urlsplit(url).path.strip("/").removesuffix(".git") if _is_address(url) else ""
    whole = re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+", path, re.ASCII)
    return path if whole and not {".", ".."} & set(path.split("/")) else None


def merged(was: Application, now: Application, *, kept: Secrets, said: Secrets) -> Secrets:
    """The secrets of a changed application. One that is not given again never reaches another host than before."""
    repository, executor = said.repository, said.executor
    if repository is UNSAID:
        repository = kept.repository if _host(was.repository.url) == _host(now.repository.url) else None
    if executor is UNSAID:
        executor = kept.executor if is_told_alike(was, now) else None
    return Secrets(repository=repository, executor=executor)


def is_told_alike(one: Application, other: Application) -> bool:
    """Whether the secret of the one's executor may be shown to the other's."""
    return (one.executor.kind, _host(one.executor_url)) == (other.executor.kind, _host(other.executor_url))


def with_secrets(application: Application, secrets: Secrets) -> Application:
    """The application, which says of its secrets that they are there."""
    return replace(
        application,
        repository=replace(application.repository, has_token=isinstance(secrets.repository, str)),
        executor=replace(application.executor, has_secret=isinstance(secrets.executor, str)),
    )


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def is_token(text: str) -> bool:
    """Whether it may stand in a header."""
    return bool(_TOKEN.fullmatch(text))


def is_project(name: str) -> bool:
    """Whether CodeBuild would have a project of this name."""
    return bool(_PROJECT.fullmatch(name))


def is_signing_secret(text: str) -> bool:
    """Whether it is a secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base 64."""
    try:
        return text.startswith("whsec_") and 24 <= len(base64.b64decode(text[6:], validate=True)) <= 64
    except ValueError:
        return False
