import json
import stat

import jwt

from local.ci_issuer import CiIssuer
from local.issuer import Issuer


def test_a_token_can_be_checked_with_the_published_keys(tmp_path):
    issuer = Issuer("http://127.0.0.1:8000", tmp_path / "key.pem")
    (setting,) = json.loads(issuer.setting())
    assert setting["issuer"] == issuer.configuration()["issuer"] == "http://127.0.0.1:8000/_local/oidc"
    assert setting["jwksUri"] == issuer.configuration()["jwks_uri"]
    token = issuer.token()
    header = jwt.get_unverified_header(token)
    (key,) = (each for each in jwt.PyJWKSet.from_dict(issuer.keys()).keys if each.key_id == header["kid"])
    claims = jwt.decode(token, key, algorithms=["ES256"], audience="lull", issuer=setting["issuer"])
    assert claims["sub"] == "local-admin"
    assert setting["roles"][claims[setting["roleClaim"]]] == "admin"
    assert claims["exp"] - claims["iat"] == 30 * 86400
    assert "d" not in issuer.keys()["keys"][0]


def test_the_key_outlives_a_restart_and_is_nobody_elses(tmp_path):
    file = tmp_path / "key.pem"
    keys = Issuer("http://a", file).keys()
    assert Issuer("http://a", file).keys() == keys
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_job_that_never_ran_has_a_token_as_github_would_write_it(tmp_path):
    issuer = CiIssuer("http://127.0.0.1:8000", tmp_path / "key.pem")
    assert json.loads(issuer.setting()) == [{"issuer": "http://127.0.0.1:8000/_local/ci", "provider": "github"}]
    token = issuer.token(repository_id="7", environment="production")
    (key,) = jwt.PyJWKSet.from_dict(issuer.keys()).keys
    claims = jwt.decode(token, key, algorithms=["RS256"], audience="http://127.0.0.1:8000", issuer=issuer.url)
    assert (claims["repository_id"], claims["environment"], claims["event_name"]) == ("7", "production", "push")
    assert claims["exp"] - claims["iat"] == 300
    assert "d" not in issuer.keys()["keys"][0]
    assert CiIssuer("http://127.0.0.1:8000", tmp_path / "key.pem").keys() == issuer.keys()
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
