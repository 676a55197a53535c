"""Status pages over HTTP: seed 003."""

import pytest

from tests.api import Api, a_workspace

pytestmark = pytest.mark.usefixtures("stack")

ACME = {"name": "Acme Status", "slug": "acme-status"}


@pytest.fixture
def api() -> Api:
    """A workspace with project 1, its check 1 and dependency 1."""
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "API", "intervalSeconds": 60})
    client.post("/api/dependencies", {"name": "Payments"})
    return client


def refused_fields(answer) -> list[str]:
    assert answer.status == 400, answer
    return [detail["field"] for detail in answer.json["details"]]


def component_names(api: Api) -> list[str]:
    return [component["name"] for component in api.get("/api/status-pages/1/components")]


def test_the_example_of_the_contract_creates_a_page(api):
    created = api.post(
        "/api/status-pages",
        {
            **ACME,
            "visibility": "PUBLIC",
            "primaryColor": "#4A90D9",
            "showUptimeHistory": True,
            "uptimeHistoryDays": 90,
        },
    )
    assert created == {
        "id": 1,
        "workspaceId": 1,
        **ACME,
        "enabled": True,
        "visibility": "PUBLIC",
        "logoUrl": None,
        "faviconUrl": None,
        "primaryColor": "#4A90D9",
        "backgroundColor": None,
        "showUptimeHistory": True,
        "uptimeHistoryDays": 90,
        "showIncidentHistory": True,
        "headerHtml": None,
        "footerHtml": None,
        "customDomain": None,
        "domainVerifiedAt": None,
        "createdAt": created["createdAt"],
    }
    assert api.get("/api/status-pages") == [created]
    assert api.get("/api/status-pages/1") == {**created, "components": []}


def test_a_page_is_changed_where_the_request_says_so(api):
    created = api.post("/api/status-pages", {**ACME, "primaryColor": "#fff", "logoUrl": "https://acme.test/l.png"})
    changed = api.patch("/api/status-pages/1", {"enabled": False, "logoUrl": None, "visibility": "PRIVATE"})
    assert changed == {**created, "enabled": False, "logoUrl": None, "visibility": "PRIVATE"}


def test_html_of_the_owner_is_answered_as_it_is_kept_and_may_be_sent_again_so(api):
    sent = {"headerHtml": "<h1 onclick=x()>Acme</h1><script>x()</script>", "footerHtml": "<!-- -->"}
    created = api.post("/api/status-pages", {**ACME, **sent})
    assert (created["headerHtml"], created["footerHtml"]) == ("<h2>Acme</h2>", None)
    again = {"headerHtml": created["headerHtml"], "footerHtml": "<p>&copy; Acme"}
    assert api.patch("/api/status-pages/1", again) == {**created, "footerHtml": "<p>© Acme</p>"}
    assert api.patch("/api/status-pages/1", {"headerHtml": None})["headerHtml"] is None
    assert api.patch("/api/status-pages/1", {"footerHtml": ""}) == {**created, "headerHtml": None}


def test_a_deleted_page_is_gone_and_its_slug_is_free(api):
    api.post("/api/status-pages", ACME)
    assert api.get("/api/status-pages/check-slug?slug=acme-status") == {"isAvailable": False}
    api.delete("/api/status-pages/1")
    assert api("GET", "/api/status-pages/1").status == 404
    assert api("DELETE", "/api/status-pages/1").status == 404
    assert api.get("/api/status-pages/check-slug?slug=acme-status") == {"isAvailable": True}


def test_a_slug_that_is_taken_is_a_conflict(api):
    api.post("/api/status-pages", ACME)
    api.post("/api/status-pages", {**ACME, "slug": "other"})
    for answer in (
        a_workspace(2)("POST", "/api/status-pages", ACME),
        api("PATCH", "/api/status-pages/2", {"slug": "acme-status"}),
    ):
        assert (answer.status, answer.json["message"]) == (409, "slug is already taken")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name", "slug"]),
        ({**ACME, "slug": "No Slug"}, ["slug"]),
        ({**ACME, "slug": "api"}, ["slug"]),
        ({**ACME, "name": "x" * 256}, ["name"]),
        ({**ACME, "primaryColor": "red", "logoUrl": "http://x.test/"}, ["logoUrl", "primaryColor"]),
        ({**ACME, "uptimeHistoryDays": 366}, ["uptimeHistoryDays"]),
        ({**ACME, "showUptimeHistory": "yes"}, ["showUptimeHistory"]),
        ({**ACME, "visibility": "SECRET"}, ["visibility"]),
        ({**ACME, "password": "x"}, ["password"]),
        ({**ACME, "headerHtml": "x" * 10_001, "footerHtml": 1}, ["headerHtml", "footerHtml"]),
        ({**ACME, "headerHtml": "\x00"}, ["headerHtml"]),
        ({**ACME, "footerHtml": "&" * 2_001}, ["footerHtml"]),
        ({**ACME, "enabled": None}, ["enabled"]),
    ],
)
def test_a_page_that_is_not_valid_is_refused_by_field(api, body, fields):
    assert refused_fields(api("POST", "/api/status-pages", body)) == fields
    assert api.get("/api/status-pages") == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"slug": "-"}, "slug"),
        ({"name": None}, "name"),
        ({"enabled": None}, "enabled"),
        ({"customDomain": "192.0.2.1"}, "customDomain"),
        ({"footerHtml": "<a href=https://acme.test>x" * 300}, "footerHtml"),
    ],
)
def test_a_change_that_is_not_valid_is_refused_by_field(api, body, field):
    page = api.post("/api/status-pages", ACME)
    assert refused_fields(api("PATCH", "/api/status-pages/1", body)) == [field]
    assert api.get("/api/status-pages") == [page]


PROTECTED = {"visibility": "PASSWORD_PROTECTED"}


@pytest.mark.parametrize(
    "body",
    [
        PROTECTED,
        {**PROTECTED, "password": ""},
        {**PROTECTED, "password": "ü" * 129},
        {**PROTECTED, "password": "\ud800"},
        {**PROTECTED, "password": 12345678},
        {"visibility": "PRIVATE", "password": "x"},
        {"password": "x"},
    ],
)
def test_a_password_is_there_where_it_is_needed_and_only_there(api, body):
    api.post("/api/status-pages", {**ACME, "slug": "first"})
    assert refused_fields(api("POST", "/api/status-pages", {**ACME, **body})) == ["password"]
    assert refused_fields(api("PATCH", "/api/status-pages/1", body)) == ["password"]
    assert [page["visibility"] for page in api.get("/api/status-pages")] == ["PUBLIC"]


def test_a_protected_page_keeps_its_password_until_another_visibility(api):
    created = api.post("/api/status-pages", {**ACME, **PROTECTED, "password": "ü" * 128})
    assert created["visibility"] == "PASSWORD_PROTECTED"
    assert "password" not in created
    assert api.patch("/api/status-pages/1", {"name": "New", **PROTECTED})["name"] == "New"
    assert api.patch("/api/status-pages/1", {"slug": "moved", "password": "other"})["slug"] == "moved"
    assert refused_fields(api("PATCH", "/api/status-pages/1", {"password": None})) == ["password"]
    api.patch("/api/status-pages/1", {"visibility": "PUBLIC"})
    assert refused_fields(api("PATCH", "/api/status-pages/1", PROTECTED)) == ["password"]
    api.delete("/api/status-pages/1")


def test_what_can_never_be_a_slug_is_refused_by_the_check_too(api):
    assert refused_fields(api("GET", "/api/status-pages/check-slug?slug=No")) == ["slug"]
    assert refused_fields(api("GET", "/api/status-pages/check-slug")) == ["slug"]
    assert api.get("/api/status-pages/check-slug?slug=api") == {"isAvailable": False}


def test_the_example_of_the_contract_adds_a_component(api):
    api.post("/api/status-pages", ACME)
    created = api.post(
        "/api/status-pages/1/components",
        {"name": "API Gateway", "groupName": "Core Services", "checkId": 1, "position": 1, "showUptimeBar": True},
    )
    assert created == {
        "id": 1,
        "pageId": 1,
        "name": "API Gateway",
        "description": None,
        "groupName": "Core Services",
        "position": 1,
        "showUptimeBar": True,
        "checkId": 1,
        "projectId": None,
        "dependencyId": None,
    }
    assert api.get("/api/status-pages/1/components") == [created]
    assert api.get("/api/status-pages/1")["components"] == [created]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": "X"}, ["checkId"]),
        ({"name": "X", "checkId": 1, "projectId": 1}, ["checkId", "projectId"]),
        ({"name": "X", "checkId": 7}, ["checkId"]),
        ({"name": "X", "projectId": 7}, ["projectId"]),
        ({"name": "X", "dependencyId": 7}, ["dependencyId"]),
        ({"name": "", "checkId": 1}, ["name"]),
        ({"name": "X", "checkId": 1, "groupName": "x" * 129}, ["groupName"]),
        ({"name": "X", "checkId": 1, "position": -1}, ["position"]),
        ({"name": "X", "checkId": 1, "color": "red"}, ["color"]),
    ],
)
def test_a_component_that_is_not_valid_is_refused_by_field(api, body, fields):
    api.post("/api/status-pages", ACME)
    assert refused_fields(api("POST", "/api/status-pages/1/components", body)) == fields
    assert component_names(api) == []


def test_a_component_is_changed_where_the_request_says_so(api):
    api.post("/api/status-pages", ACME)
    created = api.post("/api/status-pages/1/components", {"name": "API", "checkId": 1, "description": "REST"})
    changed = api.patch("/api/status-pages/1/components/1", {"name": "API v2", "description": None})
    assert changed == {**created, "name": "API v2", "description": None}


def test_another_source_replaces_the_one_a_component_had(api):
    api.post("/api/status-pages", ACME)
    api.post("/api/status-pages/1/components", {"name": "API", "checkId": 1})
    changed = api.patch("/api/status-pages/1/components/1", {"projectId": 1})
    assert (changed["checkId"], changed["projectId"]) == (None, 1)
    assert refused_fields(api("PATCH", "/api/status-pages/1/components/1", {"projectId": None})) == ["checkId"]
    assert refused_fields(api("PATCH", "/api/status-pages/1/components/1", {"dependencyId": 7})) == ["dependencyId"]


def test_components_are_reordered_and_deleted(api):
    api.post("/api/status-pages", ACME)
    for name in "abc":
        api.post("/api/status-pages/1/components", {"name": name, "checkId": 1})
    moved = api.patch("/api/status-pages/1/components/reorder", {"componentIds": [3, 1, 2]})
    assert [(component["name"], component["position"]) for component in moved] == [("c", 0), ("a", 1), ("b", 2)]
    assert component_names(api) == ["c", "a", "b"]
    api.delete("/api/status-pages/1/components/1")
    assert component_names(api) == ["c", "b"]
    assert refused_fields(api("PATCH", "/api/status-pages/1/components/reorder", {"componentIds": [3]})) == [
        "componentIds"
    ]


def test_everything_of_another_workspace_reads_as_missing(api):
    api.post("/api/status-pages", ACME)
    api.post("/api/status-pages/1/components", {"name": "API", "checkId": 1})
    stranger = a_workspace(2)
    answers = [
        stranger("GET", "/api/status-pages/1"),
        stranger("PATCH", "/api/status-pages/1", {"name": "Mine"}),
        stranger("DELETE", "/api/status-pages/1"),
        stranger("GET", "/api/status-pages/1/components"),
        stranger("POST", "/api/status-pages/1/components", {"name": "X", "checkId": 1}),
        stranger("PATCH", "/api/status-pages/1/components/1", {"name": "X"}),
        stranger("PATCH", "/api/status-pages/1/components/reorder", {"componentIds": [1]}),
        stranger("DELETE", "/api/status-pages/1/components/1"),
    ]
    assert [answer.status for answer in answers] == [404] * 8
    assert stranger.get("/api/status-pages") == []
    assert api("GET", "/api/status-pages?workspaceId=2").status == 403
