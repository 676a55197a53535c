"""The contract of status pages by the letter: each endpoint, each example, each default and each limit of seed 003.

Where an example names the id of something, the test names the one that it has made.
"""

import json
from typing import Any

import pytest

from access import ACCESS
from lull import clock
from lull.domain.rate_limits import AUTH, DATA, FEED, SUBSCRIBE
from lull.use_cases.publishing import publish
from tests.api import Api, a_workspace
from tests.visitors import enter, visit

pytestmark = pytest.mark.usefixtures("shared_stack")

ENDPOINTS = """
GET /status-pages
GET /status-pages/{page_id}
POST /status-pages
PATCH /status-pages/{page_id}
DELETE /status-pages/{page_id}
GET /status-pages/check-slug
GET /status-pages/{page_id}/components
POST /status-pages/{page_id}/components
PATCH /status-pages/{page_id}/components/reorder
PATCH /status-pages/{page_id}/components/{component_id}
DELETE /status-pages/{page_id}/components/{component_id}
POST /status-pages/{page_id}/announcements
GET /status-pages/{page_id}/announcements
POST /status-pages/{page_id}/announcements/{announcement_id}/updates
PATCH /status-pages/{page_id}/announcements/{announcement_id}
POST /public/status/{slug}/auth
"""
READ_BY_VISITORS = [
    ("", "application/json"),
    ("/components/{component}/uptime?days=30", "application/json"),
    ("/history?months=3", "application/json"),
    ("/feed.rss", "application/rss+xml; charset=utf-8"),
    ("/feed.atom", "application/atom+xml; charset=utf-8"),
    ("/badge.svg", "image/svg+xml"),
    ("/widget.js", "text/javascript; charset=utf-8"),
    ("/events", "text/event-stream"),
]
PAGE = {
    "name": "Acme Status",
    "slug": "acme-status",
    "visibility": "PUBLIC",
    "primaryColor": "#4A90D9",
    "showUptimeHistory": True,
    "uptimeHistoryDays": 90,
}
ANNOUNCEMENT = {
    "title": "Database maintenance window",
    "body": "We are performing scheduled maintenance on the primary database cluster.",
    "status": "INVESTIGATING",
    "impact": "MAJOR",
}
STATUSES = ["INVESTIGATING", "IDENTIFIED", "MONITORING", "RESOLVED"]
IMPACTS = ["NONE", "MINOR", "MAJOR", "CRITICAL"]


@pytest.fixture(scope="module")
def api(shared_stack) -> Api:
    """The page of the examples with five components, all of one check."""
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "API", "intervalSeconds": 60})
    client.post("/api/dependencies", {"name": "Payments"})
    client.post("/api/status-pages", PAGE)
    component = {
        "name": "API Gateway",
        "groupName": "Core Services",
        "checkId": 1,
        "position": 1,
        "showUptimeBar": True,
    }
    for _ in range(5):
        made = client.post("/api/status-pages/1/components", component)
        assert made.items() >= component.items()
    return client


@pytest.fixture(scope="module")
def slugs():
    """Of the pages that a test makes for itself."""
    return iter(f"page-{number}" for number in range(1_000))


def test_every_endpoint_is_there_under_api():
    known = {f"{method} {path}" for method, path in ACCESS}
    assert {line.replace(" /", " /api/", 1) for line in ENDPOINTS.split("\n") if line} <= known


def test_a_page_takes_what_the_contract_says_and_has_its_defaults(api, slugs):
    made = api.post("/api/status-pages", {"name": "x" * 255, "slug": "x" * 128})
    defaults = {"visibility": "PUBLIC", "enabled": True, "showUptimeHistory": True, "uptimeHistoryDays": 90}
    defaults |= {"showIncidentHistory": True}
    optional = ["logoUrl", "primaryColor", "backgroundColor", "faviconUrl", "headerHtml", "footerHtml"]
    assert made.items() >= {**defaults, **dict.fromkeys(optional)}.items()
    for changes in (
        {"uptimeHistoryDays": 1},
        {"uptimeHistoryDays": 365},
        {"visibility": "PASSWORD_PROTECTED", "password": "viewer-password"},
        {"visibility": "PRIVATE"},
        {"logoUrl": "https://acme.test/l.png", "faviconUrl": "https://acme.test/f.ico"},
        {"primaryColor": "#4A90D9", "backgroundColor": "#fff"},
        {"showUptimeHistory": False, "showIncidentHistory": False},
        {"headerHtml": "x" * 10_000, "footerHtml": "<p>x</p>"},
    ):
        made = api.post("/api/status-pages", {"name": "Acme", "slug": next(slugs), **changes})
        assert made.items() >= {name: value for name, value in changes.items() if name != "password"}.items()
        assert "password" not in made
        assert api.get(f"/api/status-pages/{made['id']}") == {**made, "components": []}
        again = api.patch(f"/api/status-pages/{made['id']}", {**changes, "enabled": False})
        assert again == {**made, "enabled": False}


def test_pages_are_listed_and_found(api):
    listed = api.get("/api/status-pages?workspaceId=1")
    assert listed == api.get("/api/status-pages")
    first = api.get("/api/status-pages/1")
    assert {**listed[0], "components": first["components"]} == first
    assert len(first["components"]) == 5


def test_check_slug_and_reorder_are_no_ids(api):
    assert api.get("/api/status-pages/check-slug?slug=acme-status") == {"isAvailable": False}
    assert api.get("/api/status-pages/check-slug?slug=acme-status-2") == {"isAvailable": True}
    order = api.patch("/api/status-pages/1/components/reorder", {"componentIds": [5, 3, 1, 4, 2]})
    assert [(each["id"], each["position"]) for each in order] == [(5, 0), (3, 1), (1, 2), (4, 3), (2, 4)]
    assert [each["id"] for each in api.get("/api/status-pages/1/components")] == [5, 3, 1, 4, 2]


def test_a_component_takes_what_the_contract_says_and_has_its_defaults(api, slugs):
    page = api.post("/api/status-pages", {"name": "Acme", "slug": next(slugs)})["id"]
    path = f"/api/status-pages/{page}/components"
    for source in ("checkId", "projectId", "dependencyId"):
        made = api.post(path, {"name": "x" * 255, "groupName": "x" * 128, source: 1})
        assert (made["position"], made["showUptimeBar"], made["description"], made[source]) == (0, True, None, 1)
    changed = api.patch(f"{path}/{made['id']}", {"name": "API Gateway v2", "groupName": "Platform"})
    assert changed == {**made, "name": "API Gateway v2", "groupName": "Platform"}
    assert api("DELETE", f"{path}/{made['id']}").status == 204
    assert [api.get(f"/api/{each}/1")["id"] for each in ("checks", "projects", "dependencies")] == [1, 1, 1]


def test_an_announcement_takes_what_the_contract_says_and_has_its_defaults(api, slugs):
    page = api.post("/api/status-pages", {"name": "Acme", "slug": next(slugs)})["id"]
    path = f"/api/status-pages/{page}/announcements"
    made = api.post(path, {"title": "Slow", "body": "**We** look."})
    assert (made["status"], made["impact"], made["componentIds"]) == ("INVESTIGATING", "MINOR", [])
    for status in STATUSES:
        for impact in IMPACTS:
            told = api.post(path, {"title": "Slow", "body": "x", "status": status, "impact": impact})
            assert (told["status"], told["impact"]) == (status, impact)
    assert api.get(f"{path}?status=open")["total"] == 13
    assert api.get(f"{path}?status=resolved")["total"] == 4
    listed = api.get(f"{path}?status=open&take=10")
    assert (len(listed["data"]), listed["take"], listed["skip"]) == (10, 10, 0)
    rest = api.get(f"{path}?status=open&take=10&skip=10")["data"]
    assert len({each["id"] for each in listed["data"] + rest}) == 13


PLANNED = {"componentIds": [3, 5], "scheduledFor": "2025-03-15T02:00:00Z", "scheduledUntil": "2025-03-15T04:00:00Z"}


def test_the_example_of_planned_work_is_taken_for_the_record_once_its_time_is_past(api):
    path = "/api/status-pages/1/announcements"
    made = api.post(path, {**ANNOUNCEMENT, **PLANNED})
    assert made.items() >= {**ANNOUNCEMENT, **PLANNED, "status": "RESOLVED"}.items()
    assert made["id"] not in [each["id"] for each in api.get(f"{path}?status=open")["data"]]
    api("DELETE", f"{path}/{made['id']}")


def test_the_examples_of_announcements(api, time):
    path = "/api/status-pages/1/announcements"
    time.at = time.at.replace(year=2025, month=3, day=14, hour=12)
    made = api.post(path, {**ANNOUNCEMENT, **PLANNED})
    assert made.items() >= {**ANNOUNCEMENT, **PLANNED}.items()
    assert api.get(f"{path}?status=open&take=10")["data"] == []
    time.at = time.at.replace(day=15, hour=3)
    assert [each["id"] for each in api.get(f"{path}?status=open&take=10")["data"]] == [made["id"]]
    found = {"body": "We have identified the root cause and are deploying a fix.", "status": "IDENTIFIED"}
    updated = api.post(f"{path}/{made['id']}/updates", found)
    assert updated["updates"][-1].items() >= found.items()
    assert updated["status"] == "IDENTIFIED"
    assert api.post(f"{path}/{made['id']}/updates", {"body": "Still."})["status"] == "IDENTIFIED"
    changed = api.patch(f"{path}/{made['id']}", {"impact": "CRITICAL", "componentIds": [3, 5, 1]})
    assert (changed["impact"], changed["componentIds"], changed["title"]) == ("CRITICAL", [3, 5, 1], made["title"])
    renamed = api.patch(f"{path}/{made['id']}", {"title": "Moved", "status": "MONITORING"})
    assert (renamed["title"], renamed["status"]) == ("Moved", "MONITORING")
    time.at = time.at.replace(hour=5)
    assert api.get(f"{path}/{made['id']}")["status"] == "RESOLVED"


def test_visitors_read_what_the_contract_names_without_a_credential(api):
    component = api.get("/api/status-pages/1/components")[0]["id"]
    publish("acme-status", at=clock.now())
    for path, content_type in READ_BY_VISITORS:
        answer = visit("GET", f"/api/public/status/acme-status{path.format(component=component)}")
        assert (answer.status, answer.headers["content-type"]) == (200, content_type), path
        assert answer.text
    data = visit("GET", "/api/public/status/acme-status").json
    assert {"components", "status", "announcements"} <= data.keys()
    days = [
        visit("GET", f"/api/public/status/acme-status/components/{component}/uptime{query}").json
        for query in ("", "?days=1", "?days=365", "?days=30&offset=30")
    ]
    assert [(each["days"], len(each["history"])) for each in days] == [(90, 90), (1, 1), (365, 365), (30, 30)]
    assert days[3]["history"][0]["date"] < days[0]["history"][-31]["date"]


def test_a_page_that_takes_a_password_answers_401_until_there_is_a_session(api):
    locked = {"name": "Acme", "slug": "locked", "visibility": "PASSWORD_PROTECTED", "password": "viewer-password"}
    api.post("/api/status-pages", locked)
    publish("locked", at=clock.now())
    assert visit("GET", "/api/public/status/locked").status == 401
    assert enter("locked", "other").status == 401
    token = enter("locked", "viewer-password").json["token"]
    answer = visit("GET", "/api/public/status/locked", authorization=f"Bearer {token}")
    assert (answer.status, json.loads(answer.text)["page"]["slug"]) == (200, "locked")


def test_visitors_are_limited_as_the_contract_says():
    limits: dict[Any, tuple[int, int]] = {DATA: (30, 60), AUTH: (5, 300), FEED: (10, 60), SUBSCRIBE: (5, 60)}
    assert {limit: (limit.most, int(limit.window.total_seconds())) for limit in limits} == limits


def test_deleting_a_page_deletes_all_of_it(api, slugs):
    slug = next(slugs)
    page = api.post("/api/status-pages", {"name": "Acme", "slug": f"gone-{slug}"})["id"]
    path = f"/api/status-pages/{page}"
    api.post(f"{path}/components", {"name": "API", "checkId": 1})
    api.post(f"{path}/announcements", {"title": "Slow", "body": "x"})
    assert api("DELETE", path).status == 204
    assert [api("GET", f"{path}{below}").status for below in ("", "/components", "/announcements")] == [404, 404, 404]
    assert api.get(f"/api/status-pages/check-slug?slug=gone-{slug}") == {"isAvailable": True}
