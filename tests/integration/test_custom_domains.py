"""A page at a host of its owner's: how it is proven, who gets it, what is there, and how it ends."""

import json
from dataclasses import replace

import dns.rcode
import pytest

from local import outbox
from lull import clock
from lull.domain.credentials import Caller, Role
from lull.gateways import name_servers
from lull.store import custom_domains, status_pages
from lull.use_cases import status_pages as use_cases
from lull.use_cases.notice_sending import page_url
from lull.use_cases.publishing import publish
from tests.api import Api, a_workspace
from tests.name_server import TARGET, name_server
from tests.visitors import visit

HOST = "status.example.test"
CHALLENGE = f"_lull-challenge.{HOST}"
PAGE = f"domains/{HOST}/page"


@pytest.fixture(scope="module")
def running_server():
    with name_server() as serving:
        yield serving


@pytest.fixture
def server(running_server, stack, monkeypatch):
    running_server.clear()
    monkeypatch.setenv("DNS_SERVERS", running_server.address)
    monkeypatch.setenv("DOMAIN_TARGET", TARGET)
    monkeypatch.setenv("INSTALLATION_URL", "https://lull.test")
    for function in stack.deployed.functions:
        function.environment.update({"DNS_SERVERS": running_server.address, "DOMAIN_TARGET": TARGET})
    return running_server


@pytest.fixture
def api(server) -> Api:
    made = a_workspace()
    made.post("/api/status-pages", {"name": "Acme", "slug": "acme"})
    made.patch("/api/status-pages/1", {"customDomain": HOST})
    return made


def verify(api: Api, page_id: int = 1) -> dict:
    answer: dict = api.post(f"/api/status-pages/{page_id}/verify-domain")
    return answer


def proven(api: Api, server) -> Api:
    server.prove(HOST, verify(api)["expected"]["txt"])
    assert verify(api)["verified"] is True
    return api


@pytest.fixture
def keys(stack):
    def listed(prefix: str) -> set[str]:
        bucket = next(each for each in stack.deployed.functions if each.name == "PublisherFunction")
        found = stack.client("s3").list_objects_v2(Bucket=bucket.environment["BUCKET_NAME"], Prefix=prefix)
        return {each["Key"] for each in found.get("Contents", [])}

    return listed


def told_url() -> str:
    """What subscribers are told that the page is at."""
    page = status_pages.get_status_page(1, 1)
    assert page
    return page_url(page)


def test_what_has_to_be_written_is_said_and_once_it_is_the_page_is_verified(api, server):
    answer = verify(api)
    proof = answer["expected"]["txt"]
    assert answer == {
        "verified": False,
        "cname": {"name": HOST, "found": [], "result": "NOT_FOUND", "ok": False},
        "txt": {"name": CHALLENGE, "found": [], "result": "NOT_FOUND", "ok": False},
        "expected": {"cname": TARGET, "txt": proof},
    }
    server.put(HOST, "CNAME", TARGET)
    assert verify(api)["verified"] is False, "a name that only points here is anybody's"
    server.prove(HOST, proof)
    assert verify(api) == {
        "verified": True,
        "cname": {"name": HOST, "found": [TARGET], "result": "MATCHES", "ok": True},
        "txt": {"name": CHALLENGE, "found": [proof], "result": "MATCHES", "ok": True},
        "expected": {"cname": TARGET, "txt": proof},
    }
    since = api.get("/api/status-pages/1")["domainVerifiedAt"]
    assert since is not None
    assert verify(api)["verified"] is True
    assert api.get("/api/status-pages/1")["domainVerifiedAt"] == since


def test_what_cannot_be_verified_is_refused(api, server, monkeypatch):
    assert api("POST", "/api/status-pages/9/verify-domain").status == 404
    api.post("/api/status-pages", {"name": "Other", "slug": "other"})
    assert api("POST", "/api/status-pages/2/verify-domain").status == 409
    refused = api("PATCH", "/api/status-pages/2", {"customDomain": "lull.test"})
    assert (refused.status, refused.json["details"][0]["field"]) == (400, "customDomain")
    assert api("PATCH", "/api/status-pages/2", {"customDomain": 7}).status == 400
    statuses = [api("POST", "/api/status-pages/1/verify-domain").status for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    monkeypatch.setenv("DOMAIN_TARGET", "")
    assert api("POST", "/api/status-pages/1/verify-domain").status == 409


def test_the_page_that_proves_a_host_gets_it_whoever_asked_for_it_first(api, server):
    other = a_workspace(2)
    other.post("/api/status-pages", {"name": "Other", "slug": "other", "customDomain": HOST.upper()})
    expected = verify(other, 2)["expected"]["txt"]
    assert expected != verify(api)["expected"]["txt"]
    server.prove(HOST, expected)
    assert verify(other, 2)["verified"] is True
    assert verify(api)["txt"]["result"] == "DIFFERENT"
    server.put(CHALLENGE, "TXT", f'"{expected}"', f'"{verify(api)["expected"]["txt"]}"')
    assert api("POST", "/api/status-pages/1/verify-domain").status == 409
    other.delete("/api/status-pages/2")
    assert verify(api)["verified"] is True


@pytest.mark.parametrize(
    "leave",
    [
        lambda api: api.patch("/api/status-pages/1", {"customDomain": None}),
        lambda api: api.patch("/api/status-pages/1", {"customDomain": "b.example.test"}),
        lambda api: api.delete("/api/status-pages/1"),
    ],
    ids=["none", "another", "deleted"],
)
def test_a_page_that_leaves_its_host_frees_it_and_nothing_of_it_stays_there(api, server, stack, keys, leave):
    proven(api, server)
    stack.drain()
    assert PAGE in keys("domains/")
    leave(api)
    assert custom_domains.get_claim(HOST) is None
    stack.drain()
    assert keys("domains/") == set()
    assert visit("GET", f"/{PAGE}").status == 404


def test_the_host_has_every_public_file_of_the_page_and_they_name_it(api, server, stack, keys):
    api.post("/api/status-pages/1/announcements", {"title": "Slow", "body": "We look into it."})
    stack.drain()
    assert "https://status.example.test" not in visit("GET", "/api/public/status/acme/feed.rss").text
    before = visit("GET", "/api/public/status/acme/feed.atom").text
    assert told_url().endswith("/status/acme")
    proven(api, server)
    stack.drain()
    assert told_url() == f"https://{HOST}/"
    at_slug = set(keys("status/") | keys("api/"))
    assert len(at_slug) >= 20
    assert len(keys("domains/")) == len(at_slug)
    feed = visit("GET", f"/domains/{HOST}/data/feed.atom")
    assert f'href="https://{HOST}/feed.atom"' in feed.text
    assert f'<link rel="canonical" href="https://{HOST}/">' in visit("GET", f"/{PAGE}").text
    assert feed.text == visit("GET", "/api/public/status/acme/feed.atom").text
    assert feed.headers["x-amz-meta-cache-tag"] == "page-1"
    ids = [[line for line in text.splitlines() if "<id>" in line] for text in (before, feed.text)]
    assert ids[0] == ids[1], "a new host tells readers nothing anew"
    assert visit("GET", f"/domains/{HOST}/data/history?months=1").status == 200
    assert visit("GET", f"/domains/{HOST}/data/events").headers["content-type"] == "text/event-stream"
    assert visit("GET", f"/{PAGE}").headers["content-type"].startswith("text/html")
    for path in (f"/domains/{HOST}/none", "/domains/other.test/page", f"/domains/{HOST}", "/domains/x", f"/{PAGE}/x"):
        assert visit("GET", path).status == 404
    assert '<a href="/">To the status page</a>' in visit("GET", f"/{PAGE}/x").text
    api.patch("/api/status-pages/1", {"slug": "acme-2"})
    stack.drain()
    assert len(keys("domains/")) == len(keys("status/acme-2") | keys("api/public/status/acme-2"))
    assert "/api/public/status/acme-2/feed.atom" in visit("GET", f"/{PAGE}").text


def test_a_page_behind_a_password_takes_it_at_its_host_and_has_nothing_there_for_strangers(api, server, stack, keys):
    proven(api, server)
    stack.drain()
    api.patch("/api/status-pages/1", {"visibility": "PASSWORD_PROTECTED", "password": "secret"})
    publish(HOST, at=clock.now())
    assert keys("domains/") == set(), "at once, and not only when nothing public is left at the slug"
    stack.drain()
    assert keys("domains/") == set()
    asked = visit("GET", f"/{PAGE}")
    assert asked.status == 401
    assert 'action="/api/public/status/acme/auth"' in asked.text
    auth = f"/domains/{HOST}/data/auth"
    body = json.dumps({"password": "wrong"})
    assert visit("POST", auth, body, content_type="application/json").status == 401
    entered = visit("POST", auth, "password=secret", content_type="application/x-www-form-urlencoded")
    assert (entered.status, entered.headers["location"]) == (303, "/")
    (cookie,) = entered.cookies
    assert "Path=/;" in cookie
    session = cookie.partition(";")[0]
    assert visit("GET", f"/{PAGE}", cookie=session).status == 200
    assert visit("GET", f"/domains/{HOST}/data/feed.rss", cookie=session).status == 200
    assert visit("POST", "/domains/other.test/data/auth", body, content_type="application/json").status == 404


def test_visitors_subscribe_at_the_host_of_a_page(api, server, stack, endpoint, monkeypatch):
    outbox.allow_sender(endpoint)
    monkeypatch.setenv("MAIL_FROM", outbox.SENDER)
    proven(api, server)
    path, body = f"/domains/{HOST}/data/subscribe", "email=reader@acme.example"
    assert visit("POST", path, body, content_type="application/x-www-form-urlencoded").status == 202
    (found,) = api.get("/api/status-pages/1/subscribers")["data"]
    assert (found["address"], found["state"]) == ("reader@acme.example", "PENDING")
    asked = visit("POST", path, '{"channel": "EMAIL"}', content_type="application/json")
    assert (asked.status, "email" in asked.text) == (400, True)
    nowhere = path.replace(HOST, "other.test")
    assert visit("POST", nowhere, body, content_type="application/x-www-form-urlencoded").status == 404


def test_a_host_is_looked_at_daily_and_given_up_after_three_days_without_its_proof(api, server, stack, time, keys):
    proven(api, server)
    stack.drain()

    def sweep() -> int:
        return int(stack.invoke("MonitorFunction", {})["domains"])

    def failures() -> int | None:
        claim = custom_domains.get_claim(HOST)
        return claim.failures if claim else None

    assert sweep() == 0
    time.passes(days=1, seconds=1)
    assert (sweep(), sweep(), failures()) == (1, 0, 0)
    # Out of reach, however long, is not gone.
    server.rcodes[CHALLENGE] = dns.rcode.SERVFAIL
    time.passes(days=1, seconds=1)
    for _ in range(4):
        assert sweep() == 1
        time.passes(hours=1, seconds=1)
    assert failures() == 0
    server.rcodes.clear()
    server.forget(HOST)
    assert sweep() == 1
    time.passes(days=1, seconds=1)
    assert (sweep(), failures()) == (1, 2)
    stack.drain()
    assert PAGE in keys("domains/")
    # Whoever mends it by hand begins anew.
    server.prove(HOST, verify(api)["expected"]["txt"])
    verify(api)
    assert failures() == 0
    server.put(CHALLENGE, "TXT", '"something else"')
    for _ in range(3):
        time.passes(days=1, seconds=1)
        sweep()
    assert failures() is None
    stack.drain()
    assert keys("domains/") == set()
    page = api.get("/api/status-pages/1")
    assert (page["customDomain"], page["domainVerifiedAt"]) == (HOST, None)
    assert "https://status.example.test" not in visit("GET", "/api/public/status/acme/feed.rss").text


def test_a_page_that_changes_while_dns_is_asked_is_not_verified_for_what_it_had(api, server, monkeypatch):
    look_up = name_servers.look_up

    def and_meanwhile(*args, **kwargs):
        found = look_up(*args, **kwargs)
        caller = Caller(workspace_id=1, role=Role.MEMBER, actor="somebody else")
        use_cases.change_status_page(caller, 1, lambda page: replace(page, custom_domain="b.example.test"))
        return found

    server.prove(HOST, verify(api)["expected"]["txt"])
    with monkeypatch.context() as patch:
        patch.setattr(name_servers, "look_up", and_meanwhile)
        assert api("POST", "/api/status-pages/1/verify-domain").status == 409
    page = status_pages.get_status_page(1, 1)
    assert page
    assert page.verified_host is None
    assert custom_domains.get_claim(HOST) is None


def test_only_so_many_hosts_are_looked_at_in_one_sweep(server, api):
    proven(api, server)
    far = clock.now().replace(year=2099)
    assert custom_domains.list_due_hosts(until=far, most=20) == [HOST]
    assert custom_domains.list_due_hosts(until=clock.now(), most=20) == []
