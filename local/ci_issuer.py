"""A stand-in for GitHub Actions' identity provider: tokens of jobs that never ran, for this machine only."""

import json
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from local.issuer import load_or_create

PATH = "/_local/ci"

_KEY_ID = "local-ci"
_VALID_FOR = timedelta(minutes=5)
_VALID_BEFORE = timedelta(minutes=10)
_CLAIMS = {
    "repository_id": "1",
    "repository": "acme/shop",
    "repository_owner": "acme",
    "event_name": "push",
    "ref": "refs/heads/main",
    "ref_type": "branch",
    "sha": "d77ead8cbbdc37d04aa8c3466c6e35b7c55a508e",
    "workflow_ref": "acme/shop/.github/workflows/deploy.yml@refs/heads/main",
    "run_id": "1",
    "run_attempt": "1",
    "actor": "ada",
}


class CiIssuer:
    def __init__(self, address: str, key_file: Path) -> None:
        self.url = address + PATH
        self._address = address
        self._key_file = key_file

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        # Made when it is first asked for: few who run the system need it.
        return load_or_create(self._key_file, lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def setting(self) -> str:
        """The value of the template's parameter `CiIssuers`."""
        return json.dumps([{"issuer": self.url, "provider": "github"}])

    def token(self, **claims: str) -> str:
        """A token as a job of acme/shop would get it, but for these claims."""
        now = datetime.now(UTC)
        full = {
            "iss": self.url,
            "aud": self._address,
            "jti": str(uuid4()),
            "iat": now,
            "nbf": now - _VALID_BEFORE,
            "exp": now + _VALID_FOR,
            **_CLAIMS,
            **claims,
        }
        full.setdefault("sub", f"repo:{full['repository']}:ref:{full['ref']}")
        return jwt.encode(full, self._key, algorithm="RS256", headers={"kid": _KEY_ID})

    def routes(self) -> list[BaseRoute]:
        """`/token` answers as GitHub does at `$ACTIONS_ID_TOKEN_REQUEST_URL`; its query says what the claims are."""

        async def configuration(_request: Request) -> JSONResponse:
            return JSONResponse({"issuer": self.url, "jwks_uri": f"{self.url}/jwks.json"})

        async def keys(_request: Request) -> JSONResponse:
            return JSONResponse(self.keys())

        async def token(request: Request) -> JSONResponse:
            claims = dict(request.query_params)
            if audience := claims.pop("audience", None):
                claims["aud"] = audience
            return JSONResponse({"value": self.token(**claims)})

        return [
            Route(f"{PATH}/.well-known/openid-configuration", configuration),
            Route(f"{PATH}/jwks.json", keys),
            Route(f"{PATH}/token", token),
        ]

    def keys(self) -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": _KEY_ID, "use": "sig", "alg": "RS256"}]}
