"""Whose job a CI token is of, and what it may do here (semantics, section 10; docs/decisions/0018)."""

import functools
import hashlib
import json
from datetime import datetime
from typing import Any

from lull import settings
from lull.domain import ci_trusts as domain
from lull.domain.ci_jobs import ID_CLAIM, OWN_ISSUERS, REQUIRED, Job, Provider, job_of, require_current
from lull.domain.ci_trusts import CiTrust
from lull.domain.credentials import Caller, Grant, Role, shortened
from lull.domain.errors import Conflict, Unauthenticated
from lull.gateways import jwks
from lull.store import ci_trusts as store
from lull.store import ci_uses
from lull.store.ci_uses import Use, UsedBefore
from lull.use_cases.tokens import Unverified

_ALGORITHM = "RS256"


def issuers() -> dict[str, Provider]:
    """Whose tokens trust records may name: keys are fetched from nobody else."""
    return _issuers(settings.ci_issuers())


@functools.cache
def _issuers(configured: str) -> dict[str, Provider]:
    further = {each["issuer"]: Provider(each["provider"]) for each in json.loads(configured)}
    return {issuer: provider for provider, issuer in OWN_ISSUERS.items()} | further


def authenticated(token: Unverified, *, workspace_id: int | None, at: datetime) -> Caller:
    """The job that a token of one of `issuers` is of; `workspace_id` says for whom it acts, where several trust it.

    Raises Unauthenticated in words that tell the job's owner which rule refused it, and nothing of other workspaces.
    """
    provider = issuers()[token.issuer]
    claims = _verified(token, at=at)
    expires_at = require_current(claims, at=at)
    jti = claims["jti"]
    if not isinstance(jti, str) or not jti:
        raise Unauthenticated("the token's jti is not a text")
    job = job_of(provider, token.issuer, claims)
    trusts = _trusts(token.issuer, provider, job, workspace_id)
    store.mark_used(domain.least_recently_used(trusts), at=at)
    token_id = hashlib.sha256(json.dumps([token.issuer, jti]).encode()).hexdigest()
    return Caller(
        workspace_id=trusts[0].workspace_id,
        role=Role.DEPLOYER,
        actor=_actor(job),
        grant=domain.granted(trusts, job, token=token_id, expires_at=expires_at),
    )


def _verified(token: Unverified, *, at: datetime) -> dict[str, Any]:
    """The claims, once signature, issuer and audience are known to be right. Times are not looked at."""
    audience = settings.installation_url()
    if not audience:
        raise Unauthenticated("CI tokens take the parameter PublicUrl of the installation, which is their audience")
    key_id = token.header.get("kid")
    if token.header.get("alg") != _ALGORITHM or not isinstance(key_id, str):
        raise Unauthenticated(f"the token is not signed with {_ALGORITHM} by a key that it names")
    key = jwks.signing_key_of(token.issuer, key_id, at=at)
    if key is None or key.get("kty") != "RSA" or key.get("use", "sig") != "sig":
        raise Unauthenticated("the token is not signed by a known key of its issuer")
    # Imported by the first token: a third of the cold start of those who use API keys.
    import jwt

    try:
        claims: dict[str, Any] = jwt.decode(
            token.text,
            jwt.PyJWK(key, algorithm=_ALGORITHM).key,
            algorithms=[_ALGORITHM],
            issuer=token.issuer,
            audience=audience,
            options={
                "require": list(REQUIRED),
                "strict_aud": True,
                # By `require_current`, which is told what time it is.
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                # Nothing depends on it.
                "verify_sub": False,
            },
        )
    except jwt.InvalidAudienceError as error:
        raise Unauthenticated(f"the token's audience is not {audience}") from error
    except jwt.MissingRequiredClaimError as error:
        raise Unauthenticated(f"the token has no {error.claim}") from error
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError) as error:
        raise Unauthenticated("the token is not valid") from error
    return claims


def _trusts(issuer: str, provider: Provider, job: Job, workspace_id: int | None) -> list[CiTrust]:
    """The records that take the job: at least one, by id, all of one workspace."""
    whose = f"{ID_CLAIM[provider]} {job.repository_id} of issuer {issuer}"
    if workspace_id is not None:
        whose += f" in workspace {workspace_id}"
    found = store.list_trusts_of_repository(issuer, job.repository_id, workspace_id=workspace_id)
    if not found:
        raise Unauthenticated(f"no trust record for {whose}")
    refusals = [(trust, domain.refusal(trust, job)) for trust in found]
    taking = [trust for trust, reason in refusals if reason is None]
    if len({trust.workspace_id for trust in taking}) > 1:
        raise Unauthenticated("several workspaces trust this job; say which one with the header X-Lull-Workspace")
    if taking:
        return taking
    if len({trust.workspace_id for trust in found}) > 1:
        reasons = "the header X-Lull-Workspace, with the id of yours, gets the reasons"
    else:
        reasons = "; ".join(f"{trust.id}: {reason}" for trust, reason in refusals)
    raise Unauthenticated(f"no trust record for {whose} takes this job ({reasons})")


def _actor(job: Job) -> str:
    """How records name the job: printable and of bounded length."""
    repository = shortened(job.attested.repository or job.repository_id)
    by = job.attested.deployed_by
    return f"ci:{repository} by {by}" if by else f"ci:{repository}"


def claim_request(grant: Grant, request: tuple[str, ...], *, at: datetime) -> Use:
    """Remember that a token makes this request, which changes something. Raises Conflict if it has made it before."""
    try:
        return ci_uses.claim_use(grant.token, request, expires_at=grant.expires_at, at=at)
    except UsedBefore as error:
        raise Conflict(
            "this token has made this very request already; to make it once more, take a new token, or send an "
            "Idempotency-Key that is new"
        ) from error


def release_request(use: Use) -> None:
    """Forget a request that was refused: it may be made again."""
    ci_uses.release_use(use)
