"""Who may call: roles, callers, API keys (semantics, section 10)."""

import hashlib
import string
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lull.domain.errors import Forbidden, Unauthenticated

PREFIX = "lull_"
_RANDOM = 27  # base-62 characters: 160 bits
_CHECKSUM = 6
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Role(StrEnum):
    """Each may do what those before it may."""

    VIEWER = "viewer"
    DEPLOYER = "deployer"
    MEMBER = "member"
    ADMIN = "admin"

    def includes(self, needed: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """What a CI token says of its job, under its issuer's signature; None for what it does not say."""

    commit_sha: str | None = None
    deployed_by: str | None = None
    """Who started the run."""
    link: str | None = None
    """The run or pipeline on the web."""
    ref: str | None = None
    """In full, such as `refs/heads/main`."""
    run_id: str | None = None
    repository: str | None = None
    environment: str | None = None
    """That of the CI, which the job names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one trust record allows the jobs that it takes. Without ids of components or environments: all of them."""

    trust_id: int
    trust_name: str
    component_ids: tuple[str, ...] = ()
    environment_ids: tuple[str, ...] = ()
    project_ids: tuple[int, ...] = ()
    """Whose deployment windows it may open and end; none of them without ids: a window silences checks."""
    binds_environment: bool = False
    """Whether the environment of the job and the one that is deployed to have to have one name."""

    def forbidden(self, component_id: str, environment_id: str, environment_name: str, job: Attested) -> str | None:
        """What of a deployment the record does not allow; None if it allows it."""
        if self.component_ids and component_id not in self.component_ids:
            return "deployments of this component"
        if self.environment_ids and environment_id not in self.environment_ids:
            return "deployments to this environment"
        claimed = job.environment
        if self.binds_environment and claimed and ascii_lower(claimed) != ascii_lower(environment_name):
            return f"a job of the environment {shortened(claimed)} to deploy to {environment_name}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a CI token was taken for: whatever one of the records that take its job allows, each judged as a whole."""

    allowances: tuple[Allowance, ...]
    attested: Attested = Attested()
    token: str
    """Stands for the token wherever it is remembered: a SHA-256 of its issuer and `jti`."""
    expires_at: datetime

    @property
    def binds_environment(self) -> bool:
        return any(each.binds_environment for each in self.allowances)

    def require_deployable(self, component_id: str, environment_id: str, environment_name: str) -> None:
        """Raises Forbidden."""
        self._require_one(lambda each: each.forbidden(component_id, environment_id, environment_name, self.attested))

    def require_project(self, project_id: int) -> None:
        """Raises Forbidden."""
        windows = f"deployment windows of project {project_id}"
        self._require_one(lambda each: None if project_id in each.project_ids else windows)

    def _require_one(self, forbidden: Callable[[Allowance], str | None]) -> None:
        """Raises Forbidden in words that tell of every record what it lacks, unless one lacks nothing."""
        lacking: dict[str, list[str]] = {}
        for each in self.allowances:
            what = forbidden(each)
            if what is None:
                return
            lacking.setdefault(what, []).append(str(each.trust_id))
        raise Forbidden("; ".join(_refusal(ids, what) for what, ids in lacking.items()))


def _refusal(trust_ids: Sequence[str], what: str) -> str:
    if len(trust_ids) == 1:
        return f"trust record {trust_ids[0]} does not allow {what}"
    return f"trust records {', '.join(trust_ids)} do not allow {what}"


_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def ascii_lower(text: str) -> str:
    """Lower case of A to Z only: other letters that fold to them are other names, which somebody else may make."""
    return text.translate(_LOWER)


def shortened(text: str) -> str:
    """Foreign text as messages and names of actors hold it: printable, at most 100 characters."""
    return "".join(character for character in text if character.isprintable())[:100]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An authenticated caller; `actor` is how records name it."""

    workspace_id: int
    role: Role
    actor: str
    grant: Grant | None = None
    """Of a CI job; whoever has another credential may do what its role may."""

    @property
    def attested(self) -> Attested:
        """What a CI token says of its job; nothing, for other credentials."""
        return self.grant.attested if self.grant else Attested()

    @property
    def binds_environment(self) -> bool:
        """Whether the name of an environment, as it is now, decides what a CI job may deploy there."""
        return self.grant is not None and self.grant.binds_environment

    def require_deployable(self, component_id: str, environment_id: str, environment_name: str) -> None:
        """Raises Forbidden if a CI job may not deploy this component to this environment."""
        if self.grant:
            self.grant.require_deployable(component_id, environment_id, environment_name)

    def require_project(self, project_id: int) -> None:
        """Raises Forbidden if a CI job may not open or end deployment windows of this project."""
        if self.grant:
            self.grant.require_project(project_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A stored key: its SHA-256, never itself."""

    id: int
    workspace_id: int
    name: str
    role: Role
    prefix: str
    """The first 12 characters, to recognise it by."""
    secret_hash: str
    enabled: bool = True
    created_at: datetime
    last_used_at: datetime | None = None
    revision: int = 0


def _base62(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


def api_key_secret(randomness: str) -> str:
    """A full key from 27 random base-62 characters: prefix, randomness, CRC-32 of both.

    The checksum lets a typo be refused, and a leaked key be recognised, without a look-up.
    """
    body = PREFIX + randomness
    return body + _base62(zlib.crc32(body.encode()), _CHECKSUM)


def hashed_api_key(secret: str) -> str:
    """The SHA-256 a key is stored under; Unauthenticated if its form or checksum is wrong."""
    body, checksum = secret[:-_CHECKSUM], secret[-_CHECKSUM:]
    well_formed = len(secret) == len(PREFIX) + _RANDOM + _CHECKSUM and secret.isascii()
    if not well_formed or _base62(zlib.crc32(body.encode()), _CHECKSUM) != checksum:
        raise Unauthenticated("the API key is not valid")
    return hashlib.sha256(secret.encode()).hexdigest()


API_KEY_RANDOM_LENGTH = _RANDOM
