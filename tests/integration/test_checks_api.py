"""Checks, holds and pings over HTTP."""

import pytest

from lull.domain.credentials import Role
from tests.api import Api, a_workspace

pytestmark = pytest.mark.usefixtures("stack")


@pytest.fixture
def api() -> Api:
    client = a_workspace()
    client.post("/api/projects", {"name": "Shop"})
    return client


def a_check(api: Api, **changes):
    return api.post("/api/checks", {"projectId": 1, "name": "Checkout", "intervalSeconds": 300, **changes})


def ping(check, suffix: str = "", method: str = "POST"):
    return Api(None)(method, f"/api/signals/ping/{check['token']}{suffix}")


def status(api: Api, check) -> str:
    return str(api.get(f"/api/checks/{check['id']}")["status"])


def test_a_new_check_has_the_defaults_and_waits_for_its_first_signal(api):
    created = a_check(api)
    assert (created["status"], created["checkMode"], created["graceSeconds"]) == ("NEW", "INBOUND", 20)
    assert created["holds"] == []
    assert created["nextDueAt"] is None


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_a_ping_makes_it_ok(api, method):
    check = a_check(api)
    assert ping(check, method=method).status == 200
    read = api.get(f"/api/checks/{check['id']}")
    assert read["status"] == "OK"
    assert read["lastPingAt"] is not None
    assert read["nextDueAt"] > read["lastPingAt"]


def test_a_ping_answers_ok(api):
    assert ping(a_check(api)).json == {"message": "OK"}


def test_a_failure_makes_it_down_and_the_next_success_ok_again(api):
    check = a_check(api)
    ping(check)
    ping(check, "/fail")
    assert status(api, check) == "DOWN"
    ping(check)
    assert status(api, check) == "OK"


@pytest.mark.parametrize(
    "token", ["nonsense", "1-1-" + "x" * 24, "1-999-" + "x" * 24, "9" * 300, "%00", "2-1-" + "a" * 24]
)
def test_an_unknown_token_is_not_found(api, token):
    a_check(api)
    assert Api(None)("POST", f"/api/signals/ping/{token}").status == 404


def test_the_token_of_a_ping_is_in_no_log(api, caplog, monkeypatch):
    check = a_check(api)
    with caplog.at_level("INFO"):
        ping(check)
        monkeypatch.setattr("lull.use_cases.checks.record_ping", None)
        assert ping(check).status == 500
    assert "request failed" in caplog.text
    assert check["token"] not in caplog.text


def test_a_ping_may_carry_ten_kilobytes_of_anything(api):
    check = a_check(api)
    path = f"/api/signals/ping/{check['token']}"
    assert Api(None)("POST", path, raw=b"\xff" * 10_240, content_type="text/plain").status == 200
    refused = Api(None)("POST", path, raw="x" * 10_241, content_type="text/plain")
    assert refused.status == 400
    assert refused.json["details"][0]["field"] == "body"


def test_a_pause_by_hand_holds_until_somebody_resumes(api):
    check = a_check(api)
    ping(check)
    paused = api.post(f"/api/checks/{check['id']}/pause")
    assert paused["status"] == "PAUSED"
    assert [(hold["source"], hold["until"]) for hold in paused["holds"]] == [("manual", None)]
    assert api.post(f"/api/checks/{check['id']}/pause") == paused, "pausing twice changes nothing"
    ping(check)
    assert status(api, check) == "PAUSED", "a ping is recorded and leaves it paused"
    resumed = api.post(f"/api/checks/{check['id']}/resume")
    assert (resumed["status"], resumed["holds"]) == ("RESUMED", [])
    assert api.post(f"/api/checks/{check['id']}/resume") == resumed, "resuming twice changes nothing"
    ping(check)
    assert status(api, check) == "OK"


def test_editing_a_paused_check_leaves_it_paused(api):
    check = a_check(api)
    api.post(f"/api/checks/{check['id']}/pause")
    edited = api.patch(f"/api/checks/{check['id']}", {"name": "New name", "intervalSeconds": 60})
    assert (edited["name"], edited["intervalSeconds"], edited["status"]) == ("New name", 60, "PAUSED")


def test_an_outbound_check_has_its_probe_settings_with_their_defaults(api):
    check = a_check(api, checkMode="OUTBOUND", url="https://example.com/health", headers={"X-Probe": "1"})
    assert check["url"] == "https://example.com/health"
    assert (check["method"], check["timeoutMs"], check["expectedStatusMin"], check["expectedStatusMax"]) == (
        "GET",
        8000,
        200,
        399,
    )
    assert (check["failAfterConsecutive"], check["resolveAfterConsecutiveSuccess"]) == (3, 1)
    assert api.patch(f"/api/checks/{check['id']}", {"timeoutMs": 1000})["timeoutMs"] == 1000


def test_what_the_body_must_and_must_not_contain_is_set_and_cleared_by_null(api):
    texts = {"bodyContains": "grün", "bodyNotContains": "x" * 1_000}
    check = a_check(api, checkMode="OUTBOUND", url="https://example.com", followRedirects=False, **texts)
    path = f"/api/checks/{check['id']}"
    assert {name: check[name] for name in texts} == texts
    assert (check["followRedirects"], check["lastProbe"]) == (False, None)
    assert api.patch(path, {"name": "Store"})["bodyContains"] == "grün"
    cleared = api.patch(path, {"bodyContains": None})
    assert (cleared["bodyContains"], cleared["bodyNotContains"]) == (None, "x" * 1_000)
    answer = api("PATCH", path, {"method": "HEAD"})
    assert (answer.status, answer.json["details"][0]["field"]) == (400, "bodyNotContains")
    assert api.patch(path, {"method": "HEAD", "bodyNotContains": None})["method"] == "HEAD"


def test_null_says_nothing_of_a_check_that_is_not_probed(api):
    a_check(api, bodyContains=None)
    assert api.patch("/api/checks/1", {"bodyContains": None, "url": None, "name": "Store"})["url"] is None


def test_null_is_the_default_of_a_setting_in_a_change_as_it_is_in_a_creation(api):
    settings = {"method": "POST", "headers": {"Authorization": "secret"}, "timeoutMs": 2_000}
    settings |= {"expectedStatusMin": 201, "expectedStatusMax": 204, "followRedirects": False}
    settings |= {"failAfterConsecutive": 5, "resolveAfterConsecutiveSuccess": 2, "bodyContains": "x"}
    outbound = {"checkMode": "OUTBOUND", "url": "https://example.com"}
    a_check(api, **outbound, **settings)
    nulls = dict.fromkeys(settings)
    plain = a_check(api, **outbound, **nulls)
    changed = api.patch("/api/checks/1", nulls)
    assert {name: changed[name] for name in settings} == {name: plain[name] for name in settings}
    assert api.get("/api/checks/1")["headers"] is None
    answer = api("PATCH", "/api/checks/1", {"url": None})
    assert (answer.status, [each["field"] for each in answer.json["details"]]) == (400, ["url"])


REFUSED = {
    "http://127.0.0.1/": "the target is a loopback address",
    "http://localhost:8080/": "the target is a loopback address",
    "http://[::1]/": "the target is a loopback address",
    "http://10.1.2.3/": "the target is a private address",
    "http://169.254.169.254/latest/meta-data/": "the target is a link-local address",
    "http://100.100.100.200/": "the target is a metadata address of a cloud provider",
    "http://[::ffff:10.0.0.1]/": "the target is a private address",
}


@pytest.mark.parametrize(("url", "reason"), REFUSED.items())
def test_a_url_that_leads_where_nobody_may_connect_to_is_refused(api, url, reason):
    body = {"projectId": 1, "name": "Checkout", "intervalSeconds": 300, "checkMode": "OUTBOUND", "url": url}
    a_check(api, checkMode="OUTBOUND", url="https://example.com")
    for answer in (api("POST", "/api/checks", body), api("PATCH", "/api/checks/1", {"url": url})):
        assert (answer.status, answer.json["details"]) == (400, [{"field": "url", "message": reason}])
    assert api.get("/api/checks")["total"] == 1
    assert api.get("/api/checks/1")["url"] == "https://example.com"


def test_an_installation_may_allow_targets_of_its_own_and_forbid_them_again(api, monkeypatch):
    monkeypatch.setenv("PRIVATE_TARGETS", "10.1.0.0/16,localhost")
    check = a_check(api, checkMode="OUTBOUND", url="http://10.1.2.3/")
    a_check(api, checkMode="OUTBOUND", url="http://localhost:8080/")
    monkeypatch.setenv("PRIVATE_TARGETS", "")
    # Only a new URL is judged: the old one may still be renamed, and every probe judges it anew.
    assert api.patch(f"/api/checks/{check['id']}", {"name": "Store", "url": check["url"]})["name"] == "Store"


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "CONNECTION", "Expect", "TE"])
def test_a_header_that_frames_the_request_is_refused_by_its_name(api, name):
    body = {"projectId": 1, "name": "Checkout", "intervalSeconds": 300, "checkMode": "OUTBOUND"}
    answer = api("POST", "/api/checks", {**body, "url": "https://example.com", "headers": {"X-Fine": "", name: "x"}})
    assert answer.status == 400
    ((field, message),) = [(each["field"], each["message"]) for each in answer.json["details"]]
    assert (field, f"must not set {name}" in message) == ("headers", True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"intervalSeconds": 59}, "intervalSeconds"),
        ({"intervalSeconds": 86_401}, "intervalSeconds"),
        ({"intervalSeconds": "300"}, "intervalSeconds"),
        ({"intervalSeconds": True}, "intervalSeconds"),
        ({"graceSeconds": 4}, "graceSeconds"),
        ({"graceSeconds": 3_601}, "graceSeconds"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": None}, "name"),
        ({"checkMode": "SIDEWAYS"}, "checkMode"),
        ({"checkMode": "OUTBOUND"}, "url"),
        ({"checkMode": "OUTBOUND", "url": "ftp://x"}, "url"),
        ({"url": "https://example.com"}, "url"),
        ({"checkMode": "OUTBOUND", "timeoutMs": 1000}, "url"),
        ({"checkMode": "OUTBOUND", "url": "https://x.de", "timeoutMs": 999}, "timeoutMs"),
        ({"checkMode": "OUTBOUND", "url": "https://x.de", "headers": {str(n): "" for n in range(11)}}, "headers"),
        ({"checkMode": "OUTBOUND", "url": "https://x.de", "headers": {"X-Key": "a", "x-key": "b"}}, "headers"),
        ({"checkMode": "OUTBOUND", "url": "https://x.de", "expectedStatusMin": 500}, "expectedStatusMin"),
        ({"checkMode": "OUTBOUND", "url": "https://x.de", "bodyContains": ""}, "bodyContains"),
        ({"checkMode": "OUTBOUND", "url": "https://x.de", "bodyContains": "x" * 1_001}, "bodyContains"),
        ({"checkMode": "OUTBOUND", "url": "https://x.de", "bodyNotContains": "\ud800"}, "bodyNotContains"),
        ({"checkMode": "OUTBOUND", "url": "https://x.de", "followRedirects": "no"}, "followRedirects"),
        ({"checkMode": "OUTBOUND", "url": "https://x.de", "method": "HEAD", "bodyContains": "x"}, "bodyContains"),
        ({"bodyContains": "x"}, "url"),
        ({"projectId": None}, "projectId"),
        ({"dependencyId": 1}, "projectId"),
        ({"status": "OK"}, "status"),
        ({"token": "mine"}, "token"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_field(api, changes, field):
    answer = api("POST", "/api/checks", {"projectId": 1, "name": "Checkout", "intervalSeconds": 300, **changes})
    assert answer.status == 400
    assert [detail["field"] for detail in answer.json["details"]] == [field]
    assert api.get("/api/checks")["total"] == 0


def test_a_check_of_an_unknown_project_is_refused(api):
    assert api("POST", "/api/checks", {"projectId": 9, "name": "Checkout", "intervalSeconds": 300}).status == 404
    assert api.get("/api/checks")["total"] == 0


def test_a_check_may_watch_a_dependency_which_then_has_its_status(api):
    dependency = api.post("/api/dependencies", {"name": "Payments", "category": "API"})
    assert dependency["status"] == "NEW"
    check = a_check(api, projectId=None, dependencyId=dependency["id"])
    ping(check)
    assert api.get(f"/api/dependencies/{dependency['id']}")["status"] == "OK"
    ping(check, "/fail")
    assert api.get("/api/dependencies")["items"][0]["status"] == "DOWN"
    assert api("DELETE", f"/api/dependencies/{dependency['id']}").status == 409
    api.delete(f"/api/checks/{check['id']}")
    api.delete(f"/api/dependencies/{dependency['id']}")
    assert api("GET", f"/api/dependencies/{dependency['id']}").status == 404


def test_a_dependency_changes_only_what_is_sent(api):
    made = api.post("/api/dependencies", {"name": "Payments", "description": "cards", "category": "API"})
    path = f"/api/dependencies/{made['id']}"
    assert api.patch(path, {"description": None}) == {**made, "description": None}
    assert api("PATCH", path, {"name": None}).status == 400


def test_checks_are_listed_by_project_and_mode(api):
    api.post("/api/projects", {"name": "Other"})
    first = a_check(api)
    second = a_check(api, projectId=2)
    third = a_check(api, checkMode="OUTBOUND", url="https://example.com")
    listed = api.get("/api/checks?projectId=1")
    assert [each["id"] for each in listed["items"]] == [first["id"], third["id"]]
    assert [each["id"] for each in api.get("/api/checks?checkMode=OUTBOUND")["items"]] == [third["id"]]
    assert [each["id"] for each in api.get("/api/checks?page=2&limit=1")["items"]] == [second["id"]]


def test_who_cannot_change_a_check_does_not_see_its_token_or_its_headers(api):
    a_check(api, checkMode="OUTBOUND", url="https://example.com", headers={"Authorization": "secret"})
    for role in (Role.VIEWER, Role.DEPLOYER):
        client = a_workspace(role=role)
        for seen in (client.get("/api/checks/1"), client.get("/api/checks")["items"][0]):
            assert (seen["token"], seen["headers"]) == (None, None)
    assert a_workspace(role=Role.MEMBER).get("/api/checks/1")["headers"] == {"Authorization": "secret"}


def test_the_checks_of_an_unknown_project_are_not_found(api):
    assert api("GET", "/api/checks?projectId=999").status == 404


def test_a_deleted_check_is_gone_for_good(api):
    check = a_check(api)
    api.delete(f"/api/checks/{check['id']}")
    assert api("GET", f"/api/checks/{check['id']}").status == 404
    assert api("DELETE", f"/api/checks/{check['id']}").status == 404
    assert ping(check).status == 404
    assert api("POST", f"/api/checks/{check['id']}/pause").status == 404
    assert api("POST", f"/api/checks/{check['id']}/resume").status == 404
    assert api("PATCH", f"/api/checks/{check['id']}", {"name": "x"}).status == 404
