"""The development identity provider: an OpenID Connect issuer with one key, for tokens of this machine only."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

PATH = "/_local/oidc"
AUDIENCE = "lull"
ROLES = ("viewer", "deployer", "member", "admin")

Key = TypeVar("Key", ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)

_KEY_ID = "local"
_VALID_FOR = timedelta(days=30)


class Issuer:
    def __init__(self, address: str, key_file: Path) -> None:
        self.url = address + PATH
        self._key = load_or_create(key_file, lambda: ec.generate_private_key(ec.SECP256R1()))

    def setting(self) -> str:
        """The value of the template's parameter `OidcIssuers`."""
        issuer = {
            "issuer": self.url,
            "audience": AUDIENCE,
            "workspaceId": 1,
            "roleClaim": "role",
            "roles": {role: role for role in ROLES},
            "jwksUri": f"{self.url}/jwks.json",
        }
        return json.dumps([issuer])

    def token(self, *, role: str = "admin", subject: str = "local-admin") -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": subject,
            "role": role,
            "iat": now,
            "nbf": now,
            "exp": now + _VALID_FOR,
        }
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": _KEY_ID})

    def routes(self) -> list[BaseRoute]:
        async def configuration(_request: Request) -> JSONResponse:
            return JSONResponse(self.configuration())

        async def keys(_request: Request) -> JSONResponse:
            return JSONResponse(self.keys())

        return [
            Route(f"{PATH}/.well-known/openid-configuration", configuration),
            Route(f"{PATH}/jwks.json", keys),
        ]

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks.json",
            "id_token_signing_alg_values_supported": ["ES256"],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
        }

    def keys(self) -> dict[str, Any]:
        public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": _KEY_ID, "use": "sig", "alg": "ES256"}]}


def load_or_create(file: Path, generate: Callable[[], Key]) -> Key:
    """The key of this file; a new one, if there is none yet."""
    if file.exists():
        key: Any = serialization.load_pem_private_key(file.read_bytes(), password=None)
        return cast(Key, key)
    made = generate()
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        output.write(pem)
    return made
