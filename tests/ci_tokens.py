"""Tokens of CI jobs for tests: an issuer on loopback, its keys, and whatever somebody may make of a token."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "https://lull.example"
SHA = "d77ead8cbbdc37d04aa8c3466c6e35b7c55a508e"

_COMMON = {"sha": SHA, "jti": "f47ac10b-58cc-4372-a567-0e02b2c3d479", "runner_environment": "github-hosted"}
JOBS: dict[str, dict[str, Any]] = {
    "github": {
        **_COMMON,
        "sub": "repo:acme/shop:ref:refs/heads/main",
        "repository": "acme/shop",
        "repository_id": "100",
        "repository_owner": "acme",
        "repository_owner_id": "7",
        "actor": "ada",
        "actor_id": "12",
        "ref": "refs/heads/main",
        "ref_type": "branch",
        "event_name": "push",
        "workflow_ref": "acme/shop/.github/workflows/deploy.yml@refs/heads/main",
        "job_workflow_ref": "acme/ci/.github/workflows/release.yml@refs/tags/v1",
        "run_id": "4242",
        "run_attempt": "1",
    },
    "gitlab": {
        **_COMMON,
        "sub": "project_path:acme/shop:ref_type:branch:ref:main",
        "project_id": "200",
        "project_path": "acme/shop",
        "namespace_id": "7",
        "user_id": "12",
        "user_login": "ada",
        "ref": "main",
        "ref_type": "branch",
        "ref_path": "refs/heads/main",
        "ref_protected": "true",
        "pipeline_id": "4242",
        "pipeline_source": "push",
        "job_id": "9",
        "ci_config_ref_uri": "gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main",
    },
}


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One for the issuer and one for everybody else: they take long to make."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def jwks_document() -> dict[str, Any]:
    public = RSAAlgorithm.to_jwk(rsa_key("issuer").public_key(), as_dict=True)
    elliptic = ECAlgorithm.to_jwk(ec_key().public_key(), as_dict=True)
    return {
        "keys": [
            {**public, "kid": "rsa", "use": "sig", "alg": "RS256"},
            {**public, "kid": "encryption", "use": "enc"},
            {**elliptic, "kid": "ec", "use": "sig", "alg": "ES256"},
            {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
            {"kty": "RSA", "kid": 7},
            "no key",
        ]
    }


class CiServer(ThreadingHTTPServer):
    """Two issuers, `/github` and `/gitlab`, and a stranger's keys; it remembers what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.is_down = False
        self.configuration: Callable[[str], dict[str, Any]] = self.own_configuration

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def own_configuration(self, provider: str) -> dict[str, Any]:
        return {"issuer": f"{self.url}/{provider}", "jwks_uri": f"{self.url}/{provider}/jwks"}

    def setting(self) -> str:
        """The value of `CiIssuers`."""
        return json.dumps([{"issuer": f"{self.url}/{each}", "provider": each} for each in JOBS])


class _Handler(BaseHTTPRequestHandler):
    server: CiServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        provider, _, rest = self.path[1:].partition("/")
        document: Any = None
        if rest == ".well-known/openid-configuration":
            document = self.server.configuration(provider)
        elif rest == "jwks":
            document = jwks_document()
        elif self.path == "/stranger":
            stranger = RSAAlgorithm.to_jwk(rsa_key("stranger").public_key(), as_dict=True)
            document = {"keys": [{**stranger, "kid": "rsa"}]}
        self.send_response(503 if self.server.is_down else 200 if document else 404)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def ci_server() -> Iterator[CiServer]:
    server = CiServer()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def job(
    server: CiServer,
    provider: str,
    now: int,
    *,
    claims: dict[str, Any] | None = None,
    seconds: dict[str, float] | None = None,
    without: tuple[str, ...] | list[str] = (),
) -> dict[str, Any]:
    """The claims of a job; `seconds` are times from now, `without` are those that it lacks."""
    times = {"iat": -5, "nbf": -600, "exp": 295} | (seconds or {})
    full = {
        "iss": f"{server.url}/{provider}",
        "aud": AUDIENCE,
        **JOBS[provider],
        **{name: now + offset for name, offset in times.items()},
        **(claims or {}),
    }
    return {name: value for name, value in full.items() if name not in without}


def token(payload: dict[str, Any] | bytes, *, key: str = "issuer", header: dict[str, Any] | bytes | None = None) -> str:
    """A token whose signature is right by what `key` says; a header that is null is left out."""
    algorithm = {"ec": "ES256", "public key": "HS256", "none": "none"}.get(key, "RS256")
    if not isinstance(header, bytes):
        full = {"alg": algorithm, "typ": "JWT", "kid": "rsa"} | (header or {})
        algorithm = full["alg"] if key in ("issuer", "stranger") else algorithm
        header = json.dumps({name: value for name, value in full.items() if value is not None}).encode()
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = f"{_text(header)}.{_text(content)}"
    return f"{signed}.{_text(_signature(signed.encode(), key, algorithm))}"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _signature(signed: bytes, key: str, algorithm: Any) -> bytes:
    if key == "none":
        return b""
    if key == "public key":
        pem = rsa_key("issuer").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return hmac.new(pem, signed, hashlib.sha256).digest()
    if key == "ec":
        r, s = utils.decode_dss_signature(ec_key().sign(signed, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    if algorithm == "PS256":
        return rsa_key(key).sign(signed, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
    return rsa_key(key).sign(signed, padding.PKCS1v15(), SHA512() if algorithm == "RS512" else SHA256())
