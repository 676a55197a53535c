"""Credentials over HTTP: API keys, their life, and the table of access."""

from datetime import timedelta

import boto3
import pytest

from lull import clock, settings
from tests.api import Api, a_workspace

pytestmark = pytest.mark.usefixtures("stack")


def test_a_key_is_shown_once_and_listed_without_its_secret():
    api = a_workspace()
    made = api.post("/api/api-keys", {"name": "CI", "role": "deployer"})
    assert made["key"].startswith("lull_")
    assert made["prefix"] == made["key"][:12]
    listed = api.get("/api/api-keys")
    assert [each["name"] for each in listed] == ["admin key", "CI"]
    assert "key" not in listed[1]
    assert made["key"] not in str(api.get("/api/api-keys"))


def test_no_secret_is_stored():
    api = a_workspace()
    items = boto3.client("dynamodb").scan(TableName=settings.table_name())["Items"]
    assert api.key is not None
    assert api.key[12:] not in str(items)


def test_rotation_kills_the_old_secret_at_once():
    admin = a_workspace()
    old = admin.post("/api/api-keys", {"name": "CI", "role": "viewer"})
    new = admin.post(f"/api/api-keys/{old['id']}/rotate")
    assert new["id"] == old["id"]
    assert Api(old["key"])("GET", "/api/workspace").status == 401
    assert Api(new["key"])("GET", "/api/workspace").status == 200


def test_a_disabled_key_is_refused_until_it_is_enabled_again():
    admin = a_workspace()
    key = admin.post("/api/api-keys", {"name": "CI", "role": "viewer"})
    path = f"/api/api-keys/{key['id']}"
    assert admin.patch(path, {"enabled": False})["enabled"] is False
    assert Api(key["key"])("GET", "/api/workspace").status == 401
    admin.patch(path, {"enabled": True, "role": "admin", "name": "Renamed"})
    assert Api(key["key"]).get("/api/api-keys")[1]["name"] == "Renamed"


def test_a_revoked_key_is_gone():
    admin = a_workspace()
    key = admin.post("/api/api-keys", {"name": "CI", "role": "viewer"})
    admin.delete(f"/api/api-keys/{key['id']}")
    assert Api(key["key"])("GET", "/api/workspace").status == 401
    assert admin("DELETE", f"/api/api-keys/{key['id']}").status == 404
    assert admin("POST", f"/api/api-keys/{key['id']}/rotate").status == 404


def test_a_key_of_another_workspace_is_unknown():
    mine, theirs = a_workspace(1), a_workspace(2)
    foreign = theirs.get("/api/api-keys")[0]["id"]
    assert mine("DELETE", f"/api/api-keys/{foreign}").status == 404
    assert theirs.get("/api/workspace")["id"] == 2


def test_the_last_use_is_remembered_once_a_minute(monkeypatch):
    admin = a_workspace()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    first = admin.get("/api/api-keys")[0]["lastUsedAt"]
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=59))
    assert admin.get("/api/api-keys")[0]["lastUsedAt"] == first
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=61))
    assert admin.get("/api/api-keys")[0]["lastUsedAt"] > first


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "CI"}, "role"),
        ({"name": "CI", "role": "root"}, "role"),
        ({"role": "viewer"}, "name"),
        ({"name": "CI", "role": None}, "role"),
    ],
)
def test_a_key_needs_a_name_and_a_known_role(body, field):
    answer = a_workspace()("POST", "/api/api-keys", body)
    assert (answer.status, answer.json["details"][0]["field"]) == (400, field)
