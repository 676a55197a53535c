"""Who may call: roles, callers, API keys (semantics, section 10)."""

import hashlib
import string
import zlib
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
class Grant:
    """What the trust record behind a CI token allows. Without ids of components or environments: all of them."""

    trust_id: int
    trust_name: str
    component_ids: tuple[str, ...] = ()
    environment_ids: tuple[str, ...] = ()
    project_ids: tuple[int, ...] = ()
    """Whose deployment windows it may open and end; none of them without ids: a window silences checks."""
    binds_environment: bool = False
    """Whether the environment of the job and the one that is deployed to have to have one name."""
    attested: Attested = Attested()
    token: str
    """Stands for the token wherever it is remembered: a SHA-256 of its issuer and `jti`."""
    expires_at: datetime

    def require_deployable(self, component_id: str, environment_id: str, environment_name: str) -> None:
        """Raises Forbidden."""
        record = f"trust record {self.trust_id}"
        if self.component_ids and component_id not in self.component_ids:
            raise Forbidden(f"{record} does not allow deployments of this component")
        if self.environment_ids and environment_id not in self.environment_ids:
            raise Forbidden(f"{record} does not allow deployments to this environment")
        claimed = self.attested.environment
        if self.binds_environment and claimed and ascii_lower(claimed) != ascii_lower(environment_name):
            raise Forbidden(f"the job runs in the environment {shortened(claimed)}, not in {environment_name}")

    def require_project(self, project_id: int) -> None:
        """Raises Forbidden."""
        if project_id not in self.project_ids:
            raise Forbidden(f"trust record {self.trust_id} does not allow deployment windows of project {project_id}")


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
