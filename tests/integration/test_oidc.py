"""JSON Web Tokens of configured issuers, with real keys and a real JWKS server."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lull import clock
from lull.gateways import jwks
from tests.api import Api, a_workspace

ES256 = ec.generate_private_key(ec.SECP256R1())
RS256 = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = ec.generate_private_key(ec.SECP256R1())


class Issuer(HTTPServer):
    """Serves its keys and counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked = 0
        self.keys: Any = [
            {**_public(ES256), "kid": "ec", "use": "sig"},
            {**_public(RS256), "kid": "rsa", "use": "sig"},
        ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


def _public(key: Any) -> dict[str, Any]:
    algorithm = jwt.algorithms.RSAAlgorithm if key is RS256 else jwt.algorithms.ECAlgorithm
    document = algorithm.to_jwk(key.public_key(), as_dict=True)
    return dict(document)


class _Handler(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(200 if self.server.keys is not None else 500)
        self.end_headers()
        self.wfile.write(json.dumps({"keys": self.server.keys}).encode())

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def issuer(stack, monkeypatch) -> Iterator[Issuer]:
    server = Issuer()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    configured = {
        "issuer": server.url,
        "audience": "lull",
        "workspaceId": 1,
        "roleClaim": "groups",
        "roles": {"ops": "admin", "dev": "viewer"},
        "jwksUri": f"{server.url}/keys",
    }
    monkeypatch.setenv("OIDC_ISSUERS", json.dumps([configured]))
    jwks._cache.clear()
    a_workspace()
    yield server
    server.shutdown()
    server.server_close()


def claims(issuer: Issuer, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    full = {
        "iss": issuer.url,
        "aud": "lull",
        "sub": "ada",
        "iat": now,
        "exp": now + 300,
        "groups": ["dev", "ops"],
        **changes,
    }
    return {name: value for name, value in full.items() if value is not None}


def token(issuer: Issuer, key: Any = ES256, kid: str = "ec", algorithm: str = "ES256", **changes: Any) -> str:
    return jwt.encode(claims(issuer, **changes), key, algorithm=algorithm, headers={"kid": kid})


def status(credential: str, path: str = "/api/workspace") -> int:
    return Api(credential)("GET", path).status


@pytest.mark.parametrize(("key", "kid", "algorithm"), [(ES256, "ec", "ES256"), (RS256, "rsa", "RS256")])
def test_a_token_of_a_configured_issuer_is_accepted(issuer, key, kid, algorithm):
    assert status(token(issuer, key, kid, algorithm)) == 200


def test_its_claim_gives_the_highest_role(issuer):
    assert status(token(issuer), "/api/api-keys") == 200
    assert status(token(issuer, groups="ops"), "/api/api-keys") == 200
    assert status(token(issuer, groups=["dev"]), "/api/api-keys") == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": ["lull", "other"]},
        {"aud": None},
        {"sub": None},
        {"iat": None},
        {"exp": None},
        {"exp": 1},
        {"exp": "soon"},
        {"nbf": 9_999_999_999},
        {"iat": 9_999_999_999},
        {"groups": None},
        {"groups": ["strangers"]},
        {"groups": [["ops"]]},
        {"groups": {"ops": True}},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(issuer, changes):
    assert status(token(issuer, **changes)) == 401


def test_records_name_the_bearer_in_plain_and_short_text(issuer):
    api = Api(token(issuer, sub="ada\n\u202e" + "x" * 3_000))
    api.post("/api/projects", {"name": "Shop"})
    api.post("/api/checks", {"projectId": 1, "name": "API", "intervalSeconds": 300})
    actor = api.post("/api/checks/1/pause")["holds"][0]["actor"]
    assert actor == "jwt:ada" + "x" * 197


def test_thirty_seconds_of_clock_difference_are_forgiven(issuer):
    now = int(clock.now().timestamp())
    assert status(token(issuer, exp=now - 20)) == 200
    assert status(token(issuer, exp=now - 40)) == 401


def test_a_token_of_another_key_is_refused(issuer):
    assert status(token(issuer, STRANGER)) == 401
    assert status(token(issuer, kid="unknown")) == 401


def test_the_key_decides_the_algorithm(issuer):
    pem = RS256.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    confused = jwt.encode(claims(issuer), "", algorithm="none", headers={"kid": "ec"})
    assert status(confused) == 401
    assert status(token(issuer, ES256, "rsa")) == 401
    assert status(jwt.api_jws.encode(json.dumps(claims(issuer)).encode(), "x" * 64, "HS256", {"kid": "rsa"})) == 401
    assert pem


def test_an_unknown_key_id_asks_the_issuer_at_most_once_a_minute(issuer):
    assert status(token(issuer)) == 200
    asked = issuer.asked
    for number in range(50):
        assert status(token(issuer, kid=f"unknown-{number}")) == 401
    assert issuer.asked == asked


def test_a_new_key_is_found_after_a_minute_and_old_ones_survive_an_outage(issuer, monkeypatch):
    assert status(token(issuer)) == 200
    issuer.keys = [{**_public(RS256), "kid": "new"}]
    later = clock.now() + timedelta(seconds=61)
    now = later
    monkeypatch.setattr(clock, "now", lambda: now)
    assert status(token(issuer, RS256, "new", "RS256")) == 200
    issuer.keys = None
    now = later + timedelta(hours=2)
    assert status(token(issuer, RS256, "new", "RS256")) == 200


def test_an_issuer_is_only_asked_over_https_or_on_this_machine():
    assert jwks.is_acceptable("https://issuer.example/keys")
    assert jwks.is_acceptable("http://127.0.0.1:8000/keys")
    assert not jwks.is_acceptable("http://issuer.example/keys")
    assert not jwks.is_acceptable("file:///etc/passwd")
