"""Who may call what: the table of access, route by route and role by role."""

import re

import pytest
from fastapi.routing import APIRoute

import hooks
import management
import public
from access import ACCESS
from lull.domain.credentials import Role
from tests.api import Api, a_workspace

pytestmark = pytest.mark.usefixtures("shared_stack")


def test_every_route_is_in_the_table_of_access_and_every_entry_is_a_route():
    routes = {
        (method, route.path)
        for app in (hooks.app, management.app, public.app)
        for route in app.routes
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
