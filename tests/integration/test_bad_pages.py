"""What nobody may send of status pages: refused by the name of the field, and nothing of it is kept."""

import json
from typing import Any

import boto3
import pytest

from lull import clock, settings
from lull.use_cases.publishing import publish
from tests.api import Api, a_workspace
from tests.corpora import corpus
from tests.visitors import enter, visit

pytestmark = pytest.mark.usefixtures("shared_stack")

PAGES = "/api/status-pages"
PAGE = f"{PAGES}/1"
COMPONENTS = f"{PAGE}/components"
TOLD = f"{PAGE}/announcements"
ACME = {"name": "Acme", "slug": "other"}
LOCKED = {**ACME, "visibility": "PASSWORD_PROTECTED"}
NEWS = {"title": "Slow", "body": "We look."}
TIMES = {"scheduledFor": "2030-03-15T02:00:00Z", "scheduledUntil": "2030-03-15T04:00:00Z"}
LARGE = 10**13


@pytest.fixture(scope="module")
def api(shared_stack) -> Api:
    """Page 1 with components 1, 2 and 3 and announcement 1; page 2 with component 4 and announcement 2."""
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    client.post("/api/checks", {"projectId": 1, "name": "API", "intervalSeconds": 60})
    client.post("/api/dependencies", {"name": "Payments"})
    for slug, components in (("acme", 3), ("second", 1)):
        page = client.post(PAGES, {"name": "Acme", "slug": slug})["id"]
        for _ in range(components):
            client.post(f"{PAGES}/{page}/components", {"name": "API", "checkId": 1})
        client.post(f"{PAGES}/{page}/announcements", NEWS)
    client.post(PAGES, {"name": "Locked", "slug": "locked", "visibility": "PASSWORD_PROTECTED", "password": "right"})
    publish("acme", at=clock.now())
    return client


def kept() -> list[str]:
    """Everything in the table but counters of ids and requests, and when a key was last used."""
    items = boto3.client("dynamodb").scan(TableName=settings.table_name())["Items"]
    uninteresting = ("APIKEYHASH", "COUNTER", "RATE")
    return sorted(json.dumps(item, sort_keys=True) for item in items if not item["PK"]["S"].startswith(uninteresting))


@pytest.fixture(autouse=True)
def _nothing_is_kept(api):
    before = kept()
    yield
    assert kept() == before


Request = tuple[str, str, Any]
Table = list[tuple[Request, list[str]]]
"""Requests, each with the fields in whose name it is refused."""


def refusals(api: Api, requests: Table) -> list[tuple[Request, int, Any]]:
    """Those of the requests that are not refused with 400 in the name of just these fields."""
    wrong = []
    for request, fields in requests:
        answer = api(*request)
        details = (answer.json or {}).get("details", [])
        named = [each["field"] for each in details]
        if (answer.status, named) != (400, fields) or not all(each["message"] for each in details):
            wrong.append((request, answer.status, answer.json))
    return wrong


def sent(method: str, path: str, field: str, values: list[Any], **beside: Any) -> Table:
    return [((method, path, {**beside, field: value}), [field]) for value in values]


TEXTS: list[Any] = [None, "", " ", "x" * 256, "a\nb", "\x00", "\u202e", "\ud800", 1, True, [], {}]
NUMBERS: list[Any] = ["1", "", 1.5, -1, True, LARGE, -LARGE, 10**300, [], {}]
BOOLEANS: list[Any] = [None, "true", "", 0, 1, [], {}]
WORDS: list[Any] = [None, "", "public", "SECRET", 1, True, [], {}]
IDS: list[Any] = [None, "1", 1, {}, ["1"], [None], [1.5], [True], [0], [-1], [LARGE], [[]], [{}]]


def test_a_page(api):
    slugs = [case.given for case in corpus("slugs") if case.is_refused]
    colours = [case.given for case in corpus("colours") if case.is_refused]
    urls = [case.given for case in corpus("urls") if case.is_refused]
    html: list[Any] = ["x" * 10_001, "&" * 2_001, "\x00", "a\u202eb", "\ud800", 1, True, [], {}]
    table: Table = [
        ((method, path, {**body, field: value}), [field])
        for method, path, body in (("POST", PAGES, ACME), ("PATCH", PAGE, {}))
        for field, values in {
            "name": TEXTS,
            "slug": [None, 1, True, [], *slugs[::4]],
            "visibility": WORDS,
            "primaryColor": [1, [], *colours[::4]],
            "backgroundColor": [True, {}, *colours[1::4]],
            "logoUrl": [1, [], *urls[::4]],
            "faviconUrl": [True, {}, *urls[1::4]],
            "enabled": BOOLEANS,
            "showUptimeHistory": BOOLEANS,
            "showIncidentHistory": BOOLEANS,
            "uptimeHistoryDays": [None, 0, 366, *NUMBERS],
            "headerHtml": html,
            "footerHtml": html,
            "nonsense": [None, 1, "x"],
            "id": [2],
            "workspaceId": [2],
            "constructor": ["x"],
        }.items()
        for value in values
    ]
    assert refusals(api, table) == []
    assert refusals(api, [(("POST", PAGES, {}), ["name", "slug"])]) == []
    both = {"slug": "-", "primaryColor": "red", "logoUrl": "x", "faviconUrl": "y"}
    assert refusals(api, [(("PATCH", PAGE, both), ["slug", "logoUrl", "faviconUrl", "primaryColor"])]) == []


def test_a_password(api):
    refused: list[Any] = [None, *(case.given for case in corpus("passwords") if case.is_refused), 1, True, [], {}]
    assert len(refused) > 12
    assert refusals(api, sent("POST", PAGES, "password", refused, **LOCKED)) == []
    assert refusals(api, sent("PATCH", f"{PAGES}/3", "password", refused)) == []
    assert refusals(api, [(("POST", PAGES, LOCKED), ["password"])]) == []
    assert refusals(api, sent("POST", PAGES, "password", ["x"], **ACME)) == []
    assert refusals(api, [(("PATCH", PAGE, {"visibility": "PASSWORD_PROTECTED"}), ["password"])]) == []


@pytest.mark.parametrize("password", ["x" * 257, "ü" * 129, "𝄞" * 65, "\ud800", ""])
def test_a_try_of_what_is_no_password(password):
    assert enter("locked", password).status in (400, 401)


def test_a_component(api):
    table: Table = [
        ((method, path, {**body, field: value}), [field])
        for method, path, body in (
            ("POST", COMPONENTS, {"name": "X", "checkId": 1}),
            ("PATCH", f"{COMPONENTS}/1", {}),
        )
        for field, values in {
            "name": TEXTS,
            "description": ["", " ", "x" * 256, "\x00", 1, []],
            "groupName": ["", " ", "x" * 129, "a\nb", 1, []],
            "position": [None, 1_000_001, *NUMBERS],
            "showUptimeBar": BOOLEANS,
            "checkId": [0, 999, *NUMBERS],
            "pageId": [1],
            "status": ["OPERATIONAL"],
            "nonsense": [1],
        }.items()
        for value in values
    ]
    table += sent("POST", COMPONENTS, "projectId", [0, 999, *NUMBERS], name="X")
    table += sent("POST", COMPONENTS, "dependencyId", [0, 999, *NUMBERS], name="X")
    several: list[tuple[Any, list[str]]] = [
        ({}, ["checkId"]),
        ({"checkId": None}, ["checkId"]),
        ({"checkId": 1, "projectId": 1}, ["checkId", "projectId"]),
        ({"projectId": 1, "dependencyId": 1}, ["projectId", "dependencyId"]),
        ({"checkId": 1, "dependencyId": 1}, ["checkId", "dependencyId"]),
        ({"checkId": 1, "projectId": 1, "dependencyId": 1}, ["checkId", "projectId", "dependencyId"]),
    ]
    table += [(("POST", COMPONENTS, {"name": "X", **sources}), fields) for sources, fields in several]
    table += [(("PATCH", f"{COMPONENTS}/1", sources), fields) for sources, fields in several[1:]]
    assert refusals(api, table) == []


def test_an_order(api):
    """Every component of the page exactly once, in whatever order: nothing else is one."""
    path = f"{COMPONENTS}/reorder"
    of_no_order = [[], [1], [1, 2], [1, 2, 3, 3], [1, 1, 2], [1, 2, 4], [1, 2, 3, 4], [4], [999], [3, 3, 3], [1, 2, 2]]
    table: Table = [(("PATCH", path, {"componentIds": ids}), ["componentIds"]) for ids in of_no_order]
    table += sent("PATCH", path, "componentIds", [None, "1", 1, {}])
    no_ids: list[Any] = ["3", None, 0, {}]
    table += [(("PATCH", path, {"componentIds": [1, 2, value]}), ["componentIds.2"]) for value in no_ids]
    table += [
        (("PATCH", path, {}), ["componentIds"]),
        (("PATCH", path, {"componentIds": list(range(1, 92))}), ["componentIds"]),
        (("PATCH", path, {"componentIds": [1, 2, 3], "name": "x"}), ["name"]),
    ]
    assert refusals(api, table) == []


def test_an_announcement(api):
    instants: list[Any] = ["", "now", "2025-03-15", "2025-03-15T02:00:00", "1999-12-31T00:00:00Z", 1742000000, [], True]
    table: Table = [
        ((method, path, {**body, field: value}), [field])
        for method, path, body in (("POST", TOLD, NEWS), ("PATCH", f"{TOLD}/1", {}))
        for field, values in {"title": TEXTS, "impact": WORDS, "status": [*WORDS, "OPEN", "resolved"]}.items()
        for value in values
    ]
    texts = ["", " ", "\n", "x" * 10_001, "\x00", "a\u202eb", "\ud800", 1, None, []]
    table += sent("POST", TOLD, "body", texts, title="X") + sent("POST", f"{TOLD}/1/updates", "body", texts)
    table += sent("POST", f"{TOLD}/1/updates", "status", [word for word in WORDS if word is not None], body="x")
    table += sent("POST", f"{TOLD}/1/updates", "impact", ["MINOR"], body="x")
    table += sent("PATCH", f"{TOLD}/1", "body", ["x"])
    for field in TIMES:
        table += sent("PATCH", f"{TOLD}/1", field, instants)
        table += sent(
            "POST", TOLD, field, instants, **NEWS, **{name: at for name, at in TIMES.items() if name != field}
        )
    other = {"scheduledFor": "scheduledUntil", "scheduledUntil": "scheduledFor"}
    table += [(("POST", TOLD, {**NEWS, field: TIMES[field]}), [other[field]]) for field in TIMES]
    table += [(("PATCH", f"{TOLD}/1", {field: TIMES[field]}), [other[field]]) for field in TIMES]
    until = ["2030-03-15T02:00:00Z", "2030-03-15T01:59:59.999Z", "2030-03-15T04:00:00+02:00"]
    table += sent("POST", TOLD, "scheduledUntil", until, **NEWS, scheduledFor=TIMES["scheduledFor"])
    table += sent("POST", TOLD, "status", ["RESOLVED"], **NEWS, **TIMES)
    for method, path, body in (("POST", TOLD, NEWS), ("PATCH", f"{TOLD}/1", {})):
        for value in IDS:
            named = "componentIds.0" if isinstance(value, list) else "componentIds"
            table.append(((method, path, {**body, "componentIds": value}), [named]))
        table.append(((method, path, {**body, "componentIds": [1, 4, 999]}), ["componentIds.1", "componentIds.2"]))
        table.append(((method, path, {**body, "componentIds": [1] * 91}), ["componentIds"]))
    table += [(("POST", TOLD, {}), ["title", "body"]), (("POST", f"{TOLD}/1/updates", {}), ["body"])]
    assert refusals(api, table) == []


def test_what_is_no_object(api):
    for path in (PAGES, COMPONENTS, TOLD, f"{TOLD}/1/updates"):
        for body in (b"", b"[]", b"null", b'"x"', b"1", b"{bad", b'{"name": "a", "name": "b"}', b"\xff"):
            answer = api("POST", path, raw=body)
            assert answer.status == 400, (path, body)
            assert answer.json["details"], (path, body)


QUERIES = [
    *[
        (f"{PAGES}?workspaceId={value}", "workspaceId")
        for value in ("x", "0", "-1", "1.5", "", LARGE, "1&workspaceId=1")
    ],
    *[(f"{TOLD}?take={value}", "take") for value in ("0", "101", "-1", "x", "1.5", "", "1&take=2", LARGE)],
    *[(f"{TOLD}?skip={value}", "skip") for value in ("-1", "100001", "x", "1.5", "", "1&skip=1")],
    *[
        (f"{TOLD}?status={value}", "status")
        for value in ("", "x", "OPEN", "scheduled", "INVESTIGATING", "open&status=open")
    ],
    *[
        (f"{PAGES}/check-slug?slug={value}", "slug")
        for value in ("", "-", "A", "%00", "%ED%A0%80", "x" * 129, "a&slug=b")
    ],
    (f"{PAGES}/check-slug", "slug"),
    (f"{PAGES}?page=1", "page"),
    (f"{PAGE}?expand=1", "expand"),
]


def test_questions(api):
    wrong = refusals(api, [(("GET", path, None), [field]) for path, field in QUERIES])
    assert wrong == []


UNKNOWN: list[Request] = [
    ("GET", f"{PAGES}/999", None),
    ("PATCH", f"{PAGES}/999", {"name": "X"}),
    ("DELETE", f"{PAGES}/999", None),
    ("GET", f"{PAGES}/999/components", None),
    ("POST", f"{PAGES}/999/components", {"name": "X", "checkId": 1}),
    ("PATCH", f"{PAGES}/999/components/reorder", {"componentIds": []}),
    ("PATCH", f"{COMPONENTS}/4", {"name": "X"}),
    ("DELETE", f"{COMPONENTS}/4", None),
    ("DELETE", f"{COMPONENTS}/999", None),
    ("GET", f"{PAGES}/999/announcements", None),
    ("POST", f"{PAGES}/999/announcements", NEWS),
    ("GET", f"{TOLD}/2", None),
    ("PATCH", f"{TOLD}/2", {"title": "X"}),
    ("POST", f"{TOLD}/2/updates", {"body": "X"}),
    ("DELETE", f"{TOLD}/2", None),
    ("POST", f"{PAGES}/999/feed-token", None),
    ("GET", f"{PAGES}/01", None),
]


def test_what_is_not_there_or_not_of_this_page(api):
    assert [request for request in UNKNOWN if api(*request).status != 404] == []
    taken = [api("POST", PAGES, {**ACME, "slug": "second"}), api("PATCH", PAGE, {"slug": "second"})]
    assert [answer.status for answer in taken] == [409, 409]


def test_an_id_that_is_none(api):
    table: Table = []
    for value in ("0", "-1", "1.5", "x", "%20", "1%00", "9" * 13, "constructor"):
        table.append((("GET", f"{PAGES}/{value}", None), ["pageId"]))
        table.append((("PATCH", f"{COMPONENTS}/{value}", {"name": "X"}), ["componentId"]))
        table.append((("GET", f"{TOLD}/{value}", None), ["announcementId"]))
    assert refusals(api, table) == []


ASKED = [
    *[
        ("components/1/uptime", "days", value)
        for value in ("0", "366", "-1", "x", "1.5", "", "9" * 10, "%00", "1e2", "+1")
    ],
    *[("components/1/uptime", "offset", value) for value in ("-1", "365", "x", "", "9" * 10, "0x1")],
    *[("history", "months", value) for value in ("0", "13", "-1", "x", "1.5", "", "9" * 10, "9" * 5_000)],
    *[("history", "offset", value) for value in ("-1", "12", "x", "", "9" * 10)],
]


def test_questions_of_visitors():
    for path, name, value in ASKED:
        answer = visit("GET", f"/api/public/status/acme/{path}?{name}={value}")
        assert (answer.status, [each["field"] for each in answer.json["details"]]) == (400, [name]), (path, value)


@pytest.mark.parametrize(
    ("query", "status"),
    [("utm=x&utm=y", 200), ("days=2&days=x", 400), ("utm=x&days=7", 200), ("days[]=7", 200), ("Days=0", 200)],
)
def test_what_a_link_may_have_got_on_its_way_does_no_harm(query, status):
    assert visit("GET", f"/api/public/status/acme/components/1/uptime?{query}").status == status


def test_a_component_that_the_page_has_not():
    for value in ("0", "999", "x", "-1", "1.5", "4", "%00", "9" * 5_000):
        assert visit("GET", f"/api/public/status/acme/components/{value}/uptime").status == 404
