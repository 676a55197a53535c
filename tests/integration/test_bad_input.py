"""One error shape for every failure; 400 names the fields; nothing half done; never a 5xx."""

import itertools
import json

import pytest

from lull.domain.credentials import Role
from tests.api import Api, a_workspace

pytestmark = pytest.mark.usefixtures("shared_stack")

_workspaces = itertools.count(1)


@pytest.fixture
def api() -> Api:
    return a_workspace(next(_workspaces))


BODIES = {
    "malformed": b'{"name": "x"',
    "empty": b"",
    "not an object": b'["x"]',
    "a string": b'"x"',
    "a number": b"1",
    "null": b"null",
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": Infinity}',
    "minus Infinity": b'{"name": -Infinity}',
    "ten to the 400": b'{"name": 1e400}',
    "an integer of 401 digits": b'{"name": 1' + b"0" * 400 + b"}",
    "an integer of 5,000 digits": b'{"name": 1' + b"0" * 5_000 + b"}",
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\ud800": 1, "name": "x"}',
    "invalid UTF-8": b'{"name": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"name": "x"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a name twice": b'{"name": "a", "name": "b"}',
    "deep nesting": b'{"name": ' + b"[" * 25 + b"]" * 25 + b"}",
    "very deep nesting": b"[" * 100_000,
    "a control character": b'{"name": "a\\u0000b"}',
    "an escape": b'{"name": "a\\u001bb"}',
    "a right-to-left override": b'{"name": "a\\u202eb"}',
    "a zero-width space": b'{"name": "a\\u200bb"}',
    "an Arabic letter mark": b'{"name": "a\\u061cb"}',
    "only a filler": b'{"name": "\\u3164"}',
    "a line separator": b'{"name": "a\\u2028b"}',
    "blanks only": b'{"name": "   "}',
    "an unknown field": b'{"name": "x", "nmae": "y"}',
    "a server's field": b'{"name": "x", "id": 7}',
    "snake case": b'{"name": "x", "workspace_id": 1}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_wrong_is_refused_with_its_field_and_leaves_no_trace(api, body):
    answer = api("POST", "/api/projects", raw=body)
    assert answer.status == 400
    assert set(answer.json) == {"statusCode", "message", "error", "details"}
    assert (answer.json["statusCode"], answer.json["error"]) == (400, "Bad Request")
    for detail in answer.json["details"]:
        assert detail["field"]
        assert detail["message"]
    assert api.get("/api/projects")["total"] == 0


def test_an_unknown_field_is_named(api):
    answer = api("POST", "/api/projects", {"name": "x", "nmae": "y"})
    assert answer.json["details"] == [{"field": "nmae", "message": "is not a known field"}]


ACTIONS = [
    ("POST", "/api/checks/1/pause"),
    ("POST", "/api/checks/1/resume"),
    ("POST", "/api/incidents/1/acknowledge"),
    ("POST", "/api/incidents/1/resolve"),
    ("POST", "/api/maintenance-windows/1/cancel"),
    ("POST", "/api/alert-channels/1/test"),
    ("PUT", "/api/deployments/1/end"),
    ("DELETE", "/api/projects/1"),
]


@pytest.mark.parametrize(("method", "path"), ACTIONS)
def test_an_action_takes_no_fields_that_it_does_not_know(api, method, path):
    answer = api(method, path, {"reason": "x", "until": "y"})
    assert answer.status == 400
    assert [each["field"] for each in answer.json["details"]] == ["reason", "until"]
    assert [api(method, path, raw=body).status for body in ("{bad", "[1]")] == [400, 400]
    assert [api(method, path, raw=body).status for body in ("", "{}", "null")] == [404, 404, 404]


def test_a_body_of_another_content_type_is_told_what_to_send(api):
    answer = api("POST", "/api/projects", raw='{"name": "x"}', content_type="application/x-www-form-urlencoded")
    assert answer.json["details"] == [{"field": "body", "message": "must be a JSON object, sent as application/json"}]


def test_names_of_people_and_emoji_are_fine(api):
    for name in ["Zoë", "प्रोजेक्ट", "می‌خواهم", "👩‍💻 tools", "a" * 255, "𝄞" * 255]:
        assert api.post("/api/projects", {"name": name})["name"] == name


def test_a_body_is_not_read_before_its_sender_was_let_in():
    for body in (b"{bad", b"[" * 100_000, b'{"nmae": 1}'):
        assert Api(None)("POST", "/api/projects", raw=body).status == 401
    assert a_workspace(role=Role.VIEWER)("POST", "/api/projects", raw=b"{bad").status == 403


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"name": 1' + b"0" * 5_000 + b"}", "holds a number that is too large"),
        (b"[" * 100_000, "is nested more than 20 levels deep"),
    ],
)
def test_a_refusal_speaks_of_the_request_and_not_of_python(api, body, message):
    assert api("POST", "/api/projects", raw=body).json["details"] == [{"field": "body", "message": message}]


def test_a_name_that_grows_when_it_is_composed_is_measured_as_it_is_kept(api):
    assert api("POST", "/api/projects", {"name": "\u0958" * 255}).status == 400
    assert api("POST", "/api/projects", {"name": "\u0958" * 127}).status == 201


def test_a_name_is_normalised(api):
    assert api.post("/api/projects", {"name": "Zoe\u0308"})["name"] == "Zo\u00eb"


DATETIMES = [
    "2026-03-01T12:00:00",
    "2026-03-01",
    "2026-03-01T12:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "1999-12-31T23:59:59Z",
    "2026-02-30T00:00:00Z",
    "2026-03-01T24:00:00Z",
    "2026-03-01T12:00:60Z",
    "2026-03-01T12:60:00Z",
    "2026-03-01T12:00:00+25:00",
    "2026-03-01T12:00:00+0100",
    "2026-03-01T12:00:00 Z",
    "２０２６-03-01T12:00:00Z",
    "1772366400",
    1772366400,
    1772366400.5,
    True,
    [],
    "",
    "now",
    "2026-03-01T12:00:00Z\n",
]


@pytest.mark.parametrize("value", DATETIMES)
@pytest.mark.parametrize("field", ["startedAt", "scheduledEndAt"])
def test_what_is_no_instant_is_refused(api, field, value):
    api.post("/api/projects", {"name": "Shop"})
    answer = api("POST", "/api/deployments", {"projectId": 1, field: value})
    assert answer.status == 400
    assert [detail["field"] for detail in answer.json["details"]] == [field]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2025-03-01T12:00:00Z", "2025-03-01T12:00:00Z"),
        ("2025-03-01t12:00:00z", "2025-03-01T12:00:00Z"),
        ("2025-03-01 12:00:00+00:00", "2025-03-01T12:00:00Z"),
        ("2025-03-01T12:00:00.5+02:00", "2025-03-01T10:00:00.500Z"),
        ("2025-03-01T12:00:00.123456789Z", "2025-03-01T12:00:00.123Z"),
    ],
)
def test_an_instant_is_kept_to_the_millisecond_and_shown_in_utc(api, sent, kept):
    project = api.post("/api/projects", {"name": "Shop"})["id"]
    assert api.post("/api/deployments", {"projectId": project, "startedAt": sent})["startedAt"] == kept


def test_a_body_over_256_kilobytes_is_too_large(api):
    fits = json.dumps({"name": "x", "pad": "y" * (256 * 1024 - 40)})
    assert api("POST", "/api/projects", raw=fits).status == 400
    answer = api("POST", "/api/projects", raw=json.dumps({"name": "y" * 256 * 1024}))
    assert answer.status == 413
    assert set(answer.json) == {"statusCode", "message", "error"}


def test_a_base64_encoded_body_is_read_like_any_other(api):
    assert api("POST", "/api/projects", raw=b'{"name": "Shop"}').status == 201


@pytest.mark.parametrize(
    "value", ["abc", "0", "-1", "1.5", "1.0", "+1", "%201", "1_0", "9" * 13, "9" * 5_000, "%00", "%D9%A1"]
)
def test_an_id_that_is_no_id_is_refused_by_its_name(api, value):
    answer = api("GET", f"/api/projects/{value}")
    assert answer.status == 400
    assert answer.json["details"][0]["field"] == "projectId"


def test_a_record_has_one_path(api):
    project = api.post("/api/projects", {"name": "Shop"})["id"]
    for method, body in (("GET", None), ("PATCH", {"name": "Store"}), ("DELETE", None)):
        answer = api(method, f"/api/projects/0{project}", body)
        assert (answer.status, answer.json["message"]) == (404, "there is nothing at this path")
    assert api.get(f"/api/projects/{project}")["name"] == "Shop"


@pytest.mark.parametrize(
    "path", ["/api/projects", "/api/projects/1", "/api/maintenance-windows/preview?cron=0+0+*+*+*"]
)
def test_unknown_parameters_of_a_query_are_named(api, path):
    answer = api("GET", f"{path}{'&' if '?' in path else '?'}pgae=2&Limit=3")
    assert answer.status == 400
    named = ["pgae", "Limit"]
    assert answer.json["details"] == [{"field": each, "message": "is not a known parameter"} for each in named]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/api/incidents?state=ACTIVE&limit=2&state=RESOLVED&limit=2", ["state", "limit"]),
        ("/api/status-pages/check-slug?slug=acme&slug=acme", ["slug"]),
    ],
)
def test_parameters_that_are_there_twice_are_named(api, path, named):
    answer = api("GET", path)
    assert answer.status == 400
    assert answer.json["details"] == [{"field": each, "message": "must be given once"} for each in named]


def test_a_ping_may_have_any_parameter(api):
    project = api.post("/api/projects", {"name": "Shop"})["id"]
    check = api.post("/api/checks", {"projectId": project, "name": "Checkout", "intervalSeconds": 60})
    assert Api(None)("GET", f"/api/signals/ping/{check['token']}?utm=x&utm=y").status == 200


@pytest.mark.parametrize("code", ["256", "-1", "abc", "1.5", "9" * 5_000, "%D9%A1"])
def test_an_exit_code_that_is_none_is_told_what_exit_codes_are(code):
    answer = Api(None)("GET", f"/api/signals/ping/1-1-x/{code}")
    assert answer.json["details"] == [{"field": "exitCode", "message": "must be 0 to 255"}]


@pytest.mark.parametrize("port", ["99999", "65536", "0", "http"])
def test_a_port_that_is_none_is_told_what_ports_are(api, port):
    project = api.post("/api/projects", {"name": "Shop"})["id"]
    body = {"projectId": project, "name": "x", "intervalSeconds": 60, "checkMode": "OUTBOUND"}
    answer = api("POST", "/api/checks", {**body, "url": f"http://example.com:{port}/"})
    assert answer.json["details"] == [{"field": "url", "message": "must have a port of 1 to 65535"}]


@pytest.mark.parametrize("query", ["page=0", "page=x", "limit=0", "limit=101", "limit=1e3"])
def test_a_page_that_is_no_page_is_refused_by_its_name(api, query):
    answer = api("GET", f"/api/projects?{query}")
    assert answer.json["details"][0]["field"] == query.partition("=")[0]


def test_a_state_that_is_none_is_told_every_word_for_one(api):
    answer = api("GET", "/api/incidents?state=x")
    message = "must be one of ACTIVE, RESOLVED, OPEN, MONITORING, in any case"
    assert answer.json["details"] == [{"field": "state", "message": message}]
    assert api("GET", "/api/incidents?state=monitoring").status == 200


@pytest.mark.parametrize("path", ["/api/projects", "/api/nothing", "/api/projects/9", "/api/signals/ping/x"])
def test_no_cache_keeps_an_answer_or_shares_it(api, path):
    assert api("GET", path).headers["cache-control"] == "private, no-store"


def test_an_unknown_path_and_a_wrong_method_have_the_same_shape(api):
    assert api("GET", "/api/nothing").json == {
        "statusCode": 404,
        "message": "there is nothing at this path",
        "error": "Not Found",
    }
    wrong = api("PUT", "/api/projects")
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET, POST")
    assert api("DELETE", "/api/status-pages/check-slug").status == 400, "it is also the path of a page with that id"
    assert api("OPTIONS", "/api/status-pages/check-slug").headers["allow"] == "GET"
    assert set(wrong.json) == {"statusCode", "message", "error"}


def test_a_failure_of_ours_has_the_same_shape_and_says_nothing_of_the_inside(api, monkeypatch):
    from lull.use_cases import projects

    def fail(_caller):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(projects, "list_projects", fail)
    answer = api("GET", "/api/projects")
    assert answer.status == 500
    assert "secret" not in str(answer.json)


def test_a_lost_race_is_a_conflict(api, monkeypatch):
    """Somebody else renames the project each time between our read and our write."""
    from lull.store import projects as store

    shop = api.post("/api/projects", {"name": "Shop"})["id"]
    read = store.get_project

    def read_then_lose(workspace_id, project_id):
        project = read(workspace_id, project_id)
        assert project is not None
        store.save_project(project)
        return project

    monkeypatch.setattr(store, "get_project", read_then_lose)
    monkeypatch.setattr("lull.use_cases.retrying.time.sleep", lambda _seconds: None)
    answer = api("PATCH", f"/api/projects/{shop}", {"name": "Mine"})
    assert (answer.status, answer.json["error"]) == (409, "Conflict")
