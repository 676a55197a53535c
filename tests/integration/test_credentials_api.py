"""Credentials over HTTP: API keys, their life, and the table of access."""

import re
from datetime import timedelta

import boto3
import pytest
from fastapi.routing import APIRoute

import management
from access import ACCESS
from lull import clock, settings
from lull.domain.credentials import Role
from tests.api import Api, a_workspace

pytestmark = pytest.mark.usefixtures("stack")


def test_every_route_is_in_the_table_of_access_and_every_entry_is_a_route():
    routes = {
        (method, route.path)
        for route in management.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert routes == set(ACCESS)


@pytest.mark.parametrize(("route", "needed"), [(route, role) for route, role in ACCESS.items() if role])
def test_a_route_answers_its_role_and_those_above_it_only(route, needed):
    method, template = route
    path = re.sub(r"{\w+}", "999", template)
    assert Api(None)(method, path).status == 401
    for role in Role:
        status = a_workspace(role=role)(method, path).status
        assert (status == 403) is not role.includes(needed), (role, status)
        assert status != 401
        assert status < 500


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic bGFsYTpsYWxh",
        "lull_x",
        "Bearer lull_" + "a" * 33,
        "Bearer a.b.c",
        "Bearer \x00",
        "Bearer " + "x" * 9_000,
    ],
)
def test_what_is_no_credential_is_refused(authorization):
    answer = Api(None)("GET", "/api/workspace", authorization=authorization)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert set(answer.json) == {"statusCode", "message", "error"}


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
