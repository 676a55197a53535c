"""Who a JSON Web Token of a configured OpenID Connect issuer is (semantics, section 10)."""

import functools
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lull import settings
from lull.domain.credentials import Caller, Role
from lull.domain.errors import Unauthenticated
from lull.gateways import jwks
from lull.use_cases.tokens import Unverified

_ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
_LEEWAY_SECONDS = 30
_LONGEST_SUBJECT = 200
_REQUIRED = ["iss", "aud", "exp", "iat", "sub"]


@dataclass(frozen=True, slots=True)
class Issuer:
    issuer: str
    audience: str
    workspace_id: int
    role_claim: str
    roles: dict[str, Role]
    jwks_uri: str


@functools.cache
def _issuers(configured: str) -> dict[str, Issuer]:
    return {
        each["issuer"]: Issuer(
            issuer=each["issuer"],
            audience=each["audience"],
            workspace_id=int(each["workspaceId"]),
            role_claim=each["roleClaim"],
            roles={value: Role(role) for value, role in each["roles"].items()},
            jwks_uri=each.get("jwksUri") or each["issuer"].rstrip("/") + "/.well-known/jwks.json",
        )
        for each in json.loads(configured)
    }


def issuers() -> dict[str, Issuer]:
    return _issuers(settings.oidc_issuers())


def authenticated(token: Unverified, *, at: datetime) -> Caller:
    """Who a token of one of `issuers` is of. Raises Unauthenticated unless it is current and carries a known role."""
    # Imported by the first token: a third of the cold start of those who use API keys.
    import jwt

    issuer = issuers()[token.issuer]
    try:
        claims = jwt.decode(
            token.text,
            _key(issuer, token.header, at=at),
            # The key decides the family; the token only chooses within it.
            algorithms=[token.header["alg"]],
            issuer=issuer.issuer,
            audience=issuer.audience,
            leeway=_LEEWAY_SECONDS,
            options={"require": _REQUIRED, "strict_aud": True},
        )
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError) as error:
        raise Unauthenticated("the token is not valid") from error
    return Caller(workspace_id=issuer.workspace_id, role=_role(issuer, claims), actor=_actor(claims["sub"]))


def _actor(subject: str) -> str:
    """How records name the bearer: printable and of bounded length, whatever the issuer puts into `sub`."""
    return "jwt:" + "".join(character for character in subject if character.isprintable())[:_LONGEST_SUBJECT]


def _key(issuer: Issuer, header: dict[str, Any], *, at: datetime) -> Any:
    import jwt

    family = _ALGORITHMS.get(str(header.get("alg")))
    key = jwks.signing_key(issuer.jwks_uri, str(header.get("kid")), at=at)
    if family is None or key is None or key.get("kty") != family:
        raise Unauthenticated("the token is not signed by a known key")
    return jwt.PyJWK(key, algorithm=header["alg"]).key


def _role(issuer: Issuer, claims: dict[str, Any]) -> Role:
    """The highest role that any value of the role claim maps to."""
    claimed = claims.get(issuer.role_claim)
    values = claimed if isinstance(claimed, list) else [claimed]
    granted = [issuer.roles[value] for value in values if isinstance(value, str) and value in issuer.roles]
    if not granted:
        raise Unauthenticated("the token carries no role of this workspace")
    return max(granted, key=list(Role).index)
